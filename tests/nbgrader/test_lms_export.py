"""Grades and pages as an LMS imports them: only its own people, and nothing a spreadsheet runs."""

import re
import zipfile

import pytest
from lms_files import (
    GERMAN_COLUMNS,
    canvas_gradebook,
    moodle_place,
    moodle_worksheet,
    read_rows,
    written,
    zipped,
)
from marks import slow
from small_course import ASSIGNMENT, RIGHT, WRONG, build, hand_in, nbgrader, nbjudge

from nbjudge.errors import RosterError
from nbjudge.lms.feedback_zip import write_pages
from nbjudge.lms.grade_import import fill
from nbjudge.record.class_scores import NOT_GRADED, Grades, Row

GRADES = Grades(
    "lab1",
    (("q1", 25.0), ("q2", 80.0)),
    (
        Row("ada", (20.0, 70.5)),
        Row("bo", (10.0, 0.0), waits=3.0, penalty=2.5),
        Row("cleo", (1.0, 1.0)),
        Row("dan", (0.0, 0.0), mark=NOT_GRADED),
    ),
)
PEOPLE = {
    name: {"from": "moodle", "key": key, "place": moodle_place(name.title(), key)}
    for name, key in (("ada", "101"), ("bo", "102"), ("dan", "104"))
}


# --- Moodle --------------------------------------------------------------------------------------


def test_moodles_worksheet_comes_back_with_grades_and_nothing_else_changed(tmp_path):
    people = [(101, "Ada King"), (102, "Bo Li"), (104, "Dan Noh"), (105, "Eve Poe")]
    source = moodle_worksheet(tmp_path / "w.csv", people)
    done = fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    before, after = read_rows(source), read_rows(tmp_path / "out.csv")
    assert [row["Grade"] for row in after] == ["90.5", "7.5", "", ""]
    for old, new in zip(before, after, strict=True):
        assert old | {"Grade": ""} == new | {"Grade": ""}
        assert list(old) == list(new)
    assert (done.written, done.pending) == (["ada", "bo"], ["bo"])
    assert done.not_there == ["cleo"]
    assert done.rows_without == ["Dan Noh", "Eve Poe"]
    assert not done.warnings


@pytest.mark.parametrize("grade", ["", "-", "12,50", "105,00"])
def test_a_worksheet_in_another_language_is_filled_just_the_same(tmp_path, grade):
    people = [(101, "Ada King"), (102, "Bo Li")]
    source = moodle_worksheet(
        tmp_path / "w.csv", people, "105,00", GERMAN_COLUMNS, "Teilnehmer/in", grade
    )
    done = fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    before, after = read_rows(source), read_rows(tmp_path / "out.csv")
    assert [row["Bewertung"] for row in after] == ["90.5", "7.5"]
    for old, new in zip(before, after, strict=True):
        assert old | {"Bewertung": ""} == new | {"Bewertung": ""}
    assert not done.warnings


def test_a_worksheet_without_names_is_filled_by_number(tmp_path):
    columns = ["ID", "Status", "Bewertung", "Bestwertung", "Zuletzt geändert (Bewertung)"]
    rows = [[f"Teilnehmer/in{key}", "Zur Bewertung", "", "105,00", "-"] for key in (101, 104, 7)]
    source = written(tmp_path / "w.csv", [columns, *rows])
    done = fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    assert [row["Bewertung"] for row in read_rows(tmp_path / "out.csv")] == ["90.5", "", ""]
    assert done.rows_without == ["Teilnehmer/in104", "Teilnehmer/in7"]


def test_a_column_that_is_there_twice_keeps_its_content(tmp_path):
    source = written(
        tmp_path / "w.csv",
        [
            ["Identifier", "Full name", "Grade", "Last modified (grade)", "Note", "Note"],
            ["Participant 101", "Ada King", "", "-", "first", "second"],
        ],
    )
    fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    head, row = (tmp_path / "out.csv").read_text().splitlines()
    assert head.endswith("Note,Note")
    assert row == "Participant 101,Ada King,90.5,-,first,second"


def test_another_maximum_is_said(tmp_path):
    source = moodle_worksheet(tmp_path / "w.csv", [(101, "Ada King")], maximum="100.00")
    done = fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    assert done.warnings[0].startswith("The LMS's maximum is 100.00, and 105 points")


def test_a_name_that_a_spreadsheet_would_run_is_made_inert_and_the_number_stays(tmp_path):
    source = moodle_worksheet(tmp_path / "w.csv", [(101, '=HYPERLINK("http://x")')])
    fill("moodle", source, tmp_path / "out.csv", GRADES, PEOPLE)
    (row,) = read_rows(tmp_path / "out.csv")
    assert row["Full name"].startswith("'=")
    assert (row["Identifier"], row["Grade"]) == ("Participant 101", "90.5")


# --- Canvas --------------------------------------------------------------------------------------


def test_canvas_gets_its_own_columns_and_the_one_of_the_assignment(tmp_path):
    people = [(101, "King, Ada", "ada"), (105, "Poe, Eve", "eve")]
    source = canvas_gradebook(tmp_path / "c.csv", people)
    done = fill("canvas", source, tmp_path / "out.csv", GRADES, {})
    rows = read_rows(tmp_path / "out.csv")
    assert list(rows[0]) == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        "lab1 (4711)",
    ]
    assert [row["lab1 (4711)"] for row in rows] == ["105", "90.5", ""]
    assert rows[1]["ID"] == "101"
    assert done.rows_without == ["Poe, Eve"]
    assert done.not_there == ["bo", "cleo"]


