"""Grading again: only what is affected, and the instructor reads who moved."""

import io
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from marks import slow
from nbgrader.api import Gradebook
from rich.console import Console
from small_course import (
    ASSIGNMENT,
    RIGHT,
    WRONG,
    build,
    db_url,
    environment,
    files,
    hand_in,
    nbgrader,
    nbjudge,
    rows,
)

from nbjudge.record.audit import seconds_of
from nbjudge.record.score_changes import Moved
from nbjudge.reports.terminal.score_changes_table import show_moved

GRADE = ("autograde", ASSIGNMENT, "--log-level=WARN")


@pytest.fixture(scope="module")
def master(tmp_path_factory):
    """Return a course in which a class of three was graded; to be copied."""
    course = build(tmp_path_factory.mktemp("regrade") / "course", 3)
    nbgrader(course, *GRADE)
    return course


@pytest.fixture
def course(master, tmp_path):
    """Return a copy of the graded course."""
    return shutil.copytree(master, tmp_path / "course")


def audit(course, student, notebook, ending=".audit.jsonl"):
    text = (course / "autograded" / student / ASSIGNMENT / f"{notebook}{ending}").read_text()
    return [json.loads(line) for line in text.splitlines()]


def change_test(course, notebook, old, new):
    path = course / "hidden_tests" / ASSIGNMENT / f"{notebook}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def changed(before, after):
    """Return the files that differ, as student/notebook."""
    return {
        name.replace(f"/{ASSIGNMENT}", "").split(".")[0]
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }


def test_run_again_nothing_is_graded(course):
    before = files(course)
    assert "Nothing was graded: all is graded already." in nbgrader(course, *GRADE)
    assert files(course) == before


def test_make_is_told_how_make_grades_again(course, monkeypatch):
    monkeypatch.setenv("NBJUDGE_BY_MAKE", "1")
    log = nbgrader(course, *GRADE)
    assert "all is graded already. make grade FORCE=1 grades it again." in log


def test_an_assignment_or_student_that_is_not_there_is_the_last_thing_said(course):
    log = nbgrader(course, "autograde", "smal", status=1)
    assert "There is no assignment 'smal' in source/. There is: small." in log
    log = nbjudge(course, "grade", ASSIGNMENT, "--student", "nobody", status=1)
    assert "No submission of 'small' was found for students matching 'nobody'" in log
    assert "student00" not in log


def test_a_changed_hidden_test_grades_its_own_notebook_again_and_says_who_moved(course):
    before, rows_before = files(course), rows(course)
    change_test(course, "area", "2 * math.pi * r,", "math.pi * r,")
    change_test(
        course, "area", "expect=lambda r: math.pi * r**2", "expect=lambda r: 2 * math.pi * r"
    )
    log = nbgrader(course, *GRADE)
    assert "area of student00, student01, student02: graded again, its hidden test has" in log
    assert changed(before, files(course)) == {f"student0{n}/area" for n in range(3)}
    moved = [line.split() for line in log.splitlines() if "area_test" in line]
    found = {cells[3]: (float(cells[5]), float(cells[7])) for cells in moved}
    after = rows(course)
    assert found == {
        student: (rows_before[student, "area_test"][0], after[student, "area_test"][0])
        for student in ("student00", "student01", "student02")
    }
    assert found["student00"] == (0, 3)
    assert found["student01"] == (3, 0)


def test_the_earlier_audit_lines_are_kept(course):
    first = audit(course, "student01", "area")
    change_test(course, "area", "rng.uniform(5, 9)", "rng.uniform(5, 8)")
    nbgrader(course, *GRADE)
    second = audit(course, "student01", "area")
    assert audit(course, "student01", "area", ".audit.earlier.jsonl") == first
    nbgrader(course, *GRADE, "--force")
    assert audit(course, "student01", "area", ".audit.earlier.jsonl") == first + second


def test_each_line_says_how_many_seconds_its_notebook_took(course):
    slow = {**RIGHT, "area": "import time\ntime.sleep(1)\n" + RIGHT["area"]}
    hand_in(course, "slow", slow)
    hand_in(course, "half", {"line": RIGHT["line"]})
    nbgrader(course, *GRADE)
    area, line = audit(course, "slow", "area"), audit(course, "slow", "line")
    assert 1 <= seconds_of(area) < 60
    assert 0 < seconds_of(line) < 60
    assert seconds_of(audit(course, "half", "area")) is None  # there was nothing to run


