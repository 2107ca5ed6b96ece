"""The tests of the hidden tests: right answers get all points, mistakes lose some and are named."""

from itertools import combinations

import matrix
import pytest
from conftest import ROOT

from nbjudge.verdict.compare import differences
from nbjudge.verdict.course import judged_test, load_hidden_tests

NOTEBOOKS = sorted(p.stem for p in (ROOT / "source" / "lab1").glob("*.ipynb"))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_answer_gets_what_it_deserves_and_every_mistake_its_name(notebook):
    rows = matrix.run_matrix(notebook)
    print(f"\n{notebook}\n{matrix.table(rows)}")  # pytest -rA shows it
    wrong = [f"{row.test}: {row.name}\n{row.text}" for row in rows if not row.holds]
    assert not wrong, "\n".join(wrong)
    for test in {row.test for row in rows}:
        right = [row for row in rows if row.test == test and row.right]
        assert len(right) >= 3, f"{test}: fewer than three right answers"


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_points_of_the_graded_cells_are_those_of_the_hidden_tests(notebook):
    import nbformat
    from nbgrader import utils

    tests = load_hidden_tests(ROOT / "hidden_tests", "lab1", notebook)
    nb = nbformat.read(ROOT / "source" / "lab1" / f"{notebook}.ipynb", as_version=4)
    cells = [c for c in nb.cells if utils.is_grade(c) and c.cell_type == "code"]
    assert {judged_test(c.source): c.metadata.nbgrader.points for c in cells} == {
        name: test.points for name, test in tests.items()
    }


@pytest.mark.parametrize("name", ["reg_loss", "reg_gradient"])
def test_no_two_mistakes_of_q1_are_confused_for_any_seed(name):
    test = load_hidden_tests(ROOT / "hidden_tests", "lab1", "q1_l1_backprop")[name]
    for seed in range(20):
        cases = test.draw_cases(seed)
        given = {
            mistake: [
                {**test.expect(**case.arguments), **wrong.formula(**case.arguments)}
                for case in cases
            ]
            for mistake, wrong in test.mistakes.items()
            if mistake != "sign(0) is not 0"  # stands for two answers, so it has no one number
        }
        given["right"] = [test.expect(**case.arguments) for case in cases]
        for one, other in combinations(given, 2):
            same = all(
                not differences(a, b, test.rtol, test.atol)
                for a, b in zip(given[one], given[other], strict=True)
            )
            assert not same, f"seed {seed}: {one!r} and {other!r} give the same numbers"
