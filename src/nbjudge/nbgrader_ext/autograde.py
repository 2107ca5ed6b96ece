"""nbgrader's autograde, fed by the intake: nbgrader itself never reads what students handed in.

`nbjudge.configure` puts `JudgeAutograde` where ``nbgrader autograde`` and formgrader look for
their converter. What is graded, and how it reaches autograded/ and the gradebook, is decided here;
nbgrader's exporter runs the steps of one notebook.
"""

from __future__ import annotations

import fnmatch
import gc
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties
from rich.console import Console
from traitlets import Bool, Float, Integer, Unicode
from traitlets.config import Application, Config

from nbjudge.errors import (
    BoxError,
    CourseError,
    GradebookError,
    InUseError,
    Stopped,
    WarmProcessError,
)
from nbjudge.grading.local_grader import LocalGrader
from nbjudge.grading.plan import Plan, expected_seconds, longest_first, make_plan, say_again
from nbjudge.grading.verdict_settings import settings_of
from nbjudge.intake import IntakeLimits, Submission, find_submissions
from nbjudge.kernel.manager import check_box
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.nbgrader_ext.course import load_assignment
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.nbgrader_ext.steps import LocalGraderFactory
from nbjudge.outcomes import Outcome
from nbjudge.record.class_outcomes import summarise
from nbjudge.record.gradebook import opened
from nbjudge.record.previews import Proposals
from nbjudge.record.results import Graded, Work
from nbjudge.record.save_scores import entered_points, renew_penalties
from nbjudge.record.score_changes import Moved
from nbjudge.record.writer import Writer, is_no_room
from nbjudge.reports.terminal.progress import progress
from nbjudge.reports.terminal.score_changes_table import show_moved, show_proposed
from nbjudge.reports.terminal.summary import force_hint, show_summary
from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON
from nbjudge.sandbox.zygote_client import get_zygote
from nbjudge.sanitize.notebook import InertNotebook
from nbjudge.signals import stoppable

_LIMITS = IntakeLimits()


class GivenUpError(NbGraderException):
    """The run cannot go on, because of the course and not of one submission."""


