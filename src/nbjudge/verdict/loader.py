"""Finding a course's hidden tests: one module for each notebook, outside every student's reach."""

from __future__ import annotations

import importlib.util
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
