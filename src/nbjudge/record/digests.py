"""Digests: whether a notebook would be graded the same way again.

Each audit line carries one digest for each part that its verdict was made from. A notebook is
graded again if one of them is another by now, and the part says why.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode

from nbjudge.intake.records import ReadNotebook

# the parts in the order in which they are named as a reason
REASONS = {
    "submission": "handed in again",
    "hidden_test": "its hidden test has changed",
    "release": "its released cells or data have changed",
    "solution": "a solution that a later task needs has changed",
    "settings": "the judge's settings have changed",
}
DAMAGED = "its audit was missing or damaged"  # though the graded notebook is there
NOT_GRADED, OF_OLD = "not graded yet", "graded without a digest, by an older nbjudge"


def reason_to_grade(now: Mapping[str, str], lines: list[dict]) -> str:
    """Return why a notebook is to be graded; empty if its audit lines hold what is there now.

    Args:
        now: the digest of each part, as things are now.
        lines: the notebook's audit lines; none if it was not graded.
    """
    if not lines:
        return NOT_GRADED
    then = lines[0].get("digests")
    if not isinstance(then, dict):
        return OF_OLD
    changed = [reason for part, reason in REASONS.items() if now[part] != then.get(part)]
    return " and ".join(changed)


def hidden_test_digest(modules: Iterable[Path]) -> str:
    """Return the digest of a hidden test: of its module's code and of what that loads.

    Comments and layout do not count, so that tidying up grades nobody again.
    """
    return _digest([ast.dump(ast.parse(path.read_bytes())) for path in sorted(modules)])


def release_digest(
    released: NotebookNode, kept: Mapping[str, tuple[str | None, str]], files: Mapping[str, Path]
) -> str:
    """Return the digest of what the course gives to one notebook.

    Args:
        released: the notebook as students get it.
        kept: from the gradebook, by grade_id: the text of a locked cell, and the checksum.
        files: the course's files beside the notebooks, by their path in the release.
    """
    cells = [
        (cell.cell_type, cell.source, cell.get("id"), cell.metadata.get("nbgrader"))
        for cell in released.cells
    ]
    contents = {name: _of_bytes(path.read_bytes()) for name, path in files.items()}
    return _digest([cells, sorted(kept.items()), sorted(contents.items())])


def solution_digest(solutions: Mapping[str, str]) -> str:
    """Return the digest of the teacher's solutions that tasks are asked again with, by grade_id."""
    return _digest(sorted(solutions.items()))


def settings_digest(settings: Mapping[str, object]) -> str:
    """Return the digest of settings that can change a verdict, and of the judge's version."""
    return _digest([sorted(settings.items()), version("nbjudge")])


def submission_digest(
    read: ReadNotebook | None, files: Mapping[str, bytes], timestamp: datetime | None
) -> str:
    """Return the digest of one notebook as it was handed in, the files beside it and the time.

    `read` is None for a notebook that was not handed in.
    """
    if read is None:
        return _digest(None)
    cells = [(cell.kind, cell.source, cell.grade_id, cell.cell_id) for cell in read.cells]
    contents = {name: _of_bytes(content) for name, content in files.items()}
    return _digest([cells, read.problem, sorted(contents.items()), str(timestamp)])


def _digest(value: object) -> str:
    return _of_bytes(json.dumps(value, sort_keys=True, default=str).encode())


def _of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
