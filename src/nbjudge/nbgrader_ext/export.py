"""The grades as a CSV file that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
from contextlib import suppress
from datetime import datetime

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from nbjudge.record.pending_points import Waiting, names, submissions, tidy, waiting
from nbjudge.sanitize.csv_fields import inert_field

COLUMNS = (  # nbgrader's own, and what waits for a grader
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
    "pending",
)


class GradesCsv(ExportPlugin):
    """nbgrader's CSV export, with the same columns and one more, safe to open.

    The last column, `pending`, is how many of a row's points wait for a grader's hand. A text that
    a spreadsheet would take for a formula gets an apostrophe before it, line ends and control
    characters become blanks or are written out; numbers stay numbers, without the noise of sums.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to `to`, by default ``grades.csv``; warn where points are pending.

        Students without a submission have a score of 0, as in nbgrader's own export. The order is
        nbgrader's with SQLite; other databases put missing names and dates elsewhere, or anywhere.
        """
        target = self.to or "grades.csv"
        assignments = _wanted(gradebook.assignments, "name", self.assignment)
        assignments.sort(key=lambda a: (a.duedate or datetime.min, a.name))
        students = _wanted(gradebook.students, "id", self.student)
        students.sort(key=lambda s: (s.last_name or "", s.first_name or "", s.id))
        self.log.info("Exporting grades to %s", target)
        self._warn_of_unknown("assignment", self.assignment, [a.name for a in assignments])
        self._warn_of_unknown("student", self.student, [s.id for s in students])
        with open(target, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for assignment in assignments:
                found = waiting(gradebook, assignment)
                found = {s.id: found[s.id] for s in students if s.id in found}
                for student in students:
                    pending = found[student.id].points if student.id in found else 0.0
                    row = _row(gradebook, assignment, student, pending)
                    writer.writerow(map(inert_field, row))
                self._warn_of_waiting(assignment.name, found)

    def _warn_of_waiting(self, assignment: str, found: dict[str, Waiting]) -> None:
        """Say whose score is not yet what it will be."""
        new = [student for student, waits in found.items() if waits.ungraded]
        again = [student for student, waits in found.items() if waits.again]
        if new:
            self.log.warning(
                "%s that are not graded yet: %s; their score counts them as 0.",
                f"{submissions(new, assignment)} {'has' if len(new) == 1 else 'have'} "
                "written answers",
                names(new),
            )
        if again:
            self.log.warning(
                "%s graded again after a grader had given points: %s; these points count, and "
                "formgrader asks for another look.",
                f"{submissions(again, assignment)} {'was' if len(again) == 1 else 'were'}",
                names(again),
            )

    def _warn_of_unknown(self, kind: str, wanted, found) -> None:
        for name in sorted({str(name) for name in wanted} - set(found)):
            self.log.warning("The gradebook has no %s %s: check the spelling.", kind, name)


def _wanted(entries: list, attribute: str, names: list) -> list:
    """Return the entries of these names; all of them if no name is given."""
    wanted = {str(name) for name in names}
    return [entry for entry in entries if not wanted or getattr(entry, attribute) in wanted]


def _row(
    gradebook: Gradebook, assignment: Assignment, student: Student, pending: float
) -> tuple[object, ...]:
    """Return what `COLUMNS` name, of one student; all points are 0 without a submission."""
    timestamp, score, penalty = "", 0.0, 0.0
    with suppress(MissingEntry):
        submission = gradebook.find_submission(assignment.name, student.id)
        timestamp, score = submission.timestamp, submission.score
        penalty = submission.late_submission_penalty
    return (
        assignment.name,
        assignment.duedate,
        timestamp,
        student.id,
        student.last_name,
        student.first_name,
        student.email,
        tidy(score),
        penalty if penalty is None else tidy(penalty),
        tidy(max(0.0, score - (penalty or 0.0))),
        tidy(assignment.max_score),
        pending,
    )
