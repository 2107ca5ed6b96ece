"""What a notebook's cell is to nbgrader and to the judge: its role, its hidden test."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_locked,
    is_solution,
    is_task,
)

__all__ = [
    "compute_checksum",
    "determine_grade",
    "is_grade",
    "is_locked",
    "is_solution",
    "is_task",
    "judged_test",
    "test_of",
]


def test_of(cell: Mapping) -> str | None:
    """Return the hidden test of a notebook's cell, None if it has none.

    Only graded cells of code have one; a written answer is graded, too, and students write it.
    """
    about = cell["metadata"].get("nbgrader", {})
    graded = about.get("grade", False) and not about.get("solution", False)
    return judged_test(cell["source"]) if graded and cell["cell_type"] == "code" else None


def judged_test(source: str) -> str | None:
    """Return the name in the ``judge("name")`` call of a graded cell, or None without one."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "judge":
            name = node.args[0] if node.args else None
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                return name.value
    return None
