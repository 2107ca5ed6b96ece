"""The points of one assignment: the whole class, as the gradebook and the folders have it now."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import (
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url

from nbjudge.errors import GradebookError, NoGradesError
from nbjudge.intake import find_submissions
from nbjudge.record.database_errors import shown
from nbjudge.record.gradebook import exists, opened
from nbjudge.record.pending_points import never_graded, waiting

DELETED, UNFINISHED, NOT_GRADED = "deleted", "unfinished", "not graded"


@dataclass(frozen=True)
class Row:
    """What one student has.

    Args:
        student: the id.
        points: of each notebook; None for one that was never graded.
        waits: points that a grader has still to give.
        penalty: points that come off for being late.
        mark: `DELETED`, `UNFINISHED`, `NOT_GRADED` or nothing.
    """

    student: str
    points: tuple[float | None, ...]
    waits: float = 0.0
    penalty: float = 0.0
    mark: str = ""

    @property
    def graded(self) -> bool:
        """Whether the points are a result."""
        return self.mark not in (UNFINISHED, NOT_GRADED)

    @property
    def total(self) -> float:
        """The sum, as nbgrader exports it: the penalty comes off, and never more than all."""
        return max(0.0, sum(points or 0.0 for points in self.points) - self.penalty)


@dataclass(frozen=True)
class Grades:
    """The points of one assignment: its notebooks with their maxima, and a row a student.

    `refused` is how many folders of `submitted` cannot be graded; they have no row.
    """

    assignment: str
    notebooks: tuple[tuple[str, float], ...]
    rows: tuple[Row, ...]
    submitted: str = "submitted/"
    refused: int = 0


@contextlib.contextmanager
def read_gradebook(coursedir: CourseDirectory) -> Iterator[Gradebook]:
    """Give the course's gradebook, to read it; raises `NoGradesError` if that cannot be done.

    In the block, the course's root is the current folder.
    """
    with contextlib.chdir(coursedir.root):  # where nbgrader looks for a gradebook without a folder
        try:
            if not exists(coursedir.db_url):
                name = shown(make_url(coursedir.db_url))
                raise NoGradesError(f"Nothing is graded yet: there is no gradebook {name}.")
            with opened(coursedir.db_url, coursedir.course_id, writing=False) as gradebook:
                yield gradebook
        except GradebookError as error:
            raise NoGradesError(str(error)) from error


def read_grades(coursedir: CourseDirectory, assignment: str) -> Grades:
    """Return the grades of an assignment. Raises `NoGradesError` if there are none to read."""
    with read_gradebook(coursedir) as gradebook:
        try:
            notebooks, points, penalties = _query(gradebook, assignment)
            waits = waiting(gradebook, gradebook.find_assignment(assignment))
        except MissingEntry as error:
            raise NoGradesError(f"The gradebook has no assignment '{assignment}' yet.") from error
    submitted = Path(coursedir.format_path(coursedir.submitted_directory, "x", "x")).parents[1]
    handed_in, refused = find_submissions(submitted, assignment)
    rows = []
    for student in sorted({*points, *handed_in}):
        mine = points.get(student, {})
        folder = Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))
        mark = ""
        if student not in points:
            mark = NOT_GRADED
        elif student not in handed_in:
            mark = DELETED
        elif not folder.is_dir():
            mark = UNFINISHED
        by_notebook = tuple(mine.get(name, 0.0) for name, _ in notebooks)
        by_hand = waits[student].points if student in waits else 0.0
        rows.append(Row(student, by_notebook, by_hand, penalties[student], mark))
    where = f"{coursedir.submitted_directory}/"
    return Grades(assignment, notebooks, tuple(rows), where, len(refused))


def _query(gradebook: Gradebook, assignment: str):
    """Return the notebooks with their maxima, and by student the points and the penalties."""
    found = gradebook.find_assignment(assignment)
    ungraded = never_graded(gradebook, found)
    notebooks = tuple(sorted((n.name, float(n.max_score)) for n in found.notebooks))
    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            Notebook.name,
            SubmittedNotebook.id,
            SubmittedNotebook.score,
            SubmittedNotebook.late_submission_penalty,
        )
        .select_from(SubmittedAssignment)
        .outerjoin(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .outerjoin(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .filter(SubmittedAssignment.assignment_id == found.id)
    )
    points, penalties = {}, Counter()
    for student, name, notebook, score, penalty in rows:
        graded = notebook not in ungraded
        points.setdefault(student, {})[name] = float(score or 0) if graded else None
        penalties[student] += float(penalty or 0)
    return notebooks, points, penalties
