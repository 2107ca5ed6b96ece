"""nbgrader's autograde, fed by the intake: nbgrader itself never reads what students handed in.

`nbjudge.configure` puts `JudgeAutograde` where ``nbgrader autograde`` and formgrader look for
their converter. What is graded, and how it reaches autograded/ and the gradebook, is decided here;
nbgrader's exporter runs the steps of one notebook.
"""

from __future__ import annotations

import errno
import fnmatch
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import setenv
from rich.console import Console
from traitlets import Float, Integer
from traitlets.config import Application

from nbjudge.intake import IntakeLimits, Submission, find_submissions
from nbjudge.kernel.box import TWO_WAYS_ON, BoxError, WarmProcessError
from nbjudge.kernel.manager import check_box
from nbjudge.outcome import Outcome
from nbjudge.plugin.assignment import CourseError, load_assignment
from nbjudge.plugin.execute import JudgeExecute, Unrun
from nbjudge.plugin.plan import Plan, make_plan, say_again
from nbjudge.plugin.settings import settings_of
from nbjudge.plugin.stopping import GraderLimitError, Stopped, cpu_limit, drop_tasks, stoppable
from nbjudge.record.audit import EARLIER, LAST, keep_earlier, missing_lines, write_audit
from nbjudge.record.folder import GradedFolder, InUseError, copy_files, remove, unfinished
from nbjudge.record.gradebook import GradebookError, opened
from nbjudge.record.grades import Entry, enter, entered_points, renew_penalties
from nbjudge.report.moved import Moved, moved, show_moved
from nbjudge.report.progress import progress
from nbjudge.report.summary import force_hint, show_summary, summarise

