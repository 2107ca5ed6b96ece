"""Moodle's grading worksheet, whose columns are called in the language of who downloaded it.

In English they are known by name; else by their place and by what they hold: a row begins with the
person's number and name, and right of the grade stands its maximum, the same in all rows
(mod/assign/gradingtable.php of Moodle's source).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_PERSON = re.compile(r"(?P<word>\D{1,60})\d{1,18}")  # Participant 101, Teilnehmer/in101
_POINTS = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
_GRADE = re.compile(rf"-?|{_POINTS.pattern}")  # not graded yet: nothing or a dash


@dataclass(frozen=True)
class Worksheet:
    """What the columns are called.

    Attributes:
        identifier: of what Moodle tells people apart by.
        name: of their whole names; empty if Moodle keeps them from graders.
        grade: of the points.
        maximum: of the most that can be reached; empty for a scale.
    """

    identifier: str
    name: str
    grade: str
    maximum: str


ENGLISH = Worksheet("Identifier", "Full name", "Grade", "Maximum Grade")


def worksheet_of(columns: list[str], rows: list[dict[str, str]]) -> Worksheet | None:
    """Return what the columns of a table are called; None if it is no worksheet of Moodle."""
    if {ENGLISH.identifier, ENGLISH.grade, "Last modified (grade)"} <= set(columns):
        return Worksheet(*(name if name in columns else "" for name in vars(ENGLISH).values()))
    identifier, *others = columns
    people = [_PERSON.fullmatch(row[identifier]) for row in rows]
    if not all(people) or len({person["word"] for person in people}) > 1:
        return None
    for grade, maximum in pairwise(others):
        most = {row[maximum] for row in rows}
        if (
            len(most) == 1
            and _POINTS.fullmatch(most.pop())
            and all(_GRADE.fullmatch(row[grade]) for row in rows)
        ):
            # without names the second column is a status, which many share
            named = len({row[others[0]] for row in rows}) > len(rows) / 2
            return Worksheet(identifier, others[0] if named else "", grade, maximum)
    return None
