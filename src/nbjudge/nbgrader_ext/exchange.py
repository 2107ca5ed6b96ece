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


class NoExchange(
    abc.ExchangeReleaseAssignment,
    abc.ExchangeFetchAssignment,
    abc.ExchangeSubmit,
    abc.ExchangeCollect,
    abc.ExchangeReleaseFeedback,
    abc.ExchangeFetchFeedback,
):
    """An exchange that there is not, in the place of each of nbgrader's."""

    root = ""  # what formgrader shows as its folder

    def start(self):
        """Fail with a sentence that says what to do instead."""
        self.fail(INSTEAD)


class NoList(abc.ExchangeList):
    """Lists nothing, so that formgrader and JupyterLab's nbgrader menu open without a warning."""

    root = ""

    def start(self):
        """Return no assignments; removing one from the exchange fails."""
        if self.remove:
            self.fail(INSTEAD)
        return []
