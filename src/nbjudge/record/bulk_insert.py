"""A student's first entry in the gradebook: all rows at once, in one statement for each table.

nbgrader makes the rows one by one, reads them again, and changes them; for a class of thousands
that is most of what writing costs. The rows are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from logging import Logger
from pathlib import Path

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import new_uuid as new_id
from sqlalchemy import Connection, insert, select

from nbjudge.cells import is_grade
from nbjudge.record.audit import read_audit
from nbjudge.record.graded_cells import auto_comment, graded_cells, points_of

NOT_HANDED_IN = (0, False)  # points, and whether a grader is asked
UNKNOWN = (None, True)


def enter_first(
    connection: Connection,
    assignment_id: str,
    student: str,
    timestamp: datetime | None,
    folder: Path,
    log: Logger,
) -> None:
    """Enter a submission of which the gradebook has no rows yet.

    Args:
        connection: to the gradebook, in a transaction.
        assignment_id: its id in the gradebook.
        student: the student's id; the gradebook knows it.
        timestamp: when it was handed in, if that is known; not later than the due date.
        folder: the graded folder.
        log: of nbgrader's reading of a graded cell.

    Raises nbgrader's `MissingEntry` if the gradebook does not know a graded cell.
    """
    submission = {"id": new_id(), "assignment_id": assignment_id, "student_id": student}
    notebooks, grades, comments = [], [], []
    for (notebook_id, name), cells in _cells(connection, assignment_id).items():
        notebook = {"id": new_id(), "assignment_id": submission["id"], "notebook_id": notebook_id}
        notebooks.append(notebook)
        path = folder / f"{name}.ipynb"
        found = graded_cells(path)
        missing = not path.is_file() and bool(read_audit(folder, name))
        graded = {cell for _, cell, kind in cells if kind in ("GradeCell", "TaskCell")}
        points = _points(found, graded, name, log)
        for cell_id, cell, kind in cells:
            row = {"id": new_id(), "notebook_id": notebook["id"], "cell_id": cell_id}
            if kind != "SolutionCell":
                score, asked = NOT_HANDED_IN if missing else points.get(cell, UNKNOWN)
                grades.append(row | {"auto_score": score, "needs_manual_grade": asked})
            if kind != "GradeCell":
                said = auto_comment(found[cell]) if cell in found else None
                comments.append({**row, "id": new_id(), "auto_comment": said})
    for model, rows in (
        (SubmittedAssignment, [submission | {"timestamp": timestamp}]),
        (SubmittedNotebook, notebooks),
        (Grade, grades),
        (Comment, comments),
    ):
        if rows:
            connection.execute(insert(model.__table__), rows)


def _cells(
    connection: Connection, assignment_id: str
) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """Return the cells of each notebook (id and name): their id, name and kind."""
    rows = connection.execute(
        select(Notebook.id, Notebook.name, BaseCell.id, BaseCell.name, BaseCell.type)
        .outerjoin(BaseCell, BaseCell.notebook_id == Notebook.id)
        .where(Notebook.assignment_id == assignment_id)
    )
    found: dict = {}
    for notebook_id, notebook, cell_id, cell, kind in rows:
        cells = found.setdefault((notebook_id, notebook), [])
        if cell_id is not None:
            cells.append((cell_id, cell, kind))
    return found


def _points(
    found: Mapping, graded: Iterable[str], notebook: str, log: Logger
) -> dict[str, tuple[float | None, bool]]:
    """Return points and whether a grader is asked, of the graded cells that are there."""
    points = {name: points_of(cell, log) for name, cell in found.items() if is_grade(cell)}
    for name in points:
        if name not in graded:
            raise MissingEntry(unknown_cell(name, notebook))
    return {name: (each, each is None) for name, each in points.items()}


def unknown_cell(name: str, notebook: str) -> str:
    """Return what to do about a graded cell that the gradebook does not know."""
    return (
        f"The gradebook has no graded cell {name!r} in {notebook}: the notebook was released anew "
        "since, so run nbgrader generate_assignment, then grade again."
    )
