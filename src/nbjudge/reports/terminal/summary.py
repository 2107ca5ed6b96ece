"""The closing table of a run: how the tasks of the whole class ended, and who needs a look."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Console

from nbjudge.intake import Refusal
from nbjudge.outcomes import Outcome
from nbjudge.record.class_outcomes import Summary
from nbjudge.reports.terminal.columns import (
    fold_name,
    number_column,
    shorten,
    side_by_side,
    width_of,
)
from nbjudge.sanitize.text import one_line

WIDTH = 80  # cells of a terminal
NAMED = 3  # students of one kind that are named; of more, the number is said
NAMED_FILES = 3  # of those with another name; the log has all, at the level INFO
NAMED_FOLDERS = 10  # that cannot be graded
NAME = 24  # cells of a student's or notebook's name
LABEL = 19  # cells before such a name
BY_MAKE = "NBJUDGE_BY_MAKE"  # set in the environment by make grade


def force_hint() -> str:
    """Return how whoever started this run asks for all to be graded again."""
    return "make grade FORCE=1" if os.environ.get(BY_MAKE) else "--force"


def show_summary(
    summary: Summary,
    graded: int,
    tried: bool,
    refused: Sequence[Refusal],
    renamed: Sequence[str],
    console: Console,
) -> None:
    """Print the table.

    Args:
        summary: of the whole assignment.
        graded: how many submissions this run has graded.
        tried: whether there were any to grade.
        refused: folders that cannot be graded.
        renamed: files of another name that this run has taken for a notebook, with their student.
        console: where to print.
    """
    lines = []
    if any(summary.tasks.values()):
        number = summary.students
        many = f"{number} submission{'s' * (number > 1)} graded"
        lines += [many if graded == number else f"{many}, {graded} of them now", ""]
        lines += [*_table(summary.tasks, console.width), "", *_to_look_at(summary)]
    if not tried:
        text = f"Nothing was graded: all is graded already. {force_hint()} grades it again."
        lines.append(text)
    for title, students in (
        ("Notebooks not handed in by", summary.missing),
        ("Graded, but no longer in submitted", summary.deleted),
    ):
        if students:
            lines += _some(f"{title}:", [_short(student) for student in students], 2)
    if renamed:
        some = "; ".join(renamed[:NAMED_FILES]) + ("; …" if len(renamed) > NAMED_FILES else "")
        lines.append(f"Files of another name, taken for notebooks: {len(renamed)} ({some})")
    lines += [f"Not graded: {refusal.reason}" for refusal in refused[:NAMED_FOLDERS]]
    if len(refused) > NAMED_FOLDERS:
        more = len(refused) - NAMED_FOLDERS
        folders = "1 more folder" if more == 1 else f"{more} more folders"
        lines.append(f"Not graded: {folders}. Mend these, and the next run names others.")
    for line in lines:
        console.print(one_line(line), highlight=False, markup=False, soft_wrap=True)


def _table(tasks: Mapping[str, Mapping[Outcome, int]], room: int) -> list[str]:
    """Return how many tasks ended how, by notebook; only the sums where more does not fit."""
    outcomes = [o for o in Outcome if any(counted.get(o) for counted in tasks.values())]
    labels = (["tasks"], [*([outcome.value] for outcome in outcomes), ["all"]])
    columns = [
        _counts(fold_name(name), [counted.get(outcome, 0) for outcome in outcomes])
        for name, counted in tasks.items()
    ]
    if len(tasks) == 1:
        return side_by_side([labels, *columns])
    sums = [sum(counted.get(o, 0) for counted in tasks.values()) for o in outcomes]
    columns.append(_counts(["all"], sums))
    if width_of([labels, *columns]) > room:
        return side_by_side([labels, columns[-1]])
    return side_by_side([labels, *columns])


def _counts(header: list[str], numbers: list[int]):
    return number_column(header, [number or None for number in [*numbers, sum(numbers)]], "")


def _to_look_at(summary: Summary) -> list[str]:
    """Return whom a person must look at, and why; and what took long."""
    lines = []
    for outcome, students in summary.who.items():
        if students:
            names = [_with_notebook(student, found) for student, found in students.items()]
            lines += _some(f"  {outcome.value:<15} ", names, LABEL)
    if lines:
        title = "Needs a look by hand (nbjudge explain STUDENT NOTEBOOK shows more):"
        lines = [title, *lines, ""]
    if summary.slowest:
        lines.append("The slowest notebooks:")
        for each in summary.slowest:
            name = _with_notebook(each.student, [each.notebook])
            lines.append(f"  {each.seconds:7.1f} s".ljust(LABEL) + name)
        lines.append("")
    return lines


def _with_notebook(student: str, notebooks: Sequence[str]) -> str:
    where = _short(notebooks[0]) if len(notebooks) == 1 else f"{len(notebooks)} notebooks"
    return f"{_short(student)} ({where})"


def _short(name: str) -> str:
    return shorten(one_line(name), NAME)


def _some(begin: str, names: Sequence[str], indent: int) -> list[str]:
    """Return the first `NAMED` names, and how many more there are, in lines that fit."""
    more = len(names) - NAMED
    pieces = [f"{name}," for name in names[:NAMED]]
    pieces[-1] = pieces[-1].rstrip(",")
    lines = [begin]
    for piece in pieces if more <= 0 else [*pieces, f"and {more} more"]:
        if cell_len(lines[-1]) + 1 + cell_len(piece) > WIDTH:
            lines.append(" " * (indent - 1))
        lines[-1] += f" {piece}"
    return lines
