"""Gradings that are shown before they are written: kept aside until somebody says yes.

A proposal holds what it was made from. When anything of that is another by now, it is none.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from nbjudge.record.files import write_file
from nbjudge.record.graded import BadResultError, Graded, Work, from_bytes

FOLDER = ".nbjudge"


class Proposals:
    """The proposals for one assignment."""

    def __init__(self, root: Path, assignment: str):
        """Name the place, which need not be there: below the course's folder `root`."""
        self._folder = root / FOLDER / "proposed" / assignment

    def keep(self, work: Work, graded: Graded) -> None:
        """Keep one student's."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_file(self._file(work, "digests.json"), json.dumps(work.digests).encode())
        write_file(self._file(work, "graded.json"), graded.to_bytes())

    def find(self, work: Work) -> Graded | None:
        """Return one student's, if it was made from what there is now."""
        try:
            if json.loads(self._file(work, "digests.json").read_bytes()) != work.digests:
                return None
            return from_bytes(self._file(work, "graded.json").read_bytes(), work.digests)
        except (OSError, ValueError, BadResultError):
            return None

    def forget(self) -> None:
        """Remove all."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _file(self, work: Work, name: str) -> Path:
        return self._folder / work.student / name
