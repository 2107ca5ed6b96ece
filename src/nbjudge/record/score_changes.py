"""Who has other points after a notebook was graded again, in which task, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Moved:
    """One graded cell whose points are others than they were."""

    student: str
    notebook: str
    cell: str
    before: float
    after: float
    why: str


def moved(
    student: str,
    notebook: str,
    before: Mapping[str, dict],
    after: Mapping[str, dict],
    by_hand: Collection[tuple[str, str]],
) -> Iterator[Moved]:
    """Return what moved between two gradings of one student's notebook.

    Args:
        student: whose it is.
        notebook: its name.
        before: the audit line of each cell, by its grade_id.
        after: the same of the new grading.
        by_hand: cells (notebook, grade_id) whose points were given by hand: these count, whatever
            the judge says.
    """
    for cell, line in after.items():
        if cell not in before or (notebook, cell) in by_hand:
            continue
        if before[cell]["points"] != line["points"]:
            why = line.get("mistake") or line["outcome"]
            yield Moved(student, notebook, cell, before[cell]["points"], line["points"], why)
