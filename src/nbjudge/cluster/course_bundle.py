"""What a worker is given of an assignment.

A worker on this machine gets it as it lies in the course's folder. One elsewhere has no such
folder, and gets the files as well: it writes them into a folder of its own, each at the same place
below it as below the course's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from traitlets.config import Config

from nbjudge.errors import CourseError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.local_grader import LocalGrader, TaskScored
from nbjudge.record.write_files import write_file
from nbjudge.sandbox.zygote_client import Warm


class GraderFactory(Protocol):
    """Makes what grades one submission after the other, in a process that has no course."""

    def __call__(
        self, assignment: Assignment, log: logging.Logger, on_scored: TaskScored | None = None
    ) -> LocalGrader:
        """Return the grader of an assignment; see `LocalGrader`."""


@dataclass(frozen=True)
class Course:
    """An assignment and what goes with it.

    Attributes:
        assignment: as the course has it.
        config: the course's settings.
        make_grader: makes the grader of the assignment as a process has it. It is pickled.
        boxed: whether students' code runs in boxes.
        log_level: of what is said while grading.
        warm: how workers on this machine share one warm process.
        root: the course's folder.
        files: content of the files that hidden tests are made of and read, and of the release's
            files beside the notebooks, by their path below `root`; None on this machine.
    """

    assignment: Assignment
    config: Config
    make_grader: GraderFactory
    boxed: bool
    log_level: int
    root: Path
    warm: Warm | None = None
    files: Mapping[str, bytes] | None = field(default=None, repr=False)

    def unpack(self, folder: Path) -> Assignment:
        """Return the assignment as this process has it; its files go into an empty folder."""
        if self.files is None:
            return self.assignment
        for path, content in self.files.items():
            write_file(folder / path, content)

        def here(path: Path) -> Path:
            return folder / path.relative_to(self.root)

        assignment = self.assignment
        here(assignment.release).mkdir(parents=True, exist_ok=True)
        return replace(
            assignment,
            release=here(assignment.release),
            files={name: here(path) for name, path in assignment.files.items()},
            hidden_tests=here(assignment.hidden_tests),
        )


def with_files(course: Course, reads: Iterable[str]) -> Course:
    """Return the course with its files, for workers elsewhere.

    Args:
        course: as it is here.
        reads: files and folders that hidden tests read, by their path below the course's folder;
            they need not be there.

    Raises `CourseError` if hidden tests, or what they read, lie elsewhere.
    """
    root, hidden_tests = course.root, course.assignment.hidden_tests
    if not hidden_tests.is_relative_to(root):
        raise CourseError(
            f"The hidden tests in {hidden_tests} are not below the course's folder {root}: workers "
            "elsewhere could not be given what they read. Move them there."
        )
    for name in reads:
        if not (root / name).resolve().is_relative_to(root.resolve()):
            raise CourseError(
                f"c.JudgeExecute.reads names {name!r}, which is not below the course's folder "
                f"{root}: workers elsewhere could not be given it. Move it there."
            )
    paths = set(course.assignment.files.values())
    for given in (hidden_tests, *(root / name for name in reads)):
        paths |= {path for path in (given, *given.rglob("*")) if path.is_file()}
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(paths)
        if "__pycache__" not in path.parts
    }
    return replace(course, files=files)
