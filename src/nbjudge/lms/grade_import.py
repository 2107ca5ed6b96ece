"""Points in the file that an LMS imports: its own export, with one column filled in.

Only rows that the LMS has are written, and nothing in them is changed but the grade, so that the
LMS finds its people again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbjudge.errors import RosterError
from nbjudge.lms.moodle_worksheet import Worksheet, worksheet_of
from nbjudge.lms.roster import POINTS_POSSIBLE, Roster, lms_number, read_table, roster_of
from nbjudge.record.class_scores import Grades, Row
from nbjudge.record.pending_points import points_text
from nbjudge.sanitize.csv_fields import inert_field

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


@dataclass
class Filled:
    """What became of the points; lists of students, but for `rows_without`, which are LMS's rows.

    Attributes:
        written: whose points are in the file.
        pending: of these, who waits for a grader's points.
        not_there: graded, and not in the LMS's file.
        rows_without: names of the LMS's people without a grade; their row is as it was.
        warnings: sentences.
    """

    written: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)
    not_there: list[str] = field(default_factory=list)
    rows_without: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def fill(
    kind: str, source: Path, target: Path, grades: Grades, people: Mapping[str, Mapping[str, str]]
) -> Filled:
    """Write the LMS's file with the points of one assignment.

    Args:
        kind: ``moodle`` or ``canvas``.
        source: Moodle's grading worksheet, or Canvas's exported gradebook.
        target: the file that is written; never `source`.
        grades: of the class.
        people: what `nbjudge.lms.collect` has learnt, by student.

    Raises `RosterError` if the LMS's file cannot be used.
    """
    if target.resolve() == source.resolve():
        raise RosterError(f"{target} is the LMS's own file: name another one with -o.")
    columns, rows = read_table(source)
    done = Filled()
    most = sum(points for _, points in grades.notebooks)
    if kind == "moodle":
        sheet = _worksheet(columns, rows, source)
        kept, id_column, column = columns, sheet.identifier, sheet.grade
        name_column = sheet.name
        _compare_maximum({row.get(sheet.maximum, "") for row in rows}, most, done)
    else:
        kept, id_column, column = _canvas_columns(columns, grades.assignment, source)
        name_column = "Student"
        of_all = [row for row in rows if row["Student"].strip() == POINTS_POSSIBLE]
        _compare_maximum({row.get(column, "") for row in of_all}, most, done)
    by_key = _students(roster_of(source, columns, rows), people)
    by_student = {row.student: row for row in grades.rows if row.graded}
    for row in rows:
        number = lms_number(row[id_column])
        if not number:  # Canvas's row of maxima
            continue
        name = row.get(name_column) or row[id_column]
        _fill_row(row, column, by_student.get(by_key.get(number, "")), name, done)
    done.not_there = sorted(by_student.keys() - set(done.written))
    with open(target, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([name.rstrip("\0") for name in kept])  # of `read_table`
        writer.writerows([[_field(row.get(name, "")) for name in kept] for row in rows])
    return done


def _fill_row(row: dict, column: str, mine: Row | None, name: str, done: Filled) -> None:
    if mine is None:
        done.rows_without.append(name)
        return
    row[column] = points_text(mine.total)
    done.written.append(mine.student)
    if mine.waits:
        done.pending.append(mine.student)


def _students(roster: Roster, people: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Return the student of each number of the LMS: as collected, else as its file says."""
    found = {person.key: person.id for person in roster.people if person.key}
    return found | {person["key"]: student for student, person in people.items()}


def _worksheet(columns: list[str], rows: list[dict[str, str]], source: Path) -> Worksheet:
    found = worksheet_of(columns, rows)
    if found is None:
        raise RosterError(
            f"{source} is no grading worksheet of Moodle: its first column must hold people's "
            "numbers (Participant 101), and right of the grade the maximum must stand. Where the "
            "assignment is graded with points, download it again."
        )
    return found


def _canvas_columns(
    columns: list[str], assignment: str, source: Path
) -> tuple[list[str], str, str]:
    """Return the columns that Canvas needs, and the assignment's: ``lab1`` or ``lab1 (1234)``."""
    missing = [name for name in ("Student", "ID", "Section") if name not in columns]
    if missing:
        raise RosterError(
            f"{source} has no column {', '.join(map(repr, missing))}: export the gradebook in "
            "Canvas and name that file."
        )
    name = re.compile(rf"{re.escape(assignment)}(?: \(\d+\))?", re.IGNORECASE)
    found = [column for column in columns if name.fullmatch(column.strip())]
    if len(found) > 1:
        raise RosterError(f"{source} has several columns for {assignment}: {', '.join(found)}.")
    column = found[0] if found else assignment  # a new column makes a new assignment there
    return [*(name for name in _CANVAS if name in columns), column], "ID", column


def _compare_maximum(theirs: set[str], most: float, done: Filled) -> None:
    for text in sorted(theirs - {""}):
        try:
            same = abs(float(text.replace(",", ".")) - most) < 0.005
        except ValueError:
            continue
        if not same:
            done.warnings.append(
                f"The LMS's maximum is {text}, and {points_text(most)} points can be reached: the "
                "points are written as they are, so change the maximum there."
            )


def _field(value: str) -> object:
    """Return a field that no spreadsheet runs; numbers and Moodle's dashes stay as they are."""
    return value if re.fullmatch(r"-|-?\d+(?:\.\d+)?", value) else inert_field(value)
