"""Columns of text side by side, as a terminal shows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from nbjudge.sanitize.text import one_line

GAP = 2  # cells between two columns
HEADER = 8  # cells for a word of a notebook's name

Column = tuple[list[str], list[list[str]]]  # the lines of its header, and those of each cell


def number_column(header: list[str], numbers: list[float | None], nothing: str = "–") -> Column:
    """Return a column of numbers, rounded to two decimals, with no more than one of them needs."""
    rounded = [None if n is None else round(n, 2) + 0.0 for n in numbers]
    decimals = max((len(f"{n % 1:.2f}".rstrip("0")) - 2 for n in rounded if n), default=0)
    return header, [[f"{n:.{decimals}f}" if n is not None else nothing] for n in rounded]


def fold_name(name: str) -> list[str]:
    """Return a notebook's name in lines of at most `HEADER` cells, broken between its words."""
    lines = [""]
    for piece in re.findall(r"[^\s_-]*[\s_-]*", one_line(name)):
        if lines[-1] and cell_len(lines[-1] + piece.rstrip()) > HEADER:
            lines.append("")
        lines[-1] += piece
    return [shorten(line.strip(), HEADER) for line in lines]


def shorten(text: str, cells: int) -> str:
    """Return the text, with a … for its middle if it is wider than so many cells of a terminal."""
    if cell_len(text) <= cells:
        return text
    head = set_cell_size(text, cells // 2).rstrip()
    tail = ""
    for character in reversed(text):
        if cell_len(head) + 1 + cell_len(character + tail) > cells:
            break
        tail = character + tail
    while tail and unicodedata.category(tail[0]).startswith("M"):  # its letter is left out
        tail = tail[1:]
    return f"{head}…{tail.lstrip()}"


def width_of(columns: Sequence[Column]) -> int:
    """Return the cells that these columns take, with a gap for each."""
    return sum(GAP + max(map(cell_len, _texts(column))) for column in columns)


def side_by_side(columns: Sequence[Column]) -> list[str]:
    """Return the columns side by side: the first one flush left, the others right."""
    height = max(len(header) for header, _ in columns)
    headers = [[""] * (height - len(header)) + header for header, _ in columns]
    widths = [max(map(cell_len, _texts(column))) for column in columns]
    rule = "-" * (sum(widths) + GAP * (len(widths) - 1))
    lines = [*_in_a_row(headers, widths), rule]
    for cells in zip(*(cells for _, cells in columns), strict=True):
        lines += _in_a_row(cells, widths)
    return lines


def _in_a_row(cells: Sequence[list[str]], widths: list[int]) -> list[str]:
    lines = []
    for number in range(max(map(len, cells))):
        parts = []
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            text = cell[number] if number < len(cell) else ""
            blanks = " " * (width - cell_len(text))
            parts.append(text + blanks if place == 0 else blanks + text)
        lines.append((" " * GAP).join(parts).rstrip())
    return lines


def _texts(column: Column) -> list[str]:
    header, cells = column
    return [*header, *(line for cell in cells for line in cell)]
