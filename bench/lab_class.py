"""Measures a class of this lab: wall time of the command against the students' own compute.

    python bench/lab_class.py [--students 60] [--workers 2] [--no-carry]

The class is copies of the sample class in turn. Their own compute is what the cells of their
notebooks and the judge's questions take in a process that has imported everything, one thread, with
nothing else going on: each sample student's is measured before and after the class is graded. A
task that builds on a wrong one is asked again in a second run of the notebook, which is not in it;
with --no-carry there is none.
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
from pathlib import Path

import matplotlib
import nbformat
import torch
from nbgrader import utils

from nbjudge.question.probe import ask_once, fixed_random
from nbjudge.question.wire import encode
from nbjudge.verdict.course import judged_test, load_hidden_tests

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from conftest import copy_course, nbgrader  # noqa: E402

ASSIGNMENT = "lab1"
SAMPLE = sorted(path.parent.name for path in (ROOT / "submitted").glob(f"*/{ASSIGNMENT}"))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure a class of this lab.")
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-carry", action="store_true")
    asked = parser.parse_args()
    class_of = [SAMPLE[number % len(SAMPLE)] for number in range(asked.students)]
    with tempfile.TemporaryDirectory() as folder:
        course = _course(Path(folder) / "course", class_of)
        before = {student: own_compute(student) for student in SAMPLE}
        command = [sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT]
        command += ["--JudgeExecute.carry=0"] if asked.no_carry else []
        begin = time.perf_counter()
        subprocess.run([*command, f"--workers={asked.workers}"], cwd=course, check=True)
        wall = time.perf_counter() - begin
        after = {student: own_compute(student) for student in SAMPLE}
    own = {student: statistics.mean((before[student], after[student])) for student in SAMPLE}
    least = sum(own[student] for student in class_of) / asked.workers
    print("own compute:", ", ".join(f"{name} {seconds:.1f} s" for name, seconds in own.items()))
    print(
        f"{asked.students} students, {asked.workers} workers: {wall:.0f} s, their own compute ÷ "
        f"workers {least:.0f} s, ratio {wall / least:.2f}"
    )


def _course(folder: Path, class_of: list[str]) -> Path:
    course = copy_course(folder)
    shutil.rmtree(course / "submitted")
    for number, student in enumerate(class_of):
        source = ROOT / "submitted" / student / ASSIGNMENT
        shutil.copytree(source, course / "submitted" / f"{student}{number:03}" / ASSIGNMENT)
    nbgrader(course, "generate_assignment", ASSIGNMENT, "--force")
    return course


def own_compute(student: str) -> float:
    """Return the seconds that all notebooks of a sample student take, each in a warm process."""
    folder = ROOT / "submitted" / student / ASSIGNMENT
    fork = multiprocessing.get_context("fork")
    found = fork.Queue()
    for path in sorted(folder.glob("*.ipynb")):
        process = fork.Process(target=lambda path=path: found.put(_seconds(path)))
        process.start()
        process.join()
    return sum(found.get() for _ in folder.glob("*.ipynb"))


def _seconds(path: Path) -> float:
    os.chdir(ROOT / "release" / ASSIGNMENT)
    tests = load_hidden_tests(ROOT / "hidden_tests", ASSIGNMENT, path.stem)
    source = nbformat.read(ROOT / "source" / ASSIGNMENT / path.name, as_version=4)
    judged = {cell.id: judged_test(cell.source) for cell in source.cells if utils.is_grade(cell)}
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
    matplotlib.use("Agg")
    torch.set_num_threads(1)
    import matplotlib.pyplot
    import pandas  # noqa: F401

    main()
