"""A graded notebook in sections: one for each graded cell, with all that leads to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from nbformat import NotebookNode

from nbjudge.cells import is_grade, is_locked, is_solution, is_task

LABEL = 60  # characters
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(\S.*?)[ \t#]*$", re.MULTILINE)
_FIGURE = re.compile(r"^\*\*The figures? you should see\.\*\*[ \t]+(\S.*)$", re.MULTILINE)
_REMARK = re.compile(r"\s\([^()]*\)$")  # such as (8 points, 15 minutes)


@dataclass
class Section:
    """Cells of a notebook that belong together.

    Attributes:
        graded: the cell that is graded; None of what follows the last one.
        cells: all cells of the section in their order, the graded one among them.
    """

    graded: NotebookNode | None = None
    cells: list[NotebookNode] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The last heading in the course's own text before the graded cell; empty without one."""
        found = ""
        for cell in self.cells:
            found = (_heading(cell) if is_courses(cell) else "") or found
            if cell is self.graded:
                break
        return found


def sections(cells: Iterable[NotebookNode]) -> list[Section]:
    """Return the cells in sections.

    A section ends with its graded cell. After one of nbgrader's task cells, which students answer
    below it, it goes on until the next heading or graded cell.
    """
    found = [Section()]
    for cell in cells:
        graded = is_grade(cell) or is_task(cell)
        last = found[-1].graded
        begins = graded or (is_courses(cell) and _heading(cell))
        if last is not None and (begins or not is_task(last)):
            found.append(Section())
        found[-1].cells.append(cell)
        if graded:
            found[-1].graded = cell
    return [section for section in found if section.cells]


def is_courses(cell: NotebookNode) -> bool:
    """Say whether a cell is the course's own; `nbjudge.sanitize.notebook` marks those that are."""
    return not is_solution(cell) and ("nbjudge" in cell.metadata or is_locked(cell))


def label(cell: NotebookNode) -> str:
    """Return some words for one of the course's cells: its heading, or how its text begins."""
    words = (re.sub("[#*_`]", "", line).strip() for line in cell.source.split("\n"))
    begin = next((line for line in words if re.search(r"\w", line)), "")
    shown = _heading(cell) or begin
    return shown if len(shown) <= LABEL else f"{shown[:LABEL]}…"


def figure_shows(cell: NotebookNode) -> str:
    """Return what one of the course's cells says about a figure to come; empty if nothing.

    It says so in a paragraph that begins with **The figure you should see.**, or figures.
    """
    courses = cell.cell_type == "markdown" and is_courses(cell)
    found = _FIGURE.search(cell.source) if courses else None
    return re.sub("[*`$]", "", found[1]).strip() if found else ""


def title(cells: Iterable[NotebookNode]) -> str:
    """Return the first heading in the course's own text; empty without one."""
    return next((_heading(cell) for cell in cells if is_courses(cell) and _heading(cell)), "")


def _heading(cell: NotebookNode) -> str:
    """Return the last heading in a markdown cell, without a remark in brackets at its end."""
    found = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
    return _REMARK.sub("", found[-1]) if found else ""