def test_an_assignment_that_canvas_does_not_have_gets_a_column(tmp_path):
    source = canvas_gradebook(tmp_path / "c.csv", [(101, "King, Ada", "ada")], "other (1)")
    fill("canvas", source, tmp_path / "out.csv", GRADES, {})
    assert read_rows(tmp_path / "out.csv")[1]["lab1"] == "90.5"


@pytest.mark.parametrize(
    ("kind", "why"),
    [("moodle", "no grading worksheet of Moodle.*download it again"), ("canvas", "has no column")],
)
def test_a_file_that_the_lms_did_not_make_is_refused_with_what_to_do(tmp_path, kind, why):
    (tmp_path / "x.csv").write_text("id,grade\nada,1\n")
    with pytest.raises(RosterError, match=why):
        fill(kind, tmp_path / "x.csv", tmp_path / "out.csv", GRADES, {})
    assert not (tmp_path / "out.csv").exists()


def test_the_lms_own_file_is_never_overwritten(tmp_path):
    source = moodle_worksheet(tmp_path / "w.csv", [(101, "Ada King")])
    with pytest.raises(RosterError, match="name another one"):
        fill("moodle", source, source, GRADES, PEOPLE)


# --- pages ---------------------------------------------------------------------------------------


def test_pages_lie_in_the_folders_that_moodle_knows(tmp_path):
    folder = tmp_path / "feedback" / "ada" / "lab1"
    folder.mkdir(parents=True)
    (folder / "q1.html").write_text("<p>well done")
    (folder / "notes.txt").write_text("of my own")
    written, without = write_pages(tmp_path / "feedback", "lab1", PEOPLE, tmp_path / "f.zip")
    assert (written, without) == (["ada"], ["bo", "dan"])
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.namelist() == ["Ada_101_assignsubmission_file/q1.html"]
        # what Moodle's importer asks of a name
        assert all(
            re.fullmatch(r"[^_/]+_\d+_assignsubmission_file/[^.~].*", name)
            for name in archive.namelist()
        )


# --- a class from Moodle and back ----------------------------------------------------------------


@pytest.fixture(scope="module", params=[15, slow(60)])
def size(request):
    """Return how many students the class has."""
    return request.param


@pytest.fixture(scope="module")
def moodle(size, tmp_path_factory):
    """Return a course whose class came from a Moodle zip, graded, with what was printed."""
    course = build(tmp_path_factory.mktemp("moodle"))
    people = [(2000 + n, f"Student Number{n:02} Ünal") for n in range(size)]
    worksheet = moodle_worksheet(course / "w.csv", [*people, (2099, "Who Sleeps")], "6.00")
    made = course / "made"
    made.mkdir()
    (made / "release").symlink_to(course / "release")
    files = []
    for n, (number, name) in enumerate(people):
        answers = {"area": (RIGHT if n % 3 else WRONG)["area"]}
        path = hand_in(made, str(number), answers) / "area.ipynb"
        files.append((f"{moodle_place(name, number)}/area (1).ipynb", path.read_bytes()))
    archive = zipped(course / "deep-lab-77.zip", files)
    said = [
        nbjudge(course, "collect", archive.name, "--from=moodle", "--roster=w.csv"),
        nbjudge(course, "grade", ASSIGNMENT, "--workers=2"),
        nbjudge(course, "export", "--to=moodle", "--into=w.csv", "-o", "back.csv"),
        nbgrader(course, "generate_feedback", ASSIGNMENT, "--log-level=ERROR"),
        nbjudge(course, "export", "--to=moodle-feedback", "-o", "feedback.zip"),
    ]
    return course, worksheet, said


def test_all_are_collected_and_who_is_missing_is_said(size, moodle):
    assert f"{size} new: Student_Number00_Ünal_2000" in moodle[2][0]
    assert "1 in the roster, and without a submission: Who_Sleeps_2099" in moodle[2][0]


def test_their_grades_are_in_moodles_worksheet(size, moodle):
    rows = read_rows(moodle[0] / "back.csv")
    expected = ["0" if n % 3 == 0 else "3" for n in range(size)]
    assert [row["Grade"] for row in rows] == [*expected, ""]
    assert f"the points of {size} students" in moodle[2][2]


def test_their_pages_are_in_the_zip(size, moodle):
    with zipfile.ZipFile(moodle[0] / "feedback.zip") as archive:
        names = archive.namelist()
        page = archive.read(names[0]).decode()
    assert len(names) == size
    assert names[0] == "Student Number00 Ünal_2000_assignsubmission_file/area.html"
    assert "Likely mistake: the circumference." in page
    assert f"the pages of {size} students" in moodle[2][4]


def test_grades_can_be_exported_as_nbgrader_does(moodle):
    said = nbjudge(moodle[0], "export", "--to=csv")
    rows = read_rows(moodle[0] / "small-csv.csv")
    assert "small-csv.csv: the points of all students" in said
    assert [float(row["score"]) for row in rows[:3]] == [0, 3, 3]


def test_a_course_without_a_gradebook_says_so(tmp_path):
    (tmp_path / "release" / ASSIGNMENT).mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    for kind in ("--to=csv", "--to=moodle"):
        said = nbjudge(tmp_path, "export", kind, "--into=w.csv", status=1)
        assert "Traceback" not in said
        assert "Nothing is graded yet" in said or "w.csv cannot be read" in said
