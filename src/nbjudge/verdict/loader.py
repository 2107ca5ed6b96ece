"""Finding a course's hidden tests: one module for each notebook, outside every student's reach."""

from __future__ import annotations

import ast
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from nbjudge.verdict.hidden_test import HiddenTest

_loaded: list[Path] = []  # every file that `load_module` has imported, in order


def load_module(path: Path) -> ModuleType:
    """Import the Python file at `path`, which need not be on the import path."""
    _loaded.append(Path(path).resolve())
    spec = importlib.util.spec_from_file_location(f"nbjudge_course_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_hidden_tests(folder: Path | str, assignment: str, notebook: str) -> dict[str, HiddenTest]:
    """Return the hidden tests of one notebook by name; an empty dictionary if it has no module.

    Args:
        folder: the course's folder of hidden tests, with one folder for each assignment.
        assignment: such as ``lab1``.
        notebook: the notebook's name without its ending.
    """
    path = Path(folder) / assignment / f"{notebook}.py"
    if not path.is_file():
        return {}
    return {
        name: value
        for name, value in vars(load_module(path)).items()
        if isinstance(value, HiddenTest)
    }


def load_with_files(
    folder: Path | str, assignment: str, notebook: str
) -> tuple[dict[str, HiddenTest], set[Path]]:
    """Return one notebook's hidden tests, as `load_hidden_tests`, and the files they are made of.

    These are its module and what that loads, also while it draws its cases. Raises what the module
    raises.
    """
    before = len(_loaded)
    tests = load_hidden_tests(folder, assignment, notebook)
    for test in tests.values():
        test.draw_cases(seed=0)
    return tests, set(_loaded[before:])


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
