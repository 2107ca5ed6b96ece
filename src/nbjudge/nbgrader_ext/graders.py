"""The graders of a course, by its settings: in this process, or with Dask's workers."""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from nbgrader.converters import Autograde

from nbjudge.errors import BoxError, CourseError, WarmProcessError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.interfaces import Grader, TaskListener
from nbjudge.grading.local_grader import LocalGrader
from nbjudge.grading.serial_grader import SerialGrader, as_student_view
from nbjudge.kernel.manager import check_box
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.nbgrader_ext.steps import local_grader
from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON
from nbjudge.sandbox.zygote_pool import process_pool


class CourseGraders:
    """Makes graders, and gets ready for them.

    Attributes:
        judge: the course's settings of how notebooks are run and judged.
    """

    def __init__(self, course: Autograde):
        """Get ready; `course` is a `JudgeAutograde` with the course's settings."""
        self._course, self._log = course, course.log
        self.judge = JudgeExecute(parent=course)

    def elsewhere(self, submissions: int) -> bool:
        """Whether other processes grade, if there are this many submissions to be graded."""
        if self._course.scheduler:
            return submissions > 0
        return self._course.workers > 0 and submissions > 1

    def start_zygote(self) -> None:
        """Let the course's libraries be imported while submissions are read."""
        if self._course.scheduler or not self.judge.boxed:
            return
        with suppress(BoxError):  # said when a box is needed
            process_pool().get(*BoxProvisioner(config=self._course.config).warm_process)

    def check_box(self, submissions: int) -> None:
        """Refuse to grade where students' code cannot be boxed, unless the instructor wants it.

        Raises `CourseError`, or `WarmProcessError` if the machine itself may have boxes.
        """
        if not self.judge.boxed:
            self._log.warning("Students' code runs without a box, with all rights of the grader.")
            return
        if self.elsewhere(submissions):  # each worker looks for itself
            return
        try:
            check_box(self._course.config)
        except WarmProcessError:
            raise
        except BoxError as error:
            raise CourseError(f"Nothing was graded: {error} {TWO_WAYS_ON}") from error

    def make(
        self,
        assignment: Assignment,
        submissions: int,
        on_scored: TaskListener,
        own_process: bool,
    ) -> Grader:
        """Return a grader that nobody has used; see `Grader`.

        Args:
            assignment: that is graded.
            submissions: how many are to be graded.
            on_scored: is told of each task that has a verdict.
            own_process: whether this process does nothing but grade.

        Raises `CourseError` if the course's settings do not let it be graded.
        """
        course = self._course
        # a partial can be sent to workers on other machines, which do not have the course
        factory = partial(
            local_grader, course.config, course.autograde_preprocessors, course.grader_seconds
        )
        if self.elsewhere(submissions):
            workers = min(course.workers, submissions)
            return self._with_workers(assignment, factory, workers, on_scored)
        local = factory(assignment, self._log, as_student_view(on_scored, self._log))
        if own_process:
            gc.collect()
            gc.freeze()  # what is there by now stays; to look through it again takes long
        return SerialGrader(local.grade)

    def _with_workers(
        self,
        assignment: Assignment,
        factory: Callable[..., LocalGrader],
        workers: int,
        on_scored: TaskListener,
    ) -> Grader:
        try:  # here, because Dask takes its time to be imported
            from nbjudge.cluster.course_bundle import Course
            from nbjudge.cluster.dask_grader import DaskGrader
        except ImportError as error:
            raise CourseError(
                f"Workers need Dask ({error}): pip install 'nbjudge[cluster]', or grade in this "
                "process with --workers=0."
            ) from error
        course = Course(
            assignment,
            self._course.config,
            factory,
            self.judge.boxed,
            self._log.getEffectiveLevel(),
            Path(self._course.coursedir.root),
        )
        scheduler, reads = self._course.scheduler, self.judge.reads
        return DaskGrader(course, workers, scheduler, reads, self._log, on_scored)