_LIMITS = IntakeLimits()
# what grading writes beside a student's files: none of theirs, and no folder, stands in its place
GRADERS_OWN = (".ipynb", LAST, EARLIER, ".html", "timestamp.txt")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


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

    def start(self) -> None:
        """Grade, and say at the end how it went."""
        # inside of formgrader's server, signals are the server's
        own_process = isinstance(self.parent, Application)
        self._total = self._done = 0
        self._moved: list[Moved] = []
        self._renamed: list[str] = []
        try:
            with (
                stoppable() if own_process else nullcontext(),
                opened(self.coursedir.db_url, self.coursedir.course_id) as self._gradebook,
            ):
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
            settings_of(self.config, JudgeExecute, JudgeAutograde),
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
        """Grade student by student, then print how it went."""
        self._finish_last_run()
        console, failed = Console(), []
        plans = self._plans()
        if any(plan.reasons for plan in plans.values()):
            say_again(plans, console)
            self._check_box()
        self._total = len(plans)
        try:
            with progress(self._total, self.log) as tell:
                for student, plan in plans.items():
                    tell(student)
                    if not self._try_to_grade(student, plan):
                        failed.append(student)
                tell("")
        finally:  # also of a run that is stopped: the next one would not know
            show_moved(self._moved, console)
        self._renew_penalties()
        self._show_summary(console)
        if failed:
            message = f"Not graded, because of the errors above: {', '.join(failed)}."
            self.log.error("%s", message)
            raise NbGraderException(message)

    def _plans(self) -> dict[str, Plan]:
        """Return for each student with something to grade what that is."""
        points = entered_points(self._gradebook, self._assignment.name)
        plans = {
            student: self._plan(self._assignment.read(student), points.get(student))
            for student in self._students
        }
        return {student: plan for student, plan in plans.items() if plan.needed}

    def _plan(
        self, submission: Submission, entered: Mapping[tuple[str, str], float | None] | None
    ) -> Plan:
        return make_plan(
            self._assignment,
            submission,
            self._folder(submission.student).path,
            self._wanted,
            entered,
            self.force,
        )

    def _try_to_grade(self, student: str, plan: Plan) -> bool:
        """Grade one student; return whether that went well. Raises what must end the run."""
        try:
            self.run_pre_convert_hook()
            with self._folder(student).alone():
                self._grade(student, plan)
            self.run_post_convert_hook()
        except InUseError as error:
            self.log.warning("%s Left to it.", error)
        except GradebookError as error:
            raise GradebookError(f"{error} {self._so_far()}") from error
        except Exception as error:
            if getattr(error, "errno", None) in NO_ROOM:
                raise CourseError(f"The disk is full: make room. {self._so_far()}") from error
            self.log.error("%s could not be graded: %s", student, error)
            self.log.info("The error in full:", exc_info=True)
            return False
        else:
            self._done += 1
        return True

    def _grade(self, student: str, plan: Plan) -> None:
        """Let a student's results appear: first complete beside their place, then all at once."""
        folder, submission = self._folder(student), self._assignment.read(student)
        if not self.force:  # another process may have been here since
            points = entered_points(self._gradebook, self._assignment.name, student)
            plan = self._plan(submission, points.get(student))
        if plan.reasons:
            for note in submission.notes:
                self.log.warning("%s: %s", student, note)
            with folder.writing() as self._target:
                self._write(submission, plan, folder.path)
        self._enter(student, folder)

    def _enter(self, student: str, folder: GradedFolder) -> None:
        """Enter a complete folder in the gradebook and put it into its place."""
        new = folder.graded.is_dir()
        entry = Entry(
            self._assignment.name,
            student,
            folder.graded if new else folder.path,
            folder.last,
            self.create_student,
        )
        by_hand = enter(self._gradebook, entry, self._penalties(), self.log)
        if new:
            for notebook in self._assignment.notebooks:
                found = moved(student, notebook, folder.last, folder.graded)
                # points given by hand count, whatever the judge says
                self._moved += [each for each in found if each.cell not in by_hand]
            folder.put_into_place()

    def _penalties(self) -> AssignLatePenalties:
        penalties = AssignLatePenalties(parent=self)
        penalties.init_plugin()
        return penalties

    def _renew_penalties(self) -> None:
        """Take what was graded before for late by the dates, rules and points of now."""
        name, penalties = self._assignment.name, self._penalties()
        changed = renew_penalties(self._gradebook, name, self._autograded, penalties)
        for student, (before, after) in sorted(changed.items()):
            self.log.warning("%s: the late penalty was %g, it is %g now", student, before, after)

    def _finish_last_run(self) -> None:
        """Finish what an earlier run had graded but not entered; drop what it had half-written."""
        for folder in unfinished(self._autograded, self._assignment.name):
            student = folder.path.parent.name
            try:
                with folder.alone():
                    if folder.tidy():
                        self.log.warning(
                            "%s: the last run ended in the middle of grading this submission; what "
                            "it had is dropped, and it is graded again.",
                            student,
                        )
                    if folder.graded.is_dir():
                        self._enter(student, folder)
                        self.log.warning(
                            "%s: graded by the last run, and entered in the gradebook now.", student
                        )
            except InUseError:
                continue
            except MissingEntry as error:
                self.log.warning("%s: %s It is graded again.", student, error)
                remove(folder.graded)

    def _write(self, submission: Submission, plan: Plan, last: Path) -> None:
        """Write all that grading leaves of one submission into the folder that is open for it."""
        self._write_files(submission)
        for name in self._assignment.notebooks:
            if name in plan.reasons:
                keep_earlier(last, self._target, name)
                self._grade_notebook(submission, name)
            else:
                copy_files(last, self._target, [name + e for e in (".ipynb", LAST, EARLIER)])
        self.set_permissions(submission.assignment, submission.student)

    def _grade_notebook(self, submission: Submission, name: str) -> None:
        student, assignment = submission.student, self._assignment
        who = {"student": student, "assignment": assignment.name, "notebook": name}
        digests = assignment.digests(name, submission)
        if name not in submission.notebooks:
            self.log.info("%s did not hand in %s", student, name)
            lines = missing_lines(assignment.notebooks[name], digests, **who)
            write_audit(self._target, name, lines)
            return
        self.log.info("Autograding %s of %s", name, student)
        read = submission.notebooks[name]
        if read.file_name != f"{name}.ipynb":
            self._renamed.append(f"{student}: {read.file_name}")
        nb, notes = assignment.rebuilt(name, submission)
        for note in (*read.notes, *notes):
            self.log.info("%s, %s: %s", student, name, note)
        resources = {
            "unique_key": name,
            "nbgrader": {**who, "db_url": self.coursedir.db_url},
            "metadata": {"name": name, "path": str(self._target)},
            "course_files": str(assignment.release),
            "digests": digests,
            "solutions": assignment.solutions[name],
            "unrun": Unrun(Outcome.UNREADABLE, read.problem) if read.problem else None,
        }
        text = self._run_within_limit(nb, resources)
        (self._target / f"{name}.ipynb").write_text(text, encoding="utf-8")

    def _run_within_limit(self, nb, resources) -> str:
        """Run the steps of one notebook; return its text.

        A notebook that costs the grader too much keeps the verdicts that it has; the other tasks
        end as timed out.
        """
        try:
            with cpu_limit(self.grader_seconds):
                return self._run_steps(nb, resources)
        except GraderLimitError:
            self.log.warning(
                "%s, %s: given up, because it kept the grader busy for more than %s s.",
                resources["nbgrader"]["student"],
                resources["unique_key"],
                f"{self.grader_seconds:g}",
            )
        steps = self.exporter._preprocessors
        judge = next(step for step in steps if isinstance(step, JudgeExecute))
        judge.stop_kernel(Outcome.TIMED_OUT)
        drop_tasks()
        reason = "Reading what this notebook put out took too long, so it was not run to its end."
        judged = {judged.cell: judged for judged in judge.judged}
        unrun = Unrun(Outcome.TIMED_OUT, reason, judged)
        return self._run_steps(nb, {**resources, "unrun": unrun})

    def _run_steps(self, nb, resources) -> str:
        self._sanitizing = False
        try:
            self._init_preprocessors()
            with setenv(NBGRADER_EXECUTION="autograde"):
                text, _ = self.exporter.from_notebook_node(nb, resources)
        finally:
            self._sanitizing = True
        return text

    def _write_files(self, submission: Submission) -> None:
        """Put the student's own files beside the graded notebooks, as nbgrader does."""
        for name, content in submission.files.items():
            if Path(name).parts[0].endswith(GRADERS_OWN):
                continue
            path = self._target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if submission.timestamp is not None:
            text = f"{submission.timestamp.isoformat(' ')} UTC\n"
            (self._target / "timestamp.txt").write_text(text)

    def _show_summary(self, console: Console) -> None:
        name = self._assignment.name
        summary = summarise(self._autograded, name, self._assignment.submitted, self._wanted)
        show_summary(summary, self._done, self._refused, self._renamed, console)

    def _check_box(self) -> None:
        """Refuse to grade where students' code cannot be boxed, unless the instructor wants it."""
        if not JudgeExecute(parent=self).boxed:
            self.log.warning("Students' code runs without a box, with all rights of the grader.")
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

    def _folder(self, student: str) -> GradedFolder:
        return GradedFolder(self._autograded / student / self.coursedir.assignment_id)

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
