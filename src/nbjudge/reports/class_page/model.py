"""All that the report says, as plain data: the page and the CSV file are made of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from nbjudge.outcomes import Outcome
from nbjudge.reports.class_page import statistics as numbers
from nbjudge.reports.class_page.mistakes import (
    Codes,
    Named,
    Nameless,
    named_mistakes,
    nameless_mistakes,
)
from nbjudge.reports.class_page.read_class import ClassRecord, Key, Task
from nbjudge.reports.class_page.similarity import FEWEST, Pair, alike_pairs, is_short
from nbjudge.reports.class_page.statistics import Points, Seconds, TaskNumbers
from nbjudge.sanitize.text import one_line


@dataclass(frozen=True)
class Report:
    """What is told of a class.

    Attributes:
        record: that it was made from.
        names: whether students are named.
        codes: the students' code, as it may be shown.
        points: how they are distributed.
        tasks: the numbers of each, in their order.
        named: mistakes that have a name.
        nameless: wrong answers that have none.
        outcomes: of each notebook.
        look: for each outcome that asks for it, the students with their notebooks.
        seconds: of each notebook.
        pairs: of students whose solutions are worth a look, the most striking first.
        compared: the tasks whose solutions were compared.
    """

    record: ClassRecord
    names: bool
    codes: Codes
    points: Points
    tasks: Sequence[TaskNumbers]
    named: Sequence[Named]
    nameless: Sequence[Nameless]
    outcomes: Mapping[str, Counter[Outcome]]
    look: Mapping[Outcome, Mapping[str, Sequence[str]]]
    seconds: Sequence[Seconds]
    pairs: Sequence[Pair]
    compared: Sequence[Task]

    @property
    def task_of(self) -> dict[Key, Task]:
        """The tasks by their keys."""
        return {task.key: task for task in self.record.tasks}


def make_report(record: ClassRecord, names: bool = False) -> Report:
    """Return the report on a class; `names` says whether students are named."""
    codes = Codes(record, names)
    answers = _comparable(record, codes)
    given = {key: record.given.get(key[0], "") for key in answers}
    return Report(
        record=record,
        names=names,
        codes=codes,
        points=numbers.points(record),
        tasks=numbers.task_numbers(record),
        named=named_mistakes(record),
        nameless=nameless_mistakes(record),
        outcomes=numbers.outcomes(record),
        look=numbers.look_by_hand(record),
        seconds=numbers.seconds(record),
        pairs=alike_pairs(answers, given),
        compared=[task for task in record.tasks if task.key in answers],
    )


def _comparable(record: ClassRecord, codes: Codes) -> dict[Key, dict[str, str]]:
    """Return the students' code of each task with answers that are many and long enough."""
    tried: dict[Key, list[str]] = {task.key: [] for task in record.tasks}
    for answer in record.answers:
        if answer.tried:
            tried[answer.task].append(answer.student)
    found = {}
    for task in record.tasks:
        shown = {student: codes.shown(student, task) for student in tried[task.key] if task.cells}
        own = {student: code for student, code in shown.items() if code}
        given = record.given.get(task.notebook, "")
        if len(own) >= FEWEST and not is_short(own.values(), given):
            found[task.key] = own
    return found


def what_to_call(names: bool) -> Callable[[str], str]:
    """Return what gives a student's id or, without `names`, a number by who is told of first."""
    if names:
        return one_line
    numbers = defaultdict(count(1).__next__)
    return lambda student: f"student {numbers[student]}"
