"""Who made which mistake: those that have a name, and those that have only numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nbjudge.reports.class_page.read_class import Answer, ClassRecord, Task
from nbjudge.reports.class_page.tokens import masked, texts
from nbjudge.sanitize.text import inert_text, shorten
from nbjudge.verdict.answer_groups import WRONG

CHARACTERS = 20_000  # of one answer that are looked at
EXAMPLE_CHARACTERS, EXAMPLE_LINES = 4000, 60  # of a student's code that are shown


@dataclass(frozen=True)
class Named:
    """A mistake that has a name, and those who made it."""

    task: Task
    mistake: str
    hint: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Students who gave the same wrong numbers, which no known mistake gives.

    Attributes:
        numbers: the first of them, see `nbjudge.verdict.answer_groups`.
    """

    numbers: tuple[Mapping[str, str], ...]
    students: tuple[str, ...]


@dataclass(frozen=True)
class Nameless:
    """The wrong answers to a task that have no name.

    Attributes:
        groups: of at least two students, the largest first.
        alone: how many gave numbers that nobody else gave.
        unknown: how many have no fingerprint: graded by an older nbjudge, too slow, or lost.
    """

    task: Task
    groups: tuple[Group, ...]
    alone: int
    unknown: int


def named_mistakes(record: ClassRecord) -> list[Named]:
    """Return the mistakes in the tasks' order, of each task the most frequent first."""
    by_task: dict[tuple, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for answer in record.answers:
        if answer.mistake:
            by_task[answer.task][answer.mistake].append(answer)
    return [
        Named(
            task,
            mistake,
            next((answer.hint for answer in answers if answer.hint), ""),
            tuple(answer.student for answer in answers),
        )
        for task in record.tasks
        for mistake, answers in sorted(
            by_task[task.key].items(), key=lambda each: (-len(each[1]), each[0])
        )
    ]


def nameless_mistakes(record: ClassRecord) -> list[Nameless]:
    """Return the wrong answers without a name, of each task that has some."""
    by_task: dict[tuple, list[Answer]] = defaultdict(list)
    for answer in record.answers:
        if answer.outcome in WRONG and not answer.mistake:
            by_task[answer.task].append(answer)
    return [_nameless(task, by_task[task.key]) for task in record.tasks if task.key in by_task]


def _nameless(task: Task, answers: Sequence[Answer]) -> Nameless:
    found: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        if answer.group:
            found[answer.group].append(answer)
    groups = [
        Group(each[0].numbers, tuple(answer.student for answer in each))
        for _, each in sorted(found.items())
        if len(each) > 1
    ]
    return Nameless(
        task,
        tuple(sorted(groups, key=lambda group: -len(group.students))),
        alone=sum(len(each) == 1 for each in found.values()),
        unknown=sum(not answer.group for answer in answers),
    )


class Codes:
    """The students' code, read once for each notebook."""

    def __init__(self, record: ClassRecord, names: bool = False):
        """Read nothing yet; `names` says whether students are named."""
        self._record, self._names = record, names
        self._given_texts = {name: texts(code) for name, code in record.given.items()}
        self._cells = cache(record.code)

    def shown(self, student: str, task: Task) -> str:
        """Return a student's cells of a task as they may be shown; empty if there are none.

        Of very long ones, the first `CHARACTERS`; nothing in them hides. What the student says in
        words is left out unless students are named, see `masked`.
        """
        cells = self._cells(student, task.notebook)
        code = "\n\n".join(cells[name] for name in task.cells if name in cells)
        code = code[:CHARACTERS].strip("\n")
        if not self._names:
            own = self._record.words.get(student, ())
            code = masked(code, own, self._given_texts[task.notebook])
        return inert_text(code)

    def example(self, students: Sequence[str], task: Task) -> str:
        """Return the shortest code of these students: it has least beside the mistake."""
        found = [self.shown(student, task) for student in students]
        shortest = min(filter(None, found), key=len, default="")
        return shorten(shortest, EXAMPLE_CHARACTERS, EXAMPLE_LINES)
