"""Runs every known answer of a notebook through the judge, in one real kernel.

python tests/matrix.py q1_l1_backprop        # prints the matrix of that notebook
"""

import copy
import importlib
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader import utils

from nbjudge.plugin.execute import JudgeExecute
from nbjudge.verdict.course import judged_test

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))


@dataclass(frozen=True)
class Row:
    """What the judge said of one answer."""

    test: str
    name: str
    right: bool
    wanted: str
    points: float
    max_points: float
    outcome: str
    mistake: str | None
    text: str

    @property
    def holds(self) -> bool:
        """Whether the answer got what it deserves, for the right reason."""
        if self.right:
            return self.points == self.max_points
        return self.points < self.max_points and self.wanted == (self.mistake or self.outcome)


def run_matrix(notebook: str) -> list[Row]:
    """Judge all answers of tests/answers/<notebook>.py and return one row for each.

    The notebook that runs is the source notebook; after each graded cell come the other answers
    to its task, each in the solution cell's place and judged, and then the solution once more, so
    that the tasks after it find what they need.
    """
    answers = importlib.import_module(f"answers.{notebook}").ANSWERS
    nb = nbformat.read(ROOT / "source" / "lab1" / f"{notebook}.ipynb", as_version=4)
    cells, order, solutions = [], [], []
    for cell in nb.cells:
        cells.append(cell)
        if utils.is_solution(cell) and cell.cell_type == "code":
            solutions.append(cell)
        test = judged_test(cell.source) if utils.is_grade(cell) else None
        if test is None:
            continue
        order.append(None)
        for answer in (a for a in answers if a.test == test):
            cells += [new_code_cell(answer.source), copy.deepcopy(cell)]
            order.append(answer)
        cells += [new_code_cell(solution.source) for solution in solutions]
        solutions = []
    nb.cells = cells
    lines, graded = _judge(nb, notebook)
    solved = [line for line, answer in zip(lines, order, strict=True) if answer is None]
    assert all(line["points"] == line["max_points"] for line in solved), solved
    return [
        Row(
            answer.test,
            answer.name,
            answer.right,
            answer.mistake or answer.outcome,
            line["points"],
            line["max_points"],
            line["outcome"],
            line["mistake"],
            cell.outputs[0].text,
        )
        for line, answer, cell in zip(lines, order, graded, strict=True)
        if answer is not None
    ]


def _judge(nb, notebook):
    with tempfile.TemporaryDirectory() as folder:
        who = {"student": "matrix", "assignment": "lab1", "notebook": notebook}
        resources = {
            "nbgrader": who,
            "metadata": {"path": folder},
            "course_files": str(ROOT / "release" / "lab1"),
        }
        judge = JudgeExecute(hidden_tests=str(ROOT / "hidden_tests"))
        nb, _ = judge.preprocess(nb, resources)
        audit = Path(folder, f"{notebook}.audit.jsonl").read_text(encoding="utf-8")
    graded = [c for c in nb.cells if utils.is_grade(c) and c.cell_type == "code"]
    return [json.loads(line) for line in audit.splitlines()], graded


def table(rows: list[Row]) -> str:
    """Return the matrix as lines of text: task, answer, points, what the judge called it."""
    lines = []
    for row in rows:
        mark = "ok " if row.holds else "BAD"
        said = "all points" if row.right and row.holds else (row.mistake or row.outcome)
        points = f"{row.points:g}/{row.max_points:g}"
        lines.append(f"{mark} {row.test:22} {row.name:58.58} {points:>8}  {said}")
    return "\n".join(lines)


if __name__ == "__main__":
    found = run_matrix(sys.argv[1])
    print(table(found))
    for row in found:
        if not row.holds:
            print(f"\n--- {row.test}: {row.name} (wanted: {row.wanted})\n{row.text}")
