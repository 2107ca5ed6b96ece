"""The records that intake hands on: immutable, plain, and free of anything a student can arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated


@dataclass(frozen=True)
class IntakeLimits:
    """How much of one submission is read. Sizes are in bytes.

    Attributes:
        notebook_bytes: text of one notebook's cells that is kept (UTF-8), after outputs, images
            and attachments were left out; cells that no longer fit are left out with a note.
        raw_bytes: size of one .ipynb file, with all that is stored in it; a larger one is
            unreadable. It is held in memory once while it is read.
        cell_count: cells of one notebook that are kept in their order. Of those after them, as
            many again are kept if they carry a grade_id, so that a flood of cells hides no answer.
        file_count: files beside the notebooks that are kept.
        file_bytes: size of one of them.
        total_file_bytes: size of all of them together.
        hard_links: whether a file that has several names on the disk is read. Off, because the
            other name may be somebody else's work; to be set where the storage links equal files.
    """

    notebook_bytes: Annotated[int, "Bytes of one notebook that count: its cells' text."] = (
        10_000_000
    )
    raw_bytes: Annotated[int, "Bytes of one notebook file, with its stored outputs."] = 200_000_000
    cell_count: Annotated[int, "Cells of one notebook."] = 2_000
    file_count: Annotated[int, "Files beside the notebooks of one submission."] = 200
    file_bytes: int = 20_000_000
    total_file_bytes: int = 50_000_000
    hard_links: bool = False


@dataclass(frozen=True)
class StudentCell:
    """One cell of a student's notebook: text and how it may be recognised, nothing else.

    Attributes:
        kind: ``code``, ``markdown``, ``raw``, or what else the file says.
        source: the text; lines end with LF, no NUL, no lone surrogates.
        grade_id: nbgrader's name for the cell, if the cell still carries one.
        cell_id: Jupyter's id of the cell, if it has one.
    """

    kind: str
    source: str
    grade_id: str | None = None
    cell_id: str | None = None


@dataclass(frozen=True)
class ReadNotebook:
    """One notebook as it was read.

    Attributes:
        file_name: path in the submission, for people; odd characters are escaped.
        cells: in the order of the file.
        problem: empty, or one sentence that says why the notebook cannot be read.
        notes: sentences on what was mended or left out.
    """

    file_name: str
    cells: tuple[StudentCell, ...] = ()
    problem: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    Attributes:
        student: the folder's name.
        assignment: such as ``lab1``.
        notebooks: by the released notebook's name without its ending; one that was not handed in
            has no entry.
        files: files that the kernel may see beside the notebook: path with ``/`` to content.
        timestamp: when it was handed in, in UTC and without a time zone, as nbgrader keeps it;
            None if that is not known.
        notes: sentences on what was found and how it was decided.
    """

    student: str
    assignment: str
    notebooks: Mapping[str, ReadNotebook]
    files: Mapping[str, bytes]
    timestamp: datetime | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A folder that is not graded: its name, escaped so that it can be printed, and why."""

    name: str
    reason: str
