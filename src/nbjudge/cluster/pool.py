"""Hands submissions to Dask's workers, and takes what comes back.

No more submissions are handed out than there are workers, and each worker has one at a time: when
a worker is lost, so is one submission, and it is known which. It is tried again; one that has lost
its worker `LOSSES` times is given up.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from distributed import Client, Future, KilledWorker

from nbjudge.cluster.course_bundle import Course
from nbjudge.cluster.worker import (
    RUN,
    GiveCourse,
    abandoned_runs,
    count_losses_here,
    grade,
    has_plugin,
    versions,
)
from nbjudge.errors import BadResultError, NoWorkerError, SchedulerLostError
from nbjudge.record.results import Graded, Work, from_bytes

LOSSES = 3
MOST_WORKERS = 1000
WAITING_SECONDS = 30  # between two looks at who is there
STUCK_SECONDS = 10  # without a beginning, or, after one worker has refused, without another one


@dataclass
class _Task:
    work: Work
    future: Future
    since: float
    began: bool = False
    dropped: bool = False  # nobody could do it; it is handed out anew


class Pool:
    """The workers of one run.

    `give_up` returns what a submission gets that has lost its worker too often.
    """

    def __init__(
        self,
        client: Client,
        course: Course,
        give_up: Callable[[Work], Graded],
        log: logging.Logger,
    ):
        """Give the course to all workers; returns before they are ready."""
        self._client, self._course, self._give_up, self._log = client, course, give_up, log
        self._run = f"{RUN}{client.id}-{secrets.token_hex(6)}"
        self._news: queue.SimpleQueue = queue.SimpleQueue()
        self._ready: set[str] = set()
        self._refused: dict[str, str] = {}
        self._last_refusal = 0.0
        self._differences: set[str] = set()
        self._tasks: dict[int, _Task] = {}
        self._taken: list[Future] = []
        self._losses: dict[str, float] = defaultdict(float)
        self._again: deque[Work] = deque()
        self._number = 0
        self._versions = versions(course)
        self._threads = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="nbjudge-pool")

    def results(self, works: Iterable[Work]) -> Iterator[tuple[Work, Graded | Exception]]:
        """Return each submission with what it gives, as they get ready.

        Raises `NoWorkerError` if there is none that can grade, `SchedulerLostError` if there is no
        scheduler any more.
        """
        self._client.subscribe_topic(self._run, lambda event: self._news.put(event[1]))
        self._threads.submit(self._prepare)
        works, left, done = iter(works), True, []
        while left or self._tasks or self._again:
            # not before somebody is ready: Dask looks at what nobody could do only when a worker is
            # added, and a worker is not ready by then
            while (left or self._again) and len(self._tasks) < len(self._ready):
                work = self._again.popleft() if self._again else next(works, None)
                if work is None:
                    left = False
                else:
                    self._hand_out(work)
            self._let_go_of_taken()
            yield from done  # to be written while the workers have something to do
            done = []
            if self._tasks or left or self._again:
                done = list(self._take(self._next_news()))
        yield from done

    def close(self) -> None:
        """Let the workers forget the course."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.unsubscribe_topic(self._run)
            self._client.unregister_worker_plugin(self._run)

    def _prepare(self) -> None:
        try:
            self._client.run_on_scheduler(count_losses_here)
            for run in self._client.run_on_scheduler(abandoned_runs):
                with contextlib.suppress(Exception):  # of a worker that ended meanwhile
                    self._client.unregister_worker_plugin(run)
            try:
                self._client.register_plugin(GiveCourse(self._run, self._course))
            except Exception:
                # of a worker that ended meanwhile, too; the others have the course by then, and
                # who comes later gets it from the scheduler
                if not self._client.run_on_scheduler(has_plugin, self._run):
                    raise
        except Exception as error:
            self._news.put({"error": error})

    def _hand_out(self, work: Work) -> None:
        self._number += 1
        number = self._number
        future = self._client.submit(
            grade,
            self._run,
            number,
            work,
            key=f"{self._run}-{number}",
            resources={self._run: 1},
            pure=False,
        )
        self._tasks[number] = _Task(work, future, time.monotonic())
        self._threads.submit(self._follow, number, future)

    def _follow(self, number: int, future: Future) -> None:
        try:
            self._news.put({"done": number, "data": future.result()})
        except BaseException as error:  # Dask's cancellations are no kind of Exception
            self._news.put({"done": number, "error": error})

    def _next_news(self) -> dict:
        """Wait for something to happen; say now and then why nothing does."""
        said = time.monotonic()
        while True:
            with contextlib.suppress(queue.Empty):
                return self._news.get(timeout=0.5)
            # Dask tries to connect anew; a new scheduler would know no task of ours
            if self._client.status != "running":
                raise SchedulerLostError("The connection to the scheduler is lost.")
            self._give_up_if_all_refuse()
            if time.monotonic() > said + WAITING_SECONDS:
                said = time.monotonic()
                self._look_around()

    def _look_around(self) -> None:
        """Forget workers that are gone; hand out anew what waits for one of them."""
        with contextlib.suppress(OSError):  # a connection that is lost is seen by its status
            self._ready &= self._known_workers()
        if not self._ready:
            self._log.warning("No worker is ready yet; waiting for one.")
        elif sum(task.began for task in self._tasks.values()) < len(self._ready):
            self._drop_stuck(WAITING_SECONDS)

    def _drop_stuck(self, seconds: float) -> None:
        """Take back what did not begin for so long, in case Dask has lost sight of it."""
        for task in self._tasks.values():
            if not task.began and time.monotonic() > task.since + seconds:
                task.dropped = True
                task.future.cancel()

    def _give_up_if_all_refuse(self) -> None:
        """Raise `NoWorkerError` if all refuse, and no other comes."""
        if self._ready or not self._refused:
            return
        # those of a scheduler come one by one, ours are all there
        patience = 0 if self._course.files is None else STUCK_SECONDS
        if time.monotonic() < self._last_refusal + patience:
            return
        if self._known_workers() <= self._refused.keys():
            raise NoWorkerError(list(self._refused.values())[-1])

    def _known_workers(self) -> set[str]:
        return set(self._client.scheduler_info(n_workers=-1)["workers"])

    def _take(self, news: dict) -> Iterator[tuple[Work, Graded | Exception]]:
        if "began" in news:
            if news["began"] in self._tasks:
                self._tasks[news["began"]].began = True
        elif "done" in news:
            yield from self._take_back(news)
        elif "error" in news:
            raise NoWorkerError(f"The scheduler refuses: {news['error']}") from news["error"]
        else:
            self._meet(news)

    def _take_back(self, news: dict) -> Iterator[tuple[Work, Graded | Exception]]:
        task, error = self._tasks.pop(news["done"]), news.get("error")
        self._taken.append(task.future)
        if task.dropped:
            self._again.append(task.work)
        elif isinstance(error, KilledWorker):
            self._ready.discard(error.last_worker.address)
            yield from self._try_again(task)
        elif isinstance(error, Exception):
            yield task.work, error
        elif error is not None:
            raise SchedulerLostError("The connection to the scheduler is lost.") from error
        else:
            try:
                yield task.work, from_bytes(news["data"], task.work.digests)
            except BadResultError as error:
                yield task.work, error

    def _let_go_of_taken(self) -> None:
        """Let Dask forget what was taken back, after the next submissions are handed out.

        What a client has to say within 10 ms of its last word waits, and the worker with it.
        """
        while self._taken:
            self._taken.pop().release()

    def _try_again(self, task: _Task) -> Iterator[tuple[Work, Graded]]:
        student = task.work.student
        # one that had not begun is hardly to blame; but nobody is that unlucky thirty times
        self._losses[student] += 1 if task.began else 0.1
        if self._losses[student] < LOSSES:
            self._log.warning("%s: the worker was lost; graded again.", student)
            self._again.append(task.work)
        else:
            self._log.warning("%s: given up, because it lost its worker %d times.", student, LOSSES)
            yield task.work, self._give_up(task.work)

    def _meet(self, news: dict) -> None:
        """Hear of a worker that is ready, or refuses."""
        for name, theirs in sorted(news["versions"].items()):
            ours = self._versions.get(name)
            difference = f"{name} {theirs} on a worker, {ours or 'none'} here"
            if theirs != ours and difference not in self._differences:
                self._differences.add(difference)
                self._log.warning("Versions differ: %s (%s).", difference, news["worker"])
        if "refused" not in news:
            self._ready.add(news["worker"])
            self._drop_stuck(STUCK_SECONDS)
            return
        if news["refused"] not in self._refused.values():  # the same reason is said once
            self._log.warning("Worker %s does not grade: %s", news["worker"], news["refused"])
        self._refused[news["worker"]] = news["refused"]
        self._last_refusal = time.monotonic()
        self._give_up_if_all_refuse()
