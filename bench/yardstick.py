"""How fast the machine is meanwhile: a fixed piece of work, done once a second by another process.

On a machine that others use, too, the same work takes a third longer now and then, for minutes,
though its cores are counted as ours. What was measured at different times can be compared only if
that is known.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS = 1  # between two looks
STEPS = 150  # of training in one look: some ten milliseconds


class Yardstick:
    """What was seen so far: at each look, when it was and the CPU seconds that the work took."""

    def __init__(self, file: Path):
        """Read from the file that the other process writes."""
        self._file = file

    def between(self, begin: float, end: float) -> float:
        """Return the mean CPU seconds of the work between two moments of `time.monotonic`."""
        looks = [map(float, line.split()) for line in self._file.read_text().splitlines()]
        return statistics.mean(seconds for when, seconds in looks if begin <= when <= end)


@contextmanager
def yardstick() -> Iterator[Yardstick]:
    """Look once a second, as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "looks")
        process = multiprocessing.get_context("fork").Process(target=_look, args=(file,))
        process.start()
        try:
            yield Yardstick(file)
        finally:
            process.kill()
            process.join()


def _look(file: Path) -> None:
    with file.open("a", encoding="utf-8", buffering=1) as looks:
        while True:
            begin = time.process_time()
            _work()
            looks.write(f"{time.monotonic()} {time.process_time() - begin}\n")
            time.sleep(SECONDS)


def _work() -> None:
    """Train a little, as students' code does."""
    import torch

    torch.set_num_threads(1)
    X, W = torch.ones(16, 2), torch.zeros(2, 3, requires_grad=True)
    for _ in range(STEPS):
        loss = (torch.sigmoid(X @ W) ** 2).sum()
        (gradient,) = torch.autograd.grad(loss, W)
        W = (W - 0.1 * gradient).detach().requires_grad_()
