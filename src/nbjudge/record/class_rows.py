"""What the gradebook has of a whole class, asked in one question each.

A class of hundreds has thousands of scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)

from nbjudge.record.pending_points import grades_in, never_graded


@dataclass(frozen=True)
class Score:
    """What one student has for one graded cell.

    Attributes:
        student: the id.
        notebook: its name.
        cell: the grade_id.
        points: as they count; None if nobody has given any yet.
        waits: whether a grader is asked for points, or to look at them again.
        is_stub: whether it has the points that nbgrader gives for an answer that nobody began.
    """

    student: str
    notebook: str
    cell: str
    points: float | None
    waits: bool
    is_stub: bool


def graded_cells(
    gradebook: Gradebook, assignment: str
) -> dict[tuple[str, str], tuple[float, bool]]:
    """Return the graded cells of an assignment, by notebook and grade_id.

    Of each the points at most, and whether a person gives them.
    """
    of_notebook = {each.id: each.name for each in gradebook.find_assignment(assignment).notebooks}
    query = gradebook.db.query
    solutions = {
        (of_notebook[cell.notebook_id], cell.name)
        for cell in query(SolutionCell).filter(SolutionCell.notebook_id.in_(list(of_notebook)))
    }
    found = {}
    for kind in (GradeCell, TaskCell):
        for cell in query(kind).filter(kind.notebook_id.in_(list(of_notebook))):
            key = of_notebook[cell.notebook_id], cell.name
            found[key] = float(cell.max_score or 0), kind is TaskCell or key in solutions
    return found


def scores(gradebook: Gradebook, assignment: str) -> Iterator[Score]:
    """Return what each student has for each graded cell, student by student."""
    ungraded = never_graded(gradebook, gradebook.find_assignment(assignment))
    rows = grades_in(
        gradebook,
        assignment,
        SubmittedAssignment.student_id,
        Notebook.name,
        BaseCell.name,
        SubmittedNotebook.id,
        Grade.score,
        Grade.auto_score,
        Grade.manual_score,
        Grade.needs_manual_grade,
    ).order_by(SubmittedAssignment.student_id)
    for student, notebook, cell, submitted, score, auto, manual, waits in rows:
        counts = submitted not in ungraded
        given = not (auto is None and manual is None)
        points = float(score) if given and counts else None
        is_stub = auto == 0 and manual is None
        yield Score(student, notebook, cell, points, bool(waits) and counts, is_stub)


def student_names(gradebook: Gradebook) -> dict[str, tuple[str, str]]:
    """Return first and last name of each student, by id; empty where they are not known."""
    rows = gradebook.db.query(Student.id, Student.first_name, Student.last_name)
    return {student: (first or "", last or "") for student, first, last in rows}
