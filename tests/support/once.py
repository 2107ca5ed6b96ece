"""What is made once in a run of the tests, by whichever of pytest's workers needs it first."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

RUN_FOLDER = "NBJUDGE_TESTS_RUN"  # the environment variable with the folder of this run
SECONDS = 900  # that one worker waits for another
LOOK_SECONDS = 0.05


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """Return the folder `name` of this run, which `make` has filled. Nobody may change it.

    Args:
        name: of a folder that nothing else makes.
        make: fills an empty folder that it is given. If it fails, the next who asks tries again.

    Raises `TimeoutError` if another worker takes too long.
    """
    folder = Path(os.environ[RUN_FOLDER]) / name
    made = folder.with_name(f"{name}.made")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        _wait_for(lock, name)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def _wait_for(lock, name: str) -> None:
    until = time.monotonic() + SECONDS
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError(f"{name} is not made after {SECONDS} s") from None
        time.sleep(LOOK_SECONDS)
