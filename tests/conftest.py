"""What all tests share: the order of the files, and fixtures."""

from pathlib import Path

import pytest
from repository import ROOT
from small_course import forget_grading

# the files that take longest begin first, so that no core waits for the last one at the end
LONGEST = tuple(
    f"test_{name}.py" for name in ("corpus", "killed", "workers", "hidden_tests", "grading")
)


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
