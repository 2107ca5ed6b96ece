"""Imported first where a second counts: what need not be loaded, and what can be begun early."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import io
import os
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from traitlets.config import Config

# jsonschema builds a grammar of internationalised addresses where it finds this package, for a
# second; no schema of a notebook speaks of them.
sys.modules.setdefault("rfc3987_syntax", None)

MEMORY_OF_A_WORKER = 1 << 30  # bytes: itself, and a kernel that trains something
_settings_alone = False


def begin(arguments: Sequence[str]) -> None:
    """Let the warm process import its libraries while this one does.

    `arguments` are those of ``nbjudge grade``.
    """
    if "--unboxed" in arguments or grades_elsewhere(arguments):
        return
    from nbjudge.kernel.warm import start_early

    start_early()
    # what is wrong with the configuration is said when nbgrader reads it
    with contextlib.suppress(Exception, SystemExit):
        _get_warm()


def grades_elsewhere(arguments: Sequence[str]) -> bool:
    """Return whether other machines grade."""
    return any(each.startswith("--scheduler") for each in arguments)


def _get_warm() -> None:
    """Tell the warm process what to import: the course's settings say it."""
    from nbjudge.kernel.provisioner import BoxProvisioner
    from nbjudge.kernel.warm import get_zygote

    box = BoxProvisioner(config=_read_settings())
    get_zygote(tuple(box.preload), box.run_as)


def _read_settings() -> Config:
    """Return the settings of the course in this folder, before nbgrader has been imported.

    nbgrader reads them once more and twice, as in each of its commands, and is changed then.
    """
    from traitlets.config import PyFileConfigLoader

    global _settings_alone
    said, known = io.StringIO(), set(sys.modules)
    _settings_alone = True
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            return PyFileConfigLoader("nbgrader_config.py", os.getcwd()).load_config()
    finally:
        _settings_alone = False
        for name in sys.modules.keys() - known:
            if _lies_here(sys.modules[name]):  # it is to do then what it has not done now
                del sys.modules[name]


def _lies_here(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return bool(file) and os.path.dirname(os.path.abspath(file)) == os.getcwd()


def settings_alone() -> bool:
    """Return whether a configuration is being read for its settings alone."""
    return _settings_alone


@contextlib.contextmanager
def without_collection() -> Iterator[None]:
    """Import without Python's garbage collector, which would look again and again at what stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def usual_workers() -> int:
    """Return how many workers a run gets that names no number: 0 where Dask is not installed.

    As many as there are cores for this process, if there is memory for so many.
    """
    if importlib.util.find_spec("distributed") is None:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores, psutil.virtual_memory().available // MEMORY_OF_A_WORKER))
