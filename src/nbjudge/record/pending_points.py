"""Points as people read them, and which of them wait for a grader's hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    SolutionCell,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import exists, func
from sqlalchemy.orm import Query, aliased

SHOWN = 30  # students that are named in one line


@dataclass(frozen=True)
class Waiting:
    """What of one submission waits for a grader."""

    points: float  # that can be given at most for what waits
    ungraded: bool  # whether an answer has no points yet
    again: bool  # whether one has points that a grader is asked to look at again


def tidy(number: float) -> float:
    """Return a sum of points without the noise of adding: 29.990000000000002 is 29.99."""
    return round(number, 6) + 0.0  # -0.0 + 0.0 is 0.0


def points_text(number: float) -> str:
    """Return points with at most two decimals: ``2.5``, ``3``, ``29.99``."""
    return f"{tidy(round(number, 2)):.2f}".rstrip("0").rstrip(".")


def is_ungraded(grade: Grade) -> bool:
    """Whether nobody, no grader and no test, has given points for this answer."""
    return grade.needs_manual_grade and grade.manual_score is None and grade.auto_score is None


def grades_in(gradebook: Gradebook, assignment: str, *columns: object) -> Query:
    """Return a question for columns of all grades of an assignment, in no order.

    They may be of the grade, its cell, its notebook, the submitted notebook and the submission.
    """
    return (
        gradebook.db.query(*columns)
        .select_from(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(Assignment.name == assignment)
    )


def never_graded(gradebook: Gradebook, assignment: Assignment) -> set[str]:
    """Return the ids of submitted notebooks that were not graded, though others beside them were.

    The gradebook makes rows for all notebooks of a submission at once. Grading gives each cell
    with a test a number, so a notebook in which none has one was not graded; of a notebook without
    such a cell the gradebook does not tell, and it counts as graded.
    """
    answer = aliased(SolutionCell)  # a graded cell that is an answer, too, is for a grader's hand
    by_hand = exists().where(
        answer.name == GradeCell.name, answer.notebook_id == GradeCell.notebook_id
    )
    found = (
        gradebook.db.query(SubmittedNotebook.id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(GradeCell, GradeCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == assignment.id)
        .filter(GradeCell.cell_type == "code", ~by_hand)
        .group_by(SubmittedNotebook.id)
        .having(func.count(Grade.auto_score) + func.count(Grade.manual_score) == 0)
    )
    return {notebook for (notebook,) in found}


def waiting(gradebook: Gradebook, assignment: Assignment) -> dict[str, Waiting]:
    """Return by student id what waits for a grader; students of whom nothing waits are left out.

    Of a notebook that was never graded nothing waits.
    """
    # one question for the whole class: a class of hundreds has thousands of grades
    columns = SubmittedAssignment.student_id, Grade, Grade.max_score
    grades = grades_in(gradebook, assignment.name, *columns).filter(Grade.needs_manual_grade)
    ungraded = never_graded(gradebook, assignment)
    found = defaultdict(list)
    for student, grade, most in grades:
        if grade.notebook_id not in ungraded:
            found[student].append((most or 0.0, is_ungraded(grade)))
    return {
        student: Waiting(
            points=tidy(sum(most for most, _ in rows)),
            ungraded=any(new for _, new in rows),
            again=not all(new for _, new in rows),
        )
        for student, rows in found.items()
    }


def names(students: Collection[str]) -> str:
    """Return the students in order, in one line; of very many, the first."""
    more = f" and {len(students) - SHOWN} more" if len(students) > SHOWN else ""
    return ", ".join(sorted(students)[:SHOWN]) + more


def submissions(students: Collection[str], assignment: str) -> str:
    """Return how many submissions these are: ``1 submission of lab1``."""
    return f"{len(students)} submission{'s' * (len(students) != 1)} of {assignment}"
