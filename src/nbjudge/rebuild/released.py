"""The released notebook as the rebuild sees it: what each cell is, and how it is recognised."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbformat import NotebookNode

from nbjudge.rebuild.cell_source import CellText, loaded_names, parse, read_text, squashed, words

TELLING = 40  # characters of a text that tells which notebook it is of
CODE_SPAN = re.compile(r"`([^\W\d]\w*)`")


@dataclass(frozen=True)
class ReleasedCell:
    """One cell of the released notebook.

    Attributes:
        place: its number in the notebook.
        kind: ``code``, ``markdown`` or ``raw``.
        source: its text; of a solution cell, the stub.
        grade_id: nbgrader's name of it, or None.
        cell_id: Jupyter's id of it, or None.
        solution: whether the student's text goes here.
        locked: whether nbgrader keeps it as it is: graded cells and read-only ones.
    """

    place: int
    kind: str
    source: str
    grade_id: str | None
    cell_id: str | None
    solution: bool
    locked: bool

    @property
    def name(self) -> str:
        """How a note calls the cell."""
        return self.grade_id or self.cell_id or f"cell {self.place + 1}"

    @cached_property
    def squashed(self) -> str:
        """The text without white space."""
        return squashed(self.source)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text."""
        return words(self.source)

    @cached_property
    def text(self) -> CellText:
        """What the text defines."""
        return read_text(self.source if self.kind == "code" else "")


@dataclass(frozen=True)
class Released:
    """The released notebook.

    Attributes:
        cells: all of its cells.
        wanted: for each solution cell that defines nothing by itself, by place: the names that
            later cells or its task's text expect of it.
    """

    cells: Sequence[ReleasedCell]
    wanted: Mapping[int, frozenset[str]]

    @property
    def solutions(self) -> list[ReleasedCell]:
        """The cells that students fill in."""
        return [cell for cell in self.cells if cell.solution]


def read_released(notebook: NotebookNode) -> Released:
    """Return the released notebook's cells and what tells them apart."""
    cells = [_read_cell(place, cell) for place, cell in enumerate(notebook.cells)]
    return Released(cells, _wanted_names(cells))


def known_ids(notebook: NotebookNode) -> frozenset[str]:
    """Return the grade_ids and cell ids of a released notebook."""
    cells = read_released(notebook).cells
    return frozenset(name for cell in cells for name in (cell.grade_id, cell.cell_id) if name)


def known_texts(notebook: NotebookNode) -> frozenset[str]:
    """Return the texts of the code cells that students leave as they are, but for short ones."""
    texts = {
        cell.source.strip()
        for cell in read_released(notebook).cells
        if cell.kind == "code" and cell.locked
    }
    return frozenset(text for text in texts if len(text) >= TELLING)


def _read_cell(place: int, cell: NotebookNode) -> ReleasedCell:
    nbgrader = cell.metadata.get("nbgrader", {})
    solution = bool(nbgrader.get("solution"))
    return ReleasedCell(
        place=place,
        kind=cell.cell_type,
        source=cell.source,
        grade_id=nbgrader.get("grade_id"),
        cell_id=cell.get("id"),
        solution=solution,
        locked=bool(nbgrader) and not solution,
    )


def _wanted_names(cells: Sequence[ReleasedCell]) -> dict[int, frozenset[str]]:
    """Return what is expected of the solution cells whose stub defines nothing."""
    given = set(dir(builtins)).union(*(c.text.bound for c in cells))
    open_cells = [c for c in cells if c.solution and c.kind == "code" and not c.text.defined]
    ends = [c.place for c in open_cells[1:]] + [len(cells)]
    wanted = {}
    for cell, end in zip(open_cells, ends):
        names = (_used(cells[cell.place + 1 : end]) | _named(cells, cell)) - given
        wanted[cell.place] = frozenset(names)
        given |= names  # what one cell makes is not wanted of the next
    return wanted


def _used(following: Sequence[ReleasedCell]) -> set[str]:
    """Return the global names that code uses, or looks up in ``globals()`` by a string."""
    found = set()
    for cell in following:
        if cell.solution or cell.kind != "code":
            continue
        for statement in parse(cell.source) or ():
            nodes = list(ast.walk(statement))
            bound = {
                n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
            }
            bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
            found |= loaded_names(statement) - bound
            for node in nodes:
                if isinstance(node, ast.Compare) and "globals" in loaded_names(node):
                    found |= {
                        n.value
                        for n in ast.walk(node)
                        if isinstance(n, ast.Constant) and isinstance(n.value, str)
                    }
    return found


def _named(cells: Sequence[ReleasedCell], solution: ReleasedCell) -> set[str]:
    """Return the names in code spans of the texts directly before a solution cell."""
    found = set()
    for cell in reversed(cells[: solution.place]):
        if cell.solution or (cell.kind == "code" and not cell.locked):
            break
        if cell.kind == "markdown":
            found |= set(CODE_SPAN.findall(cell.source))
            if len(cell.words) > 20:  # the task's statement; what stands before is another story
                break
    return found
