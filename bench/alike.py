"""How many known copies the report finds, and how much else it takes for one: writes docs/alike.md.

    python bench/alike.py

Two kinds of classes. In one, each student writes three short tasks as many hands write them, see
`many_hands`. In the other, the right answers of tests/answers are dealt, each once, so that twelve
students at most have written all that is long enough to be compared. In both, some students copy
from another one, in the ways of `disguises`.
"""

from __future__ import annotations

import importlib
import random
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from disguises import KINDS, disguised
from many_hands import TASKS, solution

from nbjudge.class_report.alike import alike_pairs, is_short
from nbjudge.outcome import Outcome

NOTEBOOKS = {
    "momentum": "q2_momentum",
    "gradient": "q1_l1_backprop",
    "training": "q4_height_weight",
}
ROOT = Path(__file__).resolve().parent.parent
LAB = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
SEEDS = range(100, 105)  # none of them was looked at while the limits were chosen
Codes = dict[str, dict[str, str]]
Copies = dict[tuple[str, str], str]


@dataclass(frozen=True)
class Measured:
    """What was found of so many copies.

    Attributes:
        copies: that there were, in all classes together.
        found: of them.
        others: pairs that were found and are none.
        by_kind: of each disguise, how many were found of how many.
    """

    copies: int
    found: int
    others: int
    by_kind: Mapping[str, tuple[int, int]]

    @property
    def precision(self) -> float:
        """The share of copies in what was found; 1 if nothing was."""
        listed = self.found + self.others
        return self.found / listed if listed else 1.0

    @property
    def recall(self) -> float:
        """The share of the copies that was found."""
        return self.found / self.copies if self.copies else 1.0


def released(notebook: str) -> str:
    """Return the course's own code in a notebook of the lab."""
    nb = nbformat.read(ROOT / "release" / "lab1" / f"{notebook}.ipynb", as_version=4)
    return "\n".join(cell.source for cell in nb.cells if cell.cell_type == "code")


def of_many_hands(students: int, copies: int, copied: int, seed: int) -> tuple[Codes, Copies]:
    """Return a class that solves `TASKS`: code by task and student, and the copies there are.

    Args:
        students: who write themselves.
        copies: students more, who copy `copied` of the tasks.
        copied: how many tasks.
        seed: of all that is drawn.
    """
    rng = random.Random(seed)
    codes = {task: {f"s{n:03}": solution(task, rng) for n in range(students)} for task in TASKS}
    return codes, _copy(codes, copies, copied, rng)


def of_answers(copies: int, copied: int, seed: int) -> tuple[Codes, Copies]:
    """Return a class to whom the right answers of tests/answers are dealt, each once."""
    rng = random.Random(seed)
    found = defaultdict(list)
    for notebook in LAB:
        for answer in importlib.import_module(f"answers.{notebook}").ANSWERS:
            if answer.outcome == Outcome.PASSED.value:
                found[f"{notebook} {answer.test}"].append(answer.source)
    codes = {}
    for task, sources in found.items():
        if not is_short(sources, released(task.split()[0])):
            rng.shuffle(sources)
            codes[task] = {f"s{n:03}": source for n, source in enumerate(sources)}
    return codes, _copy(codes, copies, copied, rng)


def _copy(codes: Codes, copies: int, copied: int, rng: random.Random) -> Copies:
    """Add students who copy, each from somebody else and in the next disguise."""
    least = min(codes.values(), key=len)
    donors = rng.sample(sorted(least), copies)
    found = {}
    for number, donor in enumerate(donors):
        copier, kind = f"c{number:03}", KINDS[number % len(KINDS)]
        for task in rng.sample(sorted(codes), copied):
            given = given_code(task)
            codes[task][copier] = disguised(kind, codes[task][donor], given, rng)
        for task in codes.keys() & TASKS.keys():
            codes[task].setdefault(copier, solution(task, rng))
        found[copier, donor] = kind
    return found


def given_code(task: str) -> str:
    """Return the course's own code beside a task."""
    return released(NOTEBOOKS.get(task, task.split()[0]))


def measure(classes: list[tuple[Codes, Copies]]) -> Measured:
    """Return what is found in some classes."""
    copies = found = others = 0
    by_kind = {kind: [0, 0] for kind in KINDS}
    for codes, known in classes:
        pairs = alike_pairs(codes, {task: given_code(task) for task in codes})
        listed = {pair.students for pair in pairs}
        copies += len(known)
        found += len(listed & known.keys())
        others += len(listed - known.keys())
        for pair, kind in known.items():
            by_kind[kind][0] += pair in listed
            by_kind[kind][1] += 1
    return Measured(copies, found, others, {kind: tuple(each) for kind, each in by_kind.items()})


def measurements() -> dict[str, Measured]:
    """Return all that the page tells, by the words for the class."""
    found = {}
    for students in (25, 60, 200):
        for copied in (3, 2, 1):
            classes = [of_many_hands(students, 5, copied, seed) for seed in SEEDS]
            found[f"{students} hands, {copied} of 3 tasks copied"] = measure(classes)
    honest = [of_many_hands(60, 0, 1, seed) for seed in SEEDS]
    found["60 hands, nobody copies"] = measure(honest)
    tasks = len(of_answers(0, 0, 0)[0])
    for copied in (tasks, 3, 2):
        classes = [of_answers(4, copied, seed) for seed in SEEDS]
        found[f"tests/answers, {copied} of {tasks} tasks copied"] = measure(classes)
    return found


if __name__ == "__main__":
    for words, each in measurements().items():
        print(
            f"{words:45} P {each.precision:.2f} R {each.recall:.2f}  {each.found} of {each.copies},"
            f" {each.others} others",
            {k: f"{a}/{b}" for k, (a, b) in each.by_kind.items()},
        )
