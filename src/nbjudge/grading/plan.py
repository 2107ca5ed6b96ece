"""What is to be graded: decided from what is there, not from what a file says of its age."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from nbjudge.grading.assignment import Assignment
from nbjudge.intake import Submission
from nbjudge.record.audit import read_audit, seconds_of
from nbjudge.record.digests import DAMAGED, NOT_GRADED, reason_to_grade

# automatic points by (notebook, grade_id), as the gradebook has them
Points = Mapping[tuple[str, str], float | None]


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


@dataclass(frozen=True)
class GradingOptions:
    """What a run is asked to grade.

    Attributes:
        assignment: as it is now.
        wanted: names of the notebooks that are asked for.
        whole_class: whether all students and all notebooks are asked for.
        force: whether what is graded already is graded again.
        only_again: whether nothing is graded but what was graded before.
    """

    assignment: Assignment
    wanted: Collection[str]
    whole_class: bool = False
    force: bool = False
    only_again: bool = False

    def plan(self, submission: Submission, graded: Path, entered: Points | None) -> Plan:
        """Return what is to be done of one submission by now; see `make_plan`."""
        plan = make_plan(self.assignment, submission, graded, self.wanted, entered, self.force)
        # who was never graded has no other points
        return replace(plan, reasons=plan.again, entered=True) if self.only_again else plan


@dataclass(frozen=True)
class GradingPlan:
    """What one run grades.

    Attributes:
        options: what was asked for.
        students: the plan of each student whose submission could be read, also of those of whom
            nothing is to be done: what was graded before tells how long the others take.
        unreadable: students whose submission could not be read.
        by_duration: whether students who take longest come first, as is best for several workers;
            else the order is that of `students`.
    """

    options: GradingOptions
    students: Mapping[str, Plan]
    unreadable: Collection[str] = ()
    by_duration: bool = False

    @property
    def assignment(self) -> Assignment:
        """The assignment that is graded."""
        return self.options.assignment

    @cached_property
    def submissions(self) -> dict[str, Plan]:
        """The students of whom something is to be done, in the order in which it is done."""
        if self.by_duration:
            return longest_first(self.students)
        return {student: plan for student, plan in self.students.items() if plan.needed}

    @cached_property
    def to_grade(self) -> int:
        """How many submissions are graded; others are only entered in the gradebook."""
        return sum(bool(plan.reasons) for plan in self.submissions.values())

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each submission should take, by the gradings before."""
        return expected_seconds(self.students)

    def for_workers(self) -> GradingPlan:
        """Return the same plan, in the order that is best for several workers."""
        return replace(self, by_duration=True)


def make_grading_plan(
    options: GradingOptions,
    students: Iterable[str],
    graded: Callable[[str], Path],
    entered: Mapping[str, Points],
    failed: Callable[[str, Exception], None],
) -> GradingPlan:
    """Return what a run grades.

    Args:
        options: what is asked for.
        students: who has handed in.
        graded: returns a student's graded folder; it need not be there.
        entered: the points that the gradebook has, by student.
        failed: is told whose submission could not be read, and why.
    """
    plans, unreadable = {}, []
    for student in students:
        try:
            submission = options.assignment.read(student)
        except OSError as error:
            failed(student, error)
            unreadable.append(student)
            continue
        plans[student] = options.plan(submission, graded(student), entered.get(student))
    return GradingPlan(options, plans, unreadable)


def make_plan(
    assignment: Assignment,
    submission: Submission,
    graded: Path,
    wanted: Collection[str],
    entered: Points | None,
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
