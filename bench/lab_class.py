"""Measures a class of this lab: wall time of the command against the students' own compute.

    python bench/lab_class.py [--students 60] [--workers 2]

The class is copies of the sample class in turn. Their own compute is what the cells of their
notebooks and the judge's questions take in a process that has imported everything, one thread: each
sample student's is measured before and after the class is graded, with nothing else going on, and
then with as many at once as there are workers, because cores may slow each other. A machine that
others use is slower now and then, so a `yardstick` is laid to it all the time, and the last ratio
is by the own compute at the speed that the machine had while the class was graded.

A task that builds on a wrong one is asked again in a second run of the notebook, which computes
once more. That is not in the own compute, so the class is also graded without.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from yardstick import yardstick

from nbjudge.cells import test_of
from nbjudge.protocol.codec import encode
from nbjudge.protocol.probe import ask_once, fixed_random
from nbjudge.verdict.loader import load_hidden_tests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from repository import copy_course, nbgrader  # noqa: E402

ASSIGNMENT = "lab1"
SAMPLE = sorted(path.parent.name for path in (ROOT / "submitted").glob(f"*/{ASSIGNMENT}"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure a class of this lab.")
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    found = measure(asked.students, asked.workers)
    print(f"{found.students} students, {found.workers} workers")
    for at_once, own in found.own.items():
        each = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in own.items())
        least = found.least(at_once)
        print(f"own compute, {at_once} at once: {each}; ÷ workers {least:.0f} s")
    for what, run in (("graded", found.graded), ("without second runs", found.without_second_runs)):
        ratios = [run.seconds / found.least(at_once) for at_once in found.own]
        ratios.append(run.seconds / found.least_during(run))
        shares = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{what}: {run.seconds:.0f} s, {shares} × (machine: {run.slower:.2f} ×)")


@dataclass(frozen=True)
class Run:
    """A class that was graded.

    Attributes:
        seconds: from the command's start to its end.
        slower: how many times as long the machine took for the same work meanwhile as while the
            own compute was measured, as much of it at once as there are workers.
    """

    seconds: float
    slower: float


@dataclass(frozen=True)
class Measured:
    """A class of this lab, graded as usual and once more without second runs.

    Attributes:
        students: in the class.
        workers: that graded it.
        own: seconds of each sample student's own compute, by how many were measured at once.
        graded: how it went.
        without_second_runs: how it went without them.
    """

    students: int
    workers: int
    own: dict[int, dict[str, float]]
    graded: Run
    without_second_runs: Run

    def least(self, at_once: int) -> float:
        """Return the class's own compute divided by the workers, in seconds."""
        own = self.own[at_once]
        return sum(own[student] for student in _class_of(self.students)) / self.workers

    def least_during(self, run: Run) -> float:
        """Return the same at the speed that the machine had during a run."""
        return run.slower * self.least(self.workers)


def measure(students: int, workers: int) -> Measured:
    """Grade a class of so many."""
    _get_warm()
    with tempfile.TemporaryDirectory() as folder, yardstick() as laid:
        course = _course(Path(folder) / "course", _class_of(students))
        same = shutil.copytree(course, Path(folder) / "same")
        own_together = partial(_own, workers)
        alone, together = [_own(1)], [_timed(own_together)]
        command = [sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, f"--workers={workers}"]
        how = {"check": True, "stdout": subprocess.DEVNULL}
        runs = [
            _timed(partial(subprocess.run, [*command, *options], cwd=course, **how))
            for course, options in ((course, []), (same, ["--JudgeExecute.carry=0"]))
        ]
        together.append(_timed(own_together))
        alone.append(_own(1))
        usual = statistics.mean(laid.between(begin, end) for begin, end, _ in together)
        runs = [Run(end - begin, laid.between(begin, end) / usual) for begin, end, _ in runs]
    own = {1: _mean(alone), workers: _mean([each[2] for each in together])}
    return Measured(students, workers, own, *runs)


def _timed(act: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return when something began and ended, by `time.monotonic`, and what it returns."""
    begin = time.monotonic()
    found = act()
    return begin, time.monotonic(), found


def _own(at_once: int) -> dict[str, float]:
    return {student: own_compute(student, at_once) for student in SAMPLE}


def _mean(owns: Sequence[dict[str, float]]) -> dict[str, float]:
    return {student: statistics.mean(own[student] for own in owns) for student in SAMPLE}


def _class_of(students: int) -> list[str]:
    """Return which sample student each student of the class is."""
    return [SAMPLE[number % len(SAMPLE)] for number in range(students)]


def _course(folder: Path, class_of: list[str]) -> Path:
    course = copy_course(folder)
    shutil.rmtree(course / "submitted")
    for number, student in enumerate(class_of):
        source = ROOT / "submitted" / student / ASSIGNMENT
        shutil.copytree(source, course / "submitted" / f"{student}{number:03}" / ASSIGNMENT)
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")
    return course


def own_compute(student: str, at_once: int = 1) -> float:
    """Return the seconds that all notebooks of a sample student take, each in a warm process.

    The mean of so many that are measured `at_once`.
    """
    fork = multiprocessing.get_context("fork")
    found, seconds = fork.Queue(), 0.0
    for path in sorted((ROOT / "submitted" / student / ASSIGNMENT).glob("*.ipynb")):
        processes = [
            fork.Process(target=lambda path=path: found.put(_seconds(path))) for _ in range(at_once)
        ]
        for process in processes:
            process.start()
        seconds += statistics.mean(found.get() for _ in processes)
        for process in processes:
            process.join()
    return seconds


def _get_warm() -> None:
    """Import what the notebooks import, as the course's `preload` names it."""
    import matplotlib.pyplot as plt
    import pandas  # noqa: F401
    import torch
    import torch._dynamo

    plt.switch_backend("Agg")
    torch.set_num_threads(1)


def _seconds(path: Path) -> float:
    os.chdir(ROOT / "release" / ASSIGNMENT)
    tests = load_hidden_tests(ROOT / "hidden_tests", ASSIGNMENT, path.stem)
    source = nbformat.read(ROOT / "source" / ASSIGNMENT / path.name, as_version=4)
    judged = {cell.id: test_of(cell) for cell in source.cells}
    namespace = {"__name__": "__main__"}
    begin = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            with contextlib.suppress(Exception):
                exec(cell.source, namespace)
            _draw()
            if judged.get(cell.id):
                _ask(tests[judged[cell.id]], namespace)
    return time.perf_counter() - begin


def _ask(test, namespace: dict) -> None:
    for number, case in enumerate(test.draw_cases(1)):
        with fixed_random(number):
            ask_once(namespace, test.sources(), test.ask.__name__, encode(case.arguments))


def _draw() -> None:
    """Draw the figures that a cell has made, as a kernel does."""
    import matplotlib.pyplot as plt

    for number in plt.get_fignums():
        plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close("all")


if __name__ == "__main__":
    main()
