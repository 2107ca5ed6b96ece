"""What an LMS gives, a zip or a folder, as files with harmless names and of a bounded size.

What cannot be taken is refused one by one, with a sentence; the rest is taken.
"""

from __future__ import annotations

import contextlib
import io
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbjudge.errors import ArchiveError
from nbjudge.intake.names import shown

MOST_FILES = 200_000
DEEPEST, LONGEST = 20, 1000  # folders in folders, and characters of a path
FILE_BYTES = 64 << 20  # of one file; intake takes no larger notebook
ALL_BYTES = 32 << 30  # read one person at a time
STUDENTS_FILES, STUDENTS_BYTES = 2000, 256 << 20  # of a zip that a student has made
# what zipfile and zlib raise at a damaged archive or member, which costs no more than itself
_DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError)
_OURS = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")  # what systems add by themselves


@dataclass(frozen=True)
class Member:
    """One file: its name, why it cannot be taken, and what reads so many bytes of it."""

    name: str
    problem: str
    read: Callable[[int], bytes]


class Archive:
    """The files of an archive that is open.

    Attributes:
        names: their paths, parts separated by ``/``, in the order of the archive.
        refused: a sentence for each file that is not taken.
    """

    def __init__(self, path: Path, members: Iterable[Member], most_bytes: int, most_files: int):
        """Look at all names, and read nothing yet; see `opened`."""
        self.refused: list[str] = []
        self._members: dict[str, Member] = {}
        self._left = self._most = most_bytes
        taken, folders = set(), set()
        for number, member in enumerate(members, start=1):
            if number > most_files:
                raise ArchiveError(f"{path} has more than {most_files:,} files: divide it.")
            name = member.name.replace("\\", "/")
            same = unicodedata.normalize("NFC", name)
            problem = member.problem or _name_problem(name)
            above = set() if problem else _folders(same)
            if same in taken or same in folders or not taken.isdisjoint(above):
                problem = problem or "another file or folder has the same name; rename one of them"
            if problem:
                self.refuse(member.name, problem)
                continue
            taken.add(same)
            folders |= above
            self._members[name] = member
        self.names = list(self._members)

    def refuse(self, name: str, why: str) -> None:
        """Note why a file is not taken."""
        self.refused.append(f"{shown(name, 200)}: not taken, because {why}")

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it is refused."""
        try:
            data = self._members[name].read(min(FILE_BYTES, self._left) + 1)
        except _DAMAGED as error:
            return self.refuse(name, f"it is damaged ({error}); download the archive again")
        if len(data) > FILE_BYTES:
            return self.refuse(name, f"it is larger than {FILE_BYTES >> 20} MB")
        if len(data) > self._left:
            return self.refuse(name, f"all together are larger than {self._most >> 20:,} MB")
        self._left -= len(data)
        return data


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Give the files of a zip archive or a folder. Raises `ArchiveError` if it is neither."""
    if path.is_dir():
        yield Archive(path, _folder_members(path), ALL_BYTES, MOST_FILES)
        return
    if not path.exists():
        raise ArchiveError(f"There is no {path}.")
    with _zip(path, path, ALL_BYTES, MOST_FILES) as archive:
        if not archive.names and not archive.refused:
            raise ArchiveError(f"{path} is empty.")
        yield archive


@contextlib.contextmanager
def opened_inner(data: bytes, name: str) -> Iterator[Archive]:
    """Give the files of a zip that a student has made. Raises `ArchiveError` if it is none."""
    with _zip(io.BytesIO(data), Path(name), STUDENTS_BYTES, STUDENTS_FILES) as archive:
        yield archive


@contextlib.contextmanager
def _zip(file: object, path: Path, most_bytes: int, most_files: int) -> Iterator[Archive]:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGED as error:
        raise ArchiveError(
            f"{path} is no zip archive that can be read ({error}): download it again."
        ) from error
    with archive:
        yield Archive(path, _zip_members(archive), most_bytes, most_files)


def _folders(name: str) -> set[str]:
    """Return all folders that a file lies in."""
    return {name[:place] for place, sign in enumerate(name) if sign == "/"}


def _name_problem(name: str) -> str:
    parts = name.split("/")
    for holds, problem in (
        (len(parts) > DEEPEST or len(name) > LONGEST, "its path is too long"),
        (name.startswith("/") or name[1:2] == ":", "its path begins at the root of a disk"),
        (".." in parts or "." in parts, "its path leads out of its folder"),
        ("" in parts, "its path has an empty part"),
        (any(not part.isprintable() for part in parts), "its name has control characters"),
        (any(len(part.encode(errors="replace")) > 250 for part in parts), "its name is too long"),
    ):
        if holds:
            return problem
    return ""


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        name = _decoded(info)
        if info.is_dir() or any(part in _OURS for part in name.split("/")):
            continue

        def read(most: int, info: zipfile.ZipInfo = info) -> bytes:
            with archive.open(info) as file:
                return file.read(most)

        yield Member(name, _zip_problem(info), read)


def _zip_problem(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind not in (0, stat.S_IFREG):
        return "it is a link or another special file"
    if info.flag_bits & 1:
        return "it is encrypted; ask for it without a password"
    return "its name has control characters" if "\0" in info.orig_filename else ""


def _decoded(info: zipfile.ZipInfo) -> str:
    """Return a member's name; many programs write UTF-8 and do not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _folder_members(folder: Path) -> Iterator[Member]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if any(part in _OURS for part in path.parts) or (path.is_dir() and not path.is_symlink()):
            continue
        problem = "" if path.is_file() and not path.is_symlink() else "it is a link or special file"

        def read(most: int, path: Path = path) -> bytes:
            with open(path, "rb") as file:
                return file.read(most)

        yield Member(name, problem, read)
