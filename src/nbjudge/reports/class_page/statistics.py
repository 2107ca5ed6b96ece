"""The numbers of a class: its points, how hard each task is, how tasks ended, how long it took.

Pure functions of a `nbjudge.reports.class_page.read_class.ClassRecord`.
"""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nbjudge.outcomes import NEEDS_REVIEW, Outcome
from nbjudge.reports.class_page.read_class import Answer, ClassRecord, Key, Task

BINS = 10  # of the distribution of points
FEWEST = 10  # students from whom on a task's discrimination is told
NOTHING_LEFT = 1e-9  # points


@dataclass(frozen=True)
class Points:
    """How the points of a class are distributed, as they are exported.

    Attributes:
        totals: of each student, in ascending order.
        most: that can be had.
        bins: how many students are in each of `BINS` equal parts of 0 to `most`; of a part its
            upper end belongs to the next one.
    """

    totals: tuple[float, ...]
    most: float
    bins: tuple[int, ...]

    @property
    def mean(self) -> float:
        """The mean; 0 of nobody."""
        return statistics.fmean(self.totals) if self.totals else 0.0

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """A quarter, a half, and three quarters of the students have no more than this."""
        if len(self.totals) < 2:
            return (self.totals or (0.0,)) * 3
        return tuple(statistics.quantiles(self.totals, n=4, method="inclusive"))


@dataclass(frozen=True)
class TaskNumbers:
    """How a class did in one task.

    Attributes:
        task: the task.
        graded: students who have points for it, or none as a result.
        right: those with all points; `partly` and `wrong` are the others who `tried`.
        share: of the points, that all graded students have on average; None without any.
        share_tried: the same of those who tried.
        discrimination: the correlation of the points in this task with those in all others, of
            those who tried it, from -1 to 1; None where `FEWEST` or equal points do not tell it.
        waiting: students whose answer a grader is asked for.
    """

    task: Task
    graded: int
    tried: int
    right: int
    partly: int
    wrong: int
    share: float | None
    share_tried: float | None
    discrimination: float | None
    waiting: int

    @property
    def skipped(self) -> int:
        """Students who have not tried it, or not handed it in."""
        return self.graded - self.tried


@dataclass(frozen=True)
class Seconds:
    """How long a notebook took by the clock, of so many students."""

    notebook: str
    students: int
    median: float
    nine_of_ten: float
    longest: float


def points(record: ClassRecord) -> Points:
    """Return the distribution of the class's points."""
    most = sum(points for _, points in record.grades.notebooks)
    totals = sorted(row.total for row in record.grades.rows if row.graded)
    bins = [0] * BINS
    for total in totals:
        place = int(BINS * total / most + NOTHING_LEFT) if most else 0
        bins[min(BINS - 1, max(0, place))] += 1
    return Points(tuple(totals), most, tuple(bins))


def task_numbers(record: ClassRecord) -> list[TaskNumbers]:
    """Return the numbers of each task, in the tasks' order."""
    by_task: dict[Key, list[Answer]] = {task.key: [] for task in record.tasks}
    sums: dict[str, float] = defaultdict(float)
    for answer in record.answers:
        by_task[answer.task].append(answer)
        sums[answer.student] += answer.points or 0.0
    return [_numbers(task, by_task[task.key], sums) for task in record.tasks]


def _numbers(task: Task, answers: Sequence[Answer], sums: Mapping[str, float]) -> TaskNumbers:
    graded = [answer for answer in answers if answer.points is not None]
    tried = [answer for answer in graded if answer.tried]
    right = [a for a in tried if a.points >= task.points - NOTHING_LEFT]
    partly = [a for a in tried if NOTHING_LEFT < a.points < task.points - NOTHING_LEFT]
    here = [answer.points for answer in tried]
    elsewhere = [sums[answer.student] - answer.points for answer in tried]
    return TaskNumbers(
        task=task,
        graded=len(graded),
        tried=len(tried),
        right=len(right),
        partly=len(partly),
        wrong=len(tried) - len(right) - len(partly),
        share=_share(graded, task.points),
        share_tried=_share(tried, task.points),
        discrimination=correlation(here, elsewhere) if len(tried) >= FEWEST else None,
        waiting=sum(answer.waits for answer in answers),
    )


def _share(answers: Sequence[Answer], most: float) -> float | None:
    if not answers or not most:
        return None
    return statistics.fmean(answer.points for answer in answers) / most


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Return Pearson's correlation; None where one of the two is the same for all."""
    if max(one) - min(one) < NOTHING_LEFT or max(other) - min(other) < NOTHING_LEFT:
        return None
    return statistics.correlation(one, other)


def outcomes(record: ClassRecord) -> dict[str, Counter[Outcome]]:
    """Return for each notebook how many judged tasks ended how."""
    found: dict[str, Counter[Outcome]] = {name: Counter() for name, _ in record.grades.notebooks}
    for answer in record.answers:
        if answer.outcome is not None:
            found[answer.task[0]][answer.outcome] += 1
    return found


def look_by_hand(record: ClassRecord) -> dict[Outcome, dict[str, list[str]]]:
    """Return why a person must look: for each outcome the students, with their notebooks."""
    found: dict[Outcome, dict[str, list[str]]] = {outcome: {} for outcome in NEEDS_REVIEW}
    for answer in record.answers:
        if answer.outcome in found:
            notebooks = found[answer.outcome].setdefault(answer.student, [])
            if answer.task[0] not in notebooks:
                notebooks.append(answer.task[0])
    return {outcome: students for outcome, students in found.items() if students}


def seconds(record: ClassRecord) -> list[Seconds]:
    """Return how long the notebooks took, of those that know."""
    found: dict[str, list[float]] = {name: [] for name, _ in record.grades.notebooks}
    for (_, notebook), value in record.seconds.items():
        found[notebook].append(value)
    return [
        Seconds(name, len(took), statistics.median(took), _nine_of_ten(took), max(took))
        for name, took in found.items()
        if took
    ]


def _nine_of_ten(values: Sequence[float]) -> float:
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=10, method="inclusive")[-1]
