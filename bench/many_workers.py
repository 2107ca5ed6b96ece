"""How many workers one command can feed: real command, real scheduler, workers that only sleep.

``nbjudge grade --scheduler`` grades a light class with 1, 2, 4 … workers (`sleeping_workers`), each
of which sleeps as long as grading was measured to take and gives back a real result. So a machine
with few cores shows where the command, which reads, hands out and writes, becomes the limit. The
same results are also handed out and taken back without being read or written.
"""

from __future__ import annotations

import contextlib
import json
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psutil
from distributed import Client
from graders import GRADE, Classes, Grader, check, finish, result_times, start
from light_course import NOTEBOOK
from traitlets.config import Config
from writer_alone import Ready

from nbjudge.cluster.pool import Pool
from nbjudge.record.results import GradingTask

BENCH = Path(__file__).resolve().parent
STEADY = 0.1, 0.9  # of all results: before and after these, not all workers have work
LOOK_SECONDS = 0.1
START_SECONDS = 120  # for scheduler and workers


@dataclass(frozen=True)
class Simulated:
    """What so many workers gave.

    Attributes:
        workers: how many.
        students: how many were graded.
        ideal: results a second if nothing but the workers took time.
        whole: results a second of the command, which reads, hands out and writes.
        handed_out: results a second that are handed out and taken back, and that is all.
        command: how much of a core the command took meanwhile.
        scheduler: how much of a core the scheduler took meanwhile.
    """

    workers: int
    students: int
    ideal: float
    whole: float
    handed_out: float
    command: float
    scheduler: float


def simulate(
    classes: Classes, ready: Ready, workers: int, seconds: Sequence[float], students: int
) -> Simulated:
    """Grade so many students with so many workers that sleep for these seconds, turn by turn."""
    folder = classes.get("judged", students)
    with _cluster(ready, workers, seconds) as (address, scheduler):
        grader = Grader("many workers", "judged", (*GRADE, "--scheduler", address))
        whole, command_share, scheduler_share = _whole(grader, folder, students, scheduler)
    with _cluster(ready, workers, seconds) as (address, _):
        handed_out = _handed_out(address, ready, students)
    ideal = workers / statistics.mean(seconds)
    return Simulated(workers, students, ideal, whole, handed_out, command_share, scheduler_share)


def _whole(
    grader: Grader, folder: Path, students: int, scheduler: psutil.Process
) -> tuple[float, float, float]:
    """Grade a class; return results a second, and the cores of the command and the scheduler."""
    running = start(grader, folder)
    processes, looks = (psutil.Process(running.process.pid), scheduler), []
    with contextlib.suppress(psutil.Error):
        while running.process.poll() is None:
            looks.append((time.time(), *(sum(each.cpu_times()[:2]) for each in processes)))
            time.sleep(LOOK_SECONDS)
    finish(running)
    check(grader, folder, students, running)
    begin, end, rate = _steady(result_times(grader, folder))
    inside = [look for look in looks if begin <= look[0] <= end]
    if len(inside) < 2:
        raise RuntimeError(f"{students} students are too few to look at.")
    (first, *before), (last, *after) = inside[0], inside[-1]
    shares = [(late - early) / (last - first) for early, late in zip(before, after, strict=True)]
    return rate, *shares


def _handed_out(address: str, ready: Ready, students: int) -> float:
    """Return results a second that the command's own pool of workers gives."""
    tasks = (
        GradingTask(submission, {NOTEBOOK: {}})
        for submission, _ in (ready.of(f"student{number:05}") for number in range(students))
    )
    course = SimpleNamespace(config=Config())
    with Client(address, set_as_default=False) as client:
        pool = Pool(client, course, give_up=_give_up, log=logging.getLogger("benchmark"))
        with contextlib.closing(pool):
            times = list(_results(pool, tasks))
    return _steady(times)[2]


def _results(pool: Pool, tasks: Iterator[GradingTask]) -> Iterator[float]:
    """Yield when each result came, of as many tasks at a time as there are workers."""
    in_work = 0
    left = True
    while left or in_work:
        while left and in_work < pool.capacity:
            task = next(tasks, None)
            left = task is not None
            if task is not None:
                pool.submit(task)
                in_work += 1
        for _, graded in pool.results():
            if isinstance(graded, Exception):
                raise graded
            yield time.time()
            in_work -= 1
            task = next(tasks, None)
            if task is not None:
                pool.submit(task)
                in_work += 1


def _give_up(task: GradingTask):
    raise RuntimeError(f"{task.student} lost its workers.")


def _steady(times: Sequence[float]) -> tuple[float, float, float]:
    """Return begin, end and results a second of the time in which all workers had work."""
    times = sorted(times)
    first, last = (round(share * (len(times) - 1)) for share in STEADY)
    begin, end = times[first], times[last]
    return begin, end, (last - first) / (end - begin)


@contextlib.contextmanager
def _cluster(
    ready: Ready, workers: int, seconds: Sequence[float]
) -> Iterator[tuple[str, psutil.Process]]:
    """Give the address and the process of a scheduler that so many sleeping workers have joined."""
    python, quiet = sys.executable, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        does, told = Path(folder, "does.json"), Path(folder, "scheduler.json")
        does.write_text(json.dumps({**ready.plain(), "seconds": list(seconds)}), encoding="utf-8")
        where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", told]
        scheduler = subprocess.Popen(
            [python, "-m", "distributed.cli.dask_scheduler", *where], **quiet
        )
        ending.callback(_end, scheduler)
        until = time.monotonic() + START_SECONDS
        while not (told.exists() and told.read_text()):
            if time.monotonic() > until or scheduler.poll() is not None:
                raise RuntimeError("Dask's scheduler does not start.")
            time.sleep(LOOK_SECONDS)
        address = json.loads(told.read_text())["address"]
        script = BENCH / "sleeping_workers.py"
        sleeping = subprocess.Popen([python, script, address, str(workers), does], **quiet)
        ending.callback(_end, sleeping)
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=START_SECONDS)
        yield address, psutil.Process(scheduler.pid)


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
