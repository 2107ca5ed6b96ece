"""Colours for code, in a time that is linear in its length."""

from __future__ import annotations

import re

from nbconvert.filters import Highlight2HTML

_COLOURED_CHARACTERS = 20_000  # each becomes some 30 of the page, which nbconvert parses again
# pygments looks for a text's end from each line of such a gap: time grows with its square
_GAP = re.compile(r"\s{300}")


class LinearHighlight(Highlight2HTML):
    """Colours code in a time that is linear in its length, whatever it is.

    pygments' lexer for IPython is not: 8,000 blanks and line ends take it six seconds. That for
    Python is, but for long gaps; code with such a gap, or a very long one, gets no colours.
    """

    def __call__(self, source, language=None, metadata=None):
        """Return the HTML of a code cell; see nbconvert's `Highlight2HTML`."""
        plain = len(source) > _COLOURED_CHARACTERS or _GAP.search(source)
        return super().__call__(source, "text" if plain else "python")
