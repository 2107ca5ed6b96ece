"""What is to be graded: decided from what is there, not from what a file says of its age."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from nbjudge.grading.assignment import Assignment
from nbjudge.intake import Submission
from nbjudge.record.audit import read_audit, seconds_of
from nbjudge.record.digests import DAMAGED, NOT_GRADED, reason_to_grade

NAMED = 5  # students who are named; of more, the number is said


@dataclass(frozen=True)
class Plan:
    """What is to be done for one student.

    Attributes:
        reasons: why a notebook is graded, by its name; the others stay as they are.
        entered: whether the gradebook has what the graded folder says.
        seconds: how long notebooks took when they were graded last, where that is known; they
            need not be graded now.
        sizes: characters of each notebook that was handed in, as far as it is asked for.
    """

    reasons: Mapping[str, str]
    entered: bool
    seconds: Mapping[str, float] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    @property
    def needed(self) -> bool:
        """Whether there is anything to be done."""
        return bool(self.reasons) or not self.entered

    @property
    def run(self) -> list[str]:
        """The notebooks that run: of one that was not handed in there is nothing to run."""
        return [name for name in self.reasons if name in self.sizes]

    @property
    def again(self) -> dict[str, str]:
        """The reasons of the notebooks that were graded before."""
        return {name: reason for name, reason in self.reasons.items() if reason != NOT_GRADED}


def make_plan(
    assignment: Assignment,
    submission: Submission,
    graded: Path,
    wanted: Collection[str],
    entered: Mapping[tuple[str, str], float | None] | None,
    force: bool = False,
) -> Plan:
    """Return what is to be graded of one submission.

    Args:
        assignment: as it is now.
        submission: as it is now.
        graded: the student's graded folder; need not be there.
        wanted: names of the notebooks that are asked for.
        entered: the points that the gradebook has of this submission, by (notebook, grade_id);
            None if it does not have it.
        force: grade what is graded already, too.
    """
    reasons, seconds, sizes, same = {}, {}, {}, entered is not None
    for name in sorted(wanted):
        if name in submission.notebooks:
            sizes[name] = sum(len(cell.source) for cell in submission.notebooks[name].cells)
        lines = read_audit(graded, name)
        took = seconds_of(lines)
        if took is not None:
            seconds[name] = took
        there = _is_whole(graded / f"{name}.ipynb")
        if name in submission.notebooks and not there:
            lines = []
        if there and not {line.get("cell") for line in lines} >= assignment.judged_cells[name]:
            lines = []
        # another gradebook, such as a backup, may hold what an earlier grading gave
        same = same and all(
            entered.get((name, line["cell"])) == line["points"]
            for line in lines
            if line.get("cell")
        )
        reason = reason_to_grade(assignment.digests(name, submission), lines)
        if reason == NOT_GRADED and there:
            reason = DAMAGED
        if force and not reason:
            reason = "as asked"
        if reason:
            reasons[name] = reason
    return Plan(reasons, same, seconds, sizes)


def _is_whole(path: Path) -> bool:
    """Whether a graded notebook can be read."""
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except (OSError, ValueError):
        return False


def longest_first(plans: Mapping[str, Plan]) -> dict[str, Plan]:
    """Return the plans of those who need something, who takes longest first.

    So no long one begins when all others are done. Where the seconds are not known, the longer
    notebooks come first; where nothing tells two apart, they stand by name.

    Args:
        plans: of the whole class: what was graded before tells how long the others take.
    """
    seconds, medians = expected_seconds(plans), _medians(plans)

    def order(student: str) -> tuple[float, int, str]:
        plan = plans[student]
        unknown = [n for n in plan.run if n not in plan.seconds and n not in medians]
        return -seconds[student], -sum(plan.sizes[name] for name in unknown), student

    return {student: plans[student] for student in sorted(seconds, key=order)}


def expected_seconds(plans: Mapping[str, Plan]) -> dict[str, float]:
    """Return how long each student who needs something should take, by the gradings before.

    A notebook that a student had not handed in before takes what it took the class, by the median;
    one that was never graded counts nothing.
    """
    medians = _medians(plans)
    return {
        student: sum(plan.seconds.get(name, medians.get(name, 0.0)) for name in plan.run)
        for student, plan in plans.items()
        if plan.needed
    }


def _medians(plans: Mapping[str, Plan]) -> dict[str, float]:
    """Return how long each notebook took the class, where that is known of anybody."""
    found = defaultdict(list)
    for plan in plans.values():
        for name, seconds in plan.seconds.items():
            found[name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def say_again(plans: Mapping[str, Plan], console: Console) -> None:
    """Print what is graded again, and why: a line for each notebook and reason."""
    again = defaultdict(list)
    for student, plan in plans.items():
        for notebook, reason in plan.again.items():
            again[notebook, reason].append(student)
    for (notebook, reason), students in sorted(again.items()):
        many = len(students) > NAMED
        who = f"{len(students)} students" if many else ", ".join(students)
        text = escape(f"{notebook} of {who}: graded again, {reason}.")
        console.print(text, highlight=False, soft_wrap=True)
