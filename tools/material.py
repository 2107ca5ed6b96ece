"""What a class is made from: the released notebooks, answers to their tasks, and what is odd."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [str(TESTS / "support"), str(TESTS / "sandbox")]

from corpus.course import NOTEBOOK  # noqa: E402
from corpus.submission import Work  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Task:
    """A solution cell and what students write there, by what it is called.

    `wrong` is empty for a cell that no hidden test judges.
    """

    notebook: str
    cell: str
    right: Mapping[str, str]
    wrong: Mapping[str, str]


@dataclass(frozen=True)
class Material:
    """All that a class of one assignment is made from.

    Attributes:
        assignment: such as ``lab1``.
        released: its notebooks, by name.
        tasks: in the order of the notebooks and their cells.
        slow, hostile, broken: what changes one notebook of a submission, by what it is called.
    """

    assignment: str
    released: Mapping[str, NotebookNode]
    tasks: tuple[Task, ...]
    slow: Mapping[str, Callable[[Handed], None]]
    hostile: Mapping[str, Callable[[Handed], None]]
    broken: Mapping[str, Callable[[Handed], None]]


@dataclass
class Handed(Work):
    """One notebook in the making, of any course: what the corpus does to its own can be done to it.

    Attributes:
        notebook: its name.
    """

    notebook: str = ""

    @property
    def path(self) -> Path:
        """Return where the notebook belongs."""
        return self.folder / f"{self.notebook}.ipynb"

    def extra(self, source: str, before: str = "") -> None:
        """Add a code cell of the student's own in front of all tasks; its id is always the same."""
        places = [
            number
            for number, cell in enumerate(self.nb.cells)
            if cell.metadata.get("nbgrader", {}).get("solution")
        ]
        self.nb.cells.insert(places[0], new_code_cell(self.fill(source), id="extra"))

    def write(self, content: bytes | str | dict | list | None, name: str = "") -> None:
        """Write the notebook's file in the student's own way; `name` is one of the corpus."""
        named = name.replace(NOTEBOOK, self.notebook).replace(
            NOTEBOOK.upper(), self.notebook.upper()
        )
        super().write(content, named)
