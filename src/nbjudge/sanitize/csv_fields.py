"""Fields of a CSV file that a spreadsheet shows and never runs."""

from __future__ import annotations

import re

from nbjudge.sanitize.text import one_line

# what spreadsheets take for the beginning of a formula, in a cell of their own making too: where
# the list separator is a semicolon, they split a text there
_FORMULA = re.compile(r"(^|[;,])(?=[\s\"'`]*[=+\-@\uff1d\uff0b\uff0d\uff20])")


def inert_field(value: object) -> object:
    """Return a number as it is, None as an empty text, and any other value as an inert text."""
    if isinstance(value, (int, float)):
        return value
    return _FORMULA.sub(r"\1'", one_line("" if value is None else str(value)).strip())
