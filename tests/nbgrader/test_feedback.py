"""What comes back to students: their points, a grader's words, what is late and what is pending."""

import csv
import json
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from corpus.course import ALL, ASSIGNMENT, NOTEBOOK, RIGHT, build
from jupyter_page import Server
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbgrader.api import Gradebook
from repository import nbgrader

from nbjudge.record.pending_points import points_text, tidy
from nbjudge.sanitize.grader_comment import grader_html

CONFIG = """
import math

from nbgrader.plugins import BasePlugin


class TenPercentADay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 0.1 * score * math.ceil(total_seconds_late / 86400)


c.AssignLatePenalties.plugin_class = TenPercentADay
nbjudge.without_exchange(c)
"""
DUE = "2026-05-01 18:00 Europe/Berlin"
TIMES = {"early": "2026-05-01 15:59:59 UTC", "late": "2026-05-02 16:00:01 UTC", "timeless": None}
TASKS = [
    "✓ Loss right 4 of 4",
    "✓ Step right 3 of 3",
    "✓ Score right 3 of 3",
    "✓ Curve right 2 of 2",
    "… words not graded yet – of 1",
]
WRITTEN = ("Ask <why>", "x<y and z>w", "List<int>", "Dict<str, List<int>>", "<why>", "a <b> c")


def submit(course, student, submitted):
    nb = nbformat.read(course / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    for cell in nb.cells:
        cell.source = RIGHT.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / f"{NOTEBOOK}.ipynb")
    (folder / "notes.txt").write_text("of my own")
    if submitted:
        (folder / "timestamp.txt").write_text(f"{submitted}\n")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with a due date, three right submissions, graded, and nobody's hand yet."""
    course = build(tmp_path_factory.mktemp("feedback") / "course", "canary", {})
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(CONFIG)
    nbgrader(course, "db", "assignment", "add", ASSIGNMENT, f"--duedate={DUE}")
    for student, submitted in TIMES.items():
        submit(course, student, submitted)
    nbgrader(course, "autograde", ASSIGNMENT)
    return course


@pytest.fixture
def copied(course, tmp_path):
    """Return a copy of the graded course, in a folder of a difficult name."""
    return Path(shutil.copytree(course, tmp_path / "course [1] of 'é'"))


def gradebook(course):
    return Gradebook(f"sqlite:///{course / 'gradebook.db'}", "corpus")


