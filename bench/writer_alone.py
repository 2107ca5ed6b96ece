"""The writer alone: results that are ready enter autograded/ and the gradebook, one by one."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from light_course import ASSIGNMENT, NOTEBOOK, released
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from nbjudge import gradebook_url
from nbjudge.intake import Submission, read_submission
from nbjudge.record.gradebook import opened
from nbjudge.record.previews import Proposals
from nbjudge.record.results import GradedNotebook, GradedSubmission, GradingTask
from nbjudge.record.writer import ResultWriter


class Ready:
    """A graded submission of the light course, which any student may have handed in."""

    def __init__(self, course: Path):
        """Read it from a course in which one student was graded."""
        (self._folder,) = (course / "autograded").glob(f"*/{ASSIGNMENT}")
        self._student = self._folder.parent.name
        self._submission = read_submission(
            course / "submitted" / self._student / ASSIGNMENT,
            self._student,
            ASSIGNMENT,
            [NOTEBOOK],
        )
        self._text = (self._folder / f"{NOTEBOOK}.ipynb").read_text(encoding="utf-8")
        audit = self._folder / f"{NOTEBOOK}.audit.jsonl"
        self._lines = audit.read_text(encoding="utf-8").splitlines()

    def of(self, student: str) -> tuple[Submission, GradedSubmission]:
        """Return what this student handed in, and what it gave."""
        lines = tuple(line.replace(self._student, student) for line in self._lines)
        graded = GradedSubmission({NOTEBOOK: GradedNotebook(self._text, lines)})
        return replace(self._submission, student=student), graded

    def plain(self) -> dict[str, object]:
        """Return what it gave as plain data."""
        return {
            "student": self._student,
            "notebook": NOTEBOOK,
            "text": self._text,
            "lines": self._lines,
        }


@contextmanager
def writing(course: Path) -> Iterator[ResultWriter]:
    """Give the writer of a course whose gradebook knows the assignment and no student."""
    warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
    penalties = AssignLatePenalties(config=Config())
    penalties.init_plugin()
    notebooks = {NOTEBOOK: released(course)}
    with opened(gradebook_url(course / "gradebook.db"), "light") as gradebook:
        yield ResultWriter(
            gradebook,
            ASSIGNMENT,
            course / "autograded",
            Proposals(course, ASSIGNMENT),
            notebooks,
            penalties,
            create_student=True,
            set_permissions=_read_only,
            log=logging.getLogger("benchmark"),
        )


def write(writer: ResultWriter, submission: Submission, graded: GradedSubmission) -> None:
    """Write one student's results as a run does, which holds the student's folder meanwhile."""
    with writer.locked(submission.student):
        writer.write(GradingTask(submission, {NOTEBOOK: {}}), graded)


def write_many(course: Path, ready: Ready, results: int) -> list[float]:
    """Write so many results; return the seconds that each took."""
    found = []
    with writing(course) as writer:
        for number in range(results):
            one = ready.of(f"student{number:05}")
            begin = time.perf_counter()
            write(writer, *one)
            found.append(time.perf_counter() - begin)
    return found


def _read_only(folder: Path) -> None:
    """Give files the rights that nbgrader gives them."""
    for path in folder.rglob("*"):
        path.chmod(0o444)
