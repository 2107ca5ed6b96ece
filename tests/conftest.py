"""What all tests share: where they run, in which order, what they cost, and fixtures."""

import os
from collections import defaultdict
from pathlib import Path

import once
import pytest
from repository import ROOT
from small_course import forget_grading

# what takes longest begins first, so that no core waits for the last one at the end
LONGEST = ("corpus", "killed", "workers", "hidden_tests", "grading")
# seconds of one core that the tests of each folder may take in `make test`
BUDGET = {
    "unit": 150,
    "sandbox": 180,
    "nbgrader": 270,
    "cluster": 90,
    "browser": 90,
    "course": 180,
}


def pytest_itemcollected(item):
    """Let one of pytest's workers run all tests of a file, except those in their own group."""
    if item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(item.path.stem.removeprefix("test_")))


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files first; the others stay in their order."""
    places = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_terminal_summary(terminalreporter):
    """Print how long the tests of each folder took."""
    seconds = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            path = Path(getattr(report, "nodeid", "").split("::")[0])
            if path.parts[:1] == ("tests",):
                seconds[path.parts[1]] += getattr(report, "duration", 0.0)
    if seconds:
        terminalreporter.section("seconds of each folder")
    for folder, took in sorted(seconds.items()):
        budget = f" of {BUDGET[folder]} s in make test" if folder in BUDGET else ""
        terminalreporter.line(f"{folder:10} {took:6.0f}{budget}")


@pytest.fixture(scope="session", autouse=True)
def run_folder(tmp_path_factory):
    """Return the folder of this run, which pytest's workers have in common."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(once.RUN_FOLDER, str(folder))
        yield folder


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the repository's root."""
    return ROOT


@pytest.fixture
def ungraded(course):
    """Return the small course of a file of tests, and let nobody be graded afterwards."""
    yield course
    forget_grading(course)
