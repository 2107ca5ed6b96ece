"""How many known copies the report finds, and how much else it takes for one: writes docs/alike.md.

    python tools/alike.py

Two kinds of classes. In one, each student writes three short tasks as many hands write them, see
`many_hands`. In the other, the right answers of answers/lab1 are dealt, each once, so that twelve
students at most have written all that is long enough to be compared. In both, some students copy
from another one, in the ways of `disguises`.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from disguises import KINDS, disguised
from many_hands import TASKS, solution
from matrix import known_answers

from nbjudge.outcomes import Outcome
from nbjudge.reports.class_page.similarity import FEWEST, MOST_SHARING, SHORT, alike_pairs, is_short

NOTEBOOKS = {
    "momentum": "q2_momentum",
    "gradient": "q1_l1_backprop",
    "training": "q4_height_weight",
}
ROOT = Path(__file__).resolve().parent.parent
LAB = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
SEEDS = range(100, 105)  # none of them was looked at while the limits were chosen
COPIES, FEW_COPIES = 5, 4  # in a class; in one of answers/lab1
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
    """Return a class to whom the right answers of answers/lab1 are dealt, each once."""
    rng = random.Random(seed)
    found = defaultdict(list)
    for notebook in LAB:
        for answer in known_answers(notebook):
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
        for task in sorted(codes.keys() & TASKS.keys()):
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
            classes = [of_many_hands(students, COPIES, copied, seed) for seed in SEEDS]
            found[f"{students} hands, {copied} of 3 tasks copied"] = measure(classes)
    honest = [of_many_hands(60, 0, 1, seed) for seed in SEEDS]
    found["60 hands, nobody copies"] = measure(honest)
    tasks = len(of_answers(0, 0, 0)[0])
    for copied in (tasks, 3, 2):
        classes = [of_answers(FEW_COPIES, copied, seed) for seed in SEEDS]
        found[f"answers/lab1, {copied} of {tasks} tasks copied"] = measure(classes)
    return found


HEAD = """# Solutions that are much alike: how well they are found

Written by `python tools/alike.py`.

`nbjudge report` lists pairs of students whose solutions are worth a look. It is a list to look
at, never a verdict: the report shows the two cells side by side, and a person decides.

## How

A solution is cut into tokens; names that students chose, texts, comments and layout do not count,
and neither does the order of statements. Runs of tokens are hashed and winnowed (Schleimer,
Wilkerson and Aiken 2003). What the course has released is subtracted. What is left weighs the more
the fewer students have it, and what more than a quarter of the class have (or more than {most}
students) is not compared. For each task, the class itself says how alike two answers usually are;
a pair is listed if it stands out of that in several tasks together. Tasks whose usual answer has no
more than {short} lines are left out, and so are tasks that fewer than {fewest} students have tried.

## Measured

Classes are made, in which it is known who copied. *Hands*: each student writes three short tasks
(an optimiser, a gradient, a training loop, some ten to twenty lines each), put together from the
choices that students make, the usual ones more often (`tools/many_hands.py`). *answers/lab1*: the
right answers of the tests, each dealt to one student, so these are small classes. Then {copies}
students more copy from one each, {answers} in the small classes: as it is, renamed, commented,
re-ordered and laid out anew, or all of it (`tools/disguises.py`). Five classes of each kind are
made. The limits were chosen on classes of hands with other seeds; answers/lab1 were not looked at
for it.

Precision is the share of known copies in what is listed, recall the share of them that is listed.

| class | precision | recall | listed, and no copy |
|---|---|---|---|
"""
TAIL = """
Of those who copied all three tasks among 60 hands, by disguise: {kinds}.

## What to make of it

- Who copies all of a lab is found in nearly all cases, whatever the names, comments and order.
- Who copies two tasks of three is found more often than not, and the less the larger the class:
  among more students, more write the same by chance.
- Who copies one short task of several is not found. Two who write the same ten lines by chance
  look the same, and listing all of these would accuse more who did nothing.
- In answers/lab1, what is listed and no copy is by one author, who wrote several answers of one
  kind: right, and alike.
- The hands are made, and not students. Students differ in more ways, and also read the same pages
  and work in the same groups. Somebody who writes a solution anew, with another's in view, is not
  found.
"""


def page(found: Mapping[str, Measured]) -> str:
    """Return docs/alike.md."""
    head = HEAD.format(
        most=MOST_SHARING, short=SHORT, fewest=FEWEST, copies=COPIES, answers=FEW_COPIES
    )
    lines = [
        f"| {words} | {_number(each.precision, each.found + each.others)} | "
        f"{_number(each.recall, each.copies)} | {each.others} in {len(SEEDS)} classes |"
        for words, each in found.items()
    ]
    kinds = found["60 hands, 3 of 3 tasks copied"].by_kind
    by_kind = ", ".join(f"{kind} {done} of {all_}" for kind, (done, all_) in kinds.items())
    return head + "\n".join(lines) + "\n" + TAIL.format(kinds=by_kind)


def _number(share: float, of: int) -> str:
    return f"{share:.2f}" if of else "–"


if __name__ == "__main__":
    (ROOT / "docs" / "alike.md").write_text(page(measurements()), encoding="utf-8")
