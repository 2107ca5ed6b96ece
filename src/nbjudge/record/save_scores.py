"""A student's graded folder enters the gradebook: all rows in one transaction.

The rows are those that nbgrader's `SaveAutoGrades` and `AssignLatePenalties` would write, but for
one thing: points that a grader gave by hand ask for a second look only where what was looked at
has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from logging import Logger
from pathlib import Path

from nbgrader import utils
from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import insert, select

from nbjudge.cells import is_grade, is_solution, is_task
from nbjudge.intake import read_timestamp
from nbjudge.record.audit import read_audit
from nbjudge.record.bulk_insert import enter_first, unknown_cell
from nbjudge.record.gradebook import reading, transaction
from nbjudge.record.graded_cells import auto_comment, graded_cells, points_of
from nbjudge.record.pending_points import grades_in


@dataclass(frozen=True)
class Entry:
    """What is to be entered.

    Attributes:
        assignment: such as ``lab1``.
        student: the student's id.
        folder: the graded folder.
        last: the folder of the grading before; need not be there.
        create_student: whether a student whom the gradebook does not know is added.
    """

    assignment: str
    student: str
    folder: Path
    last: Path
    create_student: bool = True


def entered_points(
    gradebook: Gradebook, assignment: str, student: str | None = None
) -> dict[str, dict[tuple[str, str], float | None]]:
    """Return the automatic points in the gradebook: by student, by (notebook, grade_id).

    Of one `student`, or of the whole class. Raises `GradebookError` if it cannot be read.
    """
    found: dict[str, dict[tuple[str, str], float | None]] = {}
    with reading(gradebook):
        columns = SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.auto_score
        rows = grades_in(gradebook, assignment, *columns)
        if student is not None:
            rows = rows.filter(SubmittedAssignment.student_id == student)
        for name, notebook, cell, points in rows:
            found.setdefault(name, {})[notebook, cell] = points
    return found


def given_by_hand(gradebook: Gradebook, assignment: str, student: str) -> set[tuple[str, str]]:
    """Return a student's cells (notebook, grade_id) whose points were given by hand."""
    with reading(gradebook):
        rows = grades_in(gradebook, assignment, Notebook.name, BaseCell.name)
        rows = rows.filter(
            SubmittedAssignment.student_id == student, Grade.manual_score.is_not(None)
        )
        return {(notebook, cell) for notebook, cell in rows}


def enter(
    gradebook: Gradebook, entry: Entry, penalties: AssignLatePenalties, log: Logger
) -> set[tuple[str, str]]:
    """Enter a student's points; return the cells (notebook, grade_id) with points given by hand.

    Doing it twice changes nothing more.

    Raises `GradebookError` if the gradebook cannot be written, and nbgrader's `MissingEntry` if it
    does not know the student or a graded cell.
    """
    with transaction(gradebook):
        if _entered_first(gradebook, entry, log):
            return set()
        submission = _submission(gradebook, entry)
        for notebook in submission.notebooks:
            _enter_notebook(notebook, entry, log)
        gradebook.db.flush()
        late = submission.total_seconds_late
        if late > 0:
            log.warning("%s is %s seconds late", entry.student, late)
            gradebook.db.expire_all()  # the penalty depends on sums that the database makes
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = _penalty(notebook, entry.folder, late, penalties)
        return {
            (notebook.name, grade.name)
            for notebook in submission.notebooks
            for grade in notebook.grades
            if grade.manual_score is not None
        }


def renew_penalties(
    gradebook: Gradebook, assignment: str, graded: Path, penalties: AssignLatePenalties
) -> dict[str, tuple[float, float]]:
    """Compute the late penalties anew; return (before, after) of each student with another one.

    A due date, an extension, the course's rule, or points given by hand may have changed since.

    Args:
        gradebook: of the course.
        assignment: such as ``lab1``.
        graded: the folder of all graded submissions.
        penalties: with the course's plugin.
    """
    changed = {}
    with transaction(gradebook):
        for submission in _late_or_penalised(gradebook, assignment):
            before = submission.late_submission_penalty or 0.0
            late = submission.total_seconds_late
            if not before and late <= 0:
                continue
            folder = graded / submission.student_id / assignment
            for notebook in submission.notebooks:
                notebook.late_submission_penalty = _penalty(notebook, folder, late, penalties)
            gradebook.db.flush()
            gradebook.db.expire_all()
            after = submission.late_submission_penalty or 0.0
            if abs(after - before) > 1e-6:
                changed[submission.student_id] = before, after
    return changed


