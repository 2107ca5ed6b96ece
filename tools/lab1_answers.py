"""What students of lab1 hand in: the answers of answers/lab1, and what fits of the corpus."""

from __future__ import annotations

import copy
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import nbformat
from material import ROOT, Handed, Material, Task

from nbjudge.cells import is_grade, is_solution

sys.path.insert(0, str(ROOT / "submitted"))

from corpus import (  # noqa: F401 (importing them enters their classes)
    files,
    forged_verdict,
    process_and_machine,
    reading,
    structure,
    writing,
)
from corpus.submission import CLASSES, SubmissionClass
from make_sample_class import LAB1, solutions
from matrix import known_answers

from nbjudge.cells import judged_test

HOSTILE = ("kernel lost", "reading", "network", "writing", "forged in the process")
BROKEN = ("unreadable", "encodings", "names", "timestamps", "structure")
MOST_BYTES = 1 << 20  # of one odd submission: a class of thousands has many of them
# what an attacker thinks to know; the same in each class
FACTS = {
    "course": "/srv/course",
    "home": "/home/teacher",
    "victim": "student00000",
    "grader": 1,
    "tcp": 9,
    "udp": 9,
    "abstract": "nobody",
    "sleeper": 31337,
}
# right only beside another answer: after one that has shadowed builtins, with the teacher's layers
NOT_WITH_ANY = {
    "builtins given back",
    "children, weight and bias",
    "names of the solution's layers, a loop over rows",
}
WORDS = {
    "a sentence": "The penalty keeps the weights small, so less is learned by heart.",
    "a question": "Is it because the learning rate is too large?",
}
SLOW = {
    "waits": "import time\ntime.sleep(20)",
    "computes": "for _ in range(150):\n    np.linalg.svd(np.random.rand(300, 300))",
    "prints much": "for step in range(20_000):\n    print('step', step)",
}


@cache
def lab1() -> Material:
    """Return what a class of lab1 is made from; needs release/."""
    paths = {name: ROOT / "release" / "lab1" / f"{name}.ipynb" for name in LAB1}
    released = {name: nbformat.read(path, as_version=4) for name, path in paths.items()}
    example = released[LAB1[0]]
    return Material(
        "lab1",
        released,
        tuple(task for name in LAB1 for task in _tasks(name)),
        {name: partial(Handed.extra, source=source) for name, source in SLOW.items()},
        _oddities(HOSTILE, example),
        _oddities(BROKEN, example),
    )


def _tasks(notebook: str) -> list[Task]:
    """Return the tasks of a notebook. The answers to a hidden test stand in the cell before it."""
    nb = nbformat.read(ROOT / "source" / "lab1" / f"{notebook}.ipynb", as_version=4)
    answers = known_answers(notebook)
    model = solutions("lab1", notebook)
    right = {cell: {"as the teacher": text} for cell, text in model.items()}
    wrong: dict[str, dict[str, str]] = {cell: {} for cell in model}
    before = None
    for cell in nb.cells:
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and about.get("solution"):
            right[about["grade_id"]] |= WORDS
        elif cell.cell_type == "code" and is_solution(cell):
            before = about["grade_id"]
        elif is_grade(cell) and cell.cell_type == "code":
            test = judged_test(cell.source)
            for answer in answers:
                if answer.test == test and answer.name not in NOT_WITH_ANY:
                    named = right if answer.right else wrong
                    named[before][answer.name] = answer.source
    return [Task(notebook, cell, right[cell], wrong[cell]) for cell in model]


def _oddities(groups: tuple[str, ...], nb) -> dict[str, Callable[[Handed], None]]:
    kinds = [kind for kind in CLASSES if kind.group in groups and _fits(kind, nb)]
    return {f"{kind.group}: {kind.name}": kind.build for kind in kinds}


def _fits(kind: SubmissionClass, nb) -> bool:
    """Whether a class of the corpus changes another course's notebook, and is small."""
    with tempfile.TemporaryDirectory() as folder:
        handed = Handed(Path(folder), copy.deepcopy(nb), FACTS, notebook="any")
        try:
            kind.build(handed)
        # it asks for a cell of the corpus's course, or for what these notebooks do not hold
        except (StopIteration, UnicodeError, OSError):
            return False
        paths = [path for path in Path(folder).rglob("*") if not path.is_dir()]
        if not handed.written and not paths and handed.nb == nb:
            return False
        if any(path.is_symlink() or not path.is_file() for path in paths):
            return False
        return sum(path.stat().st_size for path in paths) <= MOST_BYTES
