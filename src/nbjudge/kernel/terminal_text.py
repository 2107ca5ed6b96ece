r"""What a stream has printed, joined as a terminal would show it, while it arrives.

nbclient joins a cell's prints when the cell has ended, with a regular expression that takes the
square of a line's length: a line of 500 KB costs a minute. Here the time is linear in what was
printed, and what is held is bounded, however much that is.
"""

from __future__ import annotations

import io
import re

_SPLIT_LINE_END = re.compile(r"(?<!\r)\r++(?=\n)")
# up to the last \r of a line that something follows; tried once for each line
_OVERWRITTEN = re.compile(r"^[^\n]*\r(?=[^\n\r])", re.MULTILINE)
_LINES_WITH_BACKSPACE = re.compile(r"^[^\n\b]*+\x08[^\n]*+", re.MULTILINE)
_RUNS = re.compile(r"\x08+|[^\x08]+")


class StreamText:
    r"""One stream's text: ``\r`` overwrites its line, a backspace takes one character away.

    Of a flood, head and tail are held. A progress bar of any length is its last state.
    """

    def __init__(self, most: int):
        """`most`: characters that are held; of a longer text, half from each end."""
        self._half = max(1, most // 2)
        self._head = ""  # of a text that is too long; it does not change any more
        self._tail = ""  # the settled rest
        self._left_out = 0
        self._new, self._new_length = io.StringIO(newline=""), 0

    def write(self, text: str) -> None:
        """Take one piece, in the order of printing."""
        self._new.write(text)
        self._new_length += len(text)
        # what is held is looked at again when as much has come as it is: linear in the whole
        if self._new_length > len(self._tail) + self._half:
            self._settle()

    def text(self) -> str:
        """Return what is to be seen of everything so far."""
        self._settle()
        tail = self._tail.rstrip("\r")  # nothing came to overwrite the line
        if not self._left_out:
            return self._head + tail
        return f"{self._head}\n... {self._left_out:,} characters left out ...\n{tail}"

    def _settle(self) -> None:
        text = settled(self._tail + self._new.getvalue())
        self._new, self._new_length = io.StringIO(newline=""), 0
        if not self._head and len(text) > 2 * self._half:
            self._head, text = text[: self._half], text[self._half :]
        if self._head and len(text) > self._half:
            self._left_out += len(text) - self._half
            text = text[-self._half :]
        self._tail = text


def settled(text: str) -> str:
    r"""Return the text without what ``\r`` and backspaces have undone; time is linear.

    ``\r`` at the very end stay, because more may follow. May be applied to a text of which a
    part was settled before.
    """
    if "\b" in text:
        text = _LINES_WITH_BACKSPACE.sub(_without_backspaces, text)
    if "\r" in text:
        text = _OVERWRITTEN.sub("", _SPLIT_LINE_END.sub("", text))
    return text


def _without_backspaces(line: re.Match) -> str:
    kept: list[tuple[str, int]] = []  # pieces, and how many characters of each are left
    for run in _RUNS.findall(line[0]):
        if run[0] != "\b":
            kept.append((run, len(run)))
            continue
        gone = len(run)
        while gone and kept:
            piece, length = kept.pop()
            if length > gone:
                kept.append((piece, length - gone))
            gone -= min(gone, length)
    return "".join(piece[:length] for piece, length in kept)
