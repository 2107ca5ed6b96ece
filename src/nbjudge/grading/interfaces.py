"""The two interfaces of grading, and what goes with them.

A `Grader` grades submissions: in this process, or in others. A `Reporter` is told how a run goes:
it shows that on a terminal or a web page, or collects it in a test. `GradingRun` brings the two
together with a `Writer`, which enters the results; a service that grades one submission after the
other may use a grader without a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from nbjudge.grading.plan import GradingPlan, Points
from nbjudge.outcomes import Outcome
from nbjudge.record.results import GradedSubmission, GradingTask
from nbjudge.record.score_changes import Moved


@dataclass
class RunResult:
    """How a run went; while it goes on, how far it is.

    Attributes:
        total: submissions of which something was to be done.
        graded: how many of them are done, and kept.
        failed: students whose submission could not be read or graded.
        skipped: students whose submission another process was grading.
        changes: graded cells that have other points than before, or would have.
        misnamed: files that were taken for a notebook of another name, as ``student: file``.
        penalties: by student the late penalty before and after, of those who have another one.
        complete: whether the run came to its end.
    """

    total: int
    graded: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    changes: Sequence[Moved] = ()
    misnamed: list[str] = field(default_factory=list)
    penalties: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    complete: bool = False

    @property
    def tried(self) -> bool:
        """Whether there was something to grade, however it went."""
        return bool(self.total or self.failed)


class TaskListener(Protocol):
    """Is told of a task that has a verdict; see `Reporter.task_scored`."""

    def __call__(self, student: str, notebook: str, cell: str, verdict: Mapping) -> None:
        """Take a verdict."""


class Grader(Protocol):
    """Grades submissions, as many at the same time as it can."""

    @property
    def capacity(self) -> int:
        """How many submissions it can have in work by now, beside those that have come back.

        It may grow and shrink, as workers come and go. It is 0 before there is a worker, and, of a
        grader that works in the caller's own thread, while the caller looks at a result.
        """

    def submit(self, task: GradingTask) -> None:
        """Take a submission, whatever the capacity. Never waits for results. For any thread."""

    def results(self) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        """Yield each submission with its results, or with what went wrong, when it is ready.

        Ends when nothing is in work; an empty queue never holds up a result. It ends earlier where
        the capacity has grown, so that the caller can submit more and call it again; and it waits
        where nothing is in work yet because the capacity is 0.

        Raises `RunEndedError` if nobody can grade, or nobody can any more.
        """

    def close(self) -> None:
        """End what grades; submissions in work are lost."""


class Reporter(Protocol):
    """Is told how a run goes. It is called by one thread, and may not raise."""

    def started(self, plan: GradingPlan) -> None:
        """Hear what is going to be graded."""

    def task_scored(self, student: str, notebook: str, cell: str, verdict: Mapping) -> None:
        """Hear of one task, while the submission is still being graded, maybe by a worker.

        Comes again for a task that gets a better verdict beside the teacher's solution of others,
        and where a submission is graded again because its worker was lost. It may be missing:
        what counts are the results.

        Args:
            student: whose it is.
            notebook: its name.
            cell: the grade_id of the graded cell.
            verdict: what a student may read of it, see `nbjudge.verdict.student_view`.
        """

    def submission_done(self, student: str, outcomes: Mapping[Outcome, int]) -> None:
        """Hear of a submission that is graded and kept, and how many of its tasks ended how."""

    def submission_failed(self, student: str, error: Exception) -> None:
        """Hear of a submission that could not be graded; the run goes on."""

    def finished(self, result: RunResult) -> None:
        """Hear how the run went; also of one that was interrupted or could not go on."""


class Writer(Protocol):
    """Keeps results: `nbjudge.record.writer` has one that writes, and one that only shows."""

    @property
    def changes(self) -> Sequence[Moved]:
        """Graded cells that have other points than before, or would have."""

    def graded_folder(self, student: str) -> Path:
        """Return a student's graded folder; it need not be there."""

    def locked(self, student: str) -> AbstractContextManager[None]:
        """Hold a student's folder. Raises `InUseError` if another process has it."""

    def entered_points(self, student: str | None = None) -> Mapping[str, Points]:
        """Return by student the points that the gradebook has: of one, or of the class."""

    def known_result(self, task: GradingTask) -> GradedSubmission | None:
        """Return the results of a submission that was graded before, if they are still right."""

    def write(self, task: GradingTask, graded: GradedSubmission) -> None:
        """Keep the results of a submission."""

    def enter(self, student: str) -> None:
        """Enter in the gradebook what a graded folder says."""

    def finish(self, all_graded: bool) -> Mapping[str, tuple[float, float]]:
        """Bring up to date what depends on the whole class; return changed late penalties.

        Args:
            all_graded: whether the run was of the whole class, and none of it failed.
        """


@dataclass(frozen=True)
class Hooks:
    """What a course wants done before and after each submission; called with the student.

    Attributes:
        before: called when the student's folder is locked, before the submission is read.
        after: called when its results are kept.
    """

    before: Callable[[str], None] = lambda student: None
    after: Callable[[str], None] = lambda student: None