def test_a_comment_in_a_hidden_test_grades_nobody_again(course):
    change_test(course, "area", "import math\n", "import math  # the number π\n")
    assert "Nothing was graded" in nbgrader(course, *GRADE)


def test_what_a_hidden_test_loads_counts(course):
    folder = course / "hidden_tests" / ASSIGNMENT
    (folder / "shared.py").write_text("SCALE = 1.0\n")
    text = (folder / "line.py").read_text()
    (folder / "line.py").write_text("from .shared import SCALE\n" + text)
    assert "line of student00" in nbgrader(course, *GRADE)
    (folder / "shared.py").write_text("SCALE = 2.0\n")
    log = nbgrader(course, *GRADE)
    assert "line of student00" in log
    assert "area of" not in log


def test_a_changed_setting_grades_all_again_and_one_of_the_machine_none(course):
    config = course / "nbgrader_config.py"
    text = config.read_text()
    config.write_text(text.replace('["numpy"]', '["numpy", "json"]'))
    assert "Nothing was graded" in nbgrader(course, *GRADE)
    config.write_text(
        text.replace("nbjudge.configure", "c.JudgeExecute.timeout = 7\nnbjudge.configure")
    )
    log = nbgrader(course, *GRADE)
    assert "line of student00, student01, student02: graded again, the judge's settings have" in log


def test_a_changed_text_of_the_release_grades_its_notebook_again(course):
    path = course / "source" / ASSIGNMENT / "line.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("A straight line.", id="intro"))
    nbformat.write(nb, path)
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--force", "--log-level=ERROR")
    log = nbgrader(course, *GRADE)
    assert "line of student00" in log
    assert "its released cells or data have changed" in log
    assert "area of" not in log


def test_a_notebook_that_is_handed_in_again_is_graded_again_whatever_its_date(course):
    before = files(course)
    hand_in(course, "student00", {"line": RIGHT["line"]})
    log = nbgrader(course, *GRADE)
    assert "line of student00: graded again, handed in again." in log
    assert changed(before, files(course)) == {"student00/line"}
    assert rows(course)["student00", "line_test"][0] == 2


def test_a_notebook_that_was_missing_and_comes_later_is_graded(course):
    hand_in(course, "late", {"area": RIGHT["area"]})
    log = nbgrader(course, *GRADE)
    assert "Notebooks not handed in by: late" in log
    assert rows(course)["late", "line_test"][:3] == (0, None, False)
    hand_in(course, "late", {"line": RIGHT["line"]})
    nbgrader(course, *GRADE)
    assert rows(course)["late", "line_test"][0] == 2


def test_a_graded_folder_that_was_deleted_is_made_again(course):
    before = files(course)
    shutil.rmtree(course / "autograded" / "student01")
    nbgrader(course, *GRADE)
    assert files(course) == before


def test_only_the_notebook_that_is_asked_for_is_graded(course):
    hand_in(course, "new", WRONG)
    nbgrader(course, *GRADE, "--notebook", "line")
    there = {path.name for path in (course / "autograded" / "new" / ASSIGNMENT).iterdir()}
    assert there == {"line.ipynb", "line.audit.jsonl"}
    nbgrader(course, *GRADE)
    assert rows(course)["new", "area_test"][0] == 0
    assert (course / "autograded" / "new" / ASSIGNMENT / "area.ipynb").exists()


