"""Bytes to cells: any file that claims to be a notebook, of nbformat 2 to 5, in any encoding."""

from __future__ import annotations

import json
import re

from nbjudge.errors import BrokenJsonError
from nbjudge.intake.json_text import Cursor
from nbjudge.intake.records import IntakeLimits, ReadNotebook, StudentCell

MAGIC = (
    (b"PK\x03\x04", "is a zip archive"),
    (b"\x1f\x8b", "is a gzip archive"),
    (b"%PDF", "is a PDF"),
    (b"Rar!", "is a rar archive"),
    (b"7z\xbc\xaf", "is a 7z archive"),
    (b"\x89PNG", "is an image"),
)
LONGEST_ID = 200
# Colab and others write pasted images into the text of a markdown cell
STORED_IMAGE = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=]*+")


def read_notebook(data: bytes, file_name: str, limits: IntakeLimits) -> ReadNotebook:
    """Return the cells of a notebook file, or the sentence that says why there are none.

    Never raises, whatever `data` is. Outputs, attachments, images and metadata are stepped over,
    not read: they cost neither memory nor any of `limits`.

    Args:
        data: the whole file.
        file_name: for the record and its sentences; printable.
        limits: what is kept of it.
    """
    data = _as_utf8(data)
    problem = _no_notebook(data)
    if problem:
        return ReadNotebook(file_name, problem=f"{file_name} {problem}.")
    cursor = Cursor(data)
    kept = _Kept(limits)
    try:
        if not _read_top(cursor, kept):
            return ReadNotebook(file_name, problem=f"{file_name} is no notebook: it has no cells.")
    except BrokenJsonError as error:
        return ReadNotebook(file_name, problem=f"{file_name} cannot be read: {error}.")
    notes = kept.notes(file_name)
    if cursor.peek():
        notes.append(f"{file_name}: what follows the end of the notebook was left out.")
    if cursor.other_encoding:
        notes.append(f"{file_name} is not UTF-8; it was read as Windows-1252.")
    return ReadNotebook(file_name, tuple(kept.cells), notes=tuple(notes))


def clean_text(text: str) -> str:
    """Return `text` with LF line ends and without NUL, byte order mark and lone surrogates."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return re.sub("[\ud800-\udfff]", "\ufffd", text.removeprefix("\ufeff"))


def _as_utf8(data: bytes) -> bytes:
    """Return the text as UTF-8 if it is UTF-16 or UTF-32, with or without a byte order mark."""
    encoding = json.detect_encoding(data)
    # without a mark, NULs are what gives UTF-16 away; one stray NUL in UTF-8 must not
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"))
    if encoding.startswith("utf-8") or not (marked or data[:64].count(0) >= len(data[:64]) // 3):
        return data.removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"")
    text = data.decode(encoding, "replace")
    return text.encode("utf-8", "replace").replace(b"\x00", b"")


def _no_notebook(data: bytes) -> str:
    """Return what the file is instead of a JSON object; empty if it may be one."""
    for magic, what in MAGIC:
        if data.startswith(magic):
            return f"{what}, not a notebook: hand in the .ipynb file itself"
    head = data[:200].lstrip()
    if not head:
        return "is empty: the upload was probably interrupted"
    if head.startswith(b"<<<<<<<"):
        return "has two versions in it, as git leaves them where both have changed: merge them"
    if head.startswith(b"<"):
        return "is a web page, not a notebook: download the .ipynb file, not its preview"
    if head.startswith((b"[", b"null", b'"')):
        return "is no notebook: its JSON is not an object with cells"
    if not head.startswith(b"{"):
        return "is no notebook but some other text: hand in the .ipynb file"
    return ""


class _Kept:
    """The cells that are kept of one notebook, within the limits."""

    def __init__(self, limits: IntakeLimits):
        self.cells: list[StudentCell] = []
        self._limits = limits
        self._space = limits.notebook_bytes
        self._with_id = 0  # cells with a grade_id that were kept beyond the count
        self._too_large = self._too_many = 0

    def add(self, cell: StudentCell) -> None:
        if not cell.source.strip():
            return  # an empty cell means nothing
        if len(self.cells) - self._with_id >= self._limits.cell_count:
            if cell.grade_id is None or self._with_id >= self._limits.cell_count:
                self._too_many += 1
                return
            self._with_id += 1
        size = len(cell.source.encode("utf-8"))
        if size > self._space:
            self._too_large += 1
            return
        self._space -= size
        self.cells.append(cell)

    def notes(self, file_name: str) -> list[str]:
        notes = []
        if self._too_large:
            notes.append(
                f"{file_name}: {self._too_large} cells were left out, because the text of its "
                f"cells is longer than {self._limits.notebook_bytes:,} bytes."
            )
        if self._too_many:
            notes.append(
                f"{file_name}: {self._too_many} cells were left out after the first "
                f"{self._limits.cell_count:,}; cells with a grade_id come first."
            )
        return notes


def _read_top(cursor: Cursor, kept: _Kept) -> bool:
    """Read the notebook's object; say whether it has cells at all, be it an empty list of them."""
    found = False
    for key in cursor.members():
        if key == "cells" and cursor.peek() == b"[":
            found = True
            _read_cells(cursor, kept, "")
        elif key == "worksheets" and cursor.peek() == b"[":  # nbformat 2 and 3
            found = True
            for _ in cursor.elements():
                if cursor.peek() == b"{":
                    _read_worksheet(cursor, kept)
    return found


