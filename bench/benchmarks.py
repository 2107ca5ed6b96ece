"""Measures what grading costs, side by side with other graders, and writes docs/benchmarks.md.

    make bench                                           # long: an hour and more
    python bench/benchmarks.py --rounds 1 --sizes 10,40 --slow-sizes 10 --results 500 \\
        --workers 1,4,16 --lab-students 0 --into FOLDER  # some minutes, a page of one's own
    python bench/benchmarks.py --more 160                # a larger class by plain nbgrader, too
    python bench/benchmarks.py --lab                     # the class of this lab alone, anew
    python bench/benchmarks.py --again                   # the page anew, from the last measurement

All graders grade the same light submissions (see `light_course`), turn by turn, so that what else
the machine does falls on all. `graders` says who they are; otter-grader is installed into an
environment of its own when it is first needed. What was measured is kept in .build.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import kernels  # noqa: E402
import lab_class  # noqa: E402
import otter_course  # noqa: E402
from benchmarks_page import write_page  # noqa: E402
from graders import GRADERS, ONE, PLAIN, TWO, Classes, Grader, measure  # noqa: E402
from many_workers import simulate  # noqa: E402
from writer_alone import Ready, write_many  # noqa: E402

MEASURED = ROOT / ".build" / "benchmarks.json"
PACKAGES = ("nbgrader", "nbclient", "ipykernel", "distributed", "numpy", "torch")


def main(arguments: list[str]) -> None:
    """Measure what the command line asks for, and write the page."""
    asked = _options(arguments)
    if not asked.again:
        MEASURED.parent.mkdir(exist_ok=True)
        MEASURED.write_text(json.dumps(_measured(asked)), encoding="utf-8")
    asked.into.mkdir(parents=True, exist_ok=True)
    print(write_page(_last(), asked.into))


def _last() -> dict:
    return json.loads(MEASURED.read_text(encoding="utf-8"))


def _measured(asked: argparse.Namespace) -> dict:
    """Return a new measurement, or the last one with what is measured anew."""
    if not asked.more and not asked.lab:
        return _measure_all(asked)
    measured = _last()
    if asked.more:
        measured["runs"] += _more(asked.more, asked.rounds)
        measured["later"] = [*measured.get("later", ()), asked.more]
    if asked.lab:
        measured["lab"] = {**_lab(asked.lab_students), "later": True}
    return measured


def _options(arguments: list[str]) -> argparse.Namespace:
    def numbers(text: str) -> list[int]:
        return sorted({int(number) for number in text.split(",")})

    parser = argparse.ArgumentParser(description="Measure what grading costs.")
    add = parser.add_argument
    add("--rounds", type=int, default=3)
    add("--sizes", type=numbers, default=[10, 40, 160, 640], help="students of the classes")
    add("--slow-sizes", type=numbers, default=[10, 40], help="of those for the slow graders")
    add("--results", type=int, default=10_000, help="that the writer alone writes")
    add("--workers", type=numbers, default=[1, 2, 4, 8, 16, 32, 64], help="that are simulated")
    add("--simulated-seconds", type=int, default=20, help="that one simulation should last")
    add("--lab-students", type=int, default=60, help="of a class of this lab; 0 for none")
    add("--into", type=Path, default=ROOT / "docs", help="folder of the page")
    add("--more", type=int, help="students of a class to add to the last measurement")
    add("--lab", action="store_true", help="measure the class of this lab anew, nothing else")
    add("--again", action="store_true", help="measure nothing")
    return parser.parse_args(arguments)


def _measure_all(asked: argparse.Namespace) -> dict:
    begin, load = time.time(), os.getloadavg()[0]
    otter_course.python()  # what is installed is not measured
    with tempfile.TemporaryDirectory() as folder:
        classes = Classes(Path(folder))
        runs = list(_runs(classes, asked))
        ready = _ready(classes)
        alone = _alone(Path(folder), classes, ready, asked.results)
        simulated = list(_simulated(classes, ready, runs, alone, asked))
    memory = kernels.memory_of_a_kernel()
    answers = kernels.first_answers(3 * asked.rounds)
    own = kernels.own_compute(20)
    lab = _lab(asked.lab_students) if asked.lab_students else None
    return {
        "machine": _machine(),
        "versions": {"Python": platform.python_version()}
        | {name: version(name) for name in PACKAGES}
        | {"otter-grader": otter_course.VERSION},
        "load": load,
        "rounds": asked.rounds,
        "runs": runs,
        "kernels": {**answers, "memory": memory, "own": own},
        "writer": alone,
        "simulated": simulated,
        "lab": lab,
        "minutes": (time.time() - begin) / 60,
    }


def _runs(classes: Classes, asked: argparse.Namespace) -> Iterator[dict]:
    """Grade each class by each grader, round by round; then once more, looking at the memory."""
    turns = [
        (grader, size)
        for size in sorted({*asked.sizes, *asked.slow_sizes})
        for grader in GRADERS
        if size in (asked.sizes if grader.fast else asked.slow_sizes)
    ]
    for round_ in range(asked.rounds):
        for grader, size in turns:
            yield _run(classes, grader, size, f"round {round_ + 1}", memory=False)
    for grader, size in turns:
        yield _run(classes, grader, size, "memory", memory=True)


def _more(size: int, rounds: int) -> list[dict]:
    """Let plain nbgrader and nbjudge take turns at one more class."""
    with tempfile.TemporaryDirectory() as folder:
        classes = Classes(Path(folder))
        turns = [(grader, n) for n in range(rounds) for grader in (PLAIN, ONE, TWO)]
        return [_run(classes, each, size, f"round {n + 1}", memory=False) for each, n in turns]


def _run(classes: Classes, grader: Grader, size: int, about: str, memory: bool) -> dict:
    folder = classes.get(grader.course, size)
    run = measure(grader, folder, size, memory)
    _tell(f"{about}: {size} students, {grader.name}: {run.seconds:.1f} s")
    return {"grader": grader.name, "students": size, **dataclasses.asdict(run)}


def _ready(classes: Classes) -> Ready:
    folder = classes.get(ONE.course, 1)
    measure(ONE, folder, 1)
    return Ready(folder)


def _alone(folder: Path, classes: Classes, ready: Ready, results: int) -> dict:
    """Let the writer write alone; return seconds of each tenth of the results."""
    course = folder / "writer"
    shutil.copytree(classes.base("judged"), course)
    seconds = write_many(course, ready, results)
    _tell(f"the writer alone: {results / sum(seconds):.0f} results a second")
    tenth = max(1, results // 10)
    parts = [sum(seconds[n : n + tenth]) for n in range(0, tenth * 10, tenth)]
    return {"results": results, "seconds": sum(seconds), "tenths": parts, "tenth": tenth}


def _simulated(
    classes: Classes, ready: Ready, runs: list[dict], alone: dict, asked: argparse.Namespace
) -> Iterator[dict]:
    """Simulate many workers, each as fast as one was measured in its largest class."""
    largest = max(
        (run for run in runs if run["grader"] == ONE.name and run["memory"] is None),
        key=lambda run: run["students"],
    )
    each, most = largest["each"], alone["results"] / alone["seconds"]
    for workers in asked.workers:
        rate = min(workers / (sum(each) / len(each)), most)
        students = max(50, 5 * workers, round(rate * asked.simulated_seconds))
        found = simulate(classes, ready, workers, each, students)
        _tell(f"{workers} sleeping workers: {found.whole:.0f} results a second")
        yield dataclasses.asdict(found)


def _lab(students: int) -> dict:
    """Grade a class of this lab by two workers."""
    found = lab_class.measure(students, 2)
    measured = dataclasses.asdict(found)
    measured["least"] = {at_once: found.least(at_once) for at_once in found.own}
    for name in ("graded", "without_second_runs"):
        run = getattr(found, name)
        measured[name]["least"] = found.least_during(run)
        ratio = run.seconds / measured[name]["least"]
        _tell(f"{students} students of this lab, {name}: {ratio:.2f} × their compute meanwhile")
    return measured


def _machine() -> dict:
    model = platform.processor() or platform.machine()
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    return {
        "processor": names[0] if names else model,
        "cores": len(os.sched_getaffinity(0)),
        "memory": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()}",
    }


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
