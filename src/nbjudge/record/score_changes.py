"""Who has other points after a notebook was graded again, in which task, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nbjudge.record.audit import judged_lines

SHOWN = 40  # rows; the audit lines hold all


@dataclass(frozen=True)
class Moved:
    """One graded cell whose points are others than they were."""

    student: str
    notebook: str
    cell: str
    before: float
    after: float
    why: str


def moved(student: str, notebook: str, last: Path, graded: Path) -> Iterator[Moved]:
    """Return what moved between two gradings of one student's notebook.

    Args:
        student: whose it is.
        notebook: its name.
        last: the folder of the grading before.
        graded: the folder of the new one.
    """
    before, after = judged_lines(last, notebook), judged_lines(graded, notebook)
    yield from compared(student, notebook, before, after)


def compared(
    student: str, notebook: str, before: Mapping[str, dict], after: Mapping[str, dict]
) -> Iterator[Moved]:
    """Return what moved between two gradings: the audit line of each cell, by its grade_id."""
    for cell, line in after.items():
        if cell in before and before[cell]["points"] != line["points"]:
            why = line.get("mistake") or line["outcome"]
            yield Moved(student, notebook, cell, before[cell]["points"], line["points"], why)


def show_moved(
    found: Iterable[Moved], console: Console, title: str = "Graded again with other points"
) -> None:
    """Print a table of who moved; nothing if nobody did."""
    found = sorted(found, key=lambda each: (each.notebook, each.cell, each.student))
    if not found:
        return
    notebooks = defaultdict(set)
    for each in found:
        notebooks[each.cell].add(each.notebook)
    table = Table(title=title)
    for name in ("task", "student", "before", "after", "now"):
        table.add_column(name, justify="right" if name in ("before", "after") else "left")
    for each in found[:SHOWN]:
        several = len(notebooks[each.cell]) > 1  # a grade_id is one cell's in its notebook only
        task = f"{each.notebook}: {each.cell}" if several else each.cell
        row = (task, each.student, f"{each.before:g}", f"{each.after:g}", each.why)
        table.add_row(*map(escape, row))
    console.print(table)
    if len(found) > SHOWN:
        rest = len(found) - SHOWN
        console.print(f"… and {rest} more; the *.audit.earlier.jsonl files hold the points before.")


def show_proposed(
    found: Collection[Moved], graded: int, tried: bool, command: str, console: Console
) -> None:
    """Print who would move, and how to let it happen.

    Args:
        found: who would move.
        graded: how many submissions were graded for it.
        tried: whether there were any to grade.
        command: how the command for the same submissions begins.
        console: where to print.
    """
    show_moved(found, console, "These points would change")
    if not tried:
        text = "Nothing has changed since it was graded."
    elif not graded:
        text = "Nothing was graded, so nothing can be shown."
    else:
        students = len({each.student for each in found})
        text = (
            f"{graded} submission{'s' if graded > 1 else ''} graded again, {students} with other "
            f"points. Nothing is written: {command} --regrade-diff --apply writes it."
        )
    console.print(text, highlight=False, soft_wrap=True, markup=False)
