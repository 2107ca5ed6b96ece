"""The README's commands, run by make in a folder, and for students and files, of any name."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from marks import slow
from nbgrader.api import Gradebook
from repository import CONFIG, ROOT
from sqlalchemy import create_engine, text

from nbjudge.nbgrader_ext.replacements import find_paths
from nbjudge.record.gradebook import gradebook_url

FOLDER = "Kurs \"Deep [Learning]\" für 'uns' (1) $x `y` #z %41 & ; * ? {b} 中 e\u0301"
NOTEBOOK = "q2_momentum"
# whose q2_momentum of the sample class is handed in, under which name, by whom
STUDENTS = {
    "Anna Muster_123_assignsubmission_file": ("all_right", "q2_momentum (1).ipynb"),
    "a[1]": ("half_done", "q2_momentum [final] {2}.ipynb"),
    "a1": ("untouched", 'Q2 Momentum "neu".ipynb'),
    "{student_id}": ("all_right", "q2_momentum $HOME `id` #1 100% & ; * ?.ipynb"),
    "o'neil; $HOME `id`": ("half_done", "-q2_momentum.ipynb"),
    "Müller, Jörg & 李雷 (Jo\u0301se)": ("all_right", "Übung 中 q2_momentum e\u0301.ipynb"),
}
POINTS = {"all_right": 9, "half_done": 7, "untouched": 0}
REFUSED = ("-rf", ".hidden", "a+b", " a", 'a"b', "a#b", "a%41b", "a?b", "a*b", "<b>")


def make(course: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run make in the course, with the environment of these tests and none of an outer make's."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", f"VENV={sys.prefix}", *arguments],
        cwd=course,
        env={**own, "COLUMNS": "80"},
        capture_output=True,
        text=True,
    )


def points(course: Path) -> dict[str, float]:
    """Return every student's points, from the gradebook."""
    with Gradebook(gradebook_url(course / "gradebook.db")) as gradebook:
        return {s.student_id: s.score for s in gradebook.assignment_submissions("lab1")}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the course with its second notebook only, below an odd path, not yet graded."""
    course = tmp_path_factory.mktemp("names") / FOLDER
    (course / "source" / "lab1").mkdir(parents=True)
    shutil.copy(ROOT / "source" / "lab1" / f"{NOTEBOOK}.ipynb", course / "source" / "lab1")
    for folder in ("hidden_tests", "data"):
        shutil.copytree(ROOT / folder, course / folder)
    for name in (*CONFIG, "Makefile"):
        shutil.copy(ROOT / name, course)
    checkpoint = course / "source" / "lab1" / ".ipynb_checkpoints" / "secret.csv"
    checkpoint.parent.mkdir()
    checkpoint.write_text("solution")
    for student, (whose, name) in STUDENTS.items():
        hand_in(course, student, whose, name)
    for student in REFUSED:
        hand_in(course, student, "all_right", f"{NOTEBOOK}.ipynb")
    return course


def hand_in(course: Path, student: str, whose: str, name: str) -> None:
    """Copy a notebook of the sample class."""
    folder = course / "submitted" / student / "lab1"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "submitted" / whose / "lab1" / f"{NOTEBOOK}.ipynb", folder / name)


@pytest.fixture(scope="module")
def graded(course):
    """Return the course and what make grade, feedback and export said."""
    run = make(course, "feedback")
    assert run.returncode == 0, run.stdout + run.stderr
    export = subprocess.run(
        [sys.executable, "-m", "nbgrader", "export"],
        cwd=course,
        env={**os.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert export.returncode == 0, export.stderr
    return course, run


@pytest.mark.parametrize("wanted", [slow("lap1"), '$(x) "; *'])
def test_an_assignment_that_is_not_there_is_refused_before_anything_happens(course, wanted):
    before = files(course)
    for command in ("grade", "release", "feedback"):
        run = make(course, command, f"ASSIGNMENT={wanted}")
        assert run.returncode != 0
        assert f"There is no assignment '{wanted}' in source/. There is: lab1.\n" in run.stderr
    for command in ("grade", "grades"):
        run = subprocess.run(
            [sys.executable, "-m", "nbjudge", command, wanted],
            cwd=course,
            capture_output=True,
            text=True,
        )
        assert run.returncode != 0
        assert "There is: lab1.\n" in run.stderr
        assert "Traceback" not in run.stderr
    assert files(course) == before


def files(course: Path) -> list[Path]:
    """Return all there is but Python's own bytecode."""
    return sorted(path for path in course.rglob("*") if "__pycache__" not in path.parts)


def test_every_student_gets_the_points_of_what_was_handed_in(graded):
    course, _ = graded
    assert points(course) == {who: POINTS[whose] for who, (whose, _) in STUDENTS.items()}


