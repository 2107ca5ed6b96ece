"""Whether the graded cells of a source notebook and its hidden tests belong together."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from nbjudge.cells import is_grade, is_solution, judged_test
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.points_table import MARKING

HIDDEN = re.compile("### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


def problems(nb: NotebookNode, tests: Mapping[str, HiddenTest], module: str) -> Iterator[str]:
    """Return what is wrong between a notebook's cells and its hidden tests, a sentence each.

    Args:
        nb: the source notebook.
        tests: its hidden tests, by name.
        module: where they are, for the sentences.
    """
    for cell in nb.cells:
        for mark in re.findall(r"@MARKING[^@\n]{0,200}@?", cell.source):
            name = MARKING.fullmatch(mark)
            if name is None or name[1] not in tests:
                yield f"{mark} names no hidden test in {module}; write @MARKING name@"
    yield from _marks(nb)
    used = []
    for cell in nb.cells:
        if not is_grade(cell) or is_solution(cell):
            continue
        name = judged_test(cell.source)
        where, points = cell.metadata.nbgrader["grade_id"], cell.metadata.nbgrader["points"]
        if name is None:
            called = re.findall(r"\b(\w{1,20})\(", cell.source)
            if difflib.get_close_matches("judge", called, 1, 0.7):
                yield f'{where}: no judge("name") can be read in it, with the name in quotes'
            continue
        hidden = HIDDEN.search(cell.source)
        if hidden is None or judged_test(hidden[1]) != name:
            yield f"{where}: judge is not between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
        if name not in tests:
            near = difflib.get_close_matches(name, tests, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            yield f'{where}: judge("{name}") has no hidden test in {module}.{hint}'
            continue
        if name in used:
            yield f'{where}: judge("{name}") is asked by an earlier cell, too'
        used.append(name)
        if float(points) != float(tests[name].points):
            yield (
                f"{where}: the cell has {points:g} points, its hidden test {name} "
                f"{tests[name].points:g}"
            )
    for name, test in tests.items():
        if name not in used:
            yield f'{name}: no graded cell calls judge("{name}"), so it is never asked'
        for need in () if isinstance(test.depends_on, str) else test.depends_on:
            if need == name:
                yield f"{name}: it needs itself"
            elif need not in tests:
                yield f"{name}: it needs {need!r}, which is no hidden test of this notebook"
            elif {need, name} <= set(used) and used.index(need) >= used.index(name):
                yield f"{name}: it needs {need!r}, which is asked after it"


def _marks(nb: NotebookNode) -> Iterator[str]:
    """Return what is wrong with the names of cells and the marks around solutions."""
    names = Counter(cell.metadata.get("nbgrader", {}).get("grade_id") for cell in nb.cells)
    for name, number in names.items():
        if name is not None and number > 1:
            yield f"{number} cells have the grade_id {name}: give each its own, in the cell toolbar"
    for place, cell in enumerate(nb.cells, start=1):
        where = cell.metadata.get("nbgrader", {}).get("grade_id") or f"cell {place}"
        for what in ("SOLUTION", "HIDDEN TESTS"):
            marks = re.findall(rf"^[ \t]*### (BEGIN|END) {what}\b", cell.source, re.MULTILINE)
            if marks != ["BEGIN", "END"] * (len(marks) // 2):
                yield (
                    f"{where}: ### BEGIN {what} and ### END {what} do not come in pairs, so the "
                    "release would hold what is between them, or lack too much"
                )
