"""Messages of workers about single tasks, while their submission is still being graded.

They go the way of Dask's events: short, bounded in number, and without anything that a result
depends on. One that is lost or damaged is missed by nobody but who looks on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping

from nbjudge.verdict.student_view import told_of

MOST_MESSAGES = 1000  # of one submission
MESSAGE_CHARACTERS = 16 << 10  # of one verdict, as JSON
NAME_CHARACTERS = 200  # of a cell


class ScoredMessages:
    """Sends the verdicts of one submission from a worker."""

    def __init__(self, number: int, send: Callable[[dict], None]):
        """Get ready.

        Args:
            number: of the submission's task.
            send: hands a message to Dask.
        """
        self._number, self._send, self._sent = number, send, 0

    def tell(self, student: str, notebook: str, cell: str, verdict: Mapping) -> None:
        """Send a verdict, unless it is too long, or too many were sent; see `TaskListener`."""
        # ASCII: no student's text can end Dask's connection
        text = json.dumps(verdict)
        if len(text) <= MESSAGE_CHARACTERS and self._sent < MOST_MESSAGES:
            self._sent += 1
            message = {"scored": self._number, "notebook": notebook, "cell": cell, "verdict": text}
            self._send(message)


def read_scored(message: Mapping, notebooks: Collection[str]) -> tuple[str, str, dict] | None:
    """Return notebook, cell and verdict of a message; None if it is not one.

    Args:
        message: as it came.
        notebooks: those that are graded.
    """
    notebook, cell, text = (message.get(name) for name in ("notebook", "cell", "verdict"))
    if not all(isinstance(each, str) for each in (notebook, cell, text)):
        return None
    if notebook not in notebooks or len(cell) > NAME_CHARACTERS or len(text) > MESSAGE_CHARACTERS:
        return None
    try:
        verdict = told_of({"shown": json.loads(text)})
    except (ValueError, RecursionError):
        return None
    return None if verdict is None else (notebook, cell, verdict)
