"""`nbjudge release` makes a release with nbgrader where there is something to make."""

import nbformat
import pytest
from small_course import ASSIGNMENT, build, nbgrader, nbjudge


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return build(tmp_path_factory.mktemp("release"), 1)


def released(course):
    return {path.name: path.read_bytes() for path in (course / "release").rglob("*.ipynb")}


def test_a_release_is_made_checked_and_then_made_no_more(course):
    said = nbjudge(course, "release")
    assert said.splitlines() == [
        f"nbgrader generate_assignment {ASSIGNMENT} --force",
        f"nbjudge check {ASSIGNMENT}",
        f"{ASSIGNMENT}: 2 notebooks in order: solutions get all points, stubs none.",
    ]
    assert nbjudge(course, "release", ASSIGNMENT) == ""


def test_a_wrong_solution_is_named_and_nobody_gets_it(course):
    path = course / "source" / ASSIGNMENT / "line.ipynb"
    nb = nbformat.read(path, as_version=4)
    right = nb.cells[0].source
    nb.cells[0].source = right.replace("+ 1", "+ 2")
    nb.cells.insert(0, nbformat.v4.new_markdown_cell("Read this first.", id="words"))
    nbformat.write(nb, path)
    before, gradebook = released(course), (course / "gradebook.db").read_bytes()
    said = nbjudge(course, "release", status=1)
    assert "line: the solution does not get all points of line_test" in said
    assert f"release/{ASSIGNMENT} and the gradebook are as they were." in said
    assert (released(course), (course / "gradebook.db").read_bytes()) == (before, gradebook)
    nb.cells[1].source = right
    nbformat.write(nb, path)
    nbjudge(course, "release")
    assert released(course) != before
    nbgrader(course, "autograde", ASSIGNMENT)  # the gradebook has the new release


def test_a_gradebook_that_is_damaged_is_spoken_of_before_anything_happens(course):
    before = released(course)
    (course / "gradebook.db").rename(course / "kept.db")
    (course / "gradebook.db").write_bytes(b"")
    said = nbjudge(course, "release", status=1)
    assert said.startswith("No release was made: ")
    assert "Traceback" not in said
    assert released(course) == before
    (course / "kept.db").rename(course / "gradebook.db")


def test_an_assignment_that_is_not_there_is_named_with_those_that_are(course):
    said = nbjudge(course, "release", "smal", status=1)
    assert said == "There is no assignment 'smal' in source/. There is: small.\n"
