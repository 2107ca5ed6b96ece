"""A `Grader` that works in the caller's own thread, one submission after the other."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator

from nbjudge.grading.interfaces import TaskListener
from nbjudge.grading.local_grader import TaskScored
from nbjudge.record.results import GradedSubmission, GradingTask
from nbjudge.verdict.scoring import Verdict
from nbjudge.verdict.student_view import shown


class SerialGrader:
    """Makes a `Grader` of what can grade one submission, such as `LocalGrader.grade`.

    All work is done in `results`, in the thread that calls it; other threads may submit meanwhile.
    """

    def __init__(self, grade: Callable[[GradingTask], GradedSubmission]):
        """Get ready; `grade` may raise what goes wrong with a submission."""
        self._grade = grade
        self._waiting: deque[GradingTask] = deque()
        self._busy = False

    @property
    def capacity(self) -> int:
        """How many submissions it can have in work by now; see `Grader`."""
        return 0 if self._busy else 1

    def submit(self, task: GradingTask) -> None:
        """Take a submission."""
        self._waiting.append(task)

    def results(self) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        """Grade what was submitted; yield each submission with its results, or an error."""
        self._busy = False  # an earlier caller may have left in the middle
        while self._waiting:
            task = self._waiting.popleft()
            self._busy = True
            try:
                yield task, self._result(task)
            finally:
                self._busy = False

    def close(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def _result(self, task: GradingTask) -> GradedSubmission | Exception:
        try:
            return self._grade(task)
        except Exception as error:
            return error


def as_student_view(listener: TaskListener, log: logging.Logger) -> TaskScored:
    """Return what tells a listener of verdicts as students may read them, and never raises.

    Args:
        listener: such as `Reporter.task_scored`.
        log: is told what goes wrong.
    """

    def tell(student: str, notebook: str, cell: str, verdict: Verdict) -> None:
        try:
            listener(student, notebook, cell, shown(verdict))
        except Exception:  # no listener costs a student anything
            log.debug("A verdict could not be reported:", exc_info=True)

    return tell
