"""An instructor works in JupyterLab's formgrader, in a real browser, from source to feedback."""

import re
import sys
from pathlib import Path

import pytest
from browser import PHONE, chromium, is_too_wide, opened, violations
from jupyter_page import Formgrader, Server
from nbgrader.api import Gradebook
from small_course import ASSIGNMENT, RIGHT, WORDS, WRONG, build, hand_in

pytestmark = pytest.mark.usefixtures("needs_browser")
PROGRAMS = Path(sys.executable).parent
COMMENT = "Two dimensions, yes: but say why."
MISTAKE = "Likely mistake: the circumference."


@pytest.fixture(scope="module")
def worked(tmp_path_factory):
    """Return the course's folder, and what was read on the way."""
    folder = tmp_path_factory.mktemp("formgrader")
    course, read = build(folder, more_config="nbjudge.without_exchange(c)"), {}
    with Server(course, PROGRAMS, "lab") as server, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(120_000)
        formgrader = Formgrader(page, server)
        read["generate"] = formgrader.press("assign", ASSIGNMENT)
        read["release"] = formgrader.press("release", ASSIGNMENT)
        hand_in(course, "ada", WRONG)
        hand_in(course, "bo", RIGHT)
        formgrader.follow("Manage Assignments", "2")
        read["autograde"] = [formgrader.press("autograde", student) for student in ("ada", "bo")]
        formgrader.follow("Manual Grading", ASSIGNMENT, "area", "Submission #1")
        if MISTAKE not in formgrader.submission():  # whose is the first is left to chance
            formgrader.follow("Next →")
            formgrader.frame.get_by_text(MISTAKE).wait_for()
        read["submission"] = formgrader.submission()
        formgrader.give("0.5", COMMENT)
        formgrader.follow("Manual Grading", "Manage Assignments")
        read["feedback"] = formgrader.press("generate-feedback", ASSIGNMENT)
    return course, read


def test_buttons_generate_autograde_and_write_the_feedback(worked):
    _, read = worked
    assert f"Successfully created the student version of '{ASSIGNMENT}'" in read["generate"]
    for student, said in zip(("ada", "bo"), read["autograde"], strict=True):
        assert f"Successfully autograded '{ASSIGNMENT}' for student '{student}'" in said
    assert f"Successfully generated feedback of '{ASSIGNMENT}'" in read["feedback"]


def test_the_log_of_a_button_is_one_that_can_be_read(worked):
    for said in worked[1]["autograde"]:
        assert "return 2 * 3.14" in said or "r**2" in said  # nbgrader's debug log names cells
        assert "_nbjudge" not in said
        assert len(said) < 10_000


def test_releasing_says_how_to_go_without_the_exchange(worked):
    assert "This course does not use nbgrader's exchange. Hand out" in worked[1]["release"]


def test_a_submission_shows_the_named_mistake_the_task_and_the_marking_scheme(worked):
    read = worked[1]["submission"]
    assert MISTAKE in read
    assert "Area · area_test" in read
    assert read.split("Model answer and marking scheme")[1].strip().startswith(WORDS)


def test_points_and_comment_are_in_the_gradebook(worked):
    with Gradebook(f"sqlite:///{worked[0] / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("words", "area", ASSIGNMENT, "ada")
        comment = gradebook.find_comment("words", "area", ASSIGNMENT, "ada")
        assert (grade.manual_score, grade.needs_manual_grade) == (0.5, False)
        assert comment.comment == COMMENT


def test_the_students_page_has_the_mistake_the_comment_and_nothing_of_the_hidden_test(worked):
    page = worked[0] / "feedback" / "ada" / ASSIGNMENT / "area.html"
    with chromium() as browser, opened(browser, page, PHONE) as shown:
        text = shown.locator("body").inner_text()
        assert re.search(r"0\.5 of 4 points", text)
        assert MISTAKE.removeprefix("Likely mistake: ") in text
        assert COMMENT in text
        assert not violations(shown)
        assert not is_too_wide(shown)
        assert not shown.asked
    written = page.read_text()
    for secret in ("HiddenTest", "rng", "uniform", "judge(", "seed"):
        assert secret not in written