def give(course, student, points, comment=""):
    """Grade the written answer as formgrader does."""
    with gradebook(course) as book:
        grade = book.find_grade("words", NOTEBOOK, ASSIGNMENT, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        book.find_comment("words", NOTEBOOK, ASSIGNMENT, student).manual_comment = comment
        book.db.commit()


def page(course, student):
    path = course / "feedback" / student / ASSIGNMENT / f"{NOTEBOOK}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(element):
    return " ".join(element.get_text(" ").split())


def heads(html):
    """Return the sum, a line for each task of the summary, and the heading of each task."""
    tasks = html.select("section.task[id]")
    return (
        words(html.select_one(".sum")),
        [words(line) for line in html.select("ul.tasks li")],
        [words(task.select_one(".head")) for task in tasks],
    )


def exported(course):
    nbgrader(course, "export")
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


# --- due dates ---------------------------------------------------------------------------------


def test_only_who_hands_in_after_the_due_date_has_a_penalty(course):
    found = {
        student: [float(row[name]) for name in ("raw_score", "late_submission_penalty", "score")]
        for student, row in exported(course).items()
    }
    assert found == {
        "early": [ALL, 0, ALL],
        "late": [ALL, 2.4, 9.6],  # a day and a second: two days
        "timeless": [ALL, 0, ALL],
    }
    with gradebook(course) as book:
        for student, late in (("early", 0), ("late", 86401), ("timeless", 0)):
            assert book.find_submission(ASSIGNMENT, student).total_seconds_late == late


def test_the_feedback_tells_the_penalty(copied):
    nbgrader(copied, "generate_feedback", ASSIGNMENT)
    total, *_ = heads(page(copied, "late"))
    late = "Handed in late: 2.4 points less, which is counted."
    assert total == f"9.6 of 13 points 1 point not graded yet {late}"
    assert "late" not in heads(page(copied, "early"))[0]


def test_nbgraders_own_penalty_takes_everything_when_asked_to(course, tmp_path):
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    with open(copy / "nbgrader_config.py", "a") as file:
        file.write('del c.AssignLatePenalties["plugin_class"]\n')
        file.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    nbgrader(copy, "autograde", ASSIGNMENT, "--force")
    scores = {student: float(row["score"]) for student, row in exported(copy).items()}
    assert scores == {"early": ALL, "late": 0, "timeless": ALL}


def test_a_later_due_date_counts_when_graded_again(course, tmp_path):
    copy = Path(shutil.copytree(course, tmp_path / "course"))
    nbgrader(copy, "db", "assignment", "add", ASSIGNMENT, "--duedate=2026-06-01 18:00 UTC")
    assert "2026-06-01 18:00:00" in nbgrader(copy, "db", "assignment", "list").stdout
    nbgrader(copy, "autograde", ASSIGNMENT, "--student=late", "--force")
    assert float(exported(copy)["late"]["score"]) == ALL


# --- what is pending ---------------------------------------------------------------------------


def test_an_answer_that_nobody_has_graded_is_not_shown_as_0_points(copied):
    done = nbgrader(copied, "generate_feedback", ASSIGNMENT)
    total, tasks, headings = heads(page(copied, "early"))
    assert total == "12 of 13 points 1 point not graded yet"
    assert tasks == TASKS
    assert headings[-1] == "… words – of 1"
    warnings = [line for line in done.stderr.splitlines() if "WARN" in line]
    (warning,) = [line for line in warnings if "not graded yet" in line]
    assert "3 submissions of lab have written answers" in warning
    assert "early, late, timeless; their feedback says so" in warning


def test_when_a_grader_has_given_points_they_are_shown_and_nothing_is_pending(copied):
    give(copied, "early", 0.1 + 0.2, "Well put.")
    done = nbgrader(copied, "generate_feedback", ASSIGNMENT, "--force")
    html = page(copied, "early")
    total, tasks, headings = heads(html)
    assert total == "12.3 of 13 points"
    assert tasks[-1] == "◐ words partly right 0.3 of 1"
    assert headings[-1] == "◐ words 0.3 of 1"
    assert words(html.select_one(".comment")) == "Your grader's comment Well put."
    assert "2 submissions of lab have written answers" in done.stderr
    rows = exported(copied)
    assert (rows["early"]["raw_score"], rows["early"]["pending"]) == ("12.3", "0.0")
    assert rows["late"]["pending"] == "1.0"


def test_every_link_of_the_summary_leads_somewhere(copied):
    give(copied, "early", 1, "Good.")
    nbgrader(copied, "generate_feedback", ASSIGNMENT)
    html = page(copied, "early")
    links = html.select(".summary a")
    assert len(links) >= 5
    for link in links:
        assert html.select_one(f"section[id='{link['href'][1:]}']"), link


def test_a_submission_deleted_after_grading_is_still_exported_and_has_its_feedback(copied):
    shutil.rmtree(copied / "submitted" / "late")
    assert exported(copied)["late"]["raw_score"] == "12.0"
    nbgrader(copied, "generate_feedback", ASSIGNMENT)
    assert heads(page(copied, "late"))[0].startswith("9.6 of 13 points")


def test_feedback_is_written_when_the_gradebook_lacks_something(copied):
    with gradebook(copied) as book:
        book.db.delete(book.find_grade("loss_test", NOTEBOOK, ASSIGNMENT, "early"))
        book.db.delete(book.find_comment("words", NOTEBOOK, ASSIGNMENT, "early"))
        book.db.commit()
        book.remove_student("late")
    done = nbgrader(copied, "generate_feedback", ASSIGNMENT)
    total, tasks, _ = heads(page(copied, "early"))
    assert total == "8 of 13 points 1 point not graded yet"
    assert tasks[0] == "? Loss not in the gradebook – of 4"
    total, tasks, _ = heads(page(copied, "late"))
    assert total == "Not in the gradebook"
    assert all("not in the gradebook – of" in task for task in tasks)
    assert "The gradebook has no nn of late: its feedback shows no points." in done.stderr


def test_points_have_two_decimals_at_most_and_no_noise():
    shown = {29.990000000000002: "29.99", 0.1 + 0.2: "0.3", 1 / 3: "0.33", 8.0: "8", 100.0: "100"}
    assert {number: points_text(number) for number in shown} == shown
    assert points_text(-0.001) == "0"
    assert [tidy(29.990000000000002), tidy(1e-17), tidy(2.125)] == [29.99, 0, 2.125]


# --- nothing of the hidden tests ---------------------------------------------------------------


def test_no_audit_reaches_the_feedback_and_what_lies_there_goes(copied):
    graded = copied / "autograded" / "early" / ASSIGNMENT
    assert (graded / f"{NOTEBOOK}.audit.jsonl").exists()
    shutil.copy(graded / f"{NOTEBOOK}.audit.jsonl", graded / f"{NOTEBOOK}.audit.earlier.jsonl")
    nbgrader(copied, "generate_feedback", ASSIGNMENT)
    folder = copied / "feedback" / "early" / ASSIGNMENT
    names = {"nn.html", "notes.txt", "rows.csv", "timestamp.txt"}
    assert {path.name for path in folder.iterdir()} <= names
    assert (folder / "notes.txt").read_text() == "of my own"
    shutil.copy(graded / f"{NOTEBOOK}.audit.jsonl", folder)
    nbgrader(copied, "generate_feedback", ASSIGNMENT)  # skips who has feedback
    assert not list((copied / "feedback").rglob("*.jsonl"))


def test_no_page_holds_a_seed(copied):
    nbgrader(copied, "generate_feedback", ASSIGNMENT)
    for audit in (copied / "autograded").rglob("*.audit.jsonl"):
        seeds = [json.loads(line)["seed"] for line in audit.read_text().splitlines()]
        html = page(copied, audit.parents[1].name).decode()
        assert len(seeds) == 4
        assert not any(str(seed) in html for seed in seeds)


# --- a grader's words --------------------------------------------------------------------------


@pytest.mark.parametrize("text", WRITTEN)
def test_what_a_grader_writes_in_angle_brackets_is_shown_as_written(text):
    assert BeautifulSoup(grader_html(text), "html.parser").text.strip() == text


@pytest.mark.parametrize(
    "text",
    [
        "**bold**, `List<int>`, [a link](https://example.org) and <https://example.org>",
        "- one\n- two\n\n1. three\n\n> quoted",
        "$a<b$ and $$\\frac{a}{b}$$",
        "H<sub>2</sub>O<br>and <b>bold</b> <i>words</i>",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "![a figure](https://example.org/figure.png)",
        "```python\nif a < b:\n    pass\n```",
        "1 < 2 & 3 > 2",
    ],
)
def test_a_graders_markdown_is_what_nbgrader_makes_of_it(text):
    theirs, ours = (
        BeautifulSoup(html, "html.parser")
        for html in (markdown2html_mistune(text), grader_html(text))
    )
    assert ours.text == theirs.text
    assert [e.name for e in ours.find_all(True)] == [e.name for e in theirs.find_all(True)]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick=alert(1)>x</b>",
        "<a href='javascript:alert(1)'>x</a>",
        "[x](javascript:alert(1))",
        "<svg onload=alert(1)>",
        "```mermaid\n<img src=x onerror=alert(1)>\n```",
        "<span style='background-image: url(http://example.org)'>x</span>",
    ],
)
def test_a_pasted_script_does_nothing_in_a_graders_comment(text):
    html = BeautifulSoup(grader_html(text), "html.parser")
    assert not html.select("script, svg, iframe")
    for element in html.find_all(True):
        assert set(element.attrs) <= {"src", "href", "style", "class"}
        assert not element.get("href", "").startswith("javascript:")
        assert "url" not in element.get("style", "")


