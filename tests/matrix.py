"""Runs every known answer of a notebook through its self-check and the judge, in one real kernel.

python tests/matrix.py q1_l1_backprop        # prints the matrix of that notebook
"""

import copy
import importlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from nbgrader import utils

from nbjudge.check.solution import is_self_check
from nbjudge.plugin.execute import JudgeExecute
from nbjudge.verdict.course import judged_test

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from answers import Answer  # noqa: E402

HOLDS = "All of this self-check holds."


@dataclass(frozen=True)
class Row:
    """What the judge, and the self-check before it, said of one answer.

    `stopped` is whether the answer's own cell raised an error or ran out of time.
    """

    answer: Answer
    points: float
    max_points: float
    outcome: str
    mistake: str | None
    text: str
    self_check: str
    stopped: bool

    @property
    def holds(self) -> bool:
        """Whether the answer got what it deserves, for the right reason."""
        if self.answer.right:
            return self.points == self.max_points and not self.stopped
        named = self.mistake or self.outcome
        return self.points < self.max_points and self.answer.wanted == named

    @property
    def passes_self_check(self) -> bool:
        """Whether the student was told that all of the self-check holds."""
        return self.self_check.rstrip().endswith(HOLDS)

    @property
    def agrees(self) -> bool:
        """Whether the self-check says what the judge will say, as far as it can know."""
        return self.passes_self_check == (self.answer.right or bool(self.answer.secret))

    @property
    def complaint(self) -> str:
        """The line of the self-check that does not hold, or that it holds."""
        if self.passes_self_check:
            return "holds"
        lines = [line for line in self.self_check.splitlines() if line[:1] in "✗·"]
        return lines[-1] if lines else "says nothing"


def run_matrix(
    notebook: str,
    answers: Sequence[Answer] | None = None,
    self_checks: bool = True,
    **settings,
) -> list[Row]:
    """Judge answers, by default all of tests/answers/<notebook>.py, and return one row for each.

    The notebook that runs is the source notebook; after each graded cell come the other answers
    to its task, each in the solution cell's place, self-checked and judged, and then the solution
    once more, so that the tasks after it find what they need. The last task is the last that has
    an answer. Without `self_checks` none of them runs, as in a notebook whose student deleted them.
    `settings` are those of `JudgeExecute`, such as ``timeout`` and ``seed``.
    """
    if answers is None:
        answers = importlib.import_module(f"answers.{notebook}").ANSWERS
    tasks_left = {answer.test for answer in answers}
    nb = nbformat.read(ROOT / "source" / "lab1" / f"{notebook}.ipynb", as_version=4)
    cells, order, solutions, checks = [], [], [], []
    for cell in nb.cells:
        if is_self_check(cell) and not self_checks:
            continue
        cells.append(cell)
        if utils.is_solution(cell) and cell.cell_type == "code":
            solutions.append(cell)
        if is_self_check(cell):
            checks.append(cell)
        test = judged_test(cell.source) if utils.is_grade(cell) else None
        if test is None:
            continue
        order.append(None)
        for answer in (a for a in answers if a.test == test):
            cells += [new_code_cell(answer.source), *copy.deepcopy(checks), copy.deepcopy(cell)]
            order.append(answer)
        cells += [new_code_cell(solution.source) for solution in solutions]
        solutions, checks = [], []
        tasks_left.discard(test)
        if not tasks_left:
            break
    nb.cells = cells
    lines, said = _judge(nb, notebook, settings)
    solution = Answer("", "the solution", "")
    rows = [
        Row(
            answer or solution,
            line["points"],
            line["max_points"],
            line["outcome"],
            line["mistake"],
            *words,
        )
        for line, answer, words in zip(lines, order, said, strict=True)
    ]
    solved = [row for row in rows if row.answer is solution]
    assert all(row.holds and (row.agrees or not self_checks) for row in solved), solved
    return [row for row in rows if row.answer is not solution]


def _judge(nb, notebook, settings):
    with tempfile.TemporaryDirectory() as folder:
        who = {"student": "matrix", "assignment": "lab1", "notebook": notebook}
        resources = {
            "nbgrader": who,
            "metadata": {"path": folder},
            "course_files": str(ROOT / "release" / "lab1"),
        }
        judge = JudgeExecute(hidden_tests=str(ROOT / "hidden_tests"), **settings)
        nb, _ = judge.preprocess(nb, resources)
    said, self_check, stopped = [], "", False
    for cell in nb.cells:
        stopped |= any(output.output_type == "error" for output in cell.get("outputs", []))
        if is_self_check(cell):
            printed = (output for output in cell.outputs if output.get("name") == "stdout")
            self_check += "".join(output.text for output in printed)
        elif utils.is_grade(cell) and cell.cell_type == "code":
            said.append((cell.outputs[0].text, self_check, stopped))
            self_check, stopped = "", False
    return [json.loads(line) for line in resources["audit"]], said


def table(rows: list[Row]) -> str:
    """Return the matrix as lines of text: task, answer, points, the judge's name, the self-check's.

    A row that is not as it should be begins with BAD, one whose self-check disagrees with DIS.
    """
    lines = []
    for row in rows:
        mark = "BAD" if not row.holds else "ok " if row.agrees else "DIS"
        said = "all points" if row.answer.right and row.holds else (row.mistake or row.outcome)
        points = f"{row.points:g}/{row.max_points:g}"
        task = f"{mark} {row.answer.test:19} {row.answer.name:58.58} {points:>8}"
        lines.append(f"{task}  {said:50.50} {row.complaint:.60}")
    return "\n".join(lines)


if __name__ == "__main__":
    found = run_matrix(sys.argv[1])
    print(table(found))
    for row in found:
        if not row.holds or not row.agrees:
            print(f"\n--- {row.answer.test}: {row.answer.name} (wanted: {row.answer.wanted})")
            print(f"{row.text}\n{row.self_check}")
