"""A course without nbgrader's exchange: nothing is looked for, and what needs it says so.

`nbjudge.without_exchange` enters these classes where nbgrader looks for its exchange.
"""

from __future__ import annotations

from nbgrader.exchange import abc

INSTEAD = (
    "This course does not use nbgrader's exchange. Hand out the folder release/<assignment>, put "
    "what comes back into submitted/<student>/<assignment>/, and give each student their folder "
    "in feedback/. (For the exchange, take without_exchange out of the config.)"
)


class _None(abc.Exchange):
    """An exchange that there is not."""

    root = ""  # what formgrader shows as its folder

    def start(self):
        """Fail with a sentence that says what to do instead."""
        self.fail(INSTEAD)


class NoList(_None, abc.ExchangeList):
    """Lists nothing, so that formgrader and JupyterLab's nbgrader menu open without a warning."""

    def start(self):
        """Return no assignments; removing one from the exchange fails."""
        if self.remove:
            super().start()
        return []


class NoReleaseAssignment(_None, abc.ExchangeReleaseAssignment):
    """Fails."""


class NoCollect(_None, abc.ExchangeCollect):
    """Fails."""


class NoReleaseFeedback(_None, abc.ExchangeReleaseFeedback):
    """Fails."""


class NoFetchAssignment(_None, abc.ExchangeFetchAssignment):
    """Fails."""


class NoSubmit(_None, abc.ExchangeSubmit):
    """Fails."""


class NoFetchFeedback(_None, abc.ExchangeFetchFeedback):
    """Fails."""