def test_names_that_cannot_be_graded_are_named_with_what_to_do_and_stop_nobody(graded):
    _, run = graded
    for name in REFUSED:
        assert f"The folder '{name}' is not graded: the name" in run.stdout
    assert (run.stdout + run.stderr).count("Rename the folder.") == len(REFUSED)


def test_the_table_names_every_student_within_80_columns(graded):
    _, run = graded
    lines = run.stdout.splitlines()
    for start in ("Anna Muster_123_", "a[1] ", "a1 ", "{student_id} ", "o'neil; $HOME `id` "):
        assert any(line.startswith(start) for line in lines), start
    begin = next(n for n, line in enumerate(lines) if line.startswith("student  "))
    assert max(map(len, lines[begin:])) <= 80


def test_every_student_gets_a_feedback_page_and_a_line_of_the_export(graded):
    course, _ = graded
    pages = {path.parts[-3] for path in course.glob("feedback/*/lab1/*.html")}
    assert pages == set(STUDENTS)
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == points(course)


def test_what_is_to_be_ignored_is_ignored_below_a_path_with_brackets(graded):
    course, _ = graded
    assert list((course / "source").rglob("secret.csv"))
    assert not list((course / "release").rglob("secret.csv"))
    assert not list((course / "feedback").rglob("*.ipynb"))


@pytest.mark.slow
def test_one_student_can_be_graded_anew_by_a_name_with_brackets(graded):
    course, _ = graded
    before = (course / "autograded" / "a1" / "lab1").stat().st_mtime_ns
    run = make(course, "grade", "STUDENT=a[1]", "FORCE=1", "SORT=points")
    assert run.returncode == 0, run.stderr
    assert "6 submissions graded, 1 of them now" in run.stdout
    assert (course / "autograded" / "a1" / "lab1").stat().st_mtime_ns == before
    order = [line.split()[0] for line in run.stdout.splitlines() if line[:2] in ("a[", "a1")]
    assert order == ["a[1]", "a1"]


@pytest.mark.slow
def test_a_dollar_in_a_name_reaches_the_command_as_it_is(graded):
    course, _ = graded
    run = make(course, "grade", "STUDENT=o'neil; $HOME `id`", "FORCE=1")
    assert run.returncode == 0, run.stderr
    assert "6 submissions graded, 1 of them now" in run.stdout


@pytest.mark.slow
def test_the_release_is_made_again_only_when_the_source_has_changed(graded):
    course, _ = graded
    assert "generate_assignment" not in make(course, "release").stdout
    (course / "source" / "lab1" / f"{NOTEBOOK}.ipynb").touch()
    assert "generate_assignment" in make(course, "release").stdout
    assert "generate_assignment" not in make(course, "release").stdout


def test_clean_puts_the_gradebook_aside_and_leaves_an_environment_of_the_users_own(graded):
    course, _ = graded
    run = make(course, "clean")
    assert run.returncode == 0, run.stderr
    assert list(course.glob("gradebook-*.db"))
    assert not (course / "gradebook.db").exists()
    assert not list(course.glob("autograded/*/"))
    assert Path(sys.executable).exists()


def test_a_course_without_the_judge_is_not_graded_unguarded(tmp_path):
    (tmp_path / "source" / "lab1").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    run = subprocess.run(
        [sys.executable, "-m", "nbjudge", "grade", "lab1"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert run.stderr.startswith("Nothing was graded: no nbgrader_config.py was read")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["nbgrader_config.py", "source"]


ODD = ("a b", "q?x", "p%41", "p%zz", "h#x", "c:d@e", "[b]", "a*b", "\"q'", "$é中", "x&y=z;", "{a}")


@pytest.mark.parametrize("name", ODD)
def test_a_gradebook_is_where_its_path_says(tmp_path, name):
    path = tmp_path / name / "gradebook.db"
    path.parent.mkdir()
    with create_engine(gradebook_url(path, timeout=60)).connect() as connection:
        connection.execute(text("create table student (id int)"))
    assert [p.relative_to(tmp_path) for p in tmp_path.rglob("*.db")] == [Path(name, path.name)]


@pytest.mark.parametrize("name", ODD)
def test_a_pattern_is_looked_for_in_the_folder_of_that_name(tmp_path, name):
    for student in ("a[1]", "a1", "b"):
        (tmp_path / name / "submitted" / student / "lab1").mkdir(parents=True)

    def found(pattern):
        return sorted(
            Path(p).parent.name for p in find_paths(f"{tmp_path}/{name}/submitted/{pattern}/lab1")
        )

    assert found("*") == found("[!.]*") == ["a1", "a[1]", "b"]
    assert found("a[1]") == ["a[1]"]
    assert found("a[0-9]") == ["a1"]
    assert found("a*") == ["a1", "a[1]"]
    assert found("nobody") == []
