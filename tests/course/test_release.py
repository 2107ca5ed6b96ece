"""release/ is what nbgrader makes of source/, and gives nothing away."""

import filecmp
import json
import re

import nbformat
import pytest
from repository import ROOT, copy_course, nbgrader

from nbjudge.cells import is_grade, is_solution
from nbjudge.reports.html.sections import figure_shows

SOURCES = sorted((ROOT / "source").glob("*/q*.ipynb"))
RELEASED = sorted((ROOT / "release").glob("*/*.ipynb"))
POINTS = {
    "q1_l1_backprop": 25,
    "q2_momentum": 10,
    "q3_pytorch_l2": 20,
    "q4_height_weight": 50,
    "q5_convolution": 10,
}
by_name = pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.stem)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """Return a release made anew, in a copy of the course."""
    course = copy_course(tmp_path_factory.mktemp("rebuilt"))
    for assignment in ("lab1", "bonus"):
        nbgrader(course, "generate_assignment", assignment, "--force")
    return course / "release"


def test_a_release_made_anew_is_the_committed_one_byte_for_byte(rebuilt):
    committed = ROOT / "release"
    files = sorted(p.relative_to(committed) for p in committed.rglob("*") if p.is_file())
    made = sorted(p.relative_to(rebuilt) for p in rebuilt.rglob("*") if p.is_file())
    assert made == files
    _, differing, unreadable = filecmp.cmpfiles(rebuilt, committed, files, shallow=False)
    assert not differing + unreadable, "run `make release` and commit release/"


@by_name
def test_a_source_notebook_has_no_outputs_and_ids_made_of_its_grade_ids(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        if "nbgrader" in cell.metadata:
            assert cell.id == cell.metadata.nbgrader.grade_id
            assert cell.metadata.nbgrader.schema_version == 3
        assert re.fullmatch(r"q[1-5][-_][a-z0-9_-]+", cell.id)


@by_name
def test_the_points_are_those_of_the_lab(path):
    cells = nbformat.read(path, as_version=4).cells
    points = sum(c.metadata.nbgrader.points for c in cells if is_grade(c))
    assert points == POINTS[path.stem]


def secrets_of(path):
    """Yield the lines of a source notebook that students must not find."""
    for cell in nbformat.read(path, as_version=4).cells:
        hidden = False
        for line in cell.source.splitlines():
            if re.search(r"END (SOLUTION|HIDDEN TESTS|MARK SCHEME)", line):
                hidden = False
            if hidden and len(line.strip()) > 12:
                yield line.strip()
            if re.search(r"BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)", line):
                hidden = True


@by_name
def test_no_solution_and_no_hidden_test_is_released(path):
    released = ROOT / "release" / path.parent.name / path.name
    cells = nbformat.read(released, as_version=4).cells
    text = {line.strip() for cell in cells for line in cell.source.splitlines()}
    given = {
        line.strip()
        for cell in nbformat.read(path, as_version=4).cells
        if not is_solution(cell) and not is_grade(cell)
        for line in cell.source.splitlines()
    }
    found = [line for line in secrets_of(path) if line in text and line not in given]
    assert not found
    for word in ("judge(", "nbjudge", "Marking scheme", "BEGIN SOLUTION", "BEGIN HIDDEN"):
        assert word not in released.read_text(encoding="utf-8")


def test_only_notebooks_and_public_data_are_released():
    released = ROOT / "release"
    names = {str(p.relative_to(released)) for p in released.rglob("*") if p.is_file()}
    data = {f"lab1/data/{p.name}" for p in (ROOT / "data").glob("*.csv")}
    assert names == data | {f"{p.parent.name}/{p.name}" for p in SOURCES}


@by_name
def test_before_every_figure_it_is_said_what_it_shows(path):
    described, figures = "", 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            cell.metadata["nbjudge"] = {"released": True}
            described = figure_shows(cell) or described
        elif "plt.show()" in cell.source:
            figures += 1
            assert len(described) > 50, (
                f"{cell.id}: say before it what it shows, see docs/authoring.md"
            )
            assert "\\" not in described  # a formula, which nobody could read to one
            described = ""
    assert figures


@pytest.mark.parametrize("path", RELEASED, ids=lambda p: p.stem)
def test_the_course_address_is_stamped_and_nothing_is_left_to_stamp(path):
    text = path.read_text(encoding="utf-8")
    assert f"/blob/main/release/{path.parent.name}/{path.name})" in text
    assert not re.search(r"@[A-Z_]+@", text)
    assert 'execution_count": null' in json.dumps(json.loads(text))


@pytest.mark.parametrize("path", RELEASED, ids=lambda p: p.stem)
def test_students_need_no_shell_and_their_paths_are_right_on_every_system(path):
    code = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    for line in "\n".join(code).splitlines():
        assert not re.match(r"\s*[!%]", line), line  # a shell or a magic command
        assert not re.search(r"os\.(system|path|popen|sep)|subprocess|shutil|sh -c", line), line
        # a path that only one system has
        assert not re.search(r"""["'](/|~/|[A-Z]:[/\\]|\.\.?[/\\])""", line), line


@pytest.mark.parametrize("path", RELEASED, ids=lambda p: p.stem)
def test_self_checks_are_folded_and_their_first_line_says_what_they_are(path):
    cells = nbformat.read(path, as_version=4).cells
    checks = [
        c for c in cells if c.metadata.get("nbgrader", {}).get("grade_id", "")[-6:] == "_check"
    ]
    assert checks
    for cell in checks:
        assert cell.metadata.jupyter.source_hidden
        assert re.match(r"# Self-check of (task \d|the challenge): not graded\b", cell.source)
