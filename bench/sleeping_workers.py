"""Dask workers that sleep where a grader works: as many as wanted, in one process.

    python bench/sleeping_workers.py ADDRESS WORKERS FILE

FILE holds what `Sleeper` reads. To nbjudge they are workers like any others; they end with the
scheduler at ADDRESS.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from distributed import Worker

from nbjudge.cluster import worker
from nbjudge.record.results import GradedNotebook, GradedSubmission, GradingTask


class Sleeper:
    """Stands in the place of `nbjudge.cluster.worker.WorkerGrader`.

    Each submission takes one of the measured times and gives one measured result, with the names
    of who handed it in.
    """

    path: Path  # of a JSON file: seconds, student, notebook, text, lines

    def __init__(self, course: object, send: object):
        """Read what to do; the course is not needed, and no task is told of."""
        self._does = json.loads(self.path.read_text(encoding="utf-8"))
        self._seconds = itertools.cycle(self._does["seconds"])

    def grade(self, number: int, task: GradingTask) -> bytes:
        """Sleep; return a graded submission."""
        time.sleep(next(self._seconds))
        student, notebook = self._does["student"], self._does["notebook"]
        lines = tuple(line.replace(student, task.student) for line in self._does["lines"])
        return GradedSubmission({notebook: GradedNotebook(self._does["text"], lines)}).to_bytes()

    def close(self) -> None:
        """Nothing is left behind."""


async def serve(address: str, workers: int) -> None:
    """Let workers join the scheduler; return when it has gone."""
    options = {"nthreads": 1, "memory_limit": 0, "dashboard": False}
    started = [await Worker(address, name=str(n), **options) for n in range(workers)]
    await asyncio.gather(*(each.finished() for each in started))


def main(address: str, workers: str, path: str) -> None:
    """Serve, with nbjudge's grader put aside."""
    Sleeper.path = Path(path)
    worker.WorkerGrader = Sleeper
    threads = ThreadPoolExecutor(int(workers))  # for one process with many workers
    worker.grading_thread = lambda: threads
    asyncio.run(serve(address, int(workers)))


if __name__ == "__main__":
    main(*sys.argv[1:])