def give_by_hand(course, student, cell, points, comment):
    with Gradebook(db_url(course), "small") as gradebook:
        grade = gradebook.find_grade(cell, "area", ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        if cell == "words":
            found = gradebook.find_comment(cell, "area", ASSIGNMENT, student)
            found.manual_comment = comment
        gradebook.db.commit()


def comment_of(course, student):
    with Gradebook(db_url(course), "small") as gradebook:
        return gradebook.find_comment("words", "area", ASSIGNMENT, student).comment


def test_points_and_comments_given_by_hand_stay_and_ask_for_no_second_look(course):
    give_by_hand(course, "student01", "words", 0.5, "Nearly.")
    give_by_hand(course, "student01", "area_test", 1.5, "")
    change_test(course, "area", "rng.uniform(5, 9)", "rng.uniform(5, 8)")
    nbgrader(course, *GRADE)
    assert rows(course)["student01", "words"][:3] == (None, 0.5, False)
    assert rows(course)["student01", "area_test"][:3] == (3, 1.5, False)
    assert comment_of(course, "student01") == "Nearly."


def test_points_given_by_hand_ask_for_a_second_look_where_the_answer_changed(course):
    give_by_hand(course, "student01", "words", 0.5, "Nearly.")
    give_by_hand(course, "student01", "area_test", 1.5, "")
    hand_in(course, "student01", {"area": WRONG["area"]}, words="Other words.")
    nbgrader(course, *GRADE)
    assert rows(course)["student01", "words"][:3] == (None, 0.5, True)
    assert rows(course)["student01", "area_test"][:3] == (0, 1.5, True)
    assert comment_of(course, "student01") == "Nearly."


def test_the_closing_table_covers_the_whole_class_and_what_is_gone(course):
    broken = course / "submitted" / "broken" / ASSIGNMENT
    broken.mkdir(parents=True)
    (broken / "area.ipynb").write_text("no notebook")
    (broken / "line.ipynb").write_text("no notebook")
    assert "broken" in nbgrader(course, *GRADE)
    shutil.rmtree(course / "submitted" / "student02")
    log = nbgrader(course, *GRADE)
    found = [line.split() for line in log.splitlines() if "unreadable" in line]
    assert found == [["unreadable", "1", "1", "2"], ["unreadable", "broken", "(2", "notebooks)"]]
    assert "4 submissions graded" in log
    assert "Graded, but no longer in submitted: student02" in log


def test_late_penalties_follow_the_due_date_and_the_points_without_grading_anything(course):
    config = course / "nbgrader_config.py"
    rule = 'c.LateSubmissionPlugin.penalty_method = "zero"\nnbjudge.configure'
    config.write_text(config.read_text().replace("nbjudge.configure", rule))
    submitted = course / "submitted" / "student01" / ASSIGNMENT
    (submitted / "timestamp.txt").write_text("2026-05-02 12:00:00 UTC")
    nbgrader(course, *GRADE)
    assert rows(course)["student01", "area_test"][3] is None
    nbgrader(course, "db", "assignment", "add", ASSIGNMENT, "--duedate", "2026-05-01 12:00 UTC")
    log = nbgrader(course, *GRADE)
    assert "student01: the late penalty was 0, it is 5 now" in log
    assert "Nothing was graded" in log
    assert rows(course)["student01", "area_test"][3] == 3
    give_by_hand(course, "student01", "words", 0.5, "Nearly.")
    assert "the late penalty was 5, it is 5.5 now" in nbgrader(course, *GRADE)
    nbgrader(course, "db", "assignment", "add", ASSIGNMENT, "--duedate", "2026-05-03 12:00 UTC")
    assert "the late penalty was 5.5, it is 0 now" in nbgrader(course, *GRADE)
    assert rows(course)["student01", "area_test"][3] is None


def test_points_that_an_older_gradebook_lacks_are_entered_again(course):
    backup = (course / "gradebook.db").read_bytes()
    hand_in(course, "student00", RIGHT)
    nbgrader(course, *GRADE)
    newest = rows(course)
    (course / "gradebook.db").write_bytes(backup)
    assert rows(course) != newest
    nbgrader(course, *GRADE)
    assert rows(course) == newest


def test_a_damaged_graded_notebook_is_made_again(course):
    before = files(course)
    path = course / "autograded" / "student01" / ASSIGNMENT / "area.ipynb"
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:700])
    nbgrader(course, *GRADE)
    assert {n: v for n, v in files(course).items() if "earlier" not in n} == before


@pytest.mark.parametrize("damage", ["deleted", slow("no JSON"), slow("without a line")])
def test_a_graded_notebook_whose_audit_is_not_whole_is_graded_again_and_that_is_said(
    course, damage
):
    path = course / "autograded" / "student01" / ASSIGNMENT / "area.audit.jsonl"
    text = path.read_text()
    path.unlink()
    if damage != "deleted":
        path.write_text("{" if damage == "no JSON" else text.replace("area_test", "another"))
    log = nbgrader(course, *GRADE)
    assert "area of student01: graded again, its audit was missing or damaged." in log
    assert audit(course, "student01", "area")[0]["cell"] == "area_test"
    assert "Nothing was graded" in nbgrader(course, *GRADE)


