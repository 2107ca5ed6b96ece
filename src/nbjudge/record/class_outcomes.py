"""The closing table of a run: how the tasks of the whole class ended, and who needs a look.

It is read from the audit lines, so that it holds what earlier runs graded, too.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console

from nbjudge.intake import Refusal
from nbjudge.outcomes import Outcome
from nbjudge.record.audit import outcome_of, read_audit, seconds_of
from nbjudge.reports.terminal.columns import (
    fold_name,
    number_column,
    shorten,
    side_by_side,
    width_of,
)
from nbjudge.sanitize.text import one_line

# outcomes that say more of the submission as a whole than of one task
NOTABLE = (
    Outcome.UNREADABLE,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.TOO_MUCH_OUTPUT,
    Outcome.KERNEL_DIED,
    Outcome.NO_ANSWER,
    Outcome.NO_GPU,
)

WIDTH = 80  # cells of a terminal
NAMED = 3  # students of one kind that are named; of more, the number is said
NAMED_FILES = 3  # of those with another name; the log has all, at the level INFO
NAMED_FOLDERS = 10  # that cannot be graded
NAME = 24  # cells of a student's or notebook's name
LABEL = 19  # cells before such a name
SLOW_SECONDS, SLOWEST = 30, 3  # from when on a notebook is slow, and how many are named
BY_MAKE = "NBJUDGE_BY_MAKE"  # set in the environment by make grade


@dataclass(frozen=True)
class Slow:
    """A notebook that took long."""

    seconds: float
    student: str
    notebook: str


@dataclass(frozen=True)
class Summary:
    """How an assignment is graded by now.

    Attributes:
        students: how many have a graded folder.
        tasks: for each notebook, how many judged tasks ended in which outcome.
        who: where an outcome is `NOTABLE`, the students with such a task and their notebooks.
        slowest: the notebooks that took longest, the longest first.
        missing: the students with a notebook that was not handed in.
        deleted: students whose submission is gone since it was graded.
    """

    students: int
    tasks: Mapping[str, Mapping[Outcome, int]]
    who: Mapping[Outcome, Mapping[str, Collection[str]]]
    slowest: Sequence[Slow]
    missing: Collection[str]
    deleted: Collection[str]


def summarise(
    autograded: Path, assignment: str, submitted: Path, notebooks: Iterable[str]
) -> Summary:
    """Return the summary of all graded folders of an assignment, for these notebooks."""
    students, deleted, slow, missing = 0, [], [], {}
    tasks = {notebook: Counter() for notebook in notebooks}
    who = {outcome: defaultdict(list) for outcome in NOTABLE}
    for folder in sorted(autograded.glob("*")):
        if not (folder / assignment).is_dir():
            continue
        students += 1
        if _is_gone(submitted / folder.name / assignment):
            deleted.append(folder.name)
        for notebook, counted in tasks.items():
            lines = read_audit(folder / assignment, notebook)
            found = Counter(filter(None, map(outcome_of, lines)))
            counted.update(found)
            for outcome in found.keys() & who.keys():
                who[outcome][folder.name].append(notebook)
            if any(line.get("cell") and "test" not in line for line in lines):
                missing[folder.name] = None
            seconds = seconds_of(lines)
            if seconds is not None and seconds > SLOW_SECONDS:
                slow.append(Slow(seconds, folder.name, notebook))
    slow.sort(key=lambda each: -each.seconds)
    return Summary(students, tasks, who, slow[:SLOWEST], list(missing), deleted)


def _is_gone(folder: Path) -> bool:
    """Whether a folder is not there; one that may not be looked at is not called gone."""
    try:
        return not folder.is_dir()
    except OSError:
        return False


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
    for outcome in NOTABLE:
        students = summary.who.get(outcome)
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
