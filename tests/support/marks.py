"""Marks of the tests, see tests/README.md."""

import pytest


def slow(*values: object, id: str | None = None):
    """Return the values of a parameter that `make test` leaves to `make test-all`."""
    return pytest.param(*values, id=id, marks=pytest.mark.slow)
