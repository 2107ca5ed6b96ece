"""Makes a class of any size, as classes are: most are right, some wrong, a few odd or hostile.

    python tools/make_class.py --students 1000 --seed 1                         # lab1
    python tools/make_class.py --students 5000 --seed 1 --course light FOLDER/submitted

FOLDER is a new folder of submissions, such as a course's submitted/; without it the class is made
below .build. The same seed gives the same class, byte for byte. Beside the students' folders lies
class.csv, which says what each student has done.

For lab1 the answers are those of answers/lab1, bent files and attacks those of
tests/sandbox/corpus that do not hang on the corpus's own course; for the light course all are in
`light_answers`. Each kind is dealt like a card: none comes again before all have been there once.
"""

from __future__ import annotations

import argparse
import copy
import csv
import random
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from lab1_answers import FACTS, lab1
from light_answers import light
from material import ROOT, Handed, Material

# how many of a hundred students are so
MIX = {
    "right": 45,
    "mistaken": 27,
    "half done": 12,
    "untouched": 5,
    "broken": 4,
    "slow": 3,
    "hostile": 4,
}
MOST_MISTAKES = 4
COURSES = {"lab1": lab1, "light": light}


@dataclass(frozen=True)
class Student:
    """One student of the class.

    Attributes:
        name: of the folder.
        kind: one of `MIX`.
        done: what is wrong or odd, in words; empty if nothing is.
    """

    name: str
    kind: str
    done: str


class Deck:
    """Cards in a drawn order; when all are dealt, they are shuffled again."""

    def __init__(self, rng: random.Random, cards: Iterable):
        """Shuffle the cards by `rng`."""
        self._rng, self._cards, self._left = rng, list(cards), []

    def top(self):
        """Return the card that comes next, and leave it there."""
        if not self._left:
            self._left = self._rng.sample(self._cards, len(self._cards))
        return self._left[-1]

    def deal(self):
        """Take the card that comes next."""
        self.top()
        return self._left.pop()


class Maker:
    """Makes the students of one class."""

    def __init__(self, material: Material, seed: int):
        """Shuffle all that can be dealt."""
        self._material = material
        self._tasks = {task.cell: task for task in material.tasks}
        self._judged = [task.cell for task in material.tasks if task.wrong]
        self._rng = rng = random.Random(seed)
        self._kinds = Deck(rng, (kind for kind, count in MIX.items() for _ in range(count)))
        self._right = {cell: Deck(rng, task.right.values()) for cell, task in self._tasks.items()}
        mistakes = ((cell, name) for cell in self._judged for name in self._tasks[cell].wrong)
        self._mistakes = Deck(rng, mistakes)
        self._odd = {
            kind: Deck(rng, getattr(material, kind)) for kind in ("broken", "slow", "hostile")
        }

    def make(self, folder: Path, name: str) -> Student:
        """Write one student's notebooks into `folder`, which is made; say what they have done."""
        kind = self._kinds.deal()
        answers = {cell: deck.deal() for cell, deck in self._right.items()}
        notebooks, odd, done = list(self._material.released), None, ""
        if kind == "mistaken":
            done = self._mistake(answers)
        elif kind == "half done":
            done = self._break_off(answers, notebooks)
        elif kind == "untouched":
            answers = {}
        elif kind in self._odd:
            odd, act = self._rng.choice(notebooks), self._odd[kind].deal()
            done = f"{odd}: {act}"
        folder.mkdir(parents=True)
        for notebook in notebooks:
            handed = self._handed(folder, notebook, answers)
            if notebook == odd:
                getattr(self._material, kind)[act](handed)
            if not handed.written:
                nbformat.write(handed.nb, handed.path)
        return Student(name, kind, done)

    def _mistake(self, answers: dict[str, str]) -> str:
        """Put wrong answers in the place of some right ones; return their names."""
        wrong: dict[str, str] = {}
        count = self._rng.randint(1, MOST_MISTAKES)
        while len(wrong) < count and self._mistakes.top()[0] not in wrong:
            cell, name = self._mistakes.deal()
            wrong[cell] = name
            answers[cell] = self._tasks[cell].wrong[name]
        return "; ".join(f"{cell}: {name}" for cell, name in wrong.items())

    def _break_off(self, answers: dict[str, str], notebooks: list[str]) -> str:
        """Leave one answer half-written and those after it out; return where that is.

        Half of these students do not hand in the notebooks in which there would be nothing.
        """
        last = self._rng.choice(self._judged)
        lines = answers[last].splitlines()
        half = [*lines[: (len(lines) + 1) // 2], "    raise NotImplementedError()"]
        answers[last] = "\n".join(half)
        cells = list(self._tasks)
        for cell in cells[cells.index(last) + 1 :]:
            del answers[cell]
        if self._rng.random() < 0.5:
            del notebooks[notebooks.index(self._tasks[last].notebook) + 1 :]
        return f"until {last}"

    def _handed(self, folder: Path, notebook: str, answers: dict[str, str]) -> Handed:
        nb = copy.deepcopy(self._material.released[notebook])
        for cell in nb.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if grade_id in answers:
                cell.source = answers[grade_id]
        return Handed(folder, nb, FACTS, notebook=notebook)


def make_class(folder: Path, course: str, students: int, seed: int) -> list[Student]:
    """Write a class into `folder`, which is made; return its students.

    Args:
        folder: of submissions.
        course: ``lab1`` or ``light``.
        students: how many.
        seed: of all that is drawn.
    """
    material = COURSES[course]()
    maker = Maker(material, seed)
    folder.mkdir(parents=True)
    names = [f"student{number:05}" for number in range(students)]
    made = [maker.make(folder / name / material.assignment, name) for name in names]
    with open(folder / "class.csv", "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["student", "kind", "done"])
        rows.writerows([student.name, student.kind, student.done] for student in made)
    return made


def main(arguments: list[str]) -> int:
    """Make the class that the command line asks for; return the exit status."""
    parser = argparse.ArgumentParser(description="Make a class of any size.")
    parser.add_argument("--students", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--course", choices=COURSES, default="lab1")
    parser.add_argument("folder", type=Path, nargs="?", help="of submissions; a new one")
    asked = parser.parse_args(arguments)
    name = f"class of {asked.students} in {asked.course}, seed {asked.seed}"
    folder = asked.folder or ROOT / ".build" / name
    if folder.exists():
        print(f"{folder} is there already.", file=sys.stderr)
        return 1
    counts = Counter(
        student.kind for student in make_class(folder, asked.course, asked.students, asked.seed)
    )
    print(", ".join(f"{counts[kind]} {kind}" for kind in MIX), f"\n{folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
