"""The closing table of a run: how the tasks of the whole class ended, and who needs a look.

It is read from the audit lines, so that it holds what earlier runs graded, too.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nbjudge.inert.characters import one_line
from nbjudge.intake import Refusal
from nbjudge.outcome import Outcome
from nbjudge.record.audit import read_audit
from nbjudge.report.points import names

# outcomes that say more of the submission as a whole than of one task
NOTABLE = (
    Outcome.UNREADABLE,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.TOO_MUCH_OUTPUT,
    Outcome.KERNEL_DIED,
    Outcome.NO_ANSWER,
)

NAMED_FILES = 3  # of those with another name; the log has all, at the level INFO
BY_MAKE = "NBJUDGE_BY_MAKE"  # set in the environment by make grade


@dataclass(frozen=True)
class Summary:
    """How an assignment is graded by now.

    Attributes:
        students: how many have a graded folder.
        tasks: how many judged tasks ended in which outcome.
        who: the students with a task of that outcome, where the outcome is `NOTABLE`.
        missing: for each student the notebooks that were not handed in.
        deleted: students whose submission is gone since it was graded.
    """

    students: int
    tasks: Mapping[Outcome, int]
    who: Mapping[Outcome, Collection[str]]
    missing: Mapping[str, Collection[str]]
    deleted: Collection[str]


def summarise(
    autograded: Path, assignment: str, submitted: Path, notebooks: Collection[str]
) -> Summary:
    """Return the summary of all graded folders of an assignment, for these notebooks."""
    students, deleted, tasks = 0, [], Counter()
    who, missing = defaultdict(dict), defaultdict(dict)
    for folder in sorted(autograded.glob("*")):
        if not (folder / assignment).is_dir():
            continue
        students += 1
        if not (submitted / folder.name / assignment).is_dir():
            deleted.append(folder.name)
        for notebook in notebooks:
            for line in read_audit(folder / assignment, notebook):
                if not line.get("cell"):
                    continue
                outcome = Outcome(line["outcome"])
                tasks[outcome] += 1
                if outcome in NOTABLE:
                    who[outcome][folder.name] = None
                if "test" not in line:
                    missing[folder.name][notebook] = None
    return Summary(students, tasks, who, missing, deleted)


def force_hint() -> str:
    """Return how whoever started this run asks for all to be graded again."""
    return "make grade FORCE=1" if os.environ.get(BY_MAKE) else "--force"


def show_summary(
    summary: Summary,
    graded: int,
    refused: Sequence[Refusal],
    renamed: Sequence[str],
    console: Console,
) -> None:
    """Print the table.

    Args:
        summary: of the whole assignment.
        graded: how many submissions this run has graded.
        refused: folders that cannot be graded.
        renamed: files of another name that this run has taken for a notebook, with their student.
        console: where to print.
    """
    if summary.tasks:
        _show_tasks(summary, graded, console)
    if not graded:
        text = f"Nothing was graded: all is graded already. {force_hint()} grades it again."
        console.print(text, highlight=False)
    if summary.missing:
        text = f"Notebooks not handed in by: {_names(summary.missing)}"
        console.print(text, soft_wrap=True)
    if summary.deleted:
        text = f"Graded, but no longer in submitted: {_names(summary.deleted)}"
        console.print(text, soft_wrap=True)
    if renamed:
        some = "; ".join(renamed[:NAMED_FILES]) + ("; …" if len(renamed) > NAMED_FILES else "")
        text = f"Files of another name, taken for notebooks: {len(renamed)} ({some})"
        console.print(escape(one_line(text)), highlight=False, soft_wrap=True)
    for refusal in refused:
        text = f"Not graded: {escape(one_line(refusal.reason))}"
        console.print(text, highlight=False, soft_wrap=True)


def _show_tasks(summary: Summary, graded: int, console: Console) -> None:
    number = summary.students
    many = f"{number} submission{'s' * (number > 1)} graded"
    table = Table(title=many if graded == number else f"{many}, {graded} of them now")
    table.add_column("outcome")
    table.add_column("tasks", justify="right")
    table.add_column("who needs a look")
    for outcome in Outcome:
        if summary.tasks[outcome]:
            who = _names(summary.who.get(outcome, ()))
            table.add_row(outcome.value, str(summary.tasks[outcome]), who)
    console.print(table)


def _names(students: Collection[str]) -> str:
    return escape(names(students))
