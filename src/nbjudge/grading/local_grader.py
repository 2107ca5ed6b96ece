"""The steps that grade one submission: what is handed in goes in, plain data comes out.

Nothing here needs a gradebook or the course's folder, so any process can do it that was given the
assignment: this one, or one on another machine.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.utils import setenv
from traitlets.config import Config

from nbjudge.errors import GraderLimitError
from nbjudge.grading.assignment import Assignment
from nbjudge.intake import Submission
from nbjudge.kernel.cpu_limit import cpu_limit, drop_tasks
from nbjudge.nbgrader_ext.execute import JudgeExecute, Unrun
from nbjudge.outcomes import Outcome
from nbjudge.record.audit import missing_lines
from nbjudge.record.results import Graded, GradedNotebook, Work
from nbjudge.record.write_files import files_in_folder


class Steps:
    """Grades submissions of one assignment, one after the other."""

    def __init__(
        self,
        assignment: Assignment,
        config: Config,
        preprocessors: list,
        grader_seconds: float,
        log: logging.Logger,
    ):
        """Get ready.

        Args:
            assignment: as this process has it.
            config: of the course.
            preprocessors: nbgrader's ``autograde_preprocessors``.
            grader_seconds: CPU seconds that one notebook may cost this process.
            log: is told what an instructor may want to know.
        """
        self._assignment = assignment
        self._preprocessors = preprocessors
        self._grader_seconds = grader_seconds
        self._log = log
        self._exporter = NotebookExporter(config=_without_defaults(config), log=log)

    def grade(self, work: Work, unrun: Unrun | None = None) -> Graded:
        """Return the graded notebooks of one submission; with `unrun`, nothing of it runs."""
        with files_in_folder(work.submission.files) as folder:
            notebooks = {
                name: self._notebook(work.submission, name, digests, folder, unrun)
                for name, digests in work.digests.items()
            }
        return Graded(notebooks)

    def _notebook(
        self,
        submission: Submission,
        name: str,
        digests: Mapping[str, str],
        folder: Path,
        unrun: Unrun | None,
    ) -> GradedNotebook:
        student, assignment = submission.student, self._assignment
        who = {"student": student, "assignment": assignment.name, "notebook": name}
        if name not in submission.notebooks:
            self._log.info("%s did not hand in %s", student, name)
            lines = missing_lines(assignment.notebooks[name], digests, **who)
            return GradedNotebook(None, tuple(lines))
        self._log.info("Autograding %s of %s", name, student)
        read = submission.notebooks[name]
        nb, notes = assignment.rebuilt(name, submission)
        for note in (*read.notes, *notes):
            self._log.info("%s, %s: %s", student, name, note)
        resources = {
            "unique_key": name,
            "nbgrader": who,
            "metadata": {"name": name, "path": str(folder)},
            "course_files": str(assignment.release),
            "hidden_tests": str(assignment.hidden_tests),
            "digests": digests,
            "solutions": assignment.solutions[name],
            "own_cells": assignment.own_cells[name],
            "unrun": Unrun(Outcome.UNREADABLE, read.problem) if read.problem else unrun,
        }
        return self._run_within_limit(nb, resources)

    def _run_within_limit(self, nb, resources) -> GradedNotebook:
        """Run the steps of one notebook.

        A notebook that costs the grader too much keeps the verdicts that it has; the other tasks
        end as timed out.
        """
        began = time.monotonic()
        try:
            with cpu_limit(self._grader_seconds):
                return self._run(nb, resources)
        except GraderLimitError:
            self._log.warning(
                "%s, %s: given up, because it kept the grader busy for more than %s s.",
                resources["nbgrader"]["student"],
                resources["unique_key"],
                f"{self._grader_seconds:g}",
            )
        steps = self._exporter._preprocessors
        judge = next(step for step in steps if isinstance(step, JudgeExecute))
        judge.stop_kernel(Outcome.TIMED_OUT)
        drop_tasks()
        reason = "Reading what this notebook put out took too long, so it was not run to its end."
        judged = {judged.cell: judged for judged in judge.judged}
        unrun = Unrun(Outcome.TIMED_OUT, reason, judged, time.monotonic() - began)
        return self._run(nb, {**resources, "unrun": unrun})

    def _run(self, nb, resources) -> GradedNotebook:
        self._exporter._preprocessors = []
        for step in self._preprocessors:
            self._exporter.register_preprocessor(step)
        with setenv(NBGRADER_EXECUTION="autograde"):
            text, after = self._exporter.from_notebook_node(nb, resources)
        return GradedNotebook(text, tuple(after["audit"]))


def _without_defaults(config: Config) -> Config:
    own = Config(config)
    own.Exporter.default_preprocessors = []  # as nbgrader's converters do
    return own
