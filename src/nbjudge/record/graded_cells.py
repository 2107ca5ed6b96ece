"""The cells of a graded notebook that nbgrader knows."""

from __future__ import annotations

from logging import Logger
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from nbjudge.cells import compute_checksum, determine_grade, is_solution, is_task


def graded_cells(path: Path) -> dict[str, NotebookNode]:
    """Return them by grade_id; none of a notebook that is not there."""
    if not path.is_file():
        return {}
    # as the grader has written it; to validate it again would take as long as to enter it
    nb = nbformat.reader.reads(path.read_text(encoding="utf-8"))
    return {c.metadata.nbgrader["grade_id"]: c for c in nb.cells if "nbgrader" in c.metadata}


def points_of(cell: NotebookNode, log: Logger) -> float | None:
    """Return the points that nbgrader reads from a graded cell; None where a grader is asked.

    Outputs are the student's, and may be what nbgrader does not take for points: more than there
    are, or a result without a text. A grader is asked then, too.
    """
    try:
        return determine_grade(cell, log=log)[0]
    except Exception as error:  # whatever it raises at an output
        name = cell.metadata.nbgrader["grade_id"]
        log.warning("%s: its outputs are no points, so a grader is asked: %s", name, error)
        return None


def auto_comment(cell: NotebookNode) -> str | None:
    """Return nbgrader's own comment on an answer: of one that is as it was released."""
    if not is_solution(cell) or is_task(cell):
        return None
    untouched = cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
    return "No response." if untouched else None