def _late_or_penalised(gradebook: Gradebook, assignment: str) -> list[SubmittedAssignment]:
    """Return the submissions that have a late penalty, or may need one: few of a class.

    nbgrader's object of a submission adds up its penalties by a look at everybody's.
    """
    penalised = select(SubmittedNotebook.assignment_id).where(
        SubmittedNotebook.late_submission_penalty.is_not(None)
    )
    wanted = (
        select(SubmittedAssignment)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == assignment)
        .where(
            (SubmittedAssignment.timestamp > Assignment.duedate)
            | SubmittedAssignment.extension.is_not(None)
            | SubmittedAssignment.id.in_(penalised)
        )
    )
    return list(gradebook.db.scalars(wanted))


def _entered_first(gradebook: Gradebook, entry: Entry, log: Logger) -> bool:
    """Enter a submission that is in time and of which there are no rows; else do nothing."""
    # rows, not nbgrader's objects, which bring the sums of the whole class with them
    connection = gradebook.db.connection()
    wanted = select(Assignment.id, Assignment.duedate).where(Assignment.name == entry.assignment)
    assignment = connection.execute(wanted).first()
    if gradebook.authenticator or assignment is None:
        return False
    wanted = select(SubmittedAssignment.id).where(
        SubmittedAssignment.assignment_id == assignment.id,
        SubmittedAssignment.student_id == entry.student,
    )
    if connection.execute(wanted).first() is not None:
        return False
    timestamp = read_timestamp(entry.folder)
    timestamp = utils.parse_utc(timestamp) if timestamp else None
    if timestamp and assignment.duedate and timestamp > assignment.duedate:
        return False  # the penalty depends on sums that the database makes
    known = connection.execute(select(Student.id).where(Student.id == entry.student)).first()
    if known is None:
        if not entry.create_student:
            raise MissingEntry(f"No such student: {entry.student}")
        connection.execute(insert(Student.__table__), [{"id": entry.student}])
    enter_first(connection, assignment.id, entry.student, timestamp, entry.folder, log)
    return True


def _submission(gradebook: Gradebook, entry: Entry) -> SubmittedAssignment:
    if entry.create_student:
        gradebook.update_or_create_student(entry.student)
    timestamp = read_timestamp(entry.folder)
    late = {"timestamp": timestamp} if timestamp else {}
    return gradebook.update_or_create_submission(entry.assignment, entry.student, **late)


def _enter_notebook(notebook: SubmittedNotebook, entry: Entry, log: Logger) -> None:
    path = entry.folder / f"{notebook.name}.ipynb"
    if path.is_file():
        cells = graded_cells(path)
        try:
            last = graded_cells(entry.last / path.name)
        except Exception:  # damaged since, in whatever way; nothing is known of it
            last = {}
        again = _submission_of(entry.last, notebook) != _submission_of(entry.folder, notebook)
        _enter_scores(notebook, cells, last, again, log)
        _enter_comments(notebook, cells)
    elif read_audit(entry.folder, notebook.name):  # it was not handed in
        withdrawn = (entry.last / path.name).is_file()
        for grade in notebook.grades:
            looked_at = grade.needs_manual_grade or withdrawn
            grade.auto_score = 0
            grade.needs_manual_grade = grade.manual_score is not None and looked_at


def _enter_scores(notebook, cells, last, again: bool, log: Logger) -> None:
    """Enter what the graded notebook says; `again`: the student has handed in something new."""
    grades = {grade.name: grade for grade in notebook.grades}
    for name, cell in cells.items():
        if not is_grade(cell):
            continue
        if name not in grades:
            raise MissingEntry(unknown_cell(name, notebook.name))
        grade, points = grades[name], points_of(cell, log)
        seen = last.get(name)
        changed = seen is None or seen.source != cell.source or points_of(seen, log) != points
        changed = changed or (again and not is_solution(cell))
        grade.auto_score = points
        if grade.manual_score is None:
            grade.needs_manual_grade = points is None
        else:
            grade.needs_manual_grade = grade.needs_manual_grade or changed


def _enter_comments(notebook, cells) -> None:
    comments = {comment.name: comment for comment in notebook.comments}
    for name, cell in cells.items():
        if name in comments and (is_solution(cell) or is_task(cell)):
            comments[name].auto_comment = auto_comment(cell)


def _penalty(notebook, folder: Path, late: float, penalties: AssignLatePenalties) -> float | None:
    """Return the points that the course's plugin takes for being `late` by these seconds."""
    if late <= 0 or not (folder / f"{notebook.name}.ipynb").is_file():
        return None
    student = notebook.student.id
    penalty = penalties.plugin_inst.late_submission_penalty(student, notebook.score, late)
    return None if penalty is None else penalties._check_late_penalty(notebook, penalty)


def _submission_of(folder: Path, notebook: SubmittedNotebook) -> object:
    lines = read_audit(folder, notebook.name)
    return lines[0].get("digests", {}).get("submission") if lines else None
