"""One run with workers: here, or those of a scheduler."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import replace

import dask

from nbjudge.cluster.course_bundle import Course, with_files
from nbjudge.cluster.local_cluster import local_client
from nbjudge.cluster.pool import LOSSES, Pool
from nbjudge.cluster.scheduler_address import client_of
from nbjudge.grading.local_grader import LocalGrader
from nbjudge.grading.notebook_records import SkippedNotebook
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.outcomes import Outcome
from nbjudge.record.results import RESULT_BYTES, Graded, Work
from nbjudge.sandbox.zygote_client import get_zygote

LOST = (
    f"The process that graded this was lost {LOSSES} times, so it was given up. Your teacher can "
    "have it graded again."
)


def grade_elsewhere(
    works: Iterator[Work],
    course: Course,
    workers: int,
    scheduler: str,
    grader: LocalGrader,
    log: logging.Logger,
) -> Iterator[tuple[Work, Graded | Exception]]:
    """Return each submission with what it gives, as they get ready.

    Args:
        works: what is to be graded.
        course: as it is here.
        workers: how many are started here, unless there is a scheduler.
        scheduler: its address, or empty.
        grader: of this process, for submissions that no worker survives.
        log: is told what an instructor may want to know.

    Raises as `Pool.results` does.
    """

    def give_up(work: Work) -> Graded:
        return grader.grade(work, SkippedNotebook(Outcome.KERNEL_DIED, LOST))

    judge = JudgeExecute(config=course.config)
    if scheduler:
        course = with_files(course, judge.reads)
    elif judge.boxed:
        warm_process = BoxProvisioner(config=course.config).warm_process
        course = replace(course, warm=get_zygote(*warm_process).warm)
    # Dask would advise, at a submission with files beside it, to load its data otherwise
    quiet = dask.config.set({"distributed.admin.large-graph-warning-threshold": RESULT_BYTES})
    with quiet, client_of(scheduler) if scheduler else local_client(workers) as client:
        pool = Pool(client, course, give_up, log)
        with contextlib.closing(pool):
            yield from pool.results(works)
