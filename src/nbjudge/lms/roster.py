"""Who is who: an LMS's people and nbgrader's students, from a CSV file.

Three kinds of files serve: a list of one's own (columns ``id``, ``first_name``, ``last_name``,
``email``), Moodle's grading worksheet and Canvas's exported gradebook.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from nbjudge.errors import RosterError
from nbjudge.intake.names import LONGEST_STUDENT, shown, student_name_problem
from nbjudge.lms.lms_submission import HandedIn
from nbjudge.lms.moodle_worksheet import worksheet_of

_ID_COLUMNS = ("id", "student_id", "student id", "username", "id number", "sis login id")
_ID_COLUMNS += ("sis user id",)
_NUMBER = re.compile(r"(\d{1,18})\s*$")
POINTS_POSSIBLE = "Points Possible"  # in the place of a name, in Canvas's second row


@dataclass(frozen=True)
class Person:
    """One row of a roster; what the file does not tell is empty.

    Attributes:
        id: the student's in nbgrader.
        key: what the LMS tells people apart by.
        name: the whole name.
    """

    id: str
    key: str
    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


class Roster:
    """All people of a course."""

    def __init__(self, people: list[Person]):
        self.people = people
        self._by_key = {person.key: person for person in people if person.key}
        self._by_name: dict[str, list[Person]] = {}
        for person in people:
            for name in {_plain(person.id), _plain(person.name)} - {""}:
                self._by_name.setdefault(name, []).append(person)

    def find(self, handed_in: HandedIn) -> Person | None:
        """Return the person of a submission: by the LMS's number, else by a name that one has."""
        if self._by_key:
            return self._by_key.get(handed_in.key)
        found = self._by_name.get(_plain(handed_in.name), [])
        return found[0] if len(found) == 1 else None


def read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Return the columns and the rows of a CSV file in UTF-8. Raises `RosterError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        header, *lines = filter(None, csv.reader(io.StringIO(text), strict=True))
    except OSError as error:
        raise RosterError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise RosterError(f"{path} is not in UTF-8: save it as CSV (UTF-8).") from error
    except csv.Error as error:
        raise RosterError(f"{path} is no CSV file with commas: {error}.") from error
    except ValueError as error:  # there is no header
        raise RosterError(f"{path} has no rows.") from error
    columns = _columns(header)
    if not any(columns) or not lines:
        raise RosterError(f"{path} has no rows.")
    return columns, [
        dict(zip_longest(columns, line[: len(columns)], fillvalue="")) for line in lines
    ]


def _columns(header: list[str]) -> list[str]:
    """Return names of which each stands for one column; what was twice there ends with NULs."""
    seen: Counter[str] = Counter()
    columns = []
    for name in header:
        columns.append(name + "\0" * seen[name])
        seen[name] += 1
    return columns


def read_roster(path: Path) -> Roster:
    """Return the people of a CSV file. Raises `RosterError` if it cannot be used."""
    return roster_of(path, *read_table(path))


def roster_of(path: Path, columns: list[str], rows: list[dict[str, str]]) -> Roster:
    """Return the people of a table that was read; see `read_table` and `read_roster`."""
    names = {name.strip().casefold(): name for name in columns}
    canvas = {"student", "id", "section"} <= names.keys()
    moodle = None if canvas else worksheet_of(columns, rows)
    if moodle:
        names |= {"identifier": moodle.identifier, "full name": moodle.name or moodle.identifier}
    people = []
    for row in rows:
        cells = {name: (row[column] or "").strip() for name, column in names.items()}
        person = _of_canvas(cells) if canvas else _of_others(cells)
        if person is not None:
            people.append(person)
    counted = Counter(person.id for person in people)
    twice = sorted(id_ for id_, times in counted.items() if times > 1)
    if twice:
        raise RosterError(f"{path} has more than one row for {', '.join(twice[:5])}.")
    if not people:
        raise RosterError(
            f"{path} has no people: wanted is a column {', '.join(map(repr, _ID_COLUMNS[:4]))}, "
            "Moodle's 'Identifier', or Canvas's 'Student' and 'ID'."
        )
    return Roster(people)


def made_id(name: str, key: str) -> str:
    """Return a student id from what an LMS tells, as far as nbgrader can work with it."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", name))
    found = "_".join(words)[: LONGEST_STUDENT - 20]
    found = f"{found}_{mark(key)}" if key != name else found
    return found if not student_name_problem(found) else f"student_{mark(key)}"


def mark(key: str) -> str:
    """Return what tells ids apart: the LMS's number, or of another key as many digits."""
    digest = hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
    return key if key.isdecimal() else digest[:8]


def lms_number(text: str) -> str:
    """Return the number at the end of what an LMS calls a person by; empty without one."""
    number = _NUMBER.search(text)
    return number[1] if number else ""


def _of_canvas(cells: Mapping[str, str]) -> Person | None:
    if not cells["id"] or cells["student"] == POINTS_POSSIBLE:
        return None
    last, _, first = (part.strip() for part in cells["student"].partition(","))
    id_ = cells.get("sis login id") or cells.get("sis user id")
    return Person(
        _usable(id_) or made_id(cells["student"], cells["id"]),
        *(cells["id"], cells["student"], first, last),
    )


def _of_others(cells: Mapping[str, str]) -> Person | None:
    key = lms_number(cells.get("identifier", ""))
    first, last = cells.get("first_name", ""), cells.get("last_name", "")
    name = cells.get("full name") or cells.get("name") or f"{first} {last}".strip()
    given = next(filter(None, map(cells.get, _ID_COLUMNS)), "")
    if given and not key and not _usable(given):
        raise RosterError(f"The id {shown(given)} cannot be used: {student_name_problem(given)}.")
    id_ = _usable(given) or (made_id(name, key) if key else "")
    email = cells.get("email") or cells.get("email address", "")
    return Person(id_, key, name, first, last, email) if id_ else None


def _usable(id_: str | None) -> str:
    return id_ if id_ and not student_name_problem(id_) else ""


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
