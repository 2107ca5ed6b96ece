"""The cell below a task that tells students, before they hand in, what is wrong."""

from __future__ import annotations

from nbformat import NotebookNode

from nbjudge.cells import is_locked

SELF_CHECK = "_check"  # how the grade_id of a self-check ends


def is_self_check(cell: NotebookNode) -> bool:
    """Whether a cell is the self-check of a task."""
    named = cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith(SELF_CHECK)
    return named and cell.cell_type == "code" and is_locked(cell)


def printed(cell: NotebookNode) -> str:
    """Return what a cell that has run printed."""
    outputs = (output for output in cell.get("outputs", []) if output.get("name") == "stdout")
    return "".join(output.text for output in outputs)


def last_line(text: str) -> str:
    """Return the last line of what was printed; empty if nothing was."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""
