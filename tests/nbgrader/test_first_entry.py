"""A student's first entry gives the rows that nbgrader would make one by one."""

import logging
import warnings

import pytest
from nbformat.v4 import new_code_cell, new_output
from nbgrader.api import MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from small_course import ASSIGNMENT, RIGHT, WRONG, build, hand_in, nbgrader
from sqlalchemy.exc import SAWarning
from tables import tables
from traitlets.config import Config

from nbjudge import gradebook_url
from nbjudge.record import save_scores as grades
from nbjudge.record.gradebook import opened
from nbjudge.record.graded_cells import points_of

NOTHING = "def area(r):\n    # YOUR CODE HERE\n    raise NotImplementedError()"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a graded course with students of each kind."""
    course = build(tmp_path_factory.mktemp("first"))
    for student, answers in (
        ("all_right", RIGHT),
        ("all_wrong", WRONG),
        ("half_handed_in", {"area": RIGHT["area"]}),
        ("untouched", {"area": NOTHING, "line": RIGHT["line"]}),
    ):
        folder = hand_in(course, student, answers, words="YOUR ANSWER HERE")
        (folder / "timestamp.txt").write_text("2026-03-01 10:00:00 UTC\n")
    broken = hand_in(course, "broken", RIGHT)
    (broken / "line.ipynb").write_text("{")
    nbgrader(course, "autograde", ASSIGNMENT, "--log-level=ERROR")
    return course


def enter_all(course, book):
    penalties = AssignLatePenalties(config=Config())
    penalties.init_plugin()
    for folder in sorted((course / "autograded").glob(f"*/{ASSIGNMENT}")):
        entry = grades.Entry(ASSIGNMENT, folder.parent.name, folder, folder / "nothing before")
        grades.enter(book, entry, penalties, logging.getLogger("test"))


def test_the_rows_are_those_that_nbgrader_makes_one_by_one(course, monkeypatch):
    warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
    url = gradebook_url(course / "gradebook.db")
    at_once = tables(url)
    assert len(at_once["submitted_assignment"]) == 5
    monkeypatch.setattr(grades, "_entered_first", lambda *_: False)
    with opened(url, "small") as book:
        for student in [student.id for student in book.students]:
            book.remove_student(student)
        assert not book.students
        enter_all(course, book)
    assert tables(url) == at_once
    with opened(url, "small") as book:
        enter_all(course, book)
    assert tables(url) == at_once


def test_a_cell_that_the_gradebook_does_not_know_is_said_and_nothing_is_entered(course):
    url = gradebook_url(course / "gradebook.db")
    with opened(url, "small") as book:
        book.remove_student("all_right")
    before = tables(url)
    with opened(url, "small") as book:
        cells = book.find_notebook("area", ASSIGNMENT).grade_cells
        cell = next(cell for cell in cells if cell.name == "area_test")
        cell.name = "another"
        book.db.commit()
        with pytest.raises(MissingEntry, match="no graded cell 'area_test' in area"):
            enter_all(course, book)
        book.find_graded_cell("another", "area", ASSIGNMENT).name = "area_test"
        book.db.commit()
    assert tables(url) == before


@pytest.mark.parametrize(
    ("data", "points"),
    [({"text/plain": "1.5"}, 1.5), ({"text/plain": "99"}, None), ({"image/png": "AA=="}, None)],
)
def test_what_is_no_number_of_points_is_for_a_grader(data, points):
    about = {"grade_id": "t", "points": 2, "grade": True, "solution": False, "locked": True}
    cell = new_code_cell("1", outputs=[new_output("execute_result", data=data, execution_count=1)])
    cell.metadata["nbgrader"] = {**about, "schema_version": 3, "task": False}
    assert points_of(cell, logging.getLogger("test")) == points
