"""The table of points as a terminal shows it: aligned, sorted as asked, no wider than it is."""

from __future__ import annotations

import shutil
import statistics
import unicodedata
from collections import Counter

from rich.cells import cell_len, chop_cells

from nbjudge.record.class_scores import DELETED, NOT_GRADED, UNFINISHED, Grades, Row
from nbjudge.reports.terminal.columns import (
    fold_name,
    number_column,
    shorten,
    side_by_side,
    width_of,
)
from nbjudge.sanitize.text import one_line

LARGE_CLASS = 60  # students; more are summed up
NARROWEST = 12  # cells for a student's name
MEANINGS = {
    DELETED: "{name}: no longer in {submitted}; the points are still in the gradebook.",
    UNFINISHED: "{name}: grading was interrupted. To go on: nbjudge grade {assignment}",
    NOT_GRADED: "{name}: handed in. To grade: nbjudge grade {assignment}",
}
NAMED = 4  # students of one mark that are named for a large class
MEASURES = {
    "lowest": min,
    "median": statistics.median,
    "mean": statistics.fmean,
    "highest": max,
}
SORTS = {
    "student": lambda row: (_order(row.student), row.student),
    "points": lambda row: (-row.total if row.graded else 1.0, _order(row.student), row.student),
}


def show(grades: Grades, sort: str = "student", everyone: bool = False) -> str:
    """Return the table for a terminal: at most its width, 80 columns where there is none.

    Args:
        grades: what to show.
        sort: ``student``, or ``points`` with the highest first.
        everyone: name all students also of a class of more than `LARGE_CLASS`.
    """
    width = shutil.get_terminal_size((80, 24)).columns
    if len(grades.rows) > LARGE_CLASS and not everyone:
        lines = _summary(grades)
    else:
        lines = _table(grades, sorted(grades.rows, key=SORTS[sort]), max(width, 40))
    return "\n".join([*lines, "", *_remarks(grades)]).rstrip()


def _table(grades: Grades, rows: list[Row], width: int) -> list[str]:
    columns = [
        number_column(
            [*fold_name(name), f"({points:g})"], [_if(r.graded, r.points[i]) for r in rows]
        )
        for i, (name, points) in enumerate(grades.notebooks)
    ]
    most = sum(points for _, points in grades.notebooks)
    ends = []
    if any(row.penalty for row in rows):
        late = [_if(r.graded and r.penalty, -r.penalty) for r in rows]
        ends.append(number_column(["late"], late, nothing=""))
    ends.append(number_column(["sum", f"({most:g})"], [_if(r.graded, r.total) for r in rows]))
    if any(row.waits for row in rows):
        hand = [_if(r.graded and r.waits, r.waits) for r in rows]
        ends.append(number_column(["to grade", "by hand"], hand, nothing=""))
    room = width - width_of([*columns, *ends])
    left_out = []
    if room < NARROWEST:
        columns, left_out = [], ["The points of each notebook do not fit: nbgrader export."]
        room = width - width_of(ends)
    labels = _labels(rows, max(room, NARROWEST))
    return [*side_by_side([(["student"], labels), *columns, *ends]), *left_out]


def _if(shown, number: float) -> float | None:
    return number if shown else None


def _labels(rows: list[Row], room: int) -> list[list[str]]:
    """Return each student's name in one line, or in several where that would not tell who it is."""
    names = [one_line(row.student) for row in rows]
    spaces = [room - (len(row.mark) + 3 if row.mark else 0) for row in rows]
    spaces = [space if space >= NARROWEST else room for space in spaces]
    short = [shorten(name, space) for name, space in zip(names, spaces, strict=True)]
    often = Counter(short)
    labels = []
    for row, name, label in zip(rows, names, short, strict=True):
        lines = [label] if often[label] == 1 else chop_cells(name, room)
        mark = f" ({row.mark})" if row.mark else ""
        if cell_len(lines[-1] + mark) > room:
            lines, mark = [*lines, ""], mark[:room]
        labels.append([*lines[:-1], lines[-1] + mark])
    return labels


def _summary(grades: Grades) -> list[str]:
    """Return what a large class has in all, by notebook."""
    graded = [row for row in grades.rows if row.graded]
    most = sum(points for _, points in grades.notebooks)
    what = [(shorten(one_line(name), 30), points) for name, points in grades.notebooks]
    what.append(("sum", most))
    columns = ([row.points[i] for row in graded] for i in range(len(grades.notebooks)))
    has = [[points for points in column if points is not None] for column in columns]
    has.append([row.total for row in graded])
    columns = [(["notebook"], [[name] for name, _ in what])]
    columns.append(number_column(["of"], [points for _, points in what]))
    for measure, function in MEASURES.items():
        columns.append(number_column([measure], [function(p) if p else None for p in has]))
    lines = [f"{grades.assignment}: {len(graded)} students graded", "", *side_by_side(columns), ""]
    waiting = sum(row.waits > 0 for row in graded)
    if waiting:
        lines.append(f"{waiting} students have points that wait for a grader.")
    for mark in MEANINGS:
        who = [one_line(row.student) for row in grades.rows if row.mark == mark]
        if who:
            more = f" and {len(who) - NAMED} more" if len(who) > NAMED else ""
            named = ", ".join(shorten(name, 30) for name in who[:NAMED])
            lines.append(f"{len(who)} {mark}: {named}{more}")
    command = f"nbjudge grades {grades.assignment} --table"
    return [*lines, f"All students: {command}, or nbgrader export (grades.csv)"]


def _remarks(grades: Grades) -> list[str]:
    """Return what a reader must know of the numbers."""
    remarks = [] if grades.rows else ["Nobody has handed in anything yet."]
    if any(row.waits for row in grades.rows if row.graded):
        remarks.append("To grade by hand: points that wait for a grader, in the formgrader.")
    if any(None in row.points for row in grades.rows if row.graded):
        remarks.append(f"–: not graded yet. To grade: nbjudge grade {grades.assignment}")
    for mark, meaning in MEANINGS.items():
        if any(row.mark == mark for row in grades.rows):
            facts = {"submitted": grades.submitted, "assignment": grades.assignment}
            remarks.append(meaning.format(name=mark.capitalize(), **facts))
    if grades.refused:
        folders = "1 folder" if grades.refused == 1 else f"{grades.refused} folders"
        remarks.append(f"Not in the table: {folders} in {grades.submitted} that cannot be graded;")
        remarks.append(f"nbjudge grade {grades.assignment} says why.")
    return remarks


def _order(name: str) -> str:
    """Return what a name is sorted by: letters without case and accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(c for c in letters if not unicodedata.combining(c)).casefold()
