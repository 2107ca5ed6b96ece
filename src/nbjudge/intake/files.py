"""Looking into a student's folder without following, opening or waiting for anything odd."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbjudge.errors import UnreadableFileError
from nbjudge.intake.names import shown

DEEPEST = 6  # folders in folders
MOST_ENTRIES = 20_000  # looked at in one submission
SILENT = {".ipynb_checkpoints", "__pycache__", "__MACOSX", ".DS_Store", "Thumbs.db", ".git"}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# NONBLOCK: a pipe that took the file's place in between must not make us wait
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISDIR, "a folder"),
)


@dataclass(frozen=True)
class Entry:
    """One file of a submission.

    Attributes:
        path: relative, with ``/``.
        size: bytes.
        modified: seconds since 1970, with fractions.
        problem: why it may not be read; empty for an ordinary file.
    """

    path: str
    size: int
    modified: float
    problem: str = ""

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.path.rpartition("/")[2]


def open_folder(path: Path | str) -> int:
    """Return a descriptor of a folder that is not a link; raises OSError. To be closed."""
    return os.open(path, FOLDER)


def kind_of(mode: int) -> str:
    """Return what a file of this mode is, in words; empty for a regular file."""
    return next((words for test, words in KINDS if test(mode)), "")


def list_files(root: int, hard_links: bool) -> tuple[list[Entry], list[str]]:
    """List all files under the folder with descriptor `root`, nearest first, and notes.

    Nothing is opened but real folders. Hidden folders and those that programs leave behind are
    not entered.
    """
    entries, notes = [], []
    folders = deque([""])
    seen = 0
    while folders:
        folder = folders.popleft()
        try:
            descriptor = _open_under(root, folder.split("/") if folder else [], FOLDER)
        except OSError as error:
            if not folder:  # the submission itself
                raise
            notes.append(f"The folder {shown(folder)} cannot be opened: {error.strerror}.")
            continue
        try:
            with os.scandir(descriptor) as listing:
                for item in listing:
                    seen += 1
                    if seen > MOST_ENTRIES:
                        notes.append(f"Only the first {MOST_ENTRIES:,} files were looked at.")
                        return sorted(entries, key=_nearest), notes
                    _sort_in(item, folder, entries, folders, notes, hard_links)
        finally:
            os.close(descriptor)
    return sorted(entries, key=_nearest), notes


def read_file(root: int, path: str, most: int, hard_links: bool) -> bytes:
    """Return the content of a regular file under `root`.

    Raises:
        UnreadableFileError: it is something else, larger than `most` bytes, or cannot be opened.
    """
    try:
        descriptor = _open_under(root, path.split("/"), FILE)
    except OSError as error:
        raise UnreadableFileError(f"cannot be opened: {error.strerror}", error.errno) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        problem = _problem(status, hard_links)
        if problem:
            raise UnreadableFileError(problem)
        if status.st_size > most:
            raise UnreadableFileError(f"is larger than {most:,} bytes")
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise UnreadableFileError(f"cannot be read: {error.strerror}", error.errno) from None
    if len(data) > most:
        raise UnreadableFileError(f"is larger than {most:,} bytes")
    return data


def _sort_in(item, folder, entries, folders, notes, hard_links) -> None:
    """Put one item of a folder where it belongs: an entry, a folder to enter, a note."""
    if item.name in SILENT or item.name.startswith("._"):
        return
    path = f"{folder}/{item.name}" if folder else item.name
    if not item.name.isprintable():  # surrogates, as for names that are not UTF-8, are not either
        notes.append(f"{shown(path)} was left out: its name has characters that cannot be printed.")
        return
    try:
        status = item.stat(follow_symlinks=False)
    except OSError as error:
        notes.append(f"{shown(path)} was left out: {error.strerror}.")
        return
    if stat.S_ISDIR(status.st_mode) and not item.name.lower().endswith(".ipynb"):
        if item.name.startswith("."):
            notes.append(f"The hidden folder {shown(path)} was left out.")
        elif path.count("/") + 1 > DEEPEST:
            notes.append(f"{shown(path)} was left out: too many folders in folders.")
        else:
            folders.append(path)
        return
    problem = _problem(status, hard_links)
    entries.append(Entry(path, status.st_size, status.st_mtime, problem))


def _problem(status: os.stat_result, hard_links: bool) -> str:
    kind = kind_of(status.st_mode)
    if kind:
        return f"is {kind}, not a file, and was not opened"
    if status.st_nlink > 1 and not hard_links:
        return "is a hard link: the same file has another name elsewhere, so it was not read"
    return ""


def _open_under(root: int, parts: Sequence[str], flags: int) -> int:
    """Open a path below `root` step by step, so that no step can be a link."""
    folder = os.dup(root)
    try:
        for part in parts[:-1]:
            inner = os.open(part, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1] if parts else ".", flags, dir_fd=folder)
    finally:
        os.close(folder)


def _nearest(entry: Entry):
    return entry.path.count("/"), entry.path
