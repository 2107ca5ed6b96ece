"""The notebook in which a task is asked again: the student's, with some tasks solved for it.

See `nbjudge.verdict.error_carried_forward` for which tasks these are.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nbjudge.cells import compute_checksum, is_solution, test_of

SOLVED = "nbjudge_solved"  # in the metadata of a cell whose text is the teacher's


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
