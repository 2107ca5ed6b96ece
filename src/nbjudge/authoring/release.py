"""A release is made and checked; what is wrong with it leaves the old one and the gradebook."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

STATE = ".nbjudge"  # folder of the course: when its releases were made
DATA = "data"  # folder of the course with what a release may take from it
NOT_READ = {".ipynb_checkpoints", "__pycache__"}
NOT_CHECKED = "No release was made. Mend this first."
NOT_MADE = (
    "{release} could not be made anew; it is as it was, and so is the gradebook.\n"
    "If nbgrader says above that notebooks changed while there are submissions: a notebook cannot "
    "be\nadded to, or taken from, an assignment that has been graded. Put the gradebook aside (of "
    "one on a\nserver: name a new database) and run the same command again; all of submitted/ is "
    "then graded anew,\nand points given by hand stay in the old one:\n"
    "  mv gradebook.db gradebook-before.db && rm -rf autograded/*/'{assignment}'"
)
PUT_BACK = "{release} and the gradebook are as they were. Mend this first."
GRADEBOOK_STAYS = (
    "{release} is as it was, and the gradebook knows the new cells already. Mend this first."
)


@dataclass(frozen=True)
class ReleaseFiles:
    """Where a release lies, and what it is made from.

    Attributes:
        root: the course's folder.
        source: the assignment's folder of source notebooks; it has the assignment's name.
        release: the assignment's folder of released notebooks; it need not be there.
        hidden_tests: the folder of all hidden tests.
        gradebook: its file; None if it is on a server.
        tools: files of nbjudge that decide what a release looks like.
    """

    root: Path
    source: Path
    release: Path
    hidden_tests: Path
    gradebook: Path | None
    tools: tuple[Path, ...] = ()

    @property
    def stamp(self) -> Path:
        """The file whose date says when the release was made."""
        return self.root / STATE / f"{self.source.name}.released"

    def is_current(self) -> bool:
        """Say whether the release is there, and nothing that it is made from is newer."""
        if not (self.stamp.is_file() and self.release.is_dir()):
            return False
        made = self.stamp.stat().st_mtime_ns
        return all(path.stat().st_mtime_ns <= made for path in self._made_from())

    def _made_from(self) -> Iterator[Path]:
        """Yield the files, and the source folder, whose date tells of notebooks that are gone."""
        yield self.source
        yield from self.tools
        yield from self.root.glob("*.py")  # the settings
        yield from _files_below(self.source)
        yield from _files_below(self.root / DATA)
        others = {path.name for path in self.source.parent.iterdir()} - {self.source.name}
        for path in _files_below(self.hidden_tests):
            if path.relative_to(self.hidden_tests).parts[0] not in others:
                yield path


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and NOT_READ.isdisjoint(path.relative_to(folder).parts):
            yield path


def make_release(
    files: ReleaseFiles,
    check: Callable[[bool], bool],
    generate: Callable[[], bool],
    say: Callable[[str], None],
) -> bool:
    """Make a release; return whether that went well. Otherwise all is as it was, and said why.

    The solutions need the files of the release, so they are checked after it is made. An error or a
    Ctrl-C on the way puts back the old release, too, and is raised again.

    Args:
        files: where everything lies.
        check: says what is wrong with the assignment, and returns whether nothing is; True asks for
            what can be seen without running a notebook.
        generate: lets nbgrader make the release; returns whether it did.
        say: is given each text for the author.
    """
    if not check(True):
        say(NOT_CHECKED)
        return False
    begun = time.time_ns()
    files.stamp.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=files.stamp.parent) as folder:
        before = _Before(files, Path(folder))
        try:
            made = generate()
            if made:
                before.gradebook_is_written()
            if made and check(False):
                files.stamp.touch()
                os.utime(files.stamp, ns=(begun, begun))
                return True
        except BaseException:
            before.put_back()
            raise
        whole = before.put_back()
    text = NOT_MADE if not made else PUT_BACK if whole else GRADEBOOK_STAYS
    name = f"{files.release.parent.name}/{files.release.name}"
    say(text.format(release=name, assignment=files.source.name))
    return False


class _Before:
    """The release and the gradebook as they are before a new release is made."""

    def __init__(self, files: ReleaseFiles, folder: Path) -> None:
        self._files = files
        self._release, self._gradebook = folder / "release", folder / "gradebook.db"
        self._written: tuple[int, int] | None = None
        if files.release.is_dir():
            shutil.copytree(files.release, self._release, symlinks=True)
        if files.gradebook and files.gradebook.is_file():
            shutil.copy2(files.gradebook, self._gradebook)

    def gradebook_is_written(self) -> None:
        """Remember what the gradebook is like with the new release in it."""
        self._written = self._state()

    def _state(self) -> tuple[int, int] | None:
        path = self._files.gradebook
        if path is None or not path.is_file():
            return None
        found = path.stat()
        return found.st_mtime_ns, found.st_size

    def put_back(self) -> bool:
        """Put both back; return whether that could be done with the gradebook.

        One on a server stays as it is, and so does a file that somebody has written to since.
        """
        shutil.rmtree(self._files.release, ignore_errors=True)
        if self._release.is_dir():
            shutil.copytree(self._release, self._files.release, symlinks=True)
        if self._written is None or self._state() != self._written:
            return False
        path = self._files.gradebook
        if self._gradebook.is_file():
            shutil.copy2(self._gradebook, path)
        else:
            path.unlink()
        return True