class JudgeAutograde(Autograde):
    """Grades every submission that can be found; none stops the run."""

    notebook_bytes = Integer(
        _LIMITS.notebook_bytes, help="Bytes of one notebook that count: its cells' text."
    ).tag(config=True)
    raw_bytes = Integer(
        _LIMITS.raw_bytes, help="Bytes of one notebook file, with its stored outputs."
    ).tag(config=True)
    cell_count = Integer(_LIMITS.cell_count, help="Cells of one notebook.").tag(config=True)
    file_count = Integer(
        _LIMITS.file_count, help="Files beside the notebooks of one submission."
    ).tag(config=True)
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
        self._total = self._done = 0
        self._renamed: list[str] = []
        self._failed: list[str] = []
        self._held: dict[str, ExitStack] = {}  # the folders of students who are being graded
        with ExitStack() as self._workers_end:  # after the last word of a run that is stopped
            try:
                with (
                    stoppable() if self._own_process else nullcontext(),
                    opened(self.coursedir.db_url, self.coursedir.course_id) as self._gradebook,
                ):
                    self._begin_to_get_warm()
                    super().start()
            except Stopped as stopped:
                self.log.error("Stopped. %s", self._so_far())
                sys.exit(128 + stopped.number)
            except (CourseError, GradebookError) as error:
                self.log.error("%s", error)
                raise GivenUpError(str(error)) from error

    def init_notebooks(self) -> None:
        """Find the assignment and its submissions: folders with names that nbgrader can hold."""
        self._assignment = load_assignment(
            self.coursedir,
            self._gradebook,
            JudgeExecute(parent=self).hidden_tests,
            self.limits(),
            verdict_settings(self.config),
        )
        name, wanted = self._assignment.name, self.coursedir.notebook_id
        self._wanted = [n for n in self._assignment.notebooks if fnmatch.fnmatchcase(n, wanted)]
        submitted = self._assignment.submitted
        found, self._refused = find_submissions(submitted, name, self.coursedir.student_id)
        excluded = self.coursedir.student_id_exclude.split(",")
        self._students = [student for student in found if student not in excluded]
        if not self._wanted:
            raise CourseError(
                f"No notebook of the release matches {wanted!r}: {self._assignment.release} has "
                f"{', '.join(self._assignment.notebooks)}."
            )
        if not self._students:
            for refusal in self._refused:  # else the summary names them
                self.log.warning("Not graded: %s", refusal.reason)
            raise CourseError(
                f"No submission of {name!r} was found for students matching "
                f"{self.coursedir.student_id!r}: submissions lie in {submitted}/<student>/{name}/."
            )

    def convert_notebooks(self) -> None:
        """Grade all that is to be graded, then print how it went."""
        self._penalties = AssignLatePenalties(parent=self)
        self._penalties.init_plugin()
        self._writer = Writer(
            self._gradebook,
            self._assignment.name,
            self._assignment.notebooks,
            self._autograded,
            self._penalties,
            self.create_student,
            self._give_permissions,
            self.log,
        )
        self._proposals = Proposals(Path(self.coursedir.root), self._assignment.name)
        self._proposed: list[Moved] = []
        if not self._only_shown:
            self._writer.finish_last_run()
        console, plans = Console(), self._plans()
        if any(plan.reasons for plan in plans.values()):
            say_again(plans, console)
            self._check_box()
        self._total = len(plans)
        try:
            results = self._workers_end.enter_context(closing(self._grade(self._works(plans))))
            workers = self.workers or 1
            with progress(self._total, self.log, self._expected, workers) as self._tell:
                for work, graded in results:
                    self._settle(work.student, partial(self._record, work, graded))
        finally:  # also of a run that is stopped: the next one would not know
            show_moved(self._writer.moved, console)
        if self._only_shown:
            show_proposed(self._proposed, self._done, self._tried, self._same_command(), console)
        else:
            if self._is_whole_class and not self._failed:
                self._proposals.forget_all()
            self._renew_penalties()
            self._show_summary(console)
        if self._failed:
            message = f"Not graded, because of the errors above: {', '.join(self._failed)}."
            self.log.error("%s", message)
            raise NbGraderException(message)

    def _grade(self, works: Iterator[Work]) -> Iterator[tuple[Work, Graded | Exception]]:
        """Return each submission with what it gives; see `workers` and `scheduler`."""
        make_grader = LocalGraderFactory(
            self.config, self.autograde_preprocessors, self.grader_seconds
        )
        grader = make_grader(self._assignment, self.log)
        if self._elsewhere(self._to_grade):
            yield from self._grade_elsewhere(works, make_grader, grader)
            return
        if self._own_process:
            gc.collect()
            gc.freeze()  # what is there by now stays; to look through it again takes long
        for work in works:
            try:
                graded = grader.grade(work)
            except Exception as error:
                graded = error
            yield work, graded

    def _grade_elsewhere(
        self, works: Iterator[Work], make_grader: LocalGraderFactory, grader: LocalGrader
    ):
        try:  # here, because Dask takes its time to be imported
            from nbjudge.cluster.course_bundle import Course
            from nbjudge.cluster.dask_grader import grade_elsewhere
            from nbjudge.errors import NoWorkerError, SchedulerLostError
        except ImportError as error:
            raise CourseError(
                f"Workers need Dask ({error}): pip install 'nbjudge[cluster]', or grade in this "
                "process with --workers=0."
            ) from error

        course = Course(
            self._assignment,
            self.config,
            make_grader,
            self.log.getEffectiveLevel(),
            Path(self.coursedir.root),
        )
        workers = min(self.workers, self._to_grade)
        try:
            yield from grade_elsewhere(works, course, workers, self.scheduler, grader, self.log)
        except SchedulerLostError as error:
            raise CourseError(f"{error} {self._so_far()}") from error
        except NoWorkerError as error:
            ways = "" if self.scheduler else f" {TWO_WAYS_ON}"
            raise CourseError(f"No worker can grade: {error}{ways} {self._so_far()}") from error

    def _works(self, plans: Mapping[str, Plan]) -> Iterator[Work]:
        """Hold one student's folder after the other; return what is to be graded of it by then."""
        for student, plan in self._hold_each(plans):
            try:
                work = self._work(student, plan)
            except (OSError, GradebookError) as error:
                self._settle(student, partial(_raise, error))
                continue
            proposed = self._proposals.find(work) if self.regrade_diff else None
            if proposed is not None:
                self._settle(student, partial(self._record, work, proposed))
            elif work.digests:
                yield work
            elif self._only_shown:
                self._settle(student, lambda: None)
            else:
                self._settle(student, partial(self._writer.enter, student))

    def _hold_each(self, plans: Mapping[str, Plan]) -> Iterator[tuple[str, Plan]]:
        """Hold one student's folder after the other; leave those that another process holds."""
        for student, plan in plans.items():
            held = self._held[student] = ExitStack()
            try:
                held.enter_context(self._writer.folder(student).alone())
            except InUseError as error:
                self.log.warning("%s Left to it.", error)
                del self._held[student]
            except OSError as error:
                self._settle(student, partial(_raise, error))
            else:
                yield student, plan

    def _work(self, student: str, plan: Plan) -> Work:
        self.run_pre_convert_hook()
        submission = self._assignment.read(student)
        if not self.force:  # another process may have been here since
            name, graded = self._assignment.name, self._writer.folder(student).path.is_dir()
            points = entered_points(self._gradebook, name, student) if graded else {}
            plan = self._plan(submission, points.get(student))
        for note in submission.notes if plan.reasons else ():
            self.log.warning("%s: %s", student, note)
        digests = {name: self._assignment.digests(name, submission) for name in plan.reasons}
        return Work(submission, digests)

    def _record(self, work: Work, graded: Graded | Exception) -> Counter[Outcome]:
        if isinstance(graded, Exception):
            raise graded
        for level, message in graded.said:
            self.log.log(level, "%s", message)
        if self._only_shown:
            self._proposals.keep(work, graded)
            self._proposed += self._writer.would_move(work.student, graded)
            return graded.outcomes
        self._writer.write(work.submission, graded)
        self._proposals.forget(work.student)
        for name in work.digests:
            read = work.submission.notebooks.get(name)
            if read is not None and read.file_name != f"{name}.ipynb":
                self._renamed.append(f"{work.student}: {read.file_name}")
        return graded.outcomes

    def _settle(self, student: str, act: Callable[[], Mapping[Outcome, int] | None]) -> None:
        """Do the last thing for a student, and let go of the folder.

        `act` returns how the student's tasks ended, if any were judged. What goes wrong costs
        nobody else anything. Raises what must end the run.
        """
        outcomes = None
        try:
            outcomes = act()
            self.run_post_convert_hook()
        except GradebookError as error:
            raise GradebookError(f"{error} {self._so_far()}") from error
        except Exception as error:
            if is_no_room(error):
                raise CourseError(f"The disk is full: make room. {self._so_far()}") from error
            self._say_failed(student, error)
        else:
            self._done += 1
        finally:
            self._held.pop(student).close()
        self._tell(student, outcomes or {})

    def _say_failed(self, student: str, error: Exception) -> None:
        self.log.error("%s could not be graded: %s", student, error)
        self.log.info("The error in full:", exc_info=True)
        self._failed.append(student)

    def _plans(self) -> dict[str, Plan]:
        """Return for each student with something to grade what that is."""
        points = entered_points(self._gradebook, self._assignment.name)
        plans = {}
        for student in self._students:
            try:
                submission = self._assignment.read(student)
            except OSError as error:
                self._say_failed(student, error)
                continue
            plans[student] = self._plan(submission, points.get(student))
        self._expected = expected_seconds(plans)
        needed = {student: plan for student, plan in plans.items() if plan.needed}
        self._to_grade = sum(bool(plan.reasons) for plan in needed.values())
        return longest_first(plans) if self._elsewhere(self._to_grade) else needed

    @property
    def _only_shown(self) -> bool:
        return self.regrade_diff and not self.apply

    def _plan(
        self, submission: Submission, entered: Mapping[tuple[str, str], float | None] | None
    ) -> Plan:
        plan = make_plan(
            self._assignment,
            submission,
            self._writer.folder(submission.student).path,
            self._wanted,
            entered,
            self.force,
        )
        # who was never graded has no other points
        return replace(plan, reasons=plan.again, entered=True) if self.regrade_diff else plan

    def _same_command(self) -> str:
        """Return how the command for the same submissions begins."""
        command = f"nbjudge grade {self._assignment.name}"
        for option, value in (
            ("student", self.coursedir.student_id),
            ("notebook", self.coursedir.notebook_id),
        ):
            command += "" if value == "*" else f" --{option} {shlex.quote(value)}"
        command += " --force" * self.force
        return command + " --unboxed" * (not JudgeExecute(parent=self).boxed)

    def _renew_penalties(self) -> None:
        """Take what was graded before for late by the dates, rules and points of now."""
        name = self._assignment.name
        changed = renew_penalties(self._gradebook, name, self._autograded, self._penalties)
        for student, (before, after) in sorted(changed.items()):
            self.log.warning("%s: the late penalty was %g, it is %g now", student, before, after)

    def _give_permissions(self, folder: Path) -> None:
        self._target = folder
        self.set_permissions(self._assignment.name, "")

    def _show_summary(self, console: Console) -> None:
        name = self._assignment.name
        summary = summarise(self._autograded, name, self._assignment.submitted, self._wanted)
        show_summary(summary, self._done, self._tried, self._refused, self._renamed, console)

    def _elsewhere(self, total: int) -> bool:
        """Whether other processes grade so many submissions."""
        return total > 0 if self.scheduler else self.workers > 0 and total > 1

    @property
    def _tried(self) -> bool:
        """Whether there was something to grade, however it went."""
        return bool(self._total or self._failed)

    @property
    def _is_whole_class(self) -> bool:
        return self.coursedir.student_id == "*" and self.coursedir.notebook_id == "*"

    def _begin_to_get_warm(self) -> None:
        """Let the course's libraries be imported while submissions are read."""
        if self.scheduler or not JudgeExecute(parent=self).boxed:
            return
        with suppress(BoxError):  # said when a box is needed
            get_zygote(*BoxProvisioner(config=self.config).warm_process)

    def _check_box(self) -> None:
        """Refuse to grade where students' code cannot be boxed, unless the instructor wants it."""
        if not JudgeExecute(parent=self).boxed:
            self.log.warning("Students' code runs without a box, with all rights of the grader.")
            return
        if self._elsewhere(self._to_grade):  # each worker looks for itself
            return
        try:
            check_box(self.config)
        except WarmProcessError as error:
            raise CourseError(f"{error} {self._so_far()}") from error
        except BoxError as error:
            raise CourseError(f"Nothing was graded: {error} {TWO_WAYS_ON}") from error

    def _so_far(self) -> str:
        """Return what is done and how to go on, for the last line of a run that ends early."""
        if not self._total:
            return "Nothing was changed; run the same command again."
        force = force_hint().split()[-1]
        how = f"without {force} it leaves them" if self.force else "it goes on with the rest"
        return (
            f"{self._done} of {self._total} submissions are graded and kept; run the same command "
            f"again, and {how}."
        )

    @property
    def _autograded(self) -> Path:
        return Path(self.coursedir.root, self.coursedir.autograded_directory)

    def _format_dest(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        """Return where nbgrader's own steps find the folder that is being written."""
        return str(self._target)

    def limits(self) -> IntakeLimits:
        return IntakeLimits(
            notebook_bytes=self.notebook_bytes,
            raw_bytes=self.raw_bytes,
            cell_count=self.cell_count,
            file_count=self.file_count,
        )


def verdict_settings(config: Config) -> dict[str, str]:
    """Return every setting of the course that can change a verdict; see `settings_of`."""
    return settings_of(config, JudgeExecute, JudgeAutograde, InertNotebook, BoxProvisioner)


def _raise(error: Exception) -> None:
    raise error
