"""The sample class, graded by the real nbgrader with the course's own configuration."""

import json
import re

import nbformat
import pytest
from nbgrader.api import Gradebook
from repository import ROOT, copy_course, nbgrader

NOTEBOOKS = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
pytestmark = pytest.mark.xdist_group("sample class")
PRESENT = [n for n in NOTEBOOKS if (ROOT / "source" / "lab1" / f"{n}.ipynb").exists()]
PENALTY_LOST = {  # the loss keeps its case of λ = 0, and so does the gradient
    "q1_loss_reg_test": (1, "the penalty is never added"),
    "q1_backward_reg_test": (2, "λ|W| instead of λ sign(W)"),
}


@pytest.fixture(scope="module")
def graded(graded_sample):
    """Return a course folder in which the sample class has been graded and has its feedback."""
    return graded_sample


def audit(course, student):
    """Return the audit lines of one student, by graded cell."""
    files = sorted((course / "autograded" / student / "lab1").glob("*.audit.jsonl"))
    lines = [json.loads(line) for path in files for line in path.read_text().splitlines()]
    return {line["cell"]: line for line in lines}


def grades(course, student):
    """Return (automatic points, maximum, by hand?) of one student's graded cells, by cell."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission("lab1", student)
        return {
            grade.name: (grade.auto_score, grade.max_score, grade.needs_manual_grade)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def test_who_has_everything_right_gets_every_automatic_point(graded):
    found = grades(graded, "all_right")
    by_hand = {name for name, grade in found.items() if grade[2]}
    assert all(score == most for name, (score, most, _) in found.items() if name not in by_hand)
    assert all(found[name][0] is None for name in by_hand)
    assert {line["outcome"] for line in audit(graded, "all_right").values()} == {"passed"}


def test_who_did_nothing_gets_nothing_and_no_error(graded):
    found = grades(graded, "untouched")
    assert {score for score, _, _ in found.values()} == {0}
    assert {line["outcome"] for line in audit(graded, "untouched").values()} == {"not attempted"}


def test_an_untouched_notebook_shows_only_the_expected_errors(graded):
    for path in sorted((graded / "autograded" / "untouched" / "lab1").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.get("ename", "NotImplementedError") == "NotImplementedError", path
                assert output.get("name") != "stderr", output.text


def test_the_solutions_run_without_an_error_or_a_word_on_stderr(graded):
    for path in sorted((graded / "autograded" / "all_right" / "lab1").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.output_type != "error", (path, output)
                assert output.get("name") != "stderr", (path, output.text)


def test_the_lost_penalty_costs_its_points_and_is_named(graded):
    found, lines = grades(graded, "penalty_lost"), audit(graded, "penalty_lost")
    for cell, (points, mistake) in PENALTY_LOST.items():
        assert found[cell][0] == points
        assert lines[cell]["mistake"] == mistake
    for cell, line in lines.items():
        if cell.startswith(("q2", "q3")):
            assert line["outcome"] == "passed", cell


def test_half_the_work_earns_the_points_of_that_half(graded):
    lines = audit(graded, "half_done")
    assert lines["q1_loss_reg_test"]["points"] == 8
    assert lines["q1_backward_reg_test"]["outcome"] == "not attempted"
    if "q2_momentum" in PRESENT:
        passed = [cell for cell, line in lines.items() if line["outcome"] == "passed"]
        assert len(passed) == len(PRESENT)


def test_an_audit_line_is_enough_to_repeat_a_verdict(graded):
    from nbjudge.verdict.loader import load_hidden_tests

    line = audit(graded, "penalty_lost")["q1_loss_reg_test"]
    test = load_hidden_tests(ROOT / "hidden_tests", "lab1", line["notebook"])[line["test"]]
    labels = [case.label for case in test.draw_cases(line["seed"])]
    assert labels == [case["label"] for case in line["shown"]["cases"]]


def test_the_feedback_tells_the_mistake_and_neither_the_test_nor_the_expected_value(graded):
    folder = graded / "feedback" / "penalty_lost" / "lab1"
    html = (folder / "q1_l1_backprop.html").read_text(encoding="utf-8")
    assert "Likely mistake: the penalty is never added." in html
    assert "begins with +" in re.sub(r"\s+", " ", html)
    assert "got" in html
    for word in ("def ask_loss", "expect_loss", "HiddenTest", "draw_cases"):
        assert word not in html


def test_the_grades_can_be_exported(graded):
    rows = (graded / "grades.csv").read_text().splitlines()
    assert len(rows) == 1 + 4
    assert any(row.startswith("lab1") and "all_right" in row for row in rows)


def test_the_sample_class_is_what_its_script_makes(tmp_path):
    import subprocess
    import sys

    script = ROOT / "submitted" / "make_sample_class.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)
    made = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*.ipynb"))
    kept = sorted(p.relative_to(ROOT / "submitted") for p in (ROOT / "submitted").rglob("*.ipynb"))
    assert made == kept
    for path in made:
        assert (tmp_path / path).read_bytes() == (ROOT / "submitted" / path).read_bytes(), path


def test_without_the_judge_in_the_config_no_cell_passes_by_default(tmp_path):
    course = copy_course(tmp_path)
    for other in (course / "submitted").glob("*"):
        if other.name != "all_right" and other.is_dir():
            for path in other.rglob("*.ipynb"):
                path.unlink()
    for path in course.rglob("*.ipynb"):
        if path.stem != "q2_momentum":
            path.unlink()
    nbgrader(course, "generate_assignment", "lab1", "--force")
    config = course / "grader_config.py"
    plain = config.read_text().replace("    nbjudge.configure(c)\n", "")
    config.write_text(plain)
    nbgrader(course, "autograde", "lab1", "--student", "all_right")
    nb = nbformat.read(course / "autograded/all_right/lab1/q2_momentum.ipynb", as_version=4)
    errors = [
        output.evalue
        for cell in nb.cells
        if cell.metadata.get("nbgrader", {}).get("points") and cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert len(errors) == 2
    assert all("nbjudge.configure(c)" in text for text in errors)


def test_a_page_without_its_figures_is_small(graded):
    for path in (graded / "feedback").rglob("*.html"):
        html = re.sub(r"data:image/\w+;base64,[^\"]*", "", path.read_text(encoding="utf-8"))
        assert len(html.encode()) <= 300_000, path
