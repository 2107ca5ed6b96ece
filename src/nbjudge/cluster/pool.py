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
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from distributed import Client, Future, KilledWorker

from nbjudge.cluster.course_bundle import Course
from nbjudge.cluster.scored_messages import read_scored
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
from nbjudge.grading.interfaces import TaskListener
from nbjudge.record.results import GradedSubmission, GradingTask, from_bytes

LOSSES = 3
MOST_WORKERS = 1000
WAITING_SECONDS = 30  # between two looks at who is there
STUCK_SECONDS = 10  # without a beginning, or, after one worker has refused, without another one


@dataclass
class _Task:
    task: GradingTask
    future: Future
    since: float
    began: bool = False
    dropped: bool = False  # nobody could do it; it is handed out anew


class Pool:
    """The workers of one run.

    Any thread may submit; the other methods are for one thread.
    """

    def __init__(
        self,
        client: Client,
        course: Course,
        give_up: Callable[[GradingTask], GradedSubmission],
        log: logging.Logger,
        on_scored: TaskListener | None = None,
    ):
        """Get ready; the workers are given the course when results are asked for.

        Args:
            client: of Dask's scheduler.
            course: for all workers.
            give_up: returns what a submission gets that has lost its worker too often.
            log: is told what an instructor may want to know.
            on_scored: is told of each task that a worker has scored, while results are asked for.
        """
        self._client, self._course, self._give_up, self._log = client, course, give_up, log
        self._on_scored = on_scored
        self._run = f"{RUN}{client.id}-{secrets.token_hex(6)}"
        self._news: queue.SimpleQueue = queue.SimpleQueue()
        self._begun = False
        self._grown = False  # whether a worker has got ready
        self._ready: set[str] = set()
        self._refused: dict[str, str] = {}
        self._last_refusal = 0.0
        self._differences: set[str] = set()
        self._lock = threading.RLock()  # for what is in work
        self._waiting: deque[GradingTask] = deque()
        self._tasks: dict[int, _Task] = {}
        self._taken: list[Future] = []
        self._losses: dict[str, float] = defaultdict(float)
        self._number = 0
        self._versions = versions(course)
        self._threads = ThreadPoolExecutor(MOST_WORKERS, thread_name_prefix="nbjudge-pool")

    @property
    def capacity(self) -> int:
        """How many workers are ready."""
        return len(self._ready)

    def submit(self, task: GradingTask) -> None:
        """Take a submission, for the next worker that has nothing to do."""
        with self._lock:
            self._waiting.append(task)
        self._hand_out()
        self._let_go_of_taken()

    def results(self) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        """Return each submission with its results, as they get ready; see `Grader.results`.

        Raises `NoWorkerError` if there is none that can grade, `SchedulerLostError` if there is no
        scheduler any more.
        """
        if not self._begun:
            self._begun = True
            self._client.subscribe_topic(self._run, lambda event: self._news.put(event[1]))
            self._threads.submit(self._prepare)
        self._grown = False
        self._hand_out()
        while (self._is_working() or not self._ready) and not self._grown:
            done = list(self._take(self._next_news()))
            self._hand_out()
            yield from done
            self._let_go_of_taken()
            if done and not self._is_working():
                return

    def _is_working(self) -> bool:
        with self._lock:
            return bool(self._tasks or self._waiting)

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

    def _hand_out(self) -> None:
        """Give each worker that has nothing to do a submission that waits."""
        with self._lock:
            # not before somebody is ready: Dask looks at what nobody could do only when a worker is
            # added, and a worker is not ready by then
            while self._waiting and len(self._tasks) < len(self._ready):
                self._hand_out_one(self._waiting.popleft())

    def _let_go_of_taken(self) -> None:
        """Let Dask forget what was taken back, after the next submissions are handed out.

        What a client has to say within 10 ms of its last word waits, and the worker with it.
        """
        with self._lock:
            while self._taken:
                self._taken.pop().release()

    def _hand_out_one(self, task: GradingTask) -> None:
        self._number += 1
        number = self._number
        future = self._client.submit(
            grade,
            self._run,
            number,
            task,
            key=f"{self._run}-{number}",
            resources={self._run: 1},
            pure=False,
        )
        self._tasks[number] = _Task(task, future, time.monotonic())
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
        with self._lock:
            began = sum(each.began for each in self._tasks.values())
        if not self._ready:
            self._log.warning("No worker is ready yet; waiting for one.")
        elif began < len(self._ready):
            self._drop_stuck(WAITING_SECONDS)

    def _drop_stuck(self, seconds: float) -> None:
        """Take back what did not begin for so long, in case Dask has lost sight of it."""
        with self._lock:
            for each in self._tasks.values():
                if not each.began and time.monotonic() > each.since + seconds:
                    each.dropped = True
                    each.future.cancel()

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

    def _take(self, news: dict) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        if "began" in news:
            with self._lock:
                if news["began"] in self._tasks:
                    self._tasks[news["began"]].began = True
        elif "scored" in news:
            self._tell_scored(news)
        elif "done" in news:
            yield from self._take_back(news)
        elif "error" in news:
            raise NoWorkerError(f"The scheduler refuses: {news['error']}") from news["error"]
        else:
            self._meet(news)

    def _tell_scored(self, news: dict) -> None:
        with self._lock:
            handed_out = self._tasks.get(news["scored"])
        if handed_out is None or self._on_scored is None:
            return
        scored = read_scored(news, handed_out.task.digests)
        if scored is not None:
            self._on_scored(handed_out.task.student, *scored)

    def _take_back(self, news: dict) -> Iterator[tuple[GradingTask, GradedSubmission | Exception]]:
        error = news.get("error")
        with self._lock:
            handed_out = self._tasks.pop(news["done"])
            self._taken.append(handed_out.future)
            if handed_out.dropped:
                self._waiting.appendleft(handed_out.task)
                return
        task = handed_out.task
        if isinstance(error, KilledWorker):
            self._ready.discard(error.last_worker.address)
            yield from self._try_again(handed_out)
        elif isinstance(error, Exception):
            yield task, error
        elif error is not None:
            raise SchedulerLostError("The connection to the scheduler is lost.") from error
        else:
            try:
                yield task, from_bytes(news["data"], task.digests)
            except BadResultError as error:
                yield task, error

    def _try_again(self, lost: _Task) -> Iterator[tuple[GradingTask, GradedSubmission]]:
        student = lost.task.student
        # one that had not begun is hardly to blame; but nobody is that unlucky thirty times
        self._losses[student] += 1 if lost.began else 0.1
        if self._losses[student] < LOSSES:
            self._log.warning("%s: the worker was lost; graded again.", student)
            with self._lock:
                self._waiting.appendleft(lost.task)
        else:
            self._log.warning("%s: given up, because it lost its worker %d times.", student, LOSSES)
            yield lost.task, self._give_up(lost.task)

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
            self._grown = True
            self._drop_stuck(STUCK_SECONDS)
            return
        if news["refused"] not in self._refused.values():  # the same reason is said once
            self._log.warning("Worker %s does not grade: %s", news["worker"], news["refused"])
        self._refused[news["worker"]] = news["refused"]
        self._last_refusal = time.monotonic()
        self._give_up_if_all_refuse()
