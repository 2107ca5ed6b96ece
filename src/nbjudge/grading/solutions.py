"""Error carried forward: tasks are asked again in a notebook with others solved for the student.

See `nbjudge.verdict.error_carried_forward` for which tasks these are.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nbjudge.cells import compute_checksum, is_solution, test_of
from nbjudge.grading.notebook_records import NotebookResult
from nbjudge.grading.notebook_run import SOLVED, NotebookRun
from nbjudge.outcomes import Outcome
from nbjudge.verdict.error_carried_forward import better, to_ask_again


def retry_with_solutions(
    run: NotebookRun, solutions: Mapping[str, str], factor: float
) -> NotebookResult:
    """Ask tasks once more beside right tasks that they need; the better result counts.

    The teacher's solutions are in a box with the student's code then, so of that run nothing is
    kept but points and outcomes, and its box is a fresh one that nothing comes out of.

    Args:
        run: that has come to its end. Its verdicts become the better ones.
        solutions: the teacher's cells, by grade_id; without them nothing is asked again.
        factor: what the points of the second verdict are multiplied by; 0 asks nothing again.

    Returns:
        the result of the run, as it is now.
    """
    if not factor or not solutions:
        return run.result()
    verdicts = {scored.cell: scored.verdict for scored in run.scored}
    deadline = time.monotonic() + run.settings.limits.notebook_timeout
    written = attempted(run.notebook) | {
        v.test for v in verdicts.values() if v.outcome is not Outcome.NOT_ATTEMPTED
    }
    for replaced, asked in to_ask_again(run.tests, verdicts.values(), written).items():
        notebook = solved(run.notebook, solutions, replaced, asked)
        if notebook is None:
            continue
        titles = [test.title for name, test in run.tests.items() if name in replaced]
        found = run.again(notebook, frozenset(asked), deadline).run()
        run.improve(
            {
                again.cell: better(verdicts[again.cell], again.verdict, titles, factor)
                for again in found.scored
            }
        )
    return run.result()


def read_solutions(path: Path) -> dict[str, str]:
    """Return the text of each solution cell of code in a source notebook, by its grade_id.

    Empty if there is no such file: a grader's machine need not have the sources. Raises a
    `ValueError` with a sentence for one that cannot be read.
    """
    if not path.is_file():
        return {}
    try:
        nb = nbformat.read(path, as_version=4)
    except Exception as error:  # whatever nbformat raises at a damaged file
        raise ValueError(f"{path} is no notebook that can be read: {error}") from error
    return {
        cell.metadata.nbgrader["grade_id"]: cell.source
        for cell in nb.cells
        if is_solution(cell) and cell.cell_type == "code"
    }


def attempted(nb: NotebookNode) -> set[str]:
    """Return the hidden tests of the tasks of which a solution cell is not the stub any more."""
    return {
        name
        for name, cells in _tasks(nb.cells)
        if any(c.metadata.nbgrader.get("checksum") != compute_checksum(c) for c in cells)
    }


def solved(
    nb: NotebookNode,
    solutions: Mapping[str, str],
    replaced: Collection[str],
    asked: Collection[str],
) -> NotebookNode | None:
    """Return the notebook with some tasks solved, to the last task that is asked again.

    Solved cells are marked with `SOLVED`: what they draw is not the student's.

    Args:
        nb: the student's, with the graded cells of the course.
        solutions: the teacher's cells, by grade_id.
        replaced: hidden tests; the solution cells of their tasks get the teacher's text.
        asked: hidden tests that are to be asked; behind the last of them the notebook ends.

    None if a solution is missing.
    """
    built = copy.deepcopy(nb)
    for name, cells in _tasks(built.cells):
        for cell in cells if name in replaced else ():
            grade_id = cell.metadata.nbgrader["grade_id"]
            if grade_id not in solutions:
                return None
            cell.source, cell.metadata[SOLVED] = solutions[grade_id], True
    end = 0
    for number, cell in enumerate(built.cells, start=1):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if test_of(cell) in asked:
            end = number
    built.cells = built.cells[:end]
    return built


def _tasks(cells) -> Iterator[tuple[str, list[NotebookNode]]]:
    """Return each hidden test with the solution cells of its task: those since the one before."""
    own = []
    for cell in cells:
        name = test_of(cell)
        if name is not None:
            yield name, own
            own = []
        elif cell.cell_type == "code" and is_solution(cell):
            own.append(cell)
