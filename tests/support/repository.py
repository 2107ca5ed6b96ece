"""The repository's root, and a course copied to a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import forked

ROOT = Path(__file__).resolve().parents[2]
COURSE = ("source", "release", "hidden_tests", "data", "submitted", "autograded")
CONFIG = ("grader_config.py", "nbgrader_config.py")


def copy_course(target: Path) -> Path:
    """Copy the course, without what grading has written, and return the folder."""
    for name in COURSE:
        ignore = shutil.ignore_patterns("lab1") if name == "autograded" else None
        shutil.copytree(ROOT / name, target / name, ignore=ignore)
    for name in CONFIG:
        shutil.copy(ROOT / name, target / name)
    return target


def nbgrader(course: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run one nbgrader command in `course`; fail with its output if it fails."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = forked.run(course, ("nbgrader", *arguments), environment, apart=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done