def test_files_of_another_name_are_one_line_of_the_summary(course):
    folder = hand_in(course, "renamed", RIGHT)
    for name in ("area", "line"):
        (folder / f"{name}.ipynb").rename(folder / f"smith_123_{name} (1).ipynb")
    log = nbgrader(course, *GRADE)
    assert (
        "notebooks: 2 (renamed: smith_123_area (1).ipynb; renamed: smith_123_line (1).ipynb)" in log
    )
    assert "was taken for" not in log
    assert rows(course)["renamed", "line_test"][0] == 2


def test_notebooks_beside_the_folder_of_the_assignment_are_spoken_of(course):
    hand_in(course, "flat", RIGHT)
    (course / "submitted" / "flat" / ASSIGNMENT / "line.ipynb").rename(
        course / "submitted" / "flat" / "line.ipynb"
    )
    shutil.rmtree(course / "submitted" / "flat" / ASSIGNMENT)
    log = nbgrader(course, *GRADE)
    assert "'flat' has notebooks, but no folder small: move them to flat/small." in log


def test_a_folder_that_is_refused_is_named_once_as_it_is_called(course):
    hand_in(course, "Jörg+Zoë", RIGHT)
    log = nbgrader(course, *GRADE)
    (line,) = [line for line in log.splitlines() if "+" in line]
    assert line.startswith("Not graded: The folder 'Jörg+Zoë' is not graded: the name has a '+'")


def test_points_given_by_hand_do_not_move(course):
    give_by_hand(course, "student01", "area_test", 1.5, "")
    change_test(course, "area", "math.pi * r**2", "math.pi * r**3")
    log = nbgrader(course, *GRADE)
    assert "student02" in log.split("other points")[1]
    assert "student01" not in log.split("other points")[1]


