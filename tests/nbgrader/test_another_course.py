"""nbjudge alone, from its wheel, in a course elsewhere, by the lines of docs/nbjudge.md."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from documents import blocks, commands
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from repository import ROOT

PAGE = "docs/nbjudge.md"
ANSWERS = {"right": "math.pi * r**2", "wrong": "2 * math.pi * r", "empty": None}


class Environment:
    """A virtual environment with nbjudge's wheel, in a folder of its own."""

    def __init__(self, folder: Path, course: Path):
        """Build the wheel and install it; the libraries that it needs are those of the tests."""
        self.programs, self.course = folder / "venv" / "bin", course
        venv.create(folder / "venv", with_pip=True)
        libraries = Path(sysconfig.get_paths()["purelib"])
        # a .pth file inside that folder is not read, so nothing leads to the repository
        inside = next((folder / "venv").glob("lib/python*/site-packages"))
        (inside / "libraries.pth").write_text(f"{libraries}\n")
        # from a copy, because setuptools leaves a folder where it builds
        shutil.copytree(ROOT / "src", folder / "project" / "src")
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / name, folder / "project")
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        project = folder / "project"
        subprocess.run([*pip, "--no-build-isolation", "-w", folder, project], check=True)
        (wheel,) = folder.glob("*.whl")
        self.run("python", "-m", "pip", "install", "--quiet", "--no-deps", str(wheel))
        prefix = Path(sys.prefix)  # what the libraries have outside their own folders
        (folder / "venv" / "share").mkdir(exist_ok=True)
        (folder / "venv" / "share" / "jupyter").symlink_to(prefix / "share" / "jupyter")
        for program in ("jupyter", "alembic"):
            (self.programs / program).symlink_to(prefix / "bin" / program)

    def run(self, program, *arguments):
        """Run a program of the environment in the course's folder; return what it printed."""
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.course,
            env={"PATH": f"{self.programs}:/usr/bin:/bin:/usr/sbin", "HOME": str(self.course)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course that has what the page says and nothing else, and what was printed."""
    folder = tmp_path_factory.mktemp("another")
    course = folder / "course"
    config, cell, hidden_test = blocks(PAGE, "python")[:3]
    for place in ("source/circles", "hidden_tests/circles"):
        (course / place).mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(config)
    (course / "hidden_tests" / "circles" / "area.py").write_text(hidden_test)
    nbformat.write(notebook(cell), course / "source" / "circles" / "area.ipynb")
    environment, said = Environment(folder, course), {}
    said["check"] = environment.run("nbjudge", "check", "circles")
    said["doctor"] = environment.run("nbjudge", "doctor")
    said["generate"] = environment.run("python", "-m", "nbgrader", "generate_assignment", "circles")
    for student, answer in ANSWERS.items():
        hand_in(course, student, answer)
    said["autograde"] = environment.run("python", "-m", "nbgrader", "autograde", "circles")
    said["feedback"] = environment.run("python", "-m", "nbgrader", "generate_feedback", "circles")
    said["explain"] = environment.run("nbjudge", "explain", "wrong", "area")
    said["where"] = environment.run("python", "-c", "import nbjudge; print(nbjudge.__file__)")
    return course, said


def notebook(graded):
    """Return a source notebook with one task, whose graded cell is the page's."""
    about = {"schema_version": 3, "cell_type": "code", "task": False}
    solution = {**about, "grade_id": "area", "grade": False, "solution": True, "locked": False}
    test = {**about, "grade_id": "area_test", "grade": True, "solution": False, "locked": True}
    text = (
        f"def area(r):\n    ### BEGIN SOLUTION\n    return {ANSWERS['right']}\n    ### END SOLUTION"
    )
    cells = [
        new_code_cell("import math", id="begin"),
        new_code_cell(text, id="area", metadata={"nbgrader": solution}),
        new_code_cell(graded, id="area-test", metadata={"nbgrader": {**test, "points": 2}}),
    ]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": python})


def hand_in(course, student, answer):
    nb = nbformat.read(course / "release" / "circles" / "area.ipynb", as_version=4)
    if answer:
        nb.cells[1].source = f"def area(r):\n    return {answer}"
    target = course / "submitted" / student / "circles"
    target.mkdir(parents=True)
    nbformat.write(nb, target / "area.ipynb")


def test_the_page_says_how_to_install_it():
    assert "pip install nbjudge" in commands(PAGE)


@pytest.mark.slow
def test_what_runs_is_the_wheel_and_not_the_repository(course):
    assert not Path(course[1]["where"].strip()).is_relative_to(ROOT)


@pytest.mark.slow
def test_check_and_doctor_are_content_with_what_the_page_tells(course):
    assert "circles: 1 notebook in order" in course[1]["check"]
    assert "area" not in course[1]["doctor"]  # no graded cell has ordinary asserts


@pytest.mark.slow
def test_right_wrong_and_empty_answers_get_their_points(course):
    with Gradebook(f"sqlite:///{course[0] / 'gradebook.db'}") as gradebook:
        points = {
            each.student_id: each.score for each in gradebook.assignment_submissions("circles")
        }
    assert points == {"right": 2, "wrong": 0, "empty": 0}


@pytest.mark.slow
def test_the_mistake_is_named_in_the_students_page_and_explained_to_the_instructor(course):
    page = (course[0] / "feedback" / "wrong" / "circles" / "area.html").read_text()
    assert "Likely mistake: the circumference" in page
    assert "the circumference" in course[1]["explain"]
