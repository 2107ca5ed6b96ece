"""What a worker is given of an assignment: all of it as data, because it has no course folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from traitlets.config import Config

from nbjudge.kernel.warm import Warm
from nbjudge.plugin.assignment import Assignment
from nbjudge.record.files import write_file


@dataclass(frozen=True)
class Course:
    """An assignment and what goes with it.

    Attributes:
        assignment: as the course has it; its paths mean nothing elsewhere.
        files: content of the release's files, by their path in it.
        hidden_tests: content of the hidden tests' files, by their path in the course's folder.
        config: the course's settings.
        preprocessors: nbgrader's ``autograde_preprocessors``.
        grader_seconds: CPU seconds that one notebook may cost a worker.
        log_level: of what is said while grading.
        warm: how workers on this machine share one warm process; None elsewhere.
    """

    assignment: Assignment
    files: Mapping[str, bytes]
    hidden_tests: Mapping[str, bytes]
    config: Config
    preprocessors: list
    grader_seconds: float
    log_level: int
    warm: Warm | None = None

    def unpack(self, folder: Path) -> Assignment:
        """Write the files below an empty folder; return the assignment with their paths."""
        release, hidden_tests = folder / "release", folder / "hidden_tests"
        for below, files in ((release, self.files), (hidden_tests, self.hidden_tests)):
            below.mkdir()
            for path, content in files.items():
                write_file(below / path, content)
        return replace(
            self.assignment,
            release=release,
            files={path: release / path for path in self.files},
            hidden_tests=hidden_tests,
        )


def pack(
    assignment: Assignment,
    config: Config,
    preprocessors: list,
    grader_seconds: float,
    log_level: int,
) -> Course:
    """Return the course of an assignment that can be graded here."""
    below = assignment.hidden_tests
    return Course(
        assignment=assignment,
        files={path: file.read_bytes() for path, file in assignment.files.items()},
        hidden_tests={
            path.relative_to(below).as_posix(): path.read_bytes()
            for path in sorted(below.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        },
        config=config,
        preprocessors=preprocessors,
        grader_seconds=grader_seconds,
        log_level=log_level,
    )
