"""One cell that answers several tasks: each of its statements goes where it can run."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from itertools import groupby

from nbjudge.rebuild.cell_source import (
    DEFINITIONS,
    bound_names,
    first_line,
    is_definition,
    needed_at_once,
    needed_in_turn,
    needed_when_called,
    parse,
)
from nbjudge.rebuild.released import Released


def spread(source: str, places: Sequence[int], released: Released) -> dict[int, str]:
    """Return the text for each solution cell that one cell of the student answers.

    Definitions run at the first of the places; so does all work that needs nothing but what is
    there by then. Work that needs names of later released cells, or makes the names that a later
    solution cell must make, runs at the first place where it can. The order of the work is kept.
    A text that is no Python goes to the first place as it is.

    Args:
        source: the student's text.
        places: the solution cells it answers, rising.
        released: the released notebook.
    """
    statements = parse(source)
    if not statements:
        return _with_remarks({places[0]: source}, places, released)
    given = _given_names(released, places)
    groups = _groups(source, statements)
    placed: dict[int, list[str]] = {place: [] for place in places}
    made: dict[str, int] = {}  # names of this cell, to where they are made
    bodies: dict[str, set[str]] = {}  # functions of this cell, to what they need when called
    work_from = places[0]
    for is_work, part in groupby(groups, key=lambda group: not all(map(is_definition, group[0]))):
        part = list(part)
        if is_work:
            direct = needed_in_turn(s for group, _ in part for s in group)
            bound = set().union(*(_bound(group) for group, _ in part))
            needed = direct | (_closure(direct, bodies) - bound)
            goal = [place for place in places if released.wanted.get(place, frozenset()) & bound]
            work_from = max(work_from, _earliest(needed, places, given, made), *goal)
            made.update(dict.fromkeys(bound, work_from))
            placed[work_from] += [text for _, text in part]
            continue
        for group, text in part:
            needed = set().union(*(needed_at_once(statement) for statement in group))
            place = _earliest(needed, places, given, made)
            placed[place].append(text)
            made.update(dict.fromkeys(_bound(group), place))
            for statement in group:
                if isinstance(statement, DEFINITIONS):
                    bodies[statement.name] = needed_when_called(statement)
    texts = {place: "".join(parts).strip("\n") for place, parts in placed.items() if parts}
    return _with_remarks(texts, places, released)


def _with_remarks(texts: dict[int, str], places, released: Released) -> dict[int, str]:
    """Fill the places without text by a remark: a stub would undo what was defined before."""
    name = released.cells[min(texts)].name
    remark = f"# answered in the cell {name}"
    return {place: texts.get(place) or remark for place in places}


def _given_names(released: Released, places: Sequence[int]) -> dict[str, int]:
    """Return where the released cells other than `places` make their names, the first time."""
    given: dict[str, int] = {}
    for cell in released.cells:
        if cell.place not in places:
            for name in cell.text.bound:
                given.setdefault(name, cell.place)
    return given


def _groups(source: str, statements: Sequence[ast.stmt]) -> list[tuple[list[ast.stmt], str]]:
    """Return the statements with their text: comments before, and all that shares its lines."""
    lines = source.splitlines(keepends=True)
    groups: list[list[ast.stmt]] = []
    last_line = 0
    for statement in statements:
        if groups and first_line(statement) <= last_line:
            groups[-1].append(statement)
        else:
            groups.append([statement])
        last_line = max(last_line, statement.end_lineno)
    ends = [max(s.end_lineno for s in group) for group in groups]
    ends[-1] = len(lines)
    starts = [0, *ends[:-1]]
    texts = ["".join(lines[start:end]) for start, end in zip(starts, ends)]
    return [(group, text.rstrip("\n") + "\n") for group, text in zip(groups, texts)]


def _bound(group: Sequence[ast.stmt]) -> set[str]:
    defined, assigned = bound_names(group)
    return defined | assigned


def _closure(names: set[str], bodies: Mapping[str, set[str]]) -> set[str]:
    """Return the names, and those that the functions among them need when they are called."""
    found, waiting = set(), set(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= bodies.get(name, set())
    return found


def _earliest(needed: set[str], places, given: Mapping[str, int], made: Mapping[str, int]) -> int:
    """Return the first place where all names are there; the last place if that is never."""
    for place in places:
        if all(made[n] <= place if n in made else given.get(n, -1) < place for n in needed):
            return place
    return places[-1]
