"""Points as people read them, and which of them wait for a grader's hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from nbgrader.api import Assignment, Grade, Gradebook, SubmittedAssignment, SubmittedNotebook

SHOWN = 30  # students that are named in one line


@dataclass(frozen=True)
class Waiting:
    """What of one submission waits for a grader."""

    points: float  # that can be given at most for what waits
    ungraded: bool  # whether an answer has no points yet; else all have some of an earlier look


def tidy(number: float) -> float:
    """Return a sum of points without the noise of adding: 29.990000000000002 is 29.99."""
    return round(number, 6) + 0.0  # -0.0 + 0.0 is 0.0


def points_text(number: float) -> str:
    """Return points with at most two decimals: ``2.5``, ``3``, ``29.99``."""
    return f"{tidy(round(number, 2)):.2f}".rstrip("0").rstrip(".")


def is_ungraded(grade: Grade) -> bool:
    """Whether nobody, no grader and no test, has given points for this answer."""
    return grade.needs_manual_grade and grade.manual_score is None and grade.auto_score is None


def waiting(gradebook: Gradebook, assignment: Assignment) -> dict[str, Waiting]:
    """Return by student id what waits for a grader; students of whom nothing waits are left out."""
    # one question for the whole class: a class of hundreds has thousands of grades
    grades = (
        gradebook.db.query(SubmittedAssignment.student_id, Grade, Grade.max_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedAssignment.assignment_id == assignment.id, Grade.needs_manual_grade)
    )
    found = defaultdict(list)
    for student, grade, most in grades:
        found[student].append((most or 0.0, is_ungraded(grade)))
    return {
        student: Waiting(tidy(sum(most for most, _ in rows)), any(new for _, new in rows))
        for student, rows in found.items()
    }


def names(students: Collection[str]) -> str:
    """Return the students in order, in one line; of very many, the first."""
    more = f" and {len(students) - SHOWN} more" if len(students) > SHOWN else ""
    return ", ".join(sorted(students)[:SHOWN]) + more


def submissions(students: Collection[str], assignment: str) -> str:
    """Return how many submissions these are: ``1 submission of lab1``."""
    return f"{len(students)} submission{'s' * (len(students) != 1)} of {assignment}"
