"""What ``nbjudge grade`` begins before it imports its own libraries, which takes a second."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbjudge.errors import BoxError
from nbjudge.sandbox.zygote_pool import RUN_AS, process_pool

SETTINGS_BYTES = 100_000  # a file that is larger is not one of settings


def start_zygote(arguments: Sequence[str], course: Path) -> None:
    """Let the zygote import the course's libraries while this process imports its own.

    Which ones is read off the text of the course's settings. They are a program, which nbgrader
    runs a second later, and nothing of it runs here. Where they cannot be read off, or say
    otherwise when they are run, the zygote is started then.

    Args:
        arguments: those of ``nbjudge grade``.
        course: the folder of ``nbgrader_config.py``.
    """
    if "--unboxed" in arguments or grades_elsewhere(arguments):
        return
    if any(each.startswith("--BoxProvisioner") for each in arguments):
        return  # the course's settings alone do not say what is wanted
    # what is wrong with the settings is said when they are run, what is wrong with the zygote when
    # a kernel is needed
    with contextlib.suppress(OSError, SyntaxError, ValueError, TypeError, RecursionError, BoxError):
        settings = read_off(course)
        if "preload" in settings:
            process_pool().expect(tuple(settings["preload"]), settings.get("run_as", RUN_AS))


def grades_elsewhere(arguments: Sequence[str]) -> bool:
    """Return whether other machines grade."""
    return any(each.startswith("--scheduler") for each in arguments)


def read_off(folder: Path) -> dict[str, Any]:
    """Return the settings of the zygote that the programs in a folder set to a literal.

    They are lines such as ``c.BoxProvisioner.preload = ["numpy"]``, in ``nbgrader_config.py`` or in
    a file that it imports; the last one counts. Raises `ValueError` for a setting that is computed,
    and `SyntaxError` for what is no program.
    """
    found = {}
    for path in sorted(folder.glob("*.py")):
        text = path.read_bytes() if path.stat().st_size <= SETTINGS_BYTES else b""
        for name, value in _settings(ast.parse(text)) if b"BoxProvisioner" in text else ():
            found[name] = ast.literal_eval(value)
    return found


def _settings(program: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(program):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            match target:
                case ast.Attribute(
                    value=ast.Attribute(attr="BoxProvisioner"), attr="preload" | "run_as" as name
                ):
                    yield name, node.value
