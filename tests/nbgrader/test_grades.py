"""The table of points: the whole class as it is now, sorted, in 80 columns."""

import shutil

import forked
import pytest
from marks import slow
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from rich.cells import cell_len
from small_course import environment

from nbjudge.errors import NoGradesError
from nbjudge.record.class_scores import DELETED, NOT_GRADED, UNFINISHED, Grades, Row, read_grades
from nbjudge.reports.terminal.columns import shorten
from nbjudge.reports.terminal.scores_table import show

NOTEBOOKS = (("q1_l1_backprop", 25), ("q2_momentum", 10), ("q3_pytorch_l2", 20), ("q4_big", 50))


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with a gradebook: a late student, one deleted, one unfinished, one new."""
    course = tmp_path_factory.mktemp("grades")
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    (course / "source" / "lab1").mkdir(parents=True)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("lab1")
        for name in ("q1", "q2"):
            gradebook.add_notebook(name, "lab1")
            gradebook.add_grade_cell("code", name, "lab1", max_score=20, cell_type="code")
            gradebook.add_grade_cell("words", name, "lab1", max_score=3, cell_type="markdown")
        for student in ("late", "deleted", "unfinished"):
            gradebook.add_student(student)
            submission = gradebook.add_submission("lab1", student)
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if grade.name == "code":
                        grade.auto_score, grade.needs_manual_grade = 14.25, False
        late = gradebook.find_submission_notebook("q1", "lab1", "late")
        late.late_submission_penalty = 2.5
        words = gradebook.find_grade("words", "q2", "lab1", "late")
        words.manual_score, words.needs_manual_grade = 2, False
        gradebook.db.commit()
    for step, students in (
        ("submitted", ("late", "unfinished", "new", "+refused")),
        ("autograded", ("late", "deleted")),
    ):
        for student in students:
            (course / step / student / "lab1").mkdir(parents=True)
    return course


def nbjudge(course, *arguments):
    """Run one command of nbjudge."""
    return forked.run(course, ("nbjudge", *arguments), environment(), apart=True)


def test_the_gradebook_and_the_folders_say_how_everybody_stands(course):
    grades = read_grades(CourseDirectory(root=str(course)), "lab1")
    assert grades.notebooks == (("q1", 23.0), ("q2", 23.0))
    rows = {row.student: row for row in grades.rows}
    assert {name: row.mark for name, row in rows.items()} == {
        **{"late": "", "deleted": DELETED, "unfinished": UNFINISHED, "new": NOT_GRADED}
    }
    assert grades.refused == 1
    assert "Not in the table: 1 folder in submitted/ that cannot be graded;" in show(grades)
    assert (rows["late"].waits, rows["late"].penalty) == (3, 2.5)
    assert rows["late"].total == 14.25 + 14.25 + 2 - 2.5
    assert (rows["deleted"].waits, rows["deleted"].penalty) == (6, 0)


def test_a_notebook_that_was_never_graded_has_no_points_and_waits_for_nothing(course, tmp_path):
    copy = shutil.copytree(course, tmp_path / "course")
    with Gradebook(f"sqlite:///{copy / 'gradebook.db'}") as gradebook:
        gradebook.find_grade("code", "q2", "lab1", "deleted").auto_score = None  # as it is made
        missing = gradebook.find_submission_notebook("q1", "lab1", "deleted")
        for grade in missing.grades:
            grade.auto_score, grade.needs_manual_grade = 0, False
        gradebook.db.commit()
    grades = read_grades(CourseDirectory(root=str(copy)), "lab1")
    (row,) = [row for row in grades.rows if row.student == "deleted"]
    assert (row.points, row.waits, row.total) == ((0, None), 0, 0)
    text = show(grades)
    assert "deleted (deleted) 0.00 – 0" in [" ".join(line.split()) for line in text.splitlines()]
    assert "–: not graded yet. To grade: nbjudge grade lab1" in text


def test_the_command_prints_what_was_asked_for(course):
    run = nbjudge(course, "grades", "lab1", "--sort", "points")
    assert run.returncode == 0, run.stderr
    body = [
        line for line in run.stdout.splitlines() if line[:4] in ("late", "dele", "unfi", "new ")
    ]
    assert [" ".join(line.split()) for line in body] == [
        "deleted (deleted) 14.25 14.25 28.5 6",
        "late 14.25 16.25 -2.5 28.0 3",
        "new (not graded) – – –",
        "unfinished (unfinished) – – –",
    ]


@pytest.mark.parametrize("option", ["--table", slow("--all")])
def test_the_whole_table_of_a_large_class_is_there_when_asked_for(course, tmp_path, option):
    copy = shutil.copytree(course, tmp_path / "course")
    for number in range(60):
        (copy / "submitted" / f"s{number:02}" / "lab1").mkdir(parents=True)
    assert "s07" not in nbjudge(copy, "grades", "lab1").stdout
    run = nbjudge(copy, "grades", "lab1", option)
    assert run.returncode == 0, run.stderr
    assert [f"s{number:02}" in run.stdout for number in range(60)] == [True] * 60


def test_a_course_without_a_gradebook_gets_a_sentence_and_no_gradebook(course, tmp_path):
    (tmp_path / "source" / "lab1").mkdir(parents=True)
    with pytest.raises(NoGradesError, match="there is no gradebook"):
        read_grades(CourseDirectory(root=str(tmp_path)), "lab1")
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
    with pytest.raises(NoGradesError, match="has no assignment 'lab2'"):
        read_grades(CourseDirectory(root=str(course)), "lab2")


def test_a_broken_gradebook_gets_a_sentence(tmp_path):
    (tmp_path / "source" / "lab1").mkdir(parents=True)
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "gradebook.db").write_bytes(b"no database" * 1000)
    run = nbjudge(tmp_path, "grades", "lab1")
    assert run.returncode == 1
    assert "gradebook.db cannot be used: file is not a database. Its file holds" in run.stderr
    assert run.stderr.count("\n") == 1


def table(*rows, **options):
    """Return the lines of a table of four notebooks."""
    return show(Grades("lab1", NOTEBOOKS, rows), **options).splitlines()


def row(student, points=(25, 10, 20, 46), **more):
    """Return a row of four notebooks."""
    return Row(student, tuple(map(float, points)), **more)


def test_a_sum_is_rounded_as_it_is_meant():
    (line,) = [line for line in table(row("ada", (2.99, 9, 18, 2e-15))) if line.startswith("ada")]
    assert line.split() == ["ada", "2.99", "9", "18", "0", "29.99"]


def test_points_stand_under_each_other():
    lines = table(row("ada", (2.5, 9, 18, 0)), row("bob", (20, 9, 18, 0)))
    ada, bob = (line for line in lines if line.startswith(("ada", "bob")))
    assert ada.index("2.5") == bob.index("20.0") + 1
    assert len(ada) == len(bob)


def test_students_are_sorted_by_name_without_case_and_accents_or_by_points():
    rows = [row("Zoe", (0, 0, 0, 1)), row("élan", (0, 0, 0, 3)), row("Eva", (0, 0, 0, 3))]
    rows.append(row("adam", (25, 10, 20, 50), mark=UNFINISHED))
    for sort, wanted in (
        ("student", ["adam", "élan", "Eva", "Zoe"]),
        ("points", ["élan", "Eva", "Zoe", "adam"]),
    ):
        lines = table(*rows, sort=sort)
        names = [line.split()[0] for line in lines if line.split(" ")[0] in wanted]
        assert names == wanted


NAMES = (
    "x" * 100,
    "李雷" * 20,
    "Jo\u0301se\u0301" * 20,
    "two words " * 9,
    "a\u202eb\x1b[2J",
    "🦊" * 40,
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mark", ["", DELETED, UNFINISHED, NOT_GRADED])
def test_the_table_fits_80_columns_whatever_a_student_is_called(name, mark):
    lines = table(row(name, mark=mark, waits=10), row("late", penalty=12.25, waits=3))
    assert max(map(cell_len, lines)) <= 80
    assert all(line.isprintable() for line in lines)
    assert not mark or any(f"({mark})" in line for line in lines)


def test_two_students_whose_short_names_are_the_same_are_told_apart():
    names = [f"Anna-Maria-Luise_Muster_{number}_assignsubmission_file" for number in (123, 124)]
    shown = "".join(line.split("  ")[0] for line in table(*(row(name) for name in names)))
    assert all(name in shown for name in names)


def test_many_notebooks_that_do_not_fit_leave_the_sum():
    notebooks = tuple((f"problem_{n}", 10.0) for n in range(15))
    lines = show(Grades("lab1", notebooks, (Row("ada", (9.0,) * 15),))).splitlines()
    assert max(map(len, lines)) <= 80
    assert "135" in next(line for line in lines if line.startswith("ada"))
    assert any("do not fit" in line for line in lines)


def test_a_large_class_is_summed_up_and_all_can_be_seen():
    rows = [row(f"s{n:02}", (n / 10, 0, 0, 0), waits=n % 2) for n in range(61)]
    rows.append(row("gone", (25, 10, 20, 50), mark=UNFINISHED))
    text = "\n".join(table(*rows))
    assert "lab1: 61 students graded" in text
    assert "sum" in text
    (total,) = [line.split() for line in table(*rows) if line.startswith("sum")]
    assert total == ["sum", "105", "0", "3", "3", "6"]
    assert "30 students have points that wait" in text
    assert "1 unfinished: gone" in text
    assert "All students: nbjudge grades lab1 --table, or nbgrader export (grades.csv)" in text
    assert "s07" not in text
    assert "s07" in "\n".join(table(*rows, everyone=True))


@pytest.mark.parametrize("name", ["x" * 50, "李雷" * 20, "Jo\u0301se\u0301" * 20])
@pytest.mark.parametrize("cells", [8, 9, 15])
def test_a_shortened_name_keeps_both_ends_and_fits(name, cells):
    short = shorten(name, cells)
    assert cells - 2 <= cell_len(short) <= cells
    assert short[0] == name[0]
    assert "…" in short
    assert shorten(name[:3], cells) == name[:3]
