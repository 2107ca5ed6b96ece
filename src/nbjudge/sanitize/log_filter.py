"""Log lines that a student's names and paths cannot forge, colour or hide."""

from __future__ import annotations

import logging
import numbers
import re
from collections.abc import Iterable

from nbjudge.sanitize.text import inert_text, one_line

CONTINUED = "    | "  # before every further line of a message, so that none looks like a new one
# of an address such as a gradebook's; its length is bounded for what is none
_PASSWORD = re.compile(r"(?<=://)([^\s:/@]{0,200}):[^\s@]{1,200}@")
_NEXT_LINE = re.compile(rf"\n(?!{re.escape(CONTINUED)})")


class InertFilter(logging.Filter):
    """Makes each record's message and traceback inert; lets every record through."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Write out what a terminal would obey; further lines begin with `CONTINUED`."""
        if isinstance(record.args, tuple):
            record.args = tuple(_inert_argument(argument) for argument in record.args)
        record.msg, record.args = inert_message(record.getMessage()), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = inert_message(logging.Formatter().formatException(record.exc_info))
        return True


def inert_message(text: str) -> str:
    """Return a message of one or more lines as the log shows it, without passwords."""
    return _PASSWORD.sub(r"\1:***@", _NEXT_LINE.sub(f"\n{CONTINUED}", inert_text(text)))


def _inert_argument(argument: object) -> object:
    # numbers are formatted as numbers
    return argument if isinstance(argument, numbers.Number) else one_line(str(argument))


def filter_loggers(names: Iterable[str]) -> None:
    """Put an `InertFilter` on some loggers, by name; twice is no error.

    The filter belongs to the logger, not to a handler, so that the terminal, a log file and
    formgrader all get inert records; configuring the logging again replaces a logger's handlers
    and leaves its filters.
    """
    for name in names:
        logging.getLogger(name).addFilter(_FILTER)


_FILTER = InertFilter()  # one object: a logger takes the same filter only once
