"""Imported first where a second counts: what need not be loaded, and what can be begun early."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import os
import select
import signal
import sys
from collections.abc import Iterator, Sequence

from nbjudge.cluster.resources import cores, free_memory

# jsonschema builds a grammar of internationalised addresses where it finds this package, for a
# second; no schema of a notebook speaks of them.
sys.modules.setdefault("rfc3987_syntax", None)

MEMORY_OF_A_WORKER = 1 << 30  # bytes: itself, and a kernel that trains something
LONGEST = 1  # seconds that a course's settings may take to be known early
MOST_SETTINGS = 64_000  # bytes, which a pipe holds
_settings_alone = False


def begin(arguments: Sequence[str]) -> None:
    """Let the warm process import its libraries while this one does.

    `arguments` are those of ``nbjudge grade``.
    """
    if "--unboxed" in arguments or grades_elsewhere(arguments):
        return
    from nbjudge.sandbox.zygote_client import get_zygote, start_early

    start_early()
    if any(each.startswith("--BoxProvisioner") for each in arguments):
        return  # the course's settings alone do not say what is wanted
    asked = _asked_by_the_course()
    if asked is not None:
        with contextlib.suppress(Exception):  # said when a kernel is needed
            preload, run_as = asked
            get_zygote(tuple(preload), run_as)


def grades_elsewhere(arguments: Sequence[str]) -> bool:
    """Return whether other machines grade."""
    return any(each.startswith("--scheduler") for each in arguments)


def _asked_by_the_course() -> list | None:
    """Return what the course in this folder says of the warm process; None if it does not say.

    That is written in a program, which nbgrader runs a second later, twice, as in each of its
    commands. What it does once more here, it does in a fork, and so leaves nothing behind.
    """
    # imported here, because this process needs them, too
    import nbjudge.kernel.provisioner
    import nbjudge.nbgrader_ext.configure
    import nbjudge.nbgrader_ext.replacements  # noqa: F401

    ours, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(its, json.dumps(_read_settings()).encode())
        finally:
            os._exit(0)
    os.close(its)
    try:
        said = os.read(ours, MOST_SETTINGS) if select.select([ours], [], [], LONGEST)[0] else b""
        return json.loads(said) if said else None
    finally:
        os.close(ours)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _read_settings() -> tuple:
    """Return what the course's settings say of the warm process; nothing is heard or seen of it."""
    from traitlets.config import PyFileConfigLoader

    from nbjudge.kernel.provisioner import BoxProvisioner

    global _settings_alone
    _settings_alone = True
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    config = PyFileConfigLoader("nbgrader_config.py", os.getcwd()).load_config()
    return BoxProvisioner(config=config).warm_process


def settings_alone() -> bool:
    """Return whether a configuration is read for its settings alone, and nbgrader not to change."""
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
    return max(1, min(cores(), free_memory() // MEMORY_OF_A_WORKER))
