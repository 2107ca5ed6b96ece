"""Small changes of the solutions lose points; `make mutants` judges all, here is a fixed sample."""

import pytest
from marks import slow
from matrix import run_matrix
from mutants import AFTER_TRAINING, SECONDS, SEED, SLOW, answer, found, read_reasons, sample
from mutations import NOTEBOOKS, mutants, tasks

QUICK = {
    notebook: {
        test: cells
        for test, cells in tasks(notebook).items()
        if test
        and test not in AFTER_TRAINING
        and not any(cell.metadata.nbgrader["grade_id"] in SLOW for cell in cells)
    }
    for notebook in NOTEBOOKS
}


@pytest.mark.parametrize("number", [1, slow(3)])
@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_small_change_of_a_solution_loses_points_or_is_explained(notebook, number):
    chosen = [
        mutant
        for test, cells in QUICK[notebook].items()
        for of_cell in mutants(test, cells)
        for mutant in sample(of_cell, number)
    ]
    rows = run_matrix(notebook, [answer(m) for m in chosen], seed=SEED, timeout=SECONDS)
    judged = [found(m, row, read_reasons()) for m, row in zip(chosen, rows, strict=True)]
    gaps = [one.mutant.name for one in judged if not one.killed and one.reason is None]
    assert not gaps, "\n".join(gaps)
    assert {one.mutant.test for one in judged if one.killed} == QUICK[notebook].keys()


def test_every_reason_belongs_to_a_change_that_is_made():
    made = {
        (test, mutant.new)
        for notebook in NOTEBOOKS
        for test, cells in tasks(notebook).items()
        for of_cell in mutants(test, cells)
        for mutant in of_cell
    }
    reasons = {key: value for key, value in read_reasons().items() if key != "rule"}
    given = {(test, line) for test, lines in reasons.items() for line in lines}
    assert given <= made, given - made
