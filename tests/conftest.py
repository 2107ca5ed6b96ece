"""What all tests share: where they run, in which order, what they cost, and fixtures."""

import os
from collections import defaultdict
from pathlib import Path

import once
import pages
import pytest
import students
from repository import ROOT, copy_course, nbgrader
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
    """Let one of pytest's workers run all tests of a file, unless they name another group."""
    if item.get_closest_marker("xdist_group") is None:
        item.add_marker(pytest.mark.xdist_group(item.path.stem.removeprefix("test_")))


def pytest_collection_modifyitems(items):
    """Put the tests of the longest files first; the others stay in their order."""
    places = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


def pytest_collection_finish(session):
    """Fail where pytest-xdist forgets the groups: then what a file shares is made in each worker.

    It writes the group into the name of each test, which pytest 9.2.0 does not let it do
    (pytest-xdist issue 1386).
    """
    if session.config.getoption("loadgroup", False):  # one of the workers
        lost = [item.nodeid for item in session.items if "@" not in item.nodeid]
        assert not lost, f"pytest-xdist groups no tests with pytest {pytest.__version__}: {lost[0]}"


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


@pytest.fixture(scope="session")
def graded_sample(run_folder) -> Path:
    """Return a course with the sample class graded, fed back and exported. Nobody may change it."""
    return once.made_once("sample class", _grade_sample)


def _grade_sample(folder: Path) -> None:
    copy_course(folder)
    nbgrader(folder, "generate_assignment", "lab1", "--force")
    nbgrader(folder, "autograde", "lab1")
    nbgrader(folder, "generate_feedback", "lab1")
    nbgrader(folder, "export")


@pytest.fixture(scope="session")
def needs_browser(request):
    """Skip what reads pages where there is no browser; in `make test-all` it fails."""
    _need(request, pages.find_browser(), "there is no browser; make browser installs Chromium")


@pytest.fixture(scope="session")
def needs_student_environment(request):
    """Skip what runs a student's Jupyter where there is none; in `make test-all` it fails."""
    there = students.PROGRAMS.is_dir()
    _need(request, there, "there is no environment of a student; make browser installs it")


def _need(request, there: object, reason: str) -> None:
    if not there and request.config.option.markexpr == "not slow":
        pytest.skip(reason)
    assert there, reason


@pytest.fixture
def ungraded(course):
    """Return the small course of a file of tests, and let nobody be graded afterwards."""
    yield course
    forget_grading(course)