# --- formgrader --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(course, tmp_path_factory):
    """Return a server in a copy of the graded course."""
    copy = tmp_path_factory.mktemp("formgrader") / "course"
    programs = Path(sys.executable).parent
    with Server(Path(shutil.copytree(course, copy)), programs) as server:
        yield server


@pytest.mark.parametrize(
    "path",
    [
        "manage_assignments",
        "manage_submissions/lab",
        "manage_students",
        "gradebook",
        "gradebook/lab",
        "gradebook/lab/nn",
    ],
)
def test_neither_formgraders_pages_nor_its_log_warn_of_a_missing_exchange(server, path):
    assert "alert-warning" not in server.ask(f"/formgrader/{path}")
    assert "exchange" not in server.log.read_text().lower()


def test_jupyterlabs_list_of_assignments_does_not_warn_of_a_missing_exchange(server):
    answer = json.loads(server.ask("/assignments?course_id=corpus"))
    assert answer == {"success": True, "value": []}


def test_formgraders_buttons_for_the_exchange_say_how_to_go_without(server):
    for button in ("release", "collect"):
        done = json.loads(server.ask(f"/formgrader/api/assignment/lab/{button}", "POST"))
        assert not done["success"]
        assert "This course does not use nbgrader's exchange. Hand out" in done["log"]


