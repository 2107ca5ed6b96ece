"""Finding a course's hidden tests: one module for each notebook, outside every student's reach.

The folder of hidden tests is a package, with or without ``__init__.py`` in its folders: the module
of a notebook says ``from .q1.loss import reg_loss`` and ``from ..shared.rows import draw``. Each
loading is a package of its own, under a name that no other has: so a file that was edited is read
again, and several courses, or copies of one, do not meet. It goes with the last of its tests.
"""

from __future__ import annotations

import importlib.util
import secrets
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from nbjudge.errors import HiddenTestError
from nbjudge.verdict.hidden_test import HiddenTest

# what collects the files that `load_module` imports, while somebody asks for them
_collected: ContextVar[set[Path] | None] = ContextVar("files of load_module", default=None)


def load_module(path: Path | str) -> ModuleType:
    """Import the Python file at `path`, which is in no package, such as one beside the data."""
    path, files = Path(path), _collected.get()
    if files is not None:
        files.add(path.resolve())
    return _execute(importlib.util.spec_from_file_location(f"nbjudge_course_{path.stem}", path))


def load_hidden_tests(folder: Path | str, assignment: str, notebook: str) -> dict[str, HiddenTest]:
    """Return the hidden tests of one notebook by name; an empty dictionary if it has no module.

    Args:
        folder: the course's folder of hidden tests, with one folder for each assignment.
        assignment: such as ``lab1``.
        notebook: the notebook's name without its ending.

    Raises `HiddenTestError` if one of them cannot be asked, and what the module raises.
    """
    return _load(folder, assignment, notebook)[0]


def load_with_files(
    folder: Path | str, assignment: str, notebook: str
) -> tuple[dict[str, HiddenTest], set[Path]]:
    """Return one notebook's hidden tests, as `load_hidden_tests`, and the files they are made of.

    These are its module and what that imports of the course, also while it draws its cases. Raises
    what the module raises.
    """
    with _files_of_load_module() as files:
        tests, package = _load(folder, assignment, notebook)
        for test in tests.values():
            test.draw_cases(seed=0)
    return tests, files | (package.files() if package else set())


class _Package:
    """The modules of one loading, which live as long as this object.

    Attributes:
        name: of the package; the names of its modules begin with it and a dot.
        folder: of the hidden tests.
    """

    def __init__(self, folder: Path):
        self.name, self.folder = f"hidden_tests_{secrets.token_hex(8)}", folder
        weakref.finalize(self, _forget, self.name, folder).atexit = False

    def load(self, assignment: str, notebook: str) -> ModuleType:
        """Import a notebook's module, and the folders that it is in."""
        inner = self.folder / assignment
        parent = f"{self.name}.{assignment.replace('.', '_')}"
        _import(self.name, self.folder / "__init__.py", self.folder)
        _import(parent, inner / "__init__.py", inner)
        return _import(f"{parent}.{notebook.replace('.', '_')}", inner / f"{notebook}.py")

    def files(self) -> set[Path]:
        """Return the files that were imported until now."""
        places = [getattr(sys.modules[name], "__file__", None) for name in _names(self.name)]
        return {Path(place) for place in places if place}


def _load(
    folder: Path | str, assignment: str, notebook: str
) -> tuple[dict[str, HiddenTest], _Package | None]:
    folder = Path(folder).resolve()
    if not (folder / assignment / f"{notebook}.py").is_file():
        return {}, None
    _forget_listings(folder)
    package, tests = _Package(folder), {}
    for name, value in vars(package.load(assignment, notebook)).items():
        if isinstance(value, HiddenTest):
            try:
                tests[name] = replace(value.complete(), package=package)
            except HiddenTestError as error:
                raise HiddenTestError(f"{name}: {error}") from error
    return tests, package


def _import(name: str, file: Path, folder: Path | None = None) -> ModuleType:
    """Import a file under a full name; with `folder` a package, whose file need not be there."""
    inside = [str(folder)] if folder else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if folder and not file.is_file():
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = inside
    return _execute(spec, known=True)


def _execute(spec: ModuleSpec, known: bool = False) -> ModuleType:
    """Run a module; one that others import must be `known` by its name."""
    module = importlib.util.module_from_spec(spec)
    if known:
        sys.modules[spec.name] = module
    if spec.loader is not None:
        spec.loader.exec_module(module)
    return module


def _names(package: str) -> list[str]:
    # of a copy: another thread may be importing something
    return [name for name in list(sys.modules) if f"{name}.".startswith(f"{package}.")]


def _forget(package: str, folder: Path) -> None:
    """Let the modules of a loading go."""
    for name in _names(package):
        sys.modules.pop(name, None)
    _forget_listings(folder)


def _forget_listings(folder: Path) -> None:
    """Let Python look again which files there are in a folder and below."""
    for place in list(sys.path_importer_cache):
        if Path(place).is_relative_to(folder):
            sys.path_importer_cache.pop(place, None)


@contextmanager
def _files_of_load_module() -> Iterator[set[Path]]:
    """Yield the files that `load_module` imports in this block, which are more by and by."""
    files: set[Path] = set()
    token = _collected.set(files)
    try:
        yield files
    finally:
        _collected.reset(token)
