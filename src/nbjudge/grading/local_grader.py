"""Grades submissions in this process: what is handed in goes in, plain data comes out.

Nothing here needs a gradebook or the course's folder, so any process can do it that was given the
assignment: this one, or one on another machine.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import nbformat
from nbformat import NotebookNode

from nbjudge.errors import GraderLimitError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.notebook_records import NotebookRequest, NotebookResult, SkippedNotebook
from nbjudge.grading.notebook_run import NotebookRun, OnScored
from nbjudge.grading.solutions import retry_with_solutions
from nbjudge.intake import Submission
from nbjudge.kernel.cpu_limit import cpu_limit
from nbjudge.outcomes import Outcome
from nbjudge.record.audit import audit_lines, missing_lines
from nbjudge.record.results import GradedNotebook, GradedSubmission, GradingTask
from nbjudge.record.write_files import files_in_folder
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.scoring import Verdict

# a step of nbgrader's: changes the notebook, or another thing of the resources, and returns both
Step = Callable[[NotebookNode, dict], tuple[NotebookNode, dict]]


class RunFactory(Protocol):
    """Makes the run of one notebook, with the course's limits and settings."""

    def __call__(
        self,
        request: NotebookRequest,
        tests: Mapping[str, HiddenTest],
        on_scored: OnScored | None = None,
    ) -> NotebookRun:
        """Return a run that is ready; see `NotebookRun`."""


class TaskScored(Protocol):
    """Is told of each task that has a verdict, and once more of one that gets a better verdict."""

    def __call__(self, student: str, notebook: str, cell: str, verdict: Verdict) -> None:
        """Take a verdict. It may not raise."""


class LocalGrader:
    """Grades submissions of one assignment, one after the other."""

    def __init__(
        self,
        assignment: Assignment,
        make_run: RunFactory,
        steps: Sequence[Step],
        grader_seconds: float,
        log: logging.Logger,
        steps_before: Sequence[Step] = (),
        on_scored: TaskScored | None = None,
    ):
        """Get ready.

        Args:
            assignment: as this process has it.
            make_run: makes the run of each notebook.
            steps: what is done to a notebook that has been run, one after the other.
            grader_seconds: CPU seconds that one notebook may cost this process.
            log: is told what an instructor may want to know.
            steps_before: what is done to a rebuilt notebook before it is run.
            on_scored: is told of each verdict, while the notebook is being run.
        """
        self._assignment = assignment
        self._make_run = make_run
        self._steps_before, self._steps = steps_before, steps
        self._grader_seconds = grader_seconds
        self._log = log
        self._on_scored = on_scored

    def grade(self, task: GradingTask, skipped: SkippedNotebook | None = None) -> GradedSubmission:
        """Return the graded notebooks of one submission; with `skipped`, nothing of it runs."""
        with files_in_folder(task.submission.files) as folder:
            notebooks = {
                name: self._notebook(task.submission, name, digests, folder, skipped)
                for name, digests in task.digests.items()
            }
        return GradedSubmission(notebooks)

    def _notebook(
        self,
        submission: Submission,
        name: str,
        digests: Mapping[str, str],
        folder: Path,
        skipped: SkippedNotebook | None,
    ) -> GradedNotebook:
        student, assignment = submission.student, self._assignment
        if name not in submission.notebooks:
            self._log.info("%s did not hand in %s", student, name)
            who = {"student": student, "assignment": assignment.name, "notebook": name}
            lines = missing_lines(assignment.notebooks[name], digests, **who)
            return GradedNotebook(None, tuple(lines))
        self._log.info("Autograding %s of %s", name, student)
        read = submission.notebooks[name]
        nb, notes = assignment.rebuilt(name, submission)
        for note in (*read.notes, *notes):
            self._log.info("%s, %s: %s", student, name, note)
        if read.problem:
            skipped = SkippedNotebook(Outcome.UNREADABLE, read.problem)
        request = NotebookRequest(
            notebook=nb,
            student=student,
            assignment=assignment.name,
            name=name,
            folder=str(folder),
            course_files=str(assignment.release),
            digests=digests,
        )
        return self._run_within_limit(request, skipped)

    def _run_within_limit(
        self, request: NotebookRequest, skipped: SkippedNotebook | None
    ) -> GradedNotebook:
        """Run one notebook, and the steps.

        A notebook that costs the grader too much keeps the verdicts that it has; the other tasks
        end as timed out.
        """
        resources = self._resources(request)
        nb, resources = _apply(self._steps_before, request.notebook, resources)
        request = replace(request, notebook=nb)
        tests = load_hidden_tests(self._assignment.hidden_tests, request.assignment, request.name)
        run = self._make_run(request, tests, self._tell(request))
        try:
            with cpu_limit(self._grader_seconds):
                return self._finished(request, self._run(run, skipped), resources)
        except GraderLimitError:
            self._log.warning(
                "%s, %s: given up, because it kept the grader busy for more than %s s.",
                request.student,
                request.name,
                f"{self._grader_seconds:g}",
            )
        reason = "Reading what this notebook put out took too long, so it was not run to its end."
        return self._finished(request, run.abandon(Outcome.TIMED_OUT, reason), resources)

    def _run(self, run: NotebookRun, skipped: SkippedNotebook | None) -> NotebookResult:
        if skipped is not None:
            return run.abandon(skipped.outcome, skipped.reason)
        run.run()
        solutions = self._assignment.solutions[run.request.name]
        return retry_with_solutions(run, solutions, run.settings.carry)

    def _finished(
        self, request: NotebookRequest, result: NotebookResult, resources: dict
    ) -> GradedNotebook:
        """Return what becomes of a notebook that was run, by the steps behind that."""
        lines = audit_lines(result.scored, request.digests, result.seconds, **request.who)
        nb, _ = _apply(self._steps, result.notebook, resources.copy())
        nbformat.validate(nb, relax_add_props=True)
        text = nbformat.writes(nb, version=nbformat.current_nbformat)
        return GradedNotebook(text if text.endswith("\n") else text + "\n", tuple(lines))

    def _resources(self, request: NotebookRequest) -> dict:
        """Return what steps find of a notebook beside it, as in nbgrader's own converters."""
        return defaultdict(
            str,  # as in nbconvert's: what is not there is empty
            unique_key=request.name,
            nbgrader=request.who,
            metadata={"name": request.name, "path": request.folder},
            own_cells=self._assignment.own_cells[request.name],
        )

    def _tell(self, request: NotebookRequest) -> OnScored | None:
        on_scored = self._on_scored
        if on_scored is None:
            return None
        return lambda cell, verdict: on_scored(request.student, request.name, cell, verdict)


def _apply(steps: Sequence[Step], nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
    for step in steps:
        nb, resources = step(nb, resources)
    return nb, resources
