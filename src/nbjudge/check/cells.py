"""Whether the graded cells of a source notebook and its hidden tests belong together."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode
from nbgrader import utils

from nbjudge.verdict.course import judged_test
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.marking import MARKING


def problems(nb: NotebookNode, tests: Mapping[str, HiddenTest], module: str) -> Iterator[str]:
    """Return what is wrong between a notebook's cells and its hidden tests, a sentence each.

    Args:
        nb: the source notebook.
        tests: its hidden tests, by name.
        module: where they are, for the sentences.
    """
    for cell in nb.cells:
        for name in MARKING.findall(cell.source):
            if name not in tests:
                yield f"@MARKING {name}@ has no hidden test in {module}"
    used = []
    for cell in nb.cells:
        name = judged_test(cell.source) if utils.is_grade(cell) else None
        if name is None:
            continue
        where, points = cell.metadata.nbgrader["grade_id"], cell.metadata.nbgrader["points"]
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
        for need in test.needs:
            if need not in tests:
                yield f"{name}: it needs {need!r}, which is no hidden test of this notebook"
            elif {need, name} <= set(used) and used.index(need) >= used.index(name):
                yield f"{name}: it needs {need!r}, which is asked after it"
