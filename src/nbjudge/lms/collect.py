"""What an LMS gives goes into ``submitted/``, student by student; nothing there is lost.

Beside it, ``downloaded/<assignment>/`` keeps the archive itself, what was handed in before, and
which of the LMS's people is which student.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbjudge.errors import ArchiveError
from nbjudge.intake.names import is_notebook
from nbjudge.lms import canvas, folder, moodle
from nbjudge.lms.archive import Archive, opened, opened_inner
from nbjudge.lms.lms_submission import HandedIn
from nbjudge.lms.roster import Roster, made_id, mark
from nbjudge.record.write_files import write_file

KINDS = {"moodle": moodle.handed_in, "canvas": canvas.handed_in, "folder": folder.handed_in}
PEOPLE = "people.json"


@dataclass
class Collected:
    """What became of an archive; lists of students, and sentences on what was refused."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Places:
    """Where things go.

    Attributes:
        submitted: the folder of all submissions.
        downloaded: the assignment's folder of what came from an LMS.
        assignment: such as ``lab1``.
    """

    submitted: Path
    downloaded: Path
    assignment: str

    def of(self, student: str) -> Path:
        """Return a student's submission."""
        return self.submitted / student / self.assignment


def collect(path: Path, kind: str, roster: Roster | None, places: Places) -> Collected:
    """Bring what an archive holds into the course.

    Args:
        path: a zip archive or a folder.
        kind: one of `KINDS`.
        roster: who is who; without one, students are called by name and number.
        places: where things go.

    Raises `ArchiveError` if nothing of it can be collected.
    """
    with opened(path) as archive:
        found = KINDS[kind](archive)
        if not found:
            reasons = " ".join(archive.refused[:3])
            raise ArchiveError(f"{path} has no submission in the form of --from {kind}. {reasons}")
        _keep(path, places.downloaded / "archive")
        done, people = Collected(refused=archive.refused), read_people(places.downloaded)
        for handed_in in found:
            student = _student(handed_in, roster, people, done)
            files = dict(_contents(handed_in, archive))
            if files and not places.of(student).parent.is_file():
                getattr(done, _put(files, student, places)).append(student)
            elif files:
                archive.refuse(handed_in.place, f"{places.of(student).parent} is a file: move it")
            if handed_in.late:
                done.late.append(student)
            people[student] = {"from": kind, "key": handed_in.key, "place": handed_in.place}
    if roster:
        done.missing = [person.id for person in roster.people if person.id not in people]
    text = json.dumps(people, ensure_ascii=False, indent=1)
    write_file(places.downloaded / PEOPLE, text.encode(errors="replace"))
    return done


def _student(handed_in: HandedIn, roster: Roster | None, people: dict, done: Collected) -> str:
    """Return the student's id; one who is not in the roster is called by name and number."""
    person = roster.find(handed_in) if roster else None
    if person is not None:
        return person.id
    student = made_id(handed_in.name, handed_in.key)
    if roster:
        done.unknown.append(student)
    taken = student in people and people[student]["key"] != handed_in.key
    return f"{student}_{mark(handed_in.key)}" if taken else student


def read_people(downloaded: Path) -> dict[str, dict[str, str]]:
    """Return, by student, what `collect` has learnt of the LMS's people."""
    try:
        found = json.loads((downloaded / PEOPLE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"{downloaded / PEOPLE} cannot be read ({error}): put it aside and collect again."
        ) from error
    if not (isinstance(found, dict) and all(map(_is_person, found.values()))):
        raise ArchiveError(
            f"{downloaded / PEOPLE} is not as nbjudge has written it: put it aside and collect "
            "again."
        )
    return found


def _is_person(person: object) -> bool:
    return isinstance(person, dict) and all(
        isinstance(person.get(name), str) for name in ("from", "key", "place")
    )


def _contents(handed_in: HandedIn, archive: Archive) -> Iterator[tuple[str, bytes]]:
    """Return a person's files; a zip of theirs is opened if there is no notebook beside it."""
    bare = not any(is_notebook(name.rpartition("/")[2]) for name in handed_in.files)
    for name, path in handed_in.files.items():
        data = archive.read(path)
        if data is None:
            continue
        if not (bare and name.lower().endswith(".zip")):
            yield name, data
            continue
        try:
            with opened_inner(data, name) as inner:
                for own in inner.names:
                    content = inner.read(own)
                    if content is not None:
                        yield own, content
                archive.refused += [f"{path}: {each}" for each in inner.refused]
        except ArchiveError as error:
            archive.refuse(path, str(error))


def _put(files: dict[str, bytes], student: str, places: Places) -> str:
    """Write a submission; return whether it is ``new``, ``changed`` or the ``same``."""
    target = places.of(student)
    if target.is_dir():
        there = {
            each.relative_to(target).as_posix(): each.read_bytes()
            for each in target.rglob("*")
            if each.is_file() and each.name != "timestamp.txt"
        }
        if there == files:
            return "same"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".collect-", dir=target.parent) as name:
        beside = Path(name) / "files"
        beside.mkdir()
        for path, data in files.items():
            write_file(beside / path, data)
        before = target.exists()
        if before:
            _put_aside(target, places.downloaded / "earlier" / student)
        beside.rename(target)
    return "changed" if before else "new"


def _put_aside(target: Path, folder: Path) -> None:
    """Move what was handed in before to a folder with a number of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 1 + max(
        (int(each.name) for each in folder.iterdir() if each.name.isdigit()), default=0
    )
    shutil.move(target, folder / str(number))


def _keep(path: Path, folder: Path) -> None:
    """Keep the archive itself, where nbgrader keeps what was downloaded."""
    if not path.is_file() or path.resolve().parent == folder.resolve():
        return
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        if target.read_bytes() == path.read_bytes():
            return
        target, number = folder / f"{path.stem}-{number}{path.suffix}", number + 1
    shutil.copy2(path, target)
