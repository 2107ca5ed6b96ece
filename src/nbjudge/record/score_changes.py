"""Who has other points after a notebook was graded again, in which task, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbjudge.record.audit import judged_lines


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
