"""The released notebook with a student's text in it: the only notebook that is ever run."""

from __future__ import annotations

import ast
import copy
from collections import defaultdict
from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from nbjudge.cell_text import bound_names, first_line, parse
from nbjudge.intake.records import StudentCell
from nbjudge.matching import Matches, match
from nbjudge.merged import spread
from nbjudge.released import Released, known_ids, read_released

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
__all__ = ["known_ids", "rebuild"]


def rebuild(
    released: NotebookNode, cells: Sequence[StudentCell]
) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return a copy of the released notebook with the student's text, and notes on what was done.

    Metadata, ids, tags, the kernel's name and the type of every released cell are the release's
    own. Of the student come only texts:

    - in solution cells, code and written answers, wherever in their notebook they stand;
    - in given cells that students may change;
    - in cells of their own, which keep their place beside their recognised neighbours: code as
      code, all else as markdown, without metadata.

    A solution cell that was deleted, emptied or not touched keeps its stub. Of a changed copy of a
    locked cell, only imports and definitions that the locked cell does not have are kept.

    Args:
        released: the released notebook, nbformat 4; it is not changed.
        cells: the student's, as intake read them.
    """
    index = read_released(released)
    matches = match(index, cells)
    texts = _texts(index, matches, cells)
    extras = _extras(index, matches, cells)
    built = copy.deepcopy(released)
    built.cells = []
    numbers = iter(range(1, len(cells) + 1))
    taken = {cell.cell_id for cell in index.cells}
    for place in range(-1, len(index.cells)):
        if place >= 0:
            built.cells.append(_released_cell(released.cells[place], texts.get(place)))
        for kind, source in extras[place]:
            built.cells.append(_extra_cell(kind, source, numbers, taken))
    return built, tuple(matches.notes)


def _texts(released: Released, matches: Matches, cells) -> dict[int, str]:
    """Return the student's text by the place of the released cell that it goes into."""
    texts = {place: cells[index].source for place, index in matches.edited_given.items()}
    for index, places in matches.covered.items():
        if len(places) == 1:
            texts[places[0]] = cells[index].source
        else:
            texts.update(spread(cells[index].source, places, released))
            names = ", ".join(released.cells[place].name for place in places)
            matches.notes.append(f"One cell answers several tasks: {names}.")
    return texts


def _extras(released: Released, matches: Matches, cells) -> dict[int, list[tuple[str, str]]]:
    """Return kind and text of the student's own cells by the place that they follow (-1: none)."""
    extras = defaultdict(list)
    following = _following_places(matches.places, len(cells))
    place = -1
    for index, cell in enumerate(cells):
        place = matches.places.get(index, place)
        if index in matches.edited_locked:
            own = _own_definitions(cell.source, released.cells[matches.edited_locked[index]].source)
            if own:
                extras[place].append(("code", own))
        elif index not in matches.dropped and cell.source.strip():
            # where cells were re-ordered, an own cell belongs to the earlier of its neighbours
            extras[min(place, following[index] - 1)].append((cell.kind, cell.source))
    return extras


def _following_places(landmarks: dict[int, int], count: int) -> list[float]:
    """Return for each student's cell the place of the next recognised cell after it."""
    following, next_place = [], float("inf")
    for index in reversed(range(count)):
        following.append(next_place)
        next_place = landmarks.get(index, next_place)
    return following[::-1]


def _own_definitions(source: str, locked: str) -> str:
    """Return what a changed copy of a locked cell adds: imports and new functions or classes."""
    statements = parse(source)
    if statements is None:
        return ""
    known = set().union(*bound_names(parse(locked) or ()))
    lines = source.splitlines()
    own = []
    for statement in statements:
        names = set().union(*bound_names([statement]))
        if isinstance(statement, DEFINITIONS) and not names & known:
            own.append("\n".join(lines[first_line(statement) - 1 : statement.end_lineno]))
    return "\n".join(own)


def _released_cell(cell: NotebookNode, text: str | None) -> NotebookNode:
    cell = copy.deepcopy(cell)
    if text is not None:
        cell.source = text
    if cell.cell_type == "code":
        cell.outputs, cell.execution_count = [], None
    return cell


def _extra_cell(kind: str, source: str, numbers, taken: set[str]) -> NotebookNode:
    cell_id = next(name for number in numbers if (name := f"own-{number}") not in taken)
    make = new_code_cell if kind == "code" else new_markdown_cell
    return make(source, id=cell_id)