@pytest.fixture
def temporary():
    """Return a short folder for temporary files that any account may enter."""
    with tempfile.TemporaryDirectory(prefix="r-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def test_a_warm_process_that_is_killed_costs_the_student_nothing(course, temporary):
    slow = "import time\ntime.sleep(4)\n" + RIGHT["area"]
    hand_in(course, "student01", {"area": slow})
    process = subprocess.Popen(
        ["nbgrader", *GRADE],
        cwd=course,
        env={**environment(), "TMPDIR": str(temporary), "XDG_RUNTIME_DIR": ""},
        stdout=subprocess.PIPE,
        text=True,
    )
    while not [path for path in temporary.glob("nbjudge-*") if "warm" not in path.name]:
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(1.5)
    for child in psutil.Process(process.pid).children():
        if any("zygote" in word for word in child.cmdline()):
            child.kill()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert rows(course)["student01", "area_test"][0] == 3


def test_a_difference_is_shown_before_anything_is_written_and_written_when_asked(course):
    give_by_hand(course, "student01", "area_test", 1.5, "")
    before = files(course), rows(course)
    change_test(course, "area", "math.pi * r**2", "math.pi * r**3")
    shown = nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--workers=0")
    assert "These points would change" in shown
    assert re.search(r"area_test +│ +student02 +│ +3 +│ +0", shown)
    assert "student01" not in shown.split("These points would change")[1]
    assert "Nothing is written: nbjudge grade small --regrade-diff --apply writes it." in shown
    assert (files(course), rows(course)) == before
    nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--apply", "--workers=0")
    assert rows(course)["student02", "area_test"][0] == 0
    assert rows(course)["student01", "area_test"][:2] == (0, 1.5)
    assert "Nothing was graded" in nbgrader(course, "autograde", ASSIGNMENT)


def test_what_is_written_is_what_was_shown_unless_something_has_changed_since(course):
    change_test(course, "area", "math.pi * r**2", "math.pi * r**3")
    nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--workers=0")
    proposed = course / ".nbjudge" / "proposed" / ASSIGNMENT
    seeds = {
        path.parent.name: json.loads(json.loads(proposal["graded"])["notebooks"]["area"][1][0])[
            "seed"
        ]
        for path in proposed.glob("*/graded.json")
        for proposal in [json.loads(path.read_text())]
    }
    hand_in(course, "student01", WRONG)
    nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--apply", "--workers=0")
    for student in ("student01", "student02"):
        path = course / "autograded" / student / ASSIGNMENT / "area.audit.jsonl"
        written = json.loads(path.read_text().splitlines()[0])["seed"]
        assert (written == seeds[student]) == (student == "student02")
    assert not proposed.exists()


def test_the_command_that_writes_a_difference_is_for_the_students_that_were_shown(course):
    change_test(course, "area", "math.pi * r**2", "math.pi * r**3")
    options = ("--student=student01", "--notebook=area", "--workers=0")
    shown = nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", *options)
    assert "1 submission graded again, 1 with other points." in shown
    asked = "nbjudge grade small --student student01 --notebook area --regrade-diff --apply"
    assert f"{asked} writes it." in shown


def test_the_command_that_writes_a_difference_asks_for_all_where_all_was_asked(course):
    shown = nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--force", "--workers=0")
    assert "nbjudge grade small --force --regrade-diff --apply writes it." in shown


def test_what_was_shown_of_others_is_kept_while_one_student_is_graded(course):
    change_test(course, "area", "math.pi * r**2", "math.pi * r**3")
    nbjudge(course, "grade", ASSIGNMENT, "--regrade-diff", "--workers=0")
    nbjudge(course, "grade", ASSIGNMENT, "--student=student01", "--workers=0")
    proposed = course / ".nbjudge" / "proposed" / ASSIGNMENT
    assert sorted(path.name for path in proposed.iterdir()) == ["student00", "student02"]


@pytest.mark.parametrize("damaged", [slow(b"{"), "\u03bb".encode()[:1]])
def test_a_folder_that_waits_and_cannot_be_entered_stops_nobody(course, damaged):
    waiting = course / "autograded" / "student01" / f".{ASSIGNMENT}.graded"
    waiting.with_name(ASSIGNMENT).rename(waiting)
    (waiting / "area.ipynb").write_bytes(damaged)
    hand_in(course, "new", RIGHT)
    log = nbgrader(course, *GRADE)
    assert "student01: what the last run had graded could not be entered, so it is graded" in log
    assert "Traceback" not in log
    assert rows(course)["new", "area_test"][0] == rows(course)["student01", "area_test"][0] == 3
    assert not waiting.exists()


@pytest.mark.parametrize("ending", [slow(".ipynb"), ".audit.jsonl"])
def test_a_graded_file_that_is_cut_in_a_letter_is_graded_again(course, ending):
    path = course / "autograded" / "student01" / ASSIGNMENT / f"area{ending}"
    path.write_bytes(path.read_bytes()[:40] + "\u03bb".encode()[:1])
    log = nbgrader(course, *GRADE)
    assert "Traceback" not in log
    assert "could not be graded" not in log
    assert rows(course)["student01", "area_test"][0] == 3
    assert audit(course, "student01", "area")


def test_nothing_is_called_graded_that_could_not_be_graded(course):
    hand_in(course, "new", RIGHT)
    (course / "autograded" / "new").write_text("no folder")
    log = nbgrader(course, *GRADE, status=1)
    assert "new could not be graded" in log
    assert "all is graded already" not in log


def test_a_task_that_two_notebooks_call_alike_is_told_with_its_notebook():
    found = [
        Moved("ada", "area", "task_test", 3, 0, "wrong value"),
        Moved("ada", "line", "task_test", 2, 0, "wrong value"),
        Moved("ada", "line", "other_test", 1, 0, "wrong value"),
    ]
    console = Console(width=100, record=True, file=io.StringIO())
    show_moved(found, console)
    said = console.export_text()
    assert "area: task_test" in said
    assert "line: task_test" in said
    assert "line: other_test" not in said


AWAY = """
import os
def away(**about):
    if os.path.isdir("submitted/student02"):
        os.rename("submitted/student02", "student02.away")
c.JudgeAutograde.pre_convert_hook = away
"""


def test_a_submission_that_goes_away_before_it_is_read_keeps_its_grade(course):
    before = files(course), rows(course)
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + AWAY)
    log = nbjudge(course, "grade", ASSIGNMENT, "--force", "--workers=0", status=1)
    assert "student02 could not be graded" in log
    assert rows(course) == before[1]
    kept = {name: text for name, text in before[0].items() if name.startswith("student02/")}
    assert {n: t for n, t in files(course).items() if n.startswith("student02/")} == kept


def test_points_given_by_hand_for_a_notebook_that_is_withdrawn_are_to_be_looked_at(course):
    give_by_hand(course, "student01", "area_test", 1.5, "")
    assert rows(course)["student01", "area_test"][:3] == (3, 1.5, False)
    (course / "submitted" / "student01" / ASSIGNMENT / "area.ipynb").unlink()
    log = nbjudge(course, "grade", ASSIGNMENT, "--workers=0")
    assert rows(course)["student01", "area_test"][:3] == (0, 1.5, True)
    assert re.search(r"missing +1 ", log)  # the task, and not the written answer with it