def test_formgraders_button_writes_the_same_feedback_with_the_graders_words(server):
    course = server.log.parent
    notebooks = json.loads(server.ask("/formgrader/api/submitted_notebooks/lab/nn"))
    (early,) = [notebook["id"] for notebook in notebooks if notebook["student"] == "early"]
    comments = json.loads(server.ask(f"/formgrader/api/comments?submission_id={early}"))
    (words,) = [comment for comment in comments if comment["name"] == "words"]
    address = f"/formgrader/api/comment/{words['id']}"
    server.ask(address, "PUT", manual_comment="Ask <why>: is x<y and z>w?")
    assert json.loads(server.ask(address))["manual_comment"] == "Ask <why>: is x<y and z>w?"
    done = json.loads(server.ask("/formgrader/api/assignment/lab/generate_feedback", "POST"))
    assert done["success"], done
    assert "3 submissions of lab have written answers that are not graded yet" in done["log"]
    html = page(course, "early")
    assert heads(html)[0] == "12 of 13 points 1 point not graded yet"
    assert "Ask <why>: is x<y and z>w?" in html.select_one(".comment").text
    assert not list((course / "feedback").rglob("*.jsonl"))


def submission_page(server):
    notebooks = json.loads(server.ask("/formgrader/api/submitted_notebooks/lab/nn"))
    page = server.ask(f"/formgrader/submissions/{notebooks[0]['id']}/")
    return BeautifulSoup(page, "html.parser")


def test_formgraders_own_fields_are_as_before(server):
    html = submission_page(server)
    assert len(html.select("input.score")) == 5
    assert html.select_one("textarea#words-comment") is not None


def test_formgrader_calls_a_graded_cell_by_its_task(server):
    labels = [words(label) for label in submission_page(server).select(".nbgrader-label")]
    assert "Loss · loss_test" in labels
    assert "Step · step_test" in labels


def test_beside_a_written_answer_stand_the_model_answer_and_the_marking_scheme(server):
    (marking,) = submission_page(server).select(".marking")
    assert words(marking) == f"Model answer and marking scheme {RIGHT['words']}"
    assert marking.find_parent(class_="nbgrader_cell").select_one("textarea#words-comment")
