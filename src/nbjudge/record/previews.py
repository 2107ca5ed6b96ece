"""Gradings that are shown before they are written: kept aside until somebody says yes.

A proposal holds what it was made from. When anything of that is another by now, it is none.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from nbjudge.errors import BadResultError
from nbjudge.record.results import GradedSubmission, GradingTask, from_bytes
from nbjudge.record.write_files import write_file

FOLDER = ".nbjudge"


class Proposals:
    """The proposals for one assignment."""

    def __init__(self, root: Path, assignment: str):
        """Name the place, which need not be there: below the course's folder `root`."""
        self._folder = root / FOLDER / "proposed" / assignment

    def keep(self, task: GradingTask, graded: GradedSubmission) -> None:
        """Keep one student's."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        proposal = {"digests": task.digests, "graded": graded.to_bytes().decode()}
        write_file(self._file(task.student), json.dumps(proposal).encode())

    def find(self, task: GradingTask) -> GradedSubmission | None:
        """Return one student's, if it was made from what there is now."""
        try:
            proposal = json.loads(self._file(task.student).read_bytes())
            if proposal["digests"] != task.digests:
                return None
            return from_bytes(proposal["graded"], task.digests)
        except (OSError, ValueError, TypeError, KeyError, BadResultError):
            return None

    def forget(self, student: str) -> None:
        """Remove one student's."""
        shutil.rmtree(self._file(student).parent, ignore_errors=True)

    def forget_all(self) -> None:
        """Remove all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, student: str) -> Path:
        return self._folder / student / "graded.json"