def _read_worksheet(cursor: Cursor, kept: _Kept) -> None:
    for key in cursor.members():
        if key == "cells" and cursor.peek() == b"[":
            _read_cells(cursor, kept, "\n")


def _read_cells(cursor: Cursor, kept: _Kept, joint: str) -> None:
    for _ in cursor.elements():
        if cursor.peek() == b"{":
            kept.add(_read_cell(cursor, joint))


def _read_cell(cursor: Cursor, joint: str) -> StudentCell:
    """Read one cell; what is not of the right type counts as not there."""
    kind, source, cell_id, grade_id, colab_id, level = "", "", None, None, None, 0
    for key in cursor.members():
        if key == "cell_type":
            kind = _string(cursor) or ""
        elif key in ("source", "input"):
            source = _lines(cursor, joint)
            kind = kind or ("code" if key == "input" else "")
        elif key == "id":
            cell_id = _string(cursor)
        elif key == "metadata" and cursor.peek() == b"{":
            grade_id, colab_id = _read_metadata(cursor)
        elif key == "level" and cursor.peek().isdigit():
            level = int(cursor.peek())
    source = clean_text(source)
    if kind == "heading":  # nbformat 3
        kind, source = "markdown", f"{'#' * max(level, 1)} {source}"
    if kind != "code":
        source = STORED_IMAGE.sub("data:,", source)
    return StudentCell(clean_text(kind)[:20], source, _id(grade_id), _id(cell_id) or _id(colab_id))


def _read_metadata(cursor: Cursor) -> tuple[str | None, str | None]:
    """Return the grade_id, and the id that Colab keeps among the metadata."""
    grade_id = colab_id = None
    for key in cursor.members():
        if key == "nbgrader" and cursor.peek() == b"{":
            for name in cursor.members():
                if name == "grade_id":
                    grade_id = _string(cursor)
        elif key == "id":
            colab_id = _string(cursor)
    return grade_id, colab_id


def _string(cursor: Cursor) -> str | None:
    """Read a string; None, and nothing read, if another value stands there."""
    return cursor.string() if cursor.peek() == b'"' else None


def _id(text: str | None) -> str | None:
    return text if text and len(text) <= LONGEST_ID and text.isprintable() else None


def _lines(cursor: Cursor, joint: str) -> str:
    """Read a text, or a list of its lines; `joint` goes between lines that have no line end."""
    if cursor.peek() == b'"':
        return cursor.string()
    if cursor.peek() != b"[":
        return ""
    lines = [line for _ in cursor.elements() if (line := _string(cursor)) is not None]
    if any(line.endswith("\n") for line in lines):
        joint = ""
    return joint.join(lines)
