"""A `Grader` whose work is done by Dask's workers: processes here, or those of a scheduler."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import dask
from distributed import Client

from nbjudge.cluster.course_bundle import Course, with_files
from nbjudge.cluster.local_cluster import local_client
from nbjudge.cluster.pool import LOSSES, Pool
from nbjudge.cluster.scheduler_address import client_of
from nbjudge.errors import NoWorkerError, RunEndedError, SchedulerLostError
from nbjudge.grading.interfaces import TaskListener
from nbjudge.grading.notebook_records import SkippedNotebook
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.outcomes import Outcome
from nbjudge.record.results import RESULT_BYTES, GradedSubmission, GradingTask
from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON
from nbjudge.sandbox.zygote_pool import process_pool

LOST = (
    f"The process that graded this was lost {LOSSES} times, so it was given up. Your teacher can "
    "have it graded again."
)


class DaskGrader:
    """Grades submissions with workers, each one at a time.

    Nothing is started before `results` is called, which returns as workers get ready.
    """

    def __init__(
        self,
        course: Course,
        workers: int,
        scheduler: str,
        reads: Iterable[str],
        log: logging.Logger,
        on_scored: TaskListener | None = None,
    ):
        """Get ready. Raises `CourseError` if the course's steps are not such as can judge.

        Args:
            course: as it is here.
            workers: how many are started here, unless there is a scheduler.
            scheduler: its address, or empty.
            reads: files and folders that hidden tests read, for workers elsewhere.
            log: is told what an instructor may want to know.
            on_scored: is told of each task that is scored, by the thread that asks for results.
        """
        self._course, self._workers, self._scheduler = course, workers, scheduler
        self._reads, self._log, self._on_scored = reads, log, on_scored
        # of this process, for submissions that no worker survives
        self._local = course.make_grader(course.assignment, log)
        self._lock = threading.Lock()
        self._early: list[GradingTask] = []  # submitted before there was a pool
        self._pool: Pool | None = None
        self._open = contextlib.ExitStack()

    @property
    def capacity(self) -> int:
        """How many workers are ready."""
        return self._pool.capacity if self._pool is not None else 0

    def submit(self, task: GradingTask) -> None:
        """Take a submission, for the next worker that has nothing to do."""
        with self._lock:
            if self._pool is None:
                self._early.append(task)
            else:
                self._pool.submit(task)

    def results(self) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        """Yield each submission with its results, as they get ready; see `Grader.results`."""
        try:
            if self._pool is None:
                self._start()
            yield from self._pool.results()
        except SchedulerLostError as error:
            raise RunEndedError(str(error)) from error
        except NoWorkerError as error:
            ways = "" if self._scheduler else f" {TWO_WAYS_ON}"
            raise RunEndedError(f"No worker can grade: {error}{ways}") from error

    def close(self) -> None:
        """End the workers of this machine; let others forget the course."""
        self._open.close()

    def _start(self) -> None:
        course = self._course
        if self._scheduler:
            course = with_files(course, self._reads)
        elif course.boxed:
            warm_process = BoxProvisioner(config=course.config).warm_process
            course = replace(course, warm=process_pool().get(*warm_process).warm)
        # Dask would advise, at a submission with files beside it, to load its data otherwise
        quiet = {"distributed.admin.large-graph-warning-threshold": RESULT_BYTES}
        self._open.enter_context(dask.config.set(quiet))
        pool = Pool(self._client(), course, self._give_up, self._log, self._on_scored)
        self._open.callback(pool.close)
        with self._lock:
            self._pool = pool
            for task in self._early:
                pool.submit(task)
            self._early.clear()

    def _client(self) -> Client:
        client = client_of(self._scheduler) if self._scheduler else local_client(self._workers)
        return self._open.enter_context(client)

    def _give_up(self, task: GradingTask) -> GradedSubmission:
        """Return what a submission gets that no worker survives: nothing of it runs here."""
        return self._local.grade(task, SkippedNotebook(Outcome.KERNEL_DIED, LOST))
