"""nbjudge check finds what is wrong with an assignment before a student is graded by it."""

import shutil

import nbformat
import pytest
import small_course


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a small course in order."""
    return small_course.build(tmp_path_factory.mktemp("check"))


@pytest.fixture
def mend_after(course):
    """Let a test spoil the course; it is put in order again."""
    paths = [*course.glob("source/small/*.ipynb"), *course.glob("hidden_tests/small/*.py")]
    before = {path: path.read_text(encoding="utf-8") for path in paths}
    yield course
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


def check(course, *options, status=1):
    """Return what the command prints."""
    return small_course.nbjudge(course, "check", "small", *options, status=status)


def spoil(path, old, new):
    """Replace a text in a hidden test, or in the cells of a notebook."""
    if path.suffix == ".py":
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return
    nb = nbformat.read(path, as_version=4)
    assert any(old in cell.source for cell in nb.cells)
    for cell in nb.cells:
        cell.source = cell.source.replace(old, new)
    nbformat.write(nb, path)


def test_a_course_in_order_has_no_problem(course):
    assert "2 notebooks in order" in check(course, status=0)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("source", 'judge("area_test")', 'judge("area_tset")', "Did you mean 'area_test'?"),
        ("tests", "points=3", "points=9", "has 3 points, its hidden test area_test 9"),
        ("tests", "math.pi * r**2", "math.pie * r**2", "expect raises AttributeError"),
        ("tests", "2 * math.pi * r,", "2 * math.pie * r,", "'the circumference': its formula"),
        ("tests", "lambda r: 2 * math.pi * r,", "lambda r: math.pi * r**2,", "gives the right"),
        ("tests", '{"r":', '{"radius":', "ask cannot be called with its arguments"),
        ("tests", "rng.uniform(5", "rng.unifrom(5", "its cases cannot be drawn"),
        ("tests", "import math", "import mathematics", "cannot be loaded"),
        ("tests", "    points=3,", '    points=3,\n    depends_on=["volume"],', "needs 'volume'"),
        ("tests", "    points=3,", '    points=3,\n    depends_on="a",', "depends_on is one text"),
        ("tests", "    points=3,", '    points=3,\n    depends_on=["area_test"],', "needs itself"),
        ("tests", 'Case("a circle"', 'Case(f"{rng.uniform()}"', "other labels for another seed"),
        ("tests", 'Case("a circle", ', "dict(", "cases must return Case objects"),
        ("tests", "import math", "import sys; sys.exit('bye')", "area.py cannot be loaded"),
        ("tests", "ask(student, r)", "ask(r)", "area_test: its ask must be a function whose first"),
        ("tests", "ask=ask,", "ask=lambda student, r: 1,", "its ask must be a function"),
        ("tests", "student.area(r)", "area(r)", "ask uses `area`, which is not sent with it"),
        ("tests", "student.area(r)", "math.sqrt(r)", "import a module inside the function"),
        ("tests", '{"r": rng', 'points=2, arguments={"r": rng', "add up to 2; make that 3"),
        ("tests", '{"r": rng', 'points=0, arguments={"r": rng', "add up to 0; make that 3"),
        ("source", 'judge("area_test")', 'jugde("area_test")', "area_test: no judge("),
        ("source", "### BEGIN HIDDEN", "### BEGIN HIDEN", "judge is not between"),
        ("source", "### BEGIN SOLUTION", "", "### END SOLUTION do not come in pairs"),
        ("source", "### END SOLUTION", "", "### END SOLUTION do not come in pairs"),
    ],
)
def test_what_can_be_seen_without_running_anything_is_said(mend_after, file, old, new, words):
    folder, ending = {"source": ("source", "ipynb"), "tests": ("hidden_tests", "py")}[file]
    spoil(mend_after / folder / "small" / f"area.{ending}", old, new)
    said = check(mend_after, "--quick")
    assert words in said
    assert "area" in said
    assert "Traceback" not in said


def test_two_cells_of_one_name_are_said(mend_after):
    path = mend_after / "source" / "small" / "area.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.metadata.get("nbgrader", {})["grade_id"] = "same"
    nbformat.write(nb, path)
    assert "cells have the grade_id same" in check(mend_after, "--quick")


RIGHT = (
    "from nbjudge.authoring.answers import Answer\nANSWERS = [Answer('area_test', 'renamed', %r)]\n"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RIGHT % "def aera(r):\n    return 3 * r", "defines nothing of what the solution defines"),
        (RIGHT.replace("area_test", "aera_test") % "x = 1", "there is no hidden test aera_test"),
        ("ANSWERS = [", "cannot be used: SyntaxError"),
    ],
)
def test_answers_that_could_not_be_judged_are_said(mend_after, text, words):
    path = mend_after / "answers" / "small" / "area.py"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    said = check(mend_after, "--quick")
    shutil.rmtree(mend_after / "answers")
    assert words in said


def test_a_solution_that_does_not_get_all_points_is_said(mend_after):
    spoil(mend_after / "source" / "small" / "area.ipynb", "r**2", "r**3")
    assert "area: the solution does not get all points of area_test" in check(mend_after)


def test_a_self_check_that_says_the_same_of_stub_and_solution_is_said(mend_after):
    path = mend_after / "source" / "small" / "area.ipynb"
    nb = nbformat.read(path, as_version=4)
    about = {"solution": False, "grade": False, "locked": True, "task": False, "schema_version": 3}
    cell = nbformat.v4.new_code_cell(
        'print("All holds.")', metadata={"nbgrader": {**about, "grade_id": "area_check"}}
    )
    place = next(n for n, c in enumerate(nb.cells) if "judge(" in c.source)
    nb.cells.insert(place, cell)
    nbformat.write(nb, path)
    assert "area_check: the self-check says of the stub what it says of" in check(mend_after)


def test_a_notebook_that_cannot_be_read_is_said(mend_after):
    (mend_after / "source" / "small" / "area.ipynb").write_text("{", encoding="utf-8")
    said = check(mend_after, "--quick")
    assert "area: it cannot be read" in said
    assert "Traceback" not in said
