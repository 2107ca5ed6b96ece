"""A graded folder is whole or not there.

A student's folder is made beside its place and goes through three names, each a rename::

    autograded/anna/.lab1.grading    being written; worth nothing if the run ends here
    autograded/anna/.lab1.graded     complete, but perhaps not in the gradebook
    autograded/anna/lab1             in the gradebook, too

A run that ends between the last two names is finished by the next one: entering the same folder
in the gradebook twice gives the same rows. nbgrader looks at neither of the hidden names.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbjudge.errors import InUseError


@dataclass(frozen=True)
class GradedFolder:
    """The places of one student's graded assignment; `path` is the one that nbgrader knows."""

    path: Path

    @property
    def grading(self) -> Path:
        """Where it is written."""
        return self._beside("grading")

    @property
    def graded(self) -> Path:
        """Where it waits to be entered in the gradebook."""
        return self._beside("graded")

    @property
    def replaced(self) -> Path:
        """Where the folder of the grading before is, for a moment."""
        return self._beside("replaced")

    def _beside(self, state: str) -> Path:
        return self.path.with_name(f".{self.path.name}.{state}")

    @property
    def last(self) -> Path:
        """The folder of the grading before, while a new one waits."""
        return self.path if self.path.is_dir() else self.replaced

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the student's folder for this process, which may end however it will.

        Raises `InUseError` if another process holds it.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if not _lock(descriptor):
                raise InUseError(f"{self.path} is being graded by another process.")
            yield
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """Give an empty folder to write to; it is complete when the block ends without an error."""
        remove(self.grading)
        self.grading.mkdir()
        try:
            yield self.grading
            _flush(self.grading)
            self.grading.rename(self.graded)
        finally:
            remove(self.grading)

    def put_into_place(self) -> None:
        """Let the complete folder take its place; the one of the grading before goes."""
        if self.path.exists():
            remove(self.replaced)
            self.path.rename(self.replaced)
        self.graded.rename(self.path)
        remove(self.replaced)

    def tidy(self) -> bool:
        """Remove what an ended run has left half-written; return whether there was such a thing."""
        half_written = self.grading.exists()
        remove(self.grading)
        if not self.graded.exists() and self.replaced.exists() and not self.path.exists():
            self.replaced.rename(self.path)
        if self.path.exists():
            remove(self.replaced)
        return half_written


def unfinished(autograded: Path, assignment: str) -> list[GradedFolder]:
    """Return the folders of an assignment that a run has left before they were in their place."""
    found = {
        path.with_name(assignment)
        for state in ("grading", "graded", "replaced")
        for path in autograded.glob(f"*/.{glob.escape(assignment)}.{state}")
    }
    return [GradedFolder(path) for path in sorted(found)]


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)


def copy_files(source: Path, target: Path, names: Iterable[str]) -> None:
    """Copy the files of these names that are there."""
    for name in names:
        if (source / name).is_file():
            shutil.copy2(source / name, target / name)


def _lock(descriptor: int) -> bool:
    """Lock a folder until its descriptor is closed; return False if another process has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: whoever grades there twice at once is not told
        return True
    return True


def _flush(folder: Path) -> None:
    """Return when all files are on the disk, so that no name is there before its content."""
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
