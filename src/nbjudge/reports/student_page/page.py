"""What a student's page says of one graded notebook: the summary first, then task by task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from markupsafe import Markup
from nbformat import NotebookNode

from nbjudge.cells import is_task
from nbjudge.outcomes import Outcome
from nbjudge.record.pending_points import points_text
from nbjudge.reports.html.notebook_cells import Cells, plain_html
from nbjudge.reports.html.sections import Section, figure_shows, is_courses, label, sections
from nbjudge.verdict.student_view import told_of
from nbjudge.verdict.verdict_text import carried_sentence

NOTHING = Markup("")
MOST_STEPS = 3  # of what to do next

# for each state its sign and its word: nothing on the page is said by colour alone
STATES = {
    "right": ("✓", "right"),
    "partly": ("◐", "partly right"),
    "wrong": ("✗", "not right yet"),
    "empty": ("○", "not attempted"),
    "waiting": ("…", "not graded yet"),
    "unknown": ("?", "not in the gradebook"),
}


@dataclass
class Task:
    """One graded cell and what led to it.

    Attributes:
        title: for people, such as ``Regularised loss``.
        anchor: the place on the page.
        score: points, and `most` of them; both as texts.
        share: of the points, from 0 to 100.
        state: one of `STATES`.
        told: the verdict, see `nbjudge.verdict.student_view`; None without one.
        hint: on the likely mistake, as HTML; `seen`, `credit` and `carried` as in the verdict.
        by_hand: whether a grader has given the points.
        comment: the grader's, as HTML.
        parts: of the section, in their order: dictionaries with ``kind``; of kind ``own`` with
            ``html``, of kind ``given`` with ``cells`` and ``label``, of kind ``outputs`` with
            ``outputs``.
        verdict: a verdict's text, where the audit line does not hold more.
    """

    title: str
    anchor: str
    score: str
    most: str
    share: int
    state: str
    told: Mapping | None = None
    hint: Markup = NOTHING
    seen: Markup = NOTHING
    credit: str = ""
    carried: str = ""
    by_hand: bool = False
    comment: Markup = NOTHING
    parts: list[dict] = field(default_factory=list)
    verdict: str = ""

    @property
    def sign(self) -> str:
        """A sign for the state."""
        return STATES[self.state][0]

    @property
    def word(self) -> str:
        """A word or two for the state."""
        return STATES[self.state][1]

    @property
    def mistake(self) -> str:
        """The likely mistake; empty if none is known."""
        return (self.told or {}).get("mistake") or ""

    @property
    def right_cases(self) -> list[Mapping]:
        """What was right of what was tried."""
        cases = (self.told or {}).get("cases", [])
        return [case for case in cases if case["outcome"] == Outcome.PASSED.value]

    @property
    def only_given(self) -> bool:
        """Whether what is right was right before anything was changed."""
        return bool(self.right_cases) and all(case.get("given") for case in self.right_cases)


@dataclass(frozen=True)
class StudentPage:
    """All of the page.

    Attributes:
        tasks: in the notebook's order.
        rest: parts of what follows the last task.
    """

    tasks: list[Task]
    rest: list[dict]

    @property
    def right(self) -> list[Task]:
        """Tasks with all points."""
        return [task for task in self.tasks if task.state == "right"]

    @property
    def partly(self) -> list[Task]:
        """Tasks of which something is right, and not all."""
        return [task for task in self.tasks if task.state == "partly"]

    @property
    def steps(self) -> list[Task]:
        """Tasks to do next: those that are wrong first, because others build on them."""
        wrong = [task for task in self.tasks if task.state in ("partly", "wrong")]
        empty = [task for task in self.tasks if task.state == "empty"]
        return [*wrong, *empty][:MOST_STEPS]


def student_page(
    cells: Iterable[NotebookNode], lines: Mapping[str, Mapping], folder: str
) -> StudentPage:
    """Return the page of a graded notebook.

    Args:
        cells: of the notebook, with points and comments from the gradebook as
            `nbjudge.reports.student_page.grades` writes them.
        lines: the audit lines of its judged cells, by grade_id.
        folder: where it lies, with the images of the course's own text.
    """
    drawn = Cells(folder)
    tasks, rest = [], []
    for section in sections(cells):
        drawn.start_section()
        if section.graded is None:
            rest = _parts(section, drawn, "of the notebook", judged=False)
            continue
        about = section.graded.metadata.nbgrader
        line = lines.get(about["grade_id"])
        tasks.append(_task(section, about, line, drawn, len(tasks) + 1))
    return StudentPage(tasks, rest)


def _task(
    section: Section, about: Mapping, line: Mapping | None, drawn: Cells, number: int
) -> Task:
    told = told_of(line) if line else None
    title = told["title"] if told else section.heading or about["grade_id"]
    most, score = about.get("points") or 0.0, about.get("score") or 0.0
    task = Task(
        title=title,
        anchor=f"task-{number}",
        score=points_text(score),
        most=points_text(most),
        share=round(100 * min(1.0, max(0.0, score / most))) if most else 0,
        state=_state(about, line, score, most),
        told=told,
        by_hand=bool(about.get("by_hand")) and line is not None,
        parts=_parts(section, drawn, f"of the task “{title}”", judged=line is not None),
    )
    task.comment = NOTHING.join(drawn.comment(text) for text in _comments(section))
    if told and told["solved"]:
        task.carried = carried_sentence(told)
    elif told:
        task.hint, task.seen = plain_html(told["hint"]), plain_html(told["seen"])
        task.credit = told["credit"]
    elif line is not None:
        outputs = section.graded.get("outputs", [])
        task.verdict = next((o.text for o in outputs if o.output_type == "stream"), "")
    return task


def _comments(section: Section) -> list[str]:
    """Return what graders have written of the cells of a section."""
    cells = (cell.metadata.get("nbgrader", {}) for cell in section.cells)
    return [each["comment"] for each in cells if each.get("comment") and not each["untouched"]]


def _state(about: Mapping, line: Mapping | None, score: float, most: float) -> str:
    if about.get("untouched") and not score:
        return "empty"
    if about.get("waiting"):
        return "waiting"
    if about.get("unknown"):
        return "unknown"
    if score >= most:
        return "right"
    if line is not None and line.get("outcome") == Outcome.NOT_ATTEMPTED.value:
        return "empty"
    return "partly" if score > 0 else "wrong"


def _parts(section: Section, drawn: Cells, about: str, judged: bool) -> list[dict]:
    """Return the cells of a section; those of the course that follow each other are one part.

    What a `judged` cell says is shown as a verdict, and so it is left out here.
    """
    parts: list[dict] = []
    shows = ""
    for cell in section.cells:
        verdict = judged and cell is section.graded
        shows = figure_shows(cell) or shows
        described = f"{about}. It should show: {shows}" if shows else about
        outputs = [] if verdict else drawn.outputs(cell, described)
        if any(each["kind"] == "figure" for each in outputs):
            shows = ""
        if is_courses(cell) or is_task(cell):
            figures = [each for each in outputs if each["kind"] == "figure"]
            given = [] if verdict else [_source(cell, drawn)]
            given += [each["html"] for each in outputs if each["kind"] != "figure"]
            if not parts or parts[-1]["kind"] != "given":
                parts.append({"kind": "given", "cells": [], "label": ""})
            parts[-1]["cells"] += given
            parts[-1]["label"] = parts[-1]["label"] or label(cell)
            outputs = figures
        elif cell.source.strip():
            parts.append({"kind": "own", "html": _source(cell, drawn)})
        if outputs:
            parts.append({"kind": "outputs", "outputs": [each["html"] for each in outputs]})
    return [part for part in parts if part.get("cells") != []]


def _source(cell: NotebookNode, drawn: Cells) -> Markup:
    return drawn.code(cell.source) if cell.cell_type == "code" else drawn.words(cell)
