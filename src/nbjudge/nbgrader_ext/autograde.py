"""nbgrader's autograde, fed by the intake: nbgrader itself never reads what students handed in.

`nbjudge.configure` puts `JudgeAutograde` where ``nbgrader autograde`` and formgrader look for
their converter. It makes a `GradingRun` of the course's settings; what is graded, and how, is
decided there.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack, nullcontext
from typing import NoReturn

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Application, Config

from nbjudge.errors import CourseError, GradebookError, RunEndedError, Stopped, WarmProcessError
from nbjudge.grading.interfaces import Hooks
from nbjudge.grading.plan import GradingOptions, make_grading_plan
from nbjudge.grading.run import GradingRun
from nbjudge.grading.verdict_settings import settings_of
from nbjudge.intake import IntakeLimits
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.nbgrader_ext.course import load_assignment, submissions, wanted_notebooks
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.nbgrader_ext.graders import CourseGraders
from nbjudge.nbgrader_ext.limit_traits import limits_of, traits_of
from nbjudge.nbgrader_ext.preprocessors import InertNotebook
from nbjudge.nbgrader_ext.run_parts import make_reporter, make_writer
from nbjudge.record.gradebook import opened
from nbjudge.reports.terminal.run_reporter import TerminalReporter, resume_hint
from nbjudge.signals import stoppable


class GivenUpError(NbGraderException):
    """The run cannot go on, because of the course and not of one submission."""


class JudgeAutograde(Autograde):
    """Grades every submission that can be found; none stops the run."""

    locals().update(traits_of(IntakeLimits))

    grader_seconds = Float(
        120, help="CPU seconds that one notebook may cost the grader itself, beyond its kernel."
    ).tag(config=True)

    workers = Integer(
        0, min=0, help="Processes that grade at the same time; with 0 this one does it alone."
    ).tag(config=True)
    scheduler = Unicode(
        "", help="Address of a Dask scheduler whose workers grade, such as tls://host:8786."
    ).tag(config=True)

    regrade_diff = Bool(
        False,
        help="Grade again what was graded otherwise, and show whose points would change: nothing "
        "is written.",
    ).tag(config=True)
    apply = Bool(False, help="With regrade_diff: write what it shows.").tag(config=True)

    def start(self) -> None:
        """Grade, and say at the end how it went."""
        # inside of formgrader's server, signals are the server's
        self._own_process = isinstance(self.parent, Application)
        self._run: GradingRun | None = None
        with ExitStack() as self._last:  # closed after the last word of a run that is stopped
            try:
                with (
                    stoppable() if self._own_process else nullcontext(),
                    opened(self.coursedir.db_url, self.coursedir.course_id) as self._gradebook,
                ):
                    self._graders = CourseGraders(self)
                    self._graders.start_zygote()
                    super().start()
            except Stopped as stopped:
                self.log.error("Stopped. %s", self._resume_hint())
                sys.exit(128 + stopped.number)
            except (RunEndedError, WarmProcessError) as error:
                self._give_up(f"{error} {self._resume_hint()}", error)
            except (CourseError, GradebookError) as error:
                self._give_up(str(error), error)

    def init_notebooks(self) -> None:
        """Find the assignment and its submissions: folders with names that nbgrader can hold."""
        self._assignment = load_assignment(
            self.coursedir,
            self._gradebook,
            self._graders.judge.hidden_tests,
            limits_of(self, IntakeLimits),
            verdict_settings(self.config),
        )
        self._options = GradingOptions(
            self._assignment,
            wanted_notebooks(self.coursedir, self._assignment),
            whole_class=self.coursedir.student_id == "*" and self.coursedir.notebook_id == "*",
            force=self.force,
            only_again=self.regrade_diff,
        )
        self._students, self._refused = submissions(self.coursedir, self._assignment, self.log)

    def convert_notebooks(self) -> None:
        """Grade all that is to be graded; the reporter says how it went."""
        writer, reporter = make_writer(self, self._gradebook, self._assignment), self.reporter()
        writer.finish_last_run()
        entered, failed = writer.entered_points(), reporter.submission_failed
        plan = make_grading_plan(
            self._options, self._students, writer.graded_folder, entered, failed
        )
        if plan.to_grade:
            plan = plan.for_workers() if self._graders.elsewhere(plan.to_grade) else plan
            reporter.planned(plan)
            self._graders.check_box(plan.to_grade)
        grader = self._graders.make(
            self._assignment, plan.to_grade, reporter.task_scored, self._own_process
        )
        self._last.callback(grader.close)
        hooks = Hooks(
            lambda student: self.run_pre_convert_hook(),
            lambda student: self.run_post_convert_hook(),
        )
        self._run = GradingRun(plan, grader, writer, reporter, hooks, self.log)
        failed = self._run.run().failed
        if failed:
            message = f"Not graded, because of the errors above: {', '.join(failed)}."
            self.log.error("%s", message)
            raise NbGraderException(message)

    def reporter(self) -> TerminalReporter:
        """Return what shows how the run goes; a subclass may have another."""
        return make_reporter(self, self._refused, self._graders.judge.boxed)

    @property
    def only_shown(self) -> bool:
        """Whether nothing is written."""
        return self.regrade_diff and not self.apply

    def _give_up(self, message: str, error: Exception) -> NoReturn:
        self.log.error("%s", message)
        raise GivenUpError(message) from error

    def _resume_hint(self) -> str:
        return resume_hint(self._run and self._run.result, self.force)


def verdict_settings(config: Config) -> dict[str, str]:
    """Return every setting of the course that can change a verdict; see `settings_of`."""
    return settings_of(config, JudgeExecute, JudgeAutograde, InertNotebook, BoxProvisioner)
