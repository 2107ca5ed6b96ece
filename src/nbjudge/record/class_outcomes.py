"""How the tasks of a whole class ended, and who needs a look.

It is read from the audit lines, so that it holds what earlier runs graded, too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbjudge.outcomes import NEEDS_REVIEW, Outcome
from nbjudge.record.audit import outcome_of, read_audit, seconds_of

SLOW_SECONDS, SLOWEST = 30, 3  # from when on a notebook is slow, and how many are named


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
        who: where an outcome needs a review, the students with such a task and their notebooks.
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
    who = {outcome: defaultdict(list) for outcome in NEEDS_REVIEW}
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
