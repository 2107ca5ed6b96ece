"""One run: the submissions of a plan are graded, and their results kept.

Read `GradingRun` first. It knows no nbgrader command, no Dask and no terminal: those are behind the
interfaces that it is given, see `nbjudge.grading.interfaces`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial

from nbjudge.errors import GradebookError, InUseError, RunEndedError
from nbjudge.grading.interfaces import Grader, Hooks, Reporter, RunResult, Writer
from nbjudge.grading.plan import GradingPlan, Plan
from nbjudge.intake import Submission
from nbjudge.outcomes import Outcome
from nbjudge.record.results import GradedSubmission, GradingTask
from nbjudge.record.writer import is_no_room


class GradingRun:
    """Grades what a plan names. Used once.

    No submission stops the run: what goes wrong with one is told to the reporter. While a student
    is in work, this process holds the student's folder; those whom another process holds are left
    to it. All is written by the thread that calls `run`.

    Attributes:
        result: how the run went; while it goes on, and when it was interrupted, how far it is.
    """

    def __init__(
        self,
        plan: GradingPlan,
        grader: Grader,
        writer: Writer,
        reporter: Reporter,
        hooks: Hooks | None = None,
        log: logging.Logger | None = None,
    ):
        """Get ready; nothing is begun.

        Args:
            plan: what is graded. It is looked at again for each student who gets locked.
            grader: grades; it stays open.
            writer: keeps the results.
            reporter: is told how the run goes.
            hooks: what the course wants done before and after each submission.
            log: is told what an instructor may want to know.
        """
        self._plan, self._grader, self._writer = plan, grader, writer
        self._reporter, self._hooks = reporter, hooks or Hooks()
        self._log = log or logging.getLogger(__name__)
        self.result = RunResult(
            total=len(plan.submissions), failed=list(plan.unreadable), changes=writer.changes
        )
        self._locks: dict[str, ExitStack] = {}  # of the students in work
        self._tasks = self._lock_students()
        self._left = True  # whether there may be more tasks
        self._in_work = 0  # of those that the grader has

    def run(self) -> RunResult:
        """Grade; return how it went.

        Raises `RunEndedError` if it cannot go on. Then, and when it is interrupted, `result` says
        how far it came.
        """
        self._reporter.started(self._plan)
        try:
            self._grade()
            all_graded = self._plan.options.whole_class and not self.result.failed
            self.result.penalties = self._writer.finish(all_graded)
            self.result.complete = True
        finally:
            for lock in self._locks.values():
                lock.close()
            self._locks.clear()
            self._reporter.finished(self.result)
        return self.result

    def _grade(self) -> None:
        """Keep the grader busy until nothing is left."""
        self._submit()
        while self._left or self._in_work:
            for task, graded in self._grader.results():
                self._in_work -= 1
                self._submit()  # first, so that no worker waits while results are written
                self._finish_student(task.student, partial(self._write, task, graded))
            self._submit()

    def _submit(self) -> None:
        """Hand out tasks while the grader has room for them."""
        while self._left and self._in_work < self._grader.capacity:
            task = next(self._tasks, None)
            if task is None:
                self._left = False
            else:
                self._in_work += 1
                self._grader.submit(task)

    def _lock_students(self) -> Iterator[GradingTask]:
        """Lock one student's folder after the other; yield what is to be graded of it by then."""
        for student in self._plan.submissions:
            lock = self._locks[student] = ExitStack()
            try:
                lock.enter_context(self._writer.locked(student))
                task = self._task(student)
            except InUseError as error:
                self._log.warning("%s Left to it.", error)
                self.result.skipped.append(student)
                del self._locks[student]
                continue
            except (OSError, GradebookError) as error:
                self._finish_student(student, partial(_raise, error))
                continue
            known = self._writer.known_result(task)
            if known is not None:
                self._finish_student(student, partial(self._write, task, known))
            elif task.digests:
                yield task
            else:
                self._finish_student(student, partial(self._writer.enter, student))

    def _task(self, student: str) -> GradingTask:
        """Read a submission; return what is to be graded of it."""
        self._hooks.before(student)
        options = self._plan.options
        submission = options.assignment.read(student)
        plan = self._plan.submissions[student]
        if not options.force:  # another process may have been here since
            plan = self._plan_now(submission)
        for note in submission.notes if plan.reasons else ():
            self._log.warning("%s: %s", student, note)
        return GradingTask(
            submission,
            {name: options.assignment.digests(name, submission) for name in plan.reasons},
        )

    def _plan_now(self, submission: Submission) -> Plan:
        student = submission.student
        folder = self._writer.graded_folder(student)
        points = self._writer.entered_points(student) if folder.is_dir() else {}
        return self._plan.options.plan(submission, folder, points.get(student))

    def _write(
        self, task: GradingTask, graded: GradedSubmission | Exception
    ) -> Mapping[Outcome, int]:
        if isinstance(graded, Exception):
            raise graded
        for level, message in graded.said:
            self._log.log(level, "%s", message)
        self._writer.write(task, graded)
        for name in task.digests:
            read = task.submission.notebooks.get(name)
            if read is not None and read.file_name != f"{name}.ipynb":
                self.result.misnamed.append(f"{task.student}: {read.file_name}")
        return graded.outcomes

    def _finish_student(
        self, student: str, act: Callable[[], Mapping[Outcome, int] | None]
    ) -> None:
        """Do the last thing for a student, and let go of the folder.

        `act` returns how the student's tasks ended, if any were judged. What goes wrong costs
        nobody else anything. Raises what must end the run.
        """
        outcomes: Mapping[Outcome, int] = {}
        failure = None
        try:
            outcomes = act() or {}
            self._hooks.after(student)
        except GradebookError as error:
            raise RunEndedError(str(error)) from error
        except Exception as error:
            if is_no_room(error):
                raise RunEndedError("The disk is full: make room.") from error
            failure = error
            self.result.failed.append(student)
        else:
            self.result.graded += 1
        finally:
            self._locks.pop(student).close()
        if failure is None:
            self._reporter.submission_done(student, outcomes)
        else:
            self._reporter.submission_failed(student, failure)


def _raise(error: Exception) -> None:
    raise error
