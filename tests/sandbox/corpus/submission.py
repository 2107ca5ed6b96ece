"""What a class of the corpus is: a name, how a student's folder is made, and what it deserves."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from corpus.course import ALL, NOTEBOOK, RIGHT, WRONG

CLASSES: list[SubmissionClass] = []


@dataclass(frozen=True)
class SubmissionClass:
    """One class.

    Attributes:
        group: the row of the list that it belongs to.
        name: in words.
        build: takes a `Work` and writes the submission.
        points: what it deserves of `ALL` automatic points.
        start: answers that are in place before `build`: "right", "wrong" or "nothing".
        graded: whether it can be graded at all; else the run must go on without it.
        hangs: whether it runs until a limit on time ends it; that limit is then a short one.
    """

    group: str
    name: str
    build: Callable[[Work], None]
    points: float
    start: str
    graded: bool = True
    hangs: bool = False

    @property
    def slug(self) -> str:
        """Return the name as it stands in a folder's name."""
        words = re.sub(r"[^A-Za-z0-9]+", "_", f"{self.group} {self.name}").strip("_")[:60]
        return words


@dataclass
class Work:
    """A student's submission in the making.

    Attributes:
        folder: where it is handed in.
        nb: the notebook; written when `build` has returned, unless `written` is set.
        facts: what an attacker may know: paths of the course and home, ports, another student.
    """

    folder: Path
    nb: nbformat.NotebookNode
    facts: Mapping[str, object]
    written: bool = False
    canary: str = field(default="", repr=False)

    @property
    def path(self) -> Path:
        """Return where the notebook belongs."""
        return self.folder / f"{NOTEBOOK}.ipynb"

    def cell(self, grade_id: str):
        """Return a cell by its grade_id."""
        return next(
            c for c in self.nb.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id
        )

    def place(self, grade_id: str) -> int:
        """Return a cell's number by its grade_id."""
        return self.nb.cells.index(self.cell(grade_id))

    def answer(self, grade_id: str, source: str) -> None:
        """Put an answer into a solution cell."""
        self.cell(grade_id).source = source

    def answers(self, answers: Mapping[str, str]) -> None:
        """Put several answers in place."""
        for grade_id, source in answers.items():
            self.answer(grade_id, source)

    def extra(self, source: str, before: str = "loss") -> None:
        """Add a code cell of the student's own."""
        self.nb.cells.insert(self.place(before), new_code_cell(self.fill(source)))

    def fill(self, source: str) -> str:
        """Put the facts into a text at ``<name>``."""
        for name, value in self.facts.items():
            source = source.replace(f"<{name}>", str(value))
        return source

    def data(self) -> dict:
        """Return the notebook as plain JSON data, to be bent."""
        return json.loads(nbformat.writes(self.nb))

    def write(self, content: bytes | str | dict | list | None, name: str = "") -> None:
        """Write the notebook's file in the student's own way."""
        path = self.folder / name if name else self.path
        if not isinstance(content, bytes):
            content = (content if isinstance(content, str) else json.dumps(content)).encode()
        path.write_bytes(content)
        self.written = True


def submission(group: str, name: str, points: float = 0, start: str = "wrong", **about: bool):
    """Enter a builder as a class of the corpus; `about` are its other fields."""

    def enter(build):
        CLASSES.append(SubmissionClass(group, name, build, points, start, **about))
        return build

    return enter


def snippets(
    group: str,
    sources: Mapping[str, str],
    points: float = 0,
    start: str = "wrong",
    hanging: Collection[str] = (),
):
    """Enter classes that are one extra cell in front of the first task; `hanging` names some."""
    for name, source in sources.items():
        submission(group, name, points, start, hangs=name in hanging)(
            lambda work, source=source: work.extra(source)
        )


def honest(group: str, sources: Mapping[str, str]):
    """Enter classes that do odd things in a cell of their own and deserve everything."""
    snippets(group, sources, ALL, "right")


def hand_in(kind: SubmissionClass | None, folder: Path, released, facts: Mapping) -> None:
    """Write one submission: of `kind`, or of an honest student with everything right."""
    folder.mkdir(parents=True)
    work = Work(folder, copy.deepcopy(released), facts)
    start = "right" if kind is None else kind.start
    work.answers({"right": RIGHT, "wrong": WRONG, "nothing": {}}[start])
    if kind is not None:
        kind.build(work)
    if not work.written:
        nbformat.write(work.nb, work.path)
