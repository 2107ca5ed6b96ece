"""Folders of one grader's own on this machine; those of a grader that was killed are removed."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

WARM = "nbjudge-warm-"  # of one warm process
OPEN = "nbjudge-open-"  # of one kernel without a box
COURSE = "nbjudge-course-"  # of one worker
BESIDE = "nbjudge-beside-"  # what lies beside one notebook
_WITH_SOCKETS = (WARM, OPEN)
# characters of a temporary folder in which sockets have names of 107 bytes, which Linux allows
LONGEST_TEMPORARY = 59


class OwnFolder:
    """A new folder, which is locked as long as this process lives, or until it is removed.

    Attributes:
        path: of the folder; where it is for sockets, short enough for them.
    """

    def __init__(self, kind: str):
        self.path = Path(tempfile.mkdtemp(prefix=kind, dir=_place(kind)))
        self._lock = _claim(self.path)

    def remove(self) -> None:
        """Remove it with all that is in it; again is no error."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.let_go()

    def let_go(self) -> None:
        """Close the lock of this process, which is a fork of the one that has the folder."""
        if self._lock is not None:
            os.close(self._lock)
        self._lock = None


def remove_abandoned() -> None:
    """Remove the folders of graders of this user that were killed: nobody locks them any more."""
    kinds = (WARM, OPEN, COURSE, BESIDE)
    for folder in (each for kind in kinds for each in Path(_place(kind)).glob(f"{kind}*")):
        try:
            # one that is a moment old may not be locked yet
            status = folder.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
                continue
            lock = _claim(folder) if time.time() - status.st_mtime > 2 else None
        except OSError:
            continue
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _claim(folder: Path) -> int | None:
    """Lock a folder as a living grader's own; return the lock, or None if another one has it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _place(kind: str) -> str:
    """Return where folders of a kind are made.

    That of a folder for sockets is short.
    """
    if kind not in _WITH_SOCKETS:
        return tempfile.gettempdir()
    places = (os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir())
    for given, longest in zip(places, (39, LONGEST_TEMPORARY), strict=True):
        if os.path.isdir(given) and len(given) <= longest and os.access(given, os.W_OK | os.X_OK):
            return given
    return "/tmp"
