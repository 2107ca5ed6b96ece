"""An instructor whose machine has no boxes checks, grades and explains without them."""

import shlex
import sys

import pytest
import small_course
from mounts import only_root, without_bubblewrap

DEADLY = "import os; os._exit(1)"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the small course with a class of three, graded in boxes."""
    course = small_course.build(tmp_path_factory.mktemp("open"))
    for student, area in (
        ("ada", small_course.RIGHT["area"]),
        ("bo", small_course.WRONG["area"]),
        ("cy", DEADLY),
    ):
        answers = {"area": area, "line": small_course.RIGHT["line"]}
        small_course.hand_in(course, student, answers)
    small_course.nbjudge(course, "grade", "small")
    return course


def test_points_and_graded_cells_are_those_of_boxed_grading(course):
    boxed = small_course.rows(course)
    small_course.nbjudge(course, "grade", "small", "--force", "--unboxed", "--workers=2")
    assert small_course.rows(course) == boxed
    assert len(boxed) >= 9


@pytest.fixture
def in_vain(course):
    """Return what runs nbjudge where bubblewrap cannot be started."""

    def run(*arguments):
        command = shlex.join([sys.executable, "-m", "nbjudge", *arguments])
        return without_bubblewrap(f"cd {shlex.quote(str(course))}; {command}")

    return run


@only_root
@pytest.mark.parametrize("command", [("check", "small"), ("explain", "bo", "area")])
def test_a_command_that_finds_no_box_says_how_to_go_on_and_does_so(in_vain, command):
    done = in_vain(*command)
    assert done.returncode == 1
    assert "--unboxed" in done.stderr
    assert "Traceback" not in done.stderr
    done = in_vain(*command, "--unboxed")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "in order" in done.stdout or "the circumference" in done.stdout
