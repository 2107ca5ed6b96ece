"""Walking through JSON of any size and depth, building only the strings that are asked for.

Why not `json.loads`: it builds everything. Of a notebook with 60 MB of stored images it would make
a second and a third copy, ``[[[[…`` ends it with a RecursionError, ``[],[],…`` turns 60 MB into
more than a gigabyte, and an integer of a million digits stalls it. A `Cursor` steps over outputs,
metadata and attachments with compiled patterns at the speed of C. What it steps over is not
checked, so that NaN or a broken number in an output costs nobody a grade.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from nbjudge.errors import BrokenJsonError

# Possessive repeats (*+, ++) of single characters keep no way back, so that a string of 100 MB
# costs no memory. Groups are never possessive: Python 3.11.2 gets those wrong. They are repeated a
# limited number of times instead, each time in only one possible way, and `Cursor` repeats the
# whole.
SPACE = re.compile(rb"[ \t\r\n]*+")
SCALAR = re.compile(rb"[A-Za-z0-9+.-]++")
OPENING = re.compile(rb"[\[{]++")
CLOSING = re.compile(rb"[\]}]++")
# what follows in a string after its opening quote
STRING_PART = re.compile(rb'[^"\\]*(?:\\.[^"\\]*){0,1000}', re.DOTALL)
# anything without a bracket, strings as a whole, and lists of numbers, or of lists of numbers
FLAT = re.compile(
    rb'(?:[^"\[\]{}]+'
    rb'|"[^"\\]*(?:\\.[^"\\]*){0,200}"'
    rb'|\[[^"\[\]{}]*(?:\[[^"\[\]{}]*\][^"\[\]{}]*){0,200}\]){0,1000}',
    re.DOTALL,
)
# Bounds on time, not on size: either is about ten seconds of work. 60 MB of numbers in an
# output take next to none of the first, a long notebook ten thousand of the second.
MOST_BRACKETS = 8_000_000
MOST_VALUES = 1_000_000
TOO_MUCH = "it has more values in it than any notebook needs"


class Cursor:
    """A position in the bytes of a JSON text (UTF-8, or another superset of ASCII).

    Attributes:
        data: the whole text.
        position: index of the next byte.
        other_encoding: whether a string was met that is not UTF-8; it was read as Windows-1252.
    """

    def __init__(self, data: bytes):
        self.data = data
        self.position = 0
        self.other_encoding = False
        self._brackets = 0
        self._values = 0

    def peek(self) -> bytes:
        """Return the first byte of the next value, or nothing at the end of the text."""
        self.position = SPACE.match(self.data, self.position).end()
        return self.data[self.position : self.position + 1]

    def members(self) -> Iterator[str]:
        """Go through an object: yield each key, with the cursor at its value.

        The value may be read before the next key is asked for; if it is not, it is stepped over.
        """
        self._take(b"{")
        if self.peek() == b"}":
            self.position += 1
            return
        while True:
            key = self.string()
            self._take(b":")
            yield from self._at_value(key)
            if self._next_or_end(b"}"):
                return

    def elements(self) -> Iterator[int]:
        """Go through an array: yield the number of each item, with the cursor at the item."""
        self._take(b"[")
        if self.peek() == b"]":
            self.position += 1
            return
        number = 0
        while True:
            yield from self._at_value(number)
            if self._next_or_end(b"]"):
                return
            number += 1

    def string(self) -> str:
        """Read a string."""
        self.peek()
        start = self.position
        self._skip_string()
        try:
            # strict=False: line ends and tabs may stand in a string as they are
            return json.loads(self._decode(self.data[start : self.position]), strict=False)
        except ValueError:
            raise self._broken() from None

    def skip(self) -> None:
        """Step over one value, however large and however deep."""
        first = self.peek()
        if first in (b"{", b"["):
            self._skip_nested()
        elif first == b'"':
            self._skip_string()
        else:
            found = SCALAR.match(self.data, self.position)
            if found is None:
                raise self._broken()
            self.position = found.end()

    def _skip_string(self) -> None:
        end = self._string_end()
        if end is None:
            raise self._broken()
        self.position = end

    def _string_end(self) -> int | None:
        """Return the index behind the string at the cursor; None if there is no whole string."""
        if self.data[self.position : self.position + 1] != b'"':
            return None
        before, end = self.position, self.position + 1
        while end > before:
            before, end = end, STRING_PART.match(self.data, end).end()
            if self.data[end : end + 1] == b'"':
                return end + 1
        return None

    def _skip_nested(self) -> None:
        depth = 0
        while True:
            if opening := OPENING.match(self.data, self.position):
                depth += len(opening[0])
                self.position = opening.end()
            before, self.position = self.position, FLAT.match(self.data, self.position).end()
            if closing := CLOSING.match(self.data, self.position):
                closed = min(depth, len(closing[0]))
                depth -= closed
                self.position += closed
                if depth == 0:
                    return
            elif self.data[self.position : self.position + 1] == b'"':
                self._skip_string()  # one with too many backslashes for `FLAT`
            elif self.position == before and not OPENING.match(self.data, self.position):
                raise self._broken()
            self._brackets += 1
            if self._brackets > MOST_BRACKETS:
                raise BrokenJsonError(TOO_MUCH)

    def _at_value(self, name):
        self._values += 1
        if self._values > MOST_VALUES:
            raise BrokenJsonError(TOO_MUCH)
        self.peek()
        start = self.position
        yield name
        if self.position == start:
            self.skip()

    def _next_or_end(self, end: bytes) -> bool:
        """Step over a comma, or over the end of the object or array; say whether it was the end."""
        following = self.peek()
        if following not in (b",", end):
            raise self._broken()
        self.position += 1
        # a comma too many before the end is forgiven
        if following == b"," and self.peek() == end:
            self.position += 1
            return True
        return following == end

    def _take(self, byte: bytes) -> None:
        if self.peek() != byte:
            raise self._broken()
        self.position += 1

    def _decode(self, token: bytes) -> str:
        try:
            return token.decode("utf-8")
        except UnicodeDecodeError:
            self.other_encoding = True
        try:
            return token.decode("cp1252")
        except UnicodeDecodeError:
            return token.decode("latin-1")

    def _broken(self) -> BrokenJsonError:
        rest = self.data[self.position : self.position + 1]
        # an open string swallows all that follows, so its beginning is where we stop
        if not rest or (rest == b'"' and self._string_end() is None):
            return BrokenJsonError("it ends in the middle, as after an interrupted upload")
        return BrokenJsonError(f"it is damaged at byte {self.position}")
