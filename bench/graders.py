"""The graders that are compared: how each grades the class in its folder, and what it leaves.

`measure` runs one of them once.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

import light_course
import otter_course
import psutil

LOOK_SECONDS = 0.2  # between two looks at the memory


@dataclass(frozen=True)
class Grader:
    """One way to grade the light class.

    Attributes:
        name: for people.
        course: which of `COURSES` it grades.
        command: what is run in the course's folder.
        fast: whether it can be asked to grade large classes.
    """

    name: str
    course: str
    command: tuple[str, ...]
    fast: bool = True


@dataclass(frozen=True)
class Course:
    """A course that is made once and copied for each class.

    Attributes:
        build: makes it in a folder.
        released: returns the notebook that students get.
        results: a pattern of the files of which each student gets one, when graded.
        right: returns how many students got all points.
    """

    build: Callable[[Path], Path]
    released: Callable[[Path], object]
    results: str
    right: Callable[[Path], int]


@dataclass(frozen=True)
class Run:
    """One class graded by one grader.

    Attributes:
        seconds: from the command's start to its end.
        first: seconds until the first student was graded.
        each: seconds between one student's results and the next one's.
        memory: most bytes of all its processes together (PSS); None if nobody looked.
    """

    seconds: float
    first: float
    each: tuple[float, ...]
    memory: int | None


def _by_gradebook(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as db:
        return db.execute("select count(*) from grade where auto_score = 10").fetchone()[0]


def _by_otter(folder: Path) -> int:
    return sum(json.loads(path.read_text())["points"] == 10 for path in folder.glob("graded/*"))


AUTOGRADED = f"autograded/*/{light_course.ASSIGNMENT}"
COURSES = {
    "plain": Course(
        lambda folder: light_course.build(folder, judged=False),
        light_course.released,
        f"{AUTOGRADED}/*.ipynb",
        _by_gradebook,
    ),
    "judged": Course(
        lambda folder: light_course.build(folder, judged=True),
        light_course.released,
        f"{AUTOGRADED}/*.audit.jsonl",
        _by_gradebook,
    ),
    "otter": Course(otter_course.build, otter_course.released, "graded/*.json", _by_otter),
}
AUTOGRADE = (sys.executable, "-m", "nbgrader", "autograde", light_course.ASSIGNMENT)
GRADE = (sys.executable, "-m", "nbjudge", "grade", light_course.ASSIGNMENT)
PLAIN = Grader("nbgrader autograde", "plain", AUTOGRADE, fast=False)
OTTER = Grader(
    f"otter-grader {otter_course.VERSION}",
    "otter",
    (str(otter_course.ENVIRONMENT / "bin" / "python"), "grade_class.py"),
    fast=False,
)
JUDGED = Grader("nbgrader autograde with nbjudge", "judged", AUTOGRADE)
ONE = Grader("nbjudge grade --workers 1", "judged", (*GRADE, "--workers", "1"))
TWO = Grader("nbjudge grade --workers 2", "judged", (*GRADE, "--workers", "2"))
# One worker keeps more than one core busy, with the kernel that it starts ahead.
ON_ONE_CORE = ("taskset", "--cpu-list", str(min(os.sched_getaffinity(0))))
ONE_CORE = Grader("nbjudge grade --workers 1, on one core", "judged", (*ON_ONE_CORE, *ONE.command))
GRADERS = (PLAIN, OTTER, JUDGED, ONE_CORE, ONE, TWO)


class Classes:
    """Light classes of all sizes, each made when it is first asked for."""

    def __init__(self, folder: Path):
        """Make them below `folder`."""
        self._folder = folder

    def base(self, course: str) -> Path:
        """Return the folder of a course without a class."""
        base = self._folder / course
        if not base.exists():
            COURSES[course].build(base)
        return base

    def get(self, course: str, students: int) -> Path:
        """Return the folder of a course with a class of which nobody is graded."""
        base, folder = self.base(course), self._folder / f"{course}-{students}"
        if not folder.exists():
            shutil.copytree(base, folder)
            light_course.hand_in(folder, COURSES[course].released(base), students)
        for graded in ("autograded", "graded"):
            shutil.rmtree(folder / graded, ignore_errors=True)
        for path in folder.glob("gradebook.db*"):
            path.unlink()
        if (base / "gradebook.db").exists():
            shutil.copy(base / "gradebook.db", folder / "gradebook.db")
        return folder


@dataclass
class Running:
    """A grader at work.

    Attributes:
        process: its command.
        begin: when it was started, in seconds since the epoch.
        said: what it prints.
        seconds: how long it took; 0 until it has ended.
    """

    process: subprocess.Popen
    begin: float
    said: IO[bytes]
    seconds: float = 0


def measure(grader: Grader, folder: Path, students: int, memory: bool = False) -> Run:
    """Grade the class in a folder once.

    Looking at the memory takes time, so a run is either for the time or for the memory. Raises
    `RuntimeError` if not all students got all points.
    """
    running = start(grader, folder)
    peak = Peak(running.process.pid) if memory else None
    with peak or contextlib.nullcontext():
        finish(running)
    check(grader, folder, students, running)
    times = result_times(grader, folder)
    each = tuple(after - before for before, after in pairwise(times))
    return Run(running.seconds, times[0] - running.begin, each, peak.bytes if peak else None)


def start(grader: Grader, folder: Path) -> Running:
    """Let a grader begin with the class in a folder."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    said, begin = tempfile.TemporaryFile(), time.time()  # noqa: SIM115 (`check` closes it)
    process = subprocess.Popen(
        grader.command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdout=said,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return Running(process, begin, said)


def finish(running: Running) -> None:
    """Wait for its end."""
    running.process.wait()
    running.seconds = time.time() - running.begin


def check(grader: Grader, folder: Path, students: int, running: Running) -> None:
    """Raise `RuntimeError` unless all students got all points."""
    right = COURSES[grader.course].right(folder)
    with running.said as said:
        said.seek(0)
        if running.process.returncode or right != students:
            raise RuntimeError(
                f"{grader.name}: {right} of {students} right, exit status "
                f"{running.process.returncode}\n{said.read().decode(errors='replace')}"
            )


def result_times(grader: Grader, folder: Path) -> list[float]:
    """Return when each student's results were there, in seconds since the epoch, in order."""
    paths = folder.glob(COURSES[grader.course].results)
    return sorted(path.stat().st_mtime for path in paths)


class Peak:
    """The most memory that a process and all its descendants have together, while a block runs.

    Attributes:
        bytes: of all, each with its own share of what it shares with others (PSS).
    """

    def __init__(self, pid: int):
        """Watch this process; begin with the block."""
        self.bytes = 0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *error) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            with contextlib.suppress(psutil.Error):
                root = psutil.Process(self._pid)
                tree = [root, *root.children(recursive=True)]
                self.bytes = max(self.bytes, sum(map(_share, tree)))


def _share(process: psutil.Process) -> int:
    try:
        return process.memory_full_info().pss
    except psutil.Error:  # it has ended
        return 0
