"""What several tests share: the repository's root, and a course copied to a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from small_course import forget_grading

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
# the files that take longest begin first, so that no core waits for the last one at the end
LONGEST = tuple(
    f"test_{name}.py" for name in ("corpus", "killed", "workers", "hidden_tests", "grading")
)
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


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount and become others")


def with_own_mounts(commands: str) -> subprocess.CompletedProcess:
    """Run shell commands, as root, in mounts that nobody else sees."""
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", commands], capture_output=True, text=True
    )


def without_bubblewrap(commands: str) -> subprocess.CompletedProcess:
    """Run shell commands, as root, where bubblewrap cannot be started."""
    return with_own_mounts(f"mount --bind /dev/null {shutil.which('bwrap')}; {commands}")


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository's root."""
    return ROOT


@pytest.fixture
def ungraded(course):
    """Return the small course of a file of tests, and let nobody be graded afterwards."""
    yield course
    forget_grading(course)
