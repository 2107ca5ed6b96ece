"""The released notebook with a student's text in it: the only notebook that is ever run."""

from __future__ import annotations

import ast
import copy
import itertools
from collections import defaultdict
from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from nbjudge.intake.records import StudentCell
from nbjudge.rebuild.cell_source import bound_names, first_line, loaded_names, parse, squashed
from nbjudge.rebuild.matching import Found, Matches, match
from nbjudge.rebuild.multi_task_cells import spread
from nbjudge.rebuild.released import Released, known_ids, known_texts, read_released

DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
__all__ = ["known_ids", "known_texts", "rebuild"]


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
    _take_written_below(index, matches, texts)
    extras = _moved_before_use(_extras(index, matches, cells), index, texts)
    built = copy.deepcopy(released)
    built.cells = []
    numbers = itertools.count(1)
    taken = {cell.cell_id for cell in index.cells}
    for place in range(-1, len(index.cells)):
        if place >= 0:
            built.cells.append(_released_cell(released.cells[place], texts.get(place)))
        for own in extras[place]:
            built.cells.append(_own_cell(own, numbers, taken))
    if (built.nbformat, built.nbformat_minor) < (4, 5):  # cells had no ids then
        for cell in built.cells:
            cell.pop("id", None)
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


def _extras(released: Released, matches: Matches, cells) -> dict[int, list[Found]]:
    """Return the student's own cells by the place that they follow (-1: none)."""
    extras = defaultdict(list)
    place = -1
    for index, cell in enumerate(cells):
        place = matches.places.get(index, place)
        if index in matches.edited_locked:
            own = _own_definitions(cell.source, released.cells[matches.edited_locked[index]].source)
            if own:
                extras[place].append(Found(index, StudentCell("code", own)))
        elif index not in matches.dropped and cell.source.strip():
            extras[place].append(matches.found[index])
    return extras


def _moved_before_use(extras, released: Released, texts: dict[int, str]):
    """Return the extras with definitions moved up that an earlier answer cannot do without.

    Who runs cells in another order than they stand does not notice that a helper or an import
    stands below its use.
    """
    moved = defaultdict(list)
    given = set().union(*(cell.text.bound for cell in released.cells))
    uses = {
        place: set().union(*map(loaded_names, parse(text) or ()))
        for place, text in sorted(texts.items())
        if released.cells[place].solution and released.cells[place].kind == "code"
    }
    for place in sorted(extras):
        for own in extras[place]:
            goal = place
            names = own.text.bound
            if own.cell.kind == "code" and own.text.only_defines and names - given:
                users = (user for user, loaded in uses.items() if loaded & (names - given))
                user = next(users, place)
                if place >= _first_use(released, user):
                    goal = user - 1
            moved[goal].append(own)
            given |= names
    return moved


def _first_use(released: Released, solution: int) -> float:
    """Return the place of the first cell that runs after a solution cell and is not one."""
    following = released.cells[solution + 1 :]
    return next((c.place for c in following if c.kind == "code" and not c.solution), float("inf"))


def _take_written_below(released: Released, matches: Matches, texts: dict[int, str]) -> None:
    """Where an answer was written into the question's own cell, put it where answers belong."""
    for target in released.solutions:
        question = released.cells[target.place - 1]
        text = texts.get(question.place, "").strip()
        if target.kind == "code" or target.place in texts or question.kind == "code":
            continue
        if not question.solution and text.startswith(question.source.strip()):
            answer = text.removeprefix(question.source.strip()).strip()
            if squashed(answer).removesuffix(target.squashed):
                texts[target.place] = answer
                del texts[question.place]
                matches.notes.append(
                    f"{target.name}: the answer stood in the cell of its question."
                )


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


def _own_cell(own: Found, numbers, taken: set[str]) -> NotebookNode:
    cell_id = next(name for number in numbers if (name := f"own-{number}") not in taken)
    make = new_code_cell if own.cell.kind == "code" else new_markdown_cell
    return make(own.source, id=cell_id)
