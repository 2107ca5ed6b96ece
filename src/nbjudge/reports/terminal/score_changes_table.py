"""The table of who has other points after a notebook was graded again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nbjudge.record.score_changes import Moved

SHOWN = 40  # rows; the audit lines hold all


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
