"""docs/authoring.md is followed to the letter, in a new course: from nothing to a named mistake."""

import shutil

import nbformat
import pytest
from documents import blocks, commands
from nbgrader.api import Gradebook
from small_course import nbgrader, nbjudge

PAGE = "docs/authoring.md"
CONFIG = blocks("docs/nbjudge.md", "python")[0]
NOTEBOOK, TESTS, ANSWERS = (
    "source/week1/errors.ipynb",
    "hidden_tests/week1/errors.py",
    "answers/week1/errors.py",
)


def add(path, block, end):
    """Write a block before the last line of this kind."""
    before, after = path.read_text().rsplit(end, 1)
    path.write_text(before + block + end + after)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """Return a course in which a notebook was begun, as `nbjudge new` leaves it."""
    course = tmp_path_factory.mktemp("authoring")
    (course / "nbgrader_config.py").write_text(CONFIG)
    command(course, commands(PAGE)[0])
    return course


def command(course, line):
    """Run a line of the page in the course; return what is printed."""
    program, *arguments = line.split()
    return {"nbgrader": nbgrader, "nbjudge": nbjudge}[program](course, *arguments)


@pytest.fixture
def copied(begun, tmp_path):
    return shutil.copytree(begun, tmp_path / "course")


def test_what_is_begun_can_be_released_at_once(begun):
    said = nbjudge(begun, "check", "week1")
    assert "week1: 1 notebook in order" in said
    assert "and 5 answers what their author says" in said


def test_nothing_that_is_there_is_written_over(copied):
    for path in (NOTEBOOK, TESTS, ANSWERS):
        kept = {name: (copied / name).read_bytes() for name in (NOTEBOOK, TESTS, ANSWERS)}
        for name in kept:
            if name != path:
                (copied / name).unlink()
        assert "is there already" in nbjudge(copied, "new", "week1", "errors", status=1)
        assert [name for name in kept if (copied / name).exists()] == [path]
        for name, content in kept.items():
            (copied / name).write_bytes(content)


@pytest.mark.parametrize("name", ["", "a b", "../x", "1st", "ü", "-x", "a" * 70])
def test_a_name_that_cannot_be_used_is_said(begun, name):
    said = nbjudge(begun, "new", "week1", "--", name, status=1)
    assert "cannot be the name of an assignment or notebook" in said


def test_the_notebook_has_no_outputs_and_an_id_for_each_cell(begun):
    nb = nbformat.read(begun / NOTEBOOK, as_version=4)
    nbformat.validate(nb)
    assert len({cell.id for cell in nb.cells}) == len(nb.cells)
    assert all(cell.id.startswith("errors") for cell in nb.cells)
    assert not any(cell.get("outputs") for cell in nb.cells)


def test_the_page_leads_to_a_student_who_is_told_the_mistake(copied):
    _, check, generate, autograde, feedback, _ = commands(PAGE)
    mistake, answer = blocks(PAGE, "python")
    add(copied / TESTS, mistake, "    },\n")
    add(copied / ANSWERS, answer, "]\n")
    assert "and 6 answers" in command(copied, check)
    command(copied, generate)
    nb = nbformat.read(copied / "release/week1/errors.ipynb", as_version=4)
    (stub,) = [cell for cell in nb.cells if cell.id == "errors_mean_squared_error"]
    assert "BEGIN SOLUTION" not in stub.source
    stub.source = "def mean_squared_error(yHat, y):\n    return ((yHat - y) ** 2).mean() / 2"
    target = copied / "submitted" / "me" / "week1"
    target.mkdir(parents=True)
    nbformat.write(nb, target / "errors.ipynb")
    command(copied, autograde)
    command(copied, feedback)
    page = (copied / "feedback/me/week1/errors.html").read_text()
    assert "Likely mistake: a ½ too many" in page
    assert "this formula has no ½" in page
    with Gradebook(f"sqlite:///{copied / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission("week1", "me").max_score == 4


def changed(path, old, new):
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def problems(course):
    """Return what `nbjudge check` says of a course that is not in order, as one line."""
    return " ".join(nbjudge(course, "check", "week1", status=1).split())


def test_check_says_in_words_what_is_wrong_with_answers_and_self_checks(copied):
    answers = copied / ANSWERS
    changed(answers, 'return total / len(y)\n"""', 'return total\n"""')
    changed(answers, "return np.sum((y - yHat) ** 2)", "return np.mean((y - yHat) ** 2)")
    changed(answers, 'outcome="wrong type"', 'mistake="the errors are not squared"')
    add(copied / TESTS, blocks(PAGE, "python")[0], "    },\n")
    nb = nbformat.read(copied / NOTEBOOK, as_version=4)
    (cell,) = [cell for cell in nb.cells if cell.id == "errors_mean_squared_error_check"]
    cell.source = cell.source.replace("np.isclose(E, 5)", "True")
    nbformat.write(nb, copied / NOTEBOOK)
    said = problems(copied)
    for sentence in (
        "“a loop” to mean_squared_error is right, and gets 1 of 3 points",
        "“the sum” to mean_squared_error is wrong (the sum instead of the mean), and gets 3 of 3",
        "should be called “the errors are not squared”, and is called “wrong type”",
        "no answer to mean_squared_error makes the mistake “a ½ too many”",
        "“the mean of |y - yHat|” to mean_squared_error is wrong, and its self-check is content",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            '"mean_squared_error",\n        "a loop"',
            '"mse",\n        "a loop"',
            "no hidden test mse",
        ),
        ("ANSWERS = [", "OTHERS = [", "answers/week1/errors.py: it cannot be used: KeyError"),
        ("ANSWERS = [", "ANSWERS = [5,", "ANSWERS holds 5, which is no Answer"),
    ],
)
def test_an_answers_file_that_cannot_be_used_is_said(copied, old, new, sentence):
    changed(copied / ANSWERS, old, new)
    assert sentence in problems(copied)
