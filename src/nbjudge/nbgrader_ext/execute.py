"""nbgrader's Execute step, with graded cells judged outside the student's kernel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from nbgrader.preprocessors import Execute
from traitlets import Bool, Float, Integer, List, Unicode

from nbjudge.grading.notebook_records import NotebookRequest, RunSettings
from nbjudge.grading.notebook_run import NotebookRun, OnScored
from nbjudge.kernel.executor import ExecutionLimits, KernelFactory
from nbjudge.nbgrader_ext.limit_traits import limits_of, traits_of
from nbjudge.verdict.hidden_test import HiddenTest


class JudgeExecute(Execute):
    """The course's settings of how a submission's cells are run and judged.

    A graded cell that calls ``judge("name")`` never reaches the kernel: the hidden test of that
    name asks the student's code, and its outputs are written by the judge; see `NotebookRun`. Of
    nbgrader's own settings of this step, ``kernel_name``, ``startup_timeout`` and
    ``extra_arguments`` hold here, too.

    A course that wants more than settings overrides `settings_for` or `make_run` in a subclass,
    and puts that into ``c.Autograde.autograde_preprocessors`` in this one's place.

    Attributes:
        run_class: of the runs that it makes.
    """

    run_class: ClassVar[type[NotebookRun]] = NotebookRun

    locals().update(traits_of(ExecutionLimits))

    boxed = Bool(
        True,
        help="Run students' code in boxes. False runs it with all rights of the grader: only for "
        "submissions of people you trust.",
    ).tag(config=True)

    hidden_tests = Unicode(
        "hidden_tests",
        help="Folder of the hidden tests, relative to the course's root: "
        "one folder for each assignment, one module for each notebook.",
    ).tag(config=True)

    reads = List(
        Unicode(),
        ["data"],
        help="Files and folders that hidden tests read, relative to the course's root: workers on "
        "other machines are given them. What is not there does no harm.",
    ).tag(config=True)

    carry = Float(
        1.0,
        min=0.0,
        max=1.0,
        help="What a task is worth that is right beside the teacher's solution of the tasks that "
        "it needs: a factor of its points. 0 turns this off.",
    ).tag(config=True)

    fingerprint_seconds = Float(
        10.0,
        min=0.0,
        help="Seconds that asking again may take in one notebook, after its last cell, so that the "
        "report on a class can group wrong answers by their numbers. 0 turns this off.",
    ).tag(config=True)

    seed = Integer(
        None,
        allow_none=True,
        help="Seed of the hidden inputs, to repeat a run from its audit line; "
        "by default each graded cell draws its own.",
    ).tag(config=True)

    def preprocess(self, nb, resources=None):
        """Refuse: nbconvert calls this, and nbgrader's own run would use neither box nor judge."""
        raise NotImplementedError("JudgeExecute makes runs of notebooks; see make_run.")

    def make_run(
        self,
        request: NotebookRequest,
        tests: Mapping[str, HiddenTest],
        on_scored: OnScored | None = None,
    ) -> NotebookRun:
        """Return the run of one notebook; the graders of submissions ask for it."""
        settings = self.settings_for(request)
        return self.run_class(request, tests, self.kernels(), settings, self.log, on_scored)

    def settings_for(self, request: NotebookRequest) -> RunSettings:
        """Return how a notebook is run and judged."""
        return RunSettings(
            limits=limits_of(self, ExecutionLimits),
            carry=self.carry,
            fingerprint_seconds=self.fingerprint_seconds,
            seed=self.seed,
            hidden_tests=self.hidden_tests,
        )

    def kernels(self) -> KernelFactory:
        """Return what makes the kernels that notebooks run in."""
        return KernelFactory(self.config, self.boxed, self.kernel_name, tuple(self.extra_arguments))
