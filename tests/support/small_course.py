"""A course that is graded in a blink: two notebooks of one judged task each, and a written answer.

`build(folder, students)` makes it with nbgrader and a class in which some are right, some wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import forked
import nbformat
import once
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

ASSIGNMENT, NOTEBOOKS = "small", ("area", "line")
CONFIG = """
import nbjudge

c = get_config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.db_url = "sqlite:///gradebook.db?timeout=2"
c.BoxProvisioner.preload = ["numpy"]
{more}
nbjudge.configure(c)
"""
RIGHT = {
    "area": "def area(r):\n    return 3.141592653589793 * r**2",
    "line": "def line(x, slope):\n    return slope * x + 1",
}
WRONG = {
    "area": "def area(r):\n    return 2 * 3.141592653589793 * r",
    "line": "def line(x, slope):\n    return slope * x",
}
WORDS = "An area has two dimensions."
HIDDEN_TESTS = {
    "area": """
import math

from nbjudge import Case, HiddenTest, Mistake


def ask(student, r):
    return student.area(r)


area_test = HiddenTest(
    title="Area",
    points=3,
    ask=ask,
    cases=lambda rng: [Case("a circle", {"r": rng.uniform(5, 9)})],
    expect=lambda r: math.pi * r**2,
    mistakes={"the circumference": Mistake(lambda r: 2 * math.pi * r, "2πr is the way around.")},
)
""".lstrip(),
    "line": """
from nbjudge import Case, HiddenTest


def ask(student, x, slope):
    return student.line(x, slope)


line_test = HiddenTest(
    title="Line",
    points=2,
    ask=ask,
    cases=lambda rng: [Case("a line", {"x": rng.normal(size=3), "slope": 2.0})],
    expect=lambda x, slope: slope * x + 1,
)
""".lstrip(),
}


def build(folder: Path, students: int = 0, more_config: str = "") -> Path:
    """Make the course in `folder`, with a class of so many students; return the folder.

    In a run of the tests it is released once and copied, unless its gradebook is elsewhere.
    """
    if once.RUN_FOLDER in os.environ and "db_url" not in more_config:
        shutil.copytree(once.made_once("small course", _release), folder, dirs_exist_ok=True)
        _configure(folder, more_config)
    else:
        _release(folder, more_config)
    for number in range(students):
        answers = RIGHT if number % 3 else WRONG
        hand_in(folder, f"student{number:02}", answers)
    return folder


def _release(folder: Path, more_config: str = "") -> None:
    """Write the source and the hidden tests, and let nbgrader make the release."""
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    tests = folder / "hidden_tests" / ASSIGNMENT
    tests.mkdir(parents=True)
    _configure(folder, more_config)
    for name in NOTEBOOKS:
        nbformat.write(_source_notebook(name), source / f"{name}.ipynb")
        (tests / f"{name}.py").write_text(HIDDEN_TESTS[name], encoding="utf-8")
    nbgrader(folder, "generate_assignment", ASSIGNMENT, "--log-level=ERROR")


def _configure(folder: Path, more_config: str) -> None:
    (folder / "nbgrader_config.py").write_text(CONFIG.format(more=more_config), encoding="utf-8")


def hand_in(folder: Path, student: str, answers: dict[str, str], words: str = WORDS) -> Path:
    """Write a student's notebooks, those for which there is an answer; return their folder."""
    target = folder / "submitted" / student / ASSIGNMENT
    target.mkdir(parents=True, exist_ok=True)
    for name, answer in answers.items():
        path = folder / "release" / ASSIGNMENT / f"{name}.ipynb"
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id == name:
                cell.source = answer
            elif grade_id == "words":
                cell.source = words
        nbformat.write(nb, target / f"{name}.ipynb")
    return target


def environment() -> dict[str, str]:
    """Return the environment in which nbgrader finds its own programs."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


def nbgrader(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run an nbgrader command; return what it printed, or fail if it ends with another status."""
    return _said(forked.run(folder, ("nbgrader", *arguments), environment()), status)


def nbjudge(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run an nbjudge command; return what it printed, or fail if it ends with another status."""
    return _said(forked.run(folder, ("nbjudge", *arguments), environment()), status)


def run(folder: Path, *command: str, status: int = 0, **more: str) -> str:
    """Run a command in the course's folder; return its output and its errors as one text.

    `more` is what its environment has beside the usual.
    """
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )
    return _said(done, status)


def _said(done: subprocess.CompletedProcess, status: int) -> str:
    assert done.returncode == status, f"{done.args} ended with {done.returncode}:\n{done.stdout}"
    return done.stdout


def forget_grading(folder: Path) -> None:
    """Bring the course back to where nobody was graded; the gradebook keeps the assignment."""
    shutil.rmtree(folder / "autograded", ignore_errors=True)
    with Gradebook(db_url(folder), "small") as gradebook:
        for student in list(gradebook.students):
            gradebook.remove_student(student.id)


def db_url(folder: Path) -> str:
    """Return the address of the course's gradebook."""
    return f"sqlite:///{folder / 'gradebook.db'}"


def rows(folder: Path) -> dict[tuple[str, str], tuple]:
    """Return (automatic, by hand, needs a hand, penalty) of each graded cell, by student, cell."""
    with Gradebook(db_url(folder), "small") as gradebook:
        return {
            (submission.student_id, grade.name): (
                grade.auto_score,
                grade.manual_score,
                grade.needs_manual_grade,
                notebook.late_submission_penalty,
            )
            for submission in gradebook.assignment_submissions(ASSIGNMENT)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def files(folder: Path) -> dict[str, bytes | list]:
    """Return what lies in autograded/, by path; of audit lines, what two runs have in common."""
    found = {}
    for path in sorted((folder / "autograded").rglob("*")):
        if path.is_file():
            name = path.relative_to(folder / "autograded").as_posix()
            found[name] = _lines(path) if path.suffix == ".jsonl" else path.read_bytes()
    return found


def _lines(path: Path) -> list[dict]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    own = ("graded", "seed", "seconds")  # of one run
    return [{k: v for k, v in line.items() if k not in own} for line in lines]


def _source_notebook(name: str):
    test = f'### BEGIN HIDDEN TESTS\njudge("{name}_test")\n### END HIDDEN TESTS'
    points = {"area": 3, "line": 2}[name]
    cells = [
        _cell(name, f"### BEGIN SOLUTION\n{RIGHT[name]}\n### END SOLUTION", solution=True),
        _cell(f"{name}_test", test, grade=True, locked=True, points=points),
    ]
    if name == "area":
        answer = _cell("words", WORDS, new_markdown_cell, solution=True, grade=True, points=1)
        cells.append(answer)
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": python})


def _cell(grade_id, source, make=new_code_cell, **about):
    kind = "code" if make is new_code_cell else "markdown"
    nbgrader_ = {"grade": False, "solution": False, "locked": False, "task": False, **about}
    nbgrader_ |= {"schema_version": 3, "grade_id": grade_id, "cell_type": kind}
    return make(source, id=grade_id.replace("_", "-"), metadata={"nbgrader": nbgrader_})
