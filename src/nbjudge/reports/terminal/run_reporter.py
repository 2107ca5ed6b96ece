"""What an instructor reads of a run: before it, while it goes on, and at its end.

`TerminalReporter` and `PreviewReporter` are `Reporter`s, see `nbjudge.grading.interfaces`.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from nbjudge.grading.interfaces import RunResult
from nbjudge.grading.plan import GradingPlan, Plan
from nbjudge.intake import Refusal
from nbjudge.outcomes import Outcome
from nbjudge.record.class_outcomes import summarise
from nbjudge.reports.terminal.progress import Tell, progress
from nbjudge.reports.terminal.score_changes_table import show_moved, show_proposed
from nbjudge.reports.terminal.summary import force_hint, show_summary

NAMED = 5  # students who are named; of more, the number is said


class TerminalReporter:
    """Shows how far a run is, and at its end how the class is graded by now."""

    def __init__(
        self, log: logging.Logger, workers: int, autograded: Path, refused: Sequence[Refusal]
    ):
        """Get ready.

        Args:
            log: errors are written to it, above the bar.
            workers: how many submissions are graded at the same time.
            autograded: the folder of all graded submissions.
            refused: folders that cannot be graded.
        """
        self._log, self._workers = log, workers
        self._autograded, self._refused = autograded, refused
        self._console = Console()
        self._open = ExitStack()
        self._plan: GradingPlan | None = None
        self._tell: Tell | None = None  # while the run goes on

    def planned(self, plan: GradingPlan) -> None:
        """Say what is graded again, and why; to be called before the run begins."""
        say_again(plan.submissions, self._console)

    def started(self, plan: GradingPlan) -> None:
        """Show the bar, or a line now and then."""
        self._plan = plan
        shown = progress(len(plan.submissions), self._log, plan.seconds, self._workers)
        self._tell = self._open.enter_context(shown)

    def task_scored(self, student: str, notebook: str, cell: str, verdict: Mapping) -> None:
        """Show nothing: whole submissions are counted."""

    def submission_done(self, student: str, outcomes: Mapping[Outcome, int]) -> None:
        """Count a submission, and how its tasks ended."""
        if self._tell is not None:
            self._tell(student, outcomes)

    def submission_failed(self, student: str, error: Exception) -> None:
        """Say what went wrong; also of a submission that could not be read before the run."""
        self._log.error("%s could not be graded: %s", student, error)
        self._log.info("The error in full:", exc_info=error)
        if self._tell is not None:
            self._tell(student, {})

    def finished(self, result: RunResult) -> None:
        """Take the bar away; say whose points are others now and, after a whole run, the rest."""
        self._open.close()
        # also of a run that is stopped: the next one would not know
        show_moved(result.changes, self._console)
        if not result.complete or self._plan is None:
            return
        for student, (before, after) in sorted(result.penalties.items()):
            self._log.warning("%s: the late penalty was %g, it is %g now", student, before, after)
        assignment, wanted = self._plan.assignment, self._plan.options.wanted
        summary = summarise(self._autograded, assignment.name, assignment.submitted, wanted)
        show_summary(
            summary, result.graded, result.tried, self._refused, result.misnamed, self._console
        )


class PreviewReporter(TerminalReporter):
    """Shows how far a run is, and at its end whose points it would change."""

    def __init__(self, log: logging.Logger, workers: int, autograded: Path, command: str):
        """Get ready; see `TerminalReporter`.

        `command` is how the command for the same submissions begins.
        """
        super().__init__(log, workers, autograded, ())
        self._command = command

    def finished(self, result: RunResult) -> None:
        """Take the bar away; after a whole run say whose points would change."""
        self._open.close()
        if result.complete:
            show_proposed(result.changes, result.graded, result.tried, self._command, self._console)


def say_again(plans: Mapping[str, Plan], console: Console) -> None:
    """Print what is graded again, and why: a line for each notebook and reason."""
    again = defaultdict(list)
    for student, plan in plans.items():
        for notebook, reason in plan.again.items():
            again[notebook, reason].append(student)
    for (notebook, reason), students in sorted(again.items()):
        many = len(students) > NAMED
        who = f"{len(students)} students" if many else ", ".join(students)
        text = f"{notebook} of {who}: graded again, {reason}."
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def resume_hint(result: RunResult | None, force: bool) -> str:
    """Return what is done and how to go on, for the last line of a run that ends early.

    Args:
        result: of the run; None if it had not begun.
        force: whether it grades what is graded already, too.
    """
    if result is None or not result.total:
        return "Nothing was changed; run the same command again."
    option = force_hint().split()[-1]
    how = f"without {option} it leaves them" if force else "it goes on with the rest"
    return (
        f"{result.graded} of {result.total} submissions are graded and kept; run the same command "
        f"again, and {how}."
    )
