"""`nbjudge explain` repeats a verdict for an appeal, shows every number, and changes nothing."""

import shutil

import numpy as np
import pytest
from marks import slow
from small_course import ASSIGNMENT, RIGHT, WRONG, build, files, hand_in, nbgrader, nbjudge, rows

from nbjudge.reports.terminal.case_details import FULL, shown


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in which two students were graded."""
    course = build(tmp_path_factory.mktemp("explain"))
    hand_in(course, "right", RIGHT)
    hand_in(course, "wrong", WRONG)
    nbgrader(course, "autograde", ASSIGNMENT, "--log-level=WARN")
    return course


def numbers(text, title):
    return [float(line.split(":")[1]) for line in text.splitlines() if line.startswith(title)]


def test_it_shows_inputs_expected_and_given_numbers_of_the_audit_lines_seed(course):
    (line,) = files_with_seed(course, "wrong", "area")
    text = nbjudge(course, "explain", "wrong", "area")
    assert f"area_test, seed {line['seed']}" in text
    assert "Likely mistake: the circumference." in text
    (r,), (expected,), (given,) = (
        numbers(text, f"  {t}:") for t in ("input r", "expected", "given")
    )
    assert expected == pytest.approx(3.141592653589793 * r**2)
    assert given == pytest.approx(2 * 3.141592653589793 * r)


def files_with_seed(course, student, notebook):
    from nbjudge.record.audit import read_audit

    return read_audit(course / "autograded" / student / ASSIGNMENT, notebook)


def test_twice_it_says_the_same(course):
    assert nbjudge(course, "explain", "right", "line") == nbjudge(
        course, "explain", "right", "line"
    )


@pytest.mark.parametrize("task", ["AREA", slow("Area"), slow("area_test")])
def test_a_task_is_known_by_its_cell_its_test_and_its_title(course, task):
    assert "area_test, seed" in nbjudge(course, "explain", "right", "area", task)


@pytest.mark.parametrize("words", [slow("Area of a circle"), "--full area OF a circle"])
def test_a_title_needs_no_quotes_and_options_stand_where_they_like(course, tmp_path, words):
    copy = shutil.copytree(course, tmp_path / "course")
    path = copy / "hidden_tests" / ASSIGNMENT / "area.py"
    path.write_text(path.read_text().replace('"Area"', '"Area of a circle"'))
    text = nbjudge(copy, "explain", "right", "area", *words.split())
    assert "Since it was graded: its hidden test has changed." in text
    assert "area_test, seed" in text
    assert "It has: area_test, Area of a circle." in nbjudge(
        copy, "explain", "right", "area", "Area", status=1
    )


def test_again_is_the_same_command(course):
    text = nbjudge(course, "explain", "wrong", "area", "area_test")
    assert nbjudge(course, "again", "wrong", "area", "area_test") == text


def test_a_notebook_that_cannot_be_read_is_not_judged_as_an_empty_one(course):
    folder = hand_in(course, "broken", RIGHT)
    (folder / "area.ipynb").write_text("no notebook")
    nbgrader(course, "autograde", ASSIGNMENT, "--student", "broken")
    text = nbjudge(course, "explain", "broken", "area", status=1)
    assert "area of broken cannot be judged. " in text
    assert "Traceback" not in text


def test_it_changes_neither_the_gradebook_nor_a_folder(course):
    before = rows(course), files(course)
    gradebook = (course / "gradebook.db").read_bytes()
    nbjudge(course, "explain", "wrong", "area", "area_test")
    assert (rows(course), files(course)) == before
    assert (course / "gradebook.db").read_bytes() == gradebook


def test_what_has_changed_since_is_said(course):
    hand_in(course, "wrong", {"line": RIGHT["line"]})
    text = nbjudge(course, "explain", "wrong", "line")
    assert "Since it was graded: handed in again." in text
    assert "It was 0 points" in text
    hand_in(course, "wrong", {"line": WRONG["line"]})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "area"), "There is no submission in"),
        (("right", "aria"), "small has no notebook 'aria': it has area, line."),
        (("right", "area", "b_test"), "area has no task 'b_test'. It has: area_test, Area."),
        (("right", "area", "--assignment", "smal"), "There is: small."),
    ],
)
def test_what_is_not_there_is_named_with_what_is(course, words, said):
    assert said in nbjudge(course, "explain", *words, status=1)


def test_a_notebook_that_was_not_handed_in_and_a_submission_that_is_gone_are_spoken_of(course):
    hand_in(course, "half", {"area": RIGHT["area"]})
    nbgrader(course, "autograde", ASSIGNMENT, "--student", "half")
    text = nbjudge(course, "explain", "half", "line", status=1)
    assert "half had not handed in line when it was graded: its tasks have 0 points" in text
    shutil.rmtree(course / "submitted" / "half")
    text = nbjudge(course, "explain", "half", "area", status=1)
    assert "any more: put it back. What was judged is in the audit lines in" in text


def test_a_long_value_is_short_unless_all_is_wanted():
    numbers = np.arange(900.0)
    for value in (numbers, numbers.tolist(), {"a": numbers.tolist(), "b": 1}):
        assert len(shown(value)) < 600
        assert "450." not in shown(value)
        assert "450." in shown(value, FULL)
    assert shown({"a": numbers.tolist(), "b": 1}).endswith("b: 1")
    assert shown({"\x07\x1b[2J": 1}) == "\n    \\x07: 1"
    assert len(shown({str(n): n for n in range(9000)})) < 5000
