"""Answers as students write them, right and wrong, and what the judge and the self-checks say.

An author keeps them beside the course, in ``answers/<assignment>/<notebook>.py`` as a list
``ANSWERS``; nothing of them is released.
"""

from __future__ import annotations

import copy
import runpy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from nbjudge.authoring.self_checks import is_self_check, last_line, printed
from nbjudge.cells import is_grade, is_solution, test_of
from nbjudge.errors import AnswersError
from nbjudge.rebuild.cell_source import read_text
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.scoring import Verdict
from nbjudge.verdict.verdict_text import verdict_text

# runs and judges a notebook: the notebook with its outputs, and the verdicts in their order
Run = Callable[[NotebookNode], tuple[NotebookNode, list[Verdict]]]


@dataclass(frozen=True)
class Answer:
    """One answer to one task.

    Attributes:
        test: the task's hidden test.
        name: how it is written, or what is wrong with it.
        source: the whole text of the solution cell (what the stub's cell ends with included).
        mistake: the name that the judge must give it; None for a right answer, or for a wrong one
            that only its outcome describes.
        outcome: of a wrong answer without a named mistake, such as "raised an error".
        secret: why the self-check of a wrong answer holds all the same: what it would have to know
            that is not to be told before the notebook is handed in.
    """

    test: str
    name: str
    source: str
    mistake: str | None = None
    outcome: str = "passed"
    secret: str = ""

    @property
    def wanted(self) -> str:
        """What the judge must call it: the mistake's name, or the outcome."""
        return self.mistake or self.outcome

    @property
    def right(self) -> bool:
        """Whether this answer must get all points."""
        return self.mistake is None and self.outcome == "passed"


SOLUTION = Answer("", "the solution", "")
WHICH = ("none", "sample", "all")  # answers that `chosen` returns


@dataclass(frozen=True)
class Row:
    """What the judge, and the self-check before it, said of one answer.

    Attributes:
        text: what a student would read.
        self_check: what the self-check printed.
        right_word: the last line that it prints of the solution; empty without a self-check.
        stopped: whether the answer's own cell raised an error or ran out of time.
    """

    answer: Answer
    points: float
    max_points: float
    outcome: str
    mistake: str | None
    text: str
    self_check: str
    right_word: str
    stopped: bool

    @property
    def named(self) -> str:
        """What the judge calls it: the mistake's name, or the outcome."""
        return self.mistake or self.outcome

    @property
    def holds(self) -> bool:
        """Whether the answer got what it deserves, for the right reason."""
        if self.answer.right:
            return self.points == self.max_points and not self.stopped
        return self.points < self.max_points and self.answer.wanted == self.named

    @property
    def passes_self_check(self) -> bool:
        """Whether the student was told that all of the self-check holds."""
        return self.self_check.rstrip().endswith(self.right_word)

    @property
    def agrees(self) -> bool:
        """Whether the self-check says what the judge will say, as far as it can know."""
        wanted = self.answer.right or bool(self.answer.secret)
        return not self.right_word or self.passes_self_check == wanted

    @property
    def complaint(self) -> str:
        """The line of the self-check that does not hold, or that it holds."""
        if self.passes_self_check:
            return "holds"
        lines = [line for line in self.self_check.splitlines() if line[:1] in "✗·"]
        return lines[-1] if lines else "says nothing"


def load_answers(path: Path) -> list[Answer]:
    """Return the answers of a file of the author's. Raises `AnswersError`."""
    try:
        found = list(runpy.run_path(str(path))["ANSWERS"])
    except (Exception, SystemExit) as error:  # whatever an author's file raises
        raise AnswersError(f"it cannot be used: {type(error).__name__}: {error}") from error
    odd = [each for each in found if not isinstance(each, Answer)]
    if odd:
        raise AnswersError(f"ANSWERS holds {odd[0]!r:.80}, which is no Answer")
    return found


def chosen(answers: Sequence[Answer], which: str) -> list[Answer]:
    """Return the answers to run, in their order.

    Args:
        answers: to the tasks of one notebook.
        which: ``all``; ``none``; or as a ``sample`` every right answer, and of the wrong ones to a
            task one for each mistake or outcome that the judge must name.
    """
    if which == "all":
        return list(answers)
    if which == "none":
        return []
    seen: set[tuple[str, str]] = set()
    found = []
    for answer in answers:
        kind = (answer.test, answer.wanted)
        if answer.right or kind not in seen:
            found.append(answer)
        if not answer.right:
            seen.add(kind)
    return found


def undefined(nb: NotebookNode, answers: Sequence[Answer]) -> Iterator[str]:
    """Return which right answers define nothing of what the solution defines, in sentences.

    The solution's own cells run before them, so such an answer would be judged by these.
    """
    names, seen = {}, set()
    for cell in nb.cells:
        if is_solution(cell) and cell.cell_type == "code":
            seen |= read_text(cell.source).bound
        test = test_of(cell)
        if test is not None:
            names[test], seen = seen, set()
    for answer in answers:
        wanted = names.get(answer.test, set())
        if answer.right and wanted and not read_text(answer.source).bound & wanted:
            yield (
                f"the answer “{answer.name}” to {answer.test} defines nothing of what the solution "
                f"defines: {', '.join(sorted(wanted)[:5])}"
            )


def judge_answers(
    nb: NotebookNode, answers: Sequence[Answer], run: Run, self_checks: bool = True
) -> list[Row]:
    """Run every answer through its self-check and the judge, in one kernel; return a row for each.

    After each graded cell of the source notebook come the answers to its task, each in the solution
    cell's place, self-checked and judged, and then the solution once more, so that the tasks after
    it find what they need. The last task is the last that has an answer.

    Args:
        nb: the source notebook; it is left as it is.
        answers: to its tasks.
        run: runs and judges a notebook.
        self_checks: False leaves them out, as in a notebook whose student has deleted them.
    """
    tasks_left = {answer.test for answer in answers}
    cells, order, solutions, checks = [], [], [], []
    for cell in nb.cells:
        if is_self_check(cell) and not self_checks:
            continue
        cells.append(cell)
        if is_solution(cell) and cell.cell_type == "code":
            solutions.append(cell)
        if is_self_check(cell):
            checks.append(cell)
        test = test_of(cell)
        if test is None:
            continue
        order.append(SOLUTION)
        for answer in (a for a in answers if a.test == test):
            cells += [new_code_cell(answer.source), *copy.deepcopy(checks), copy.deepcopy(cell)]
            order.append(answer)
        tasks_left.discard(test)
        if not tasks_left:
            break
        cells += [new_code_cell(solution.source) for solution in solutions]
        solutions, checks = [], []
    ran, verdicts = run(NotebookNode({**copy.deepcopy(nb), "cells": copy.deepcopy(cells)}))
    return list(_rows(order, verdicts, ran))


def _rows(order: Sequence[Answer], verdicts: list[Verdict], nb: NotebookNode) -> Iterator[Row]:
    word = ""
    for answer, verdict, (self_check, stopped) in zip(order, verdicts, _said(nb), strict=True):
        if answer is SOLUTION:  # the first of each task
            word = last_line(self_check)
        yield Row(
            answer,
            *(verdict.points, verdict.max_points, verdict.outcome.value, verdict.mistake),
            *(verdict_text(verdict), self_check, word, stopped),
        )


def _said(nb: NotebookNode) -> Iterator[tuple[str, bool]]:
    """Return what the self-checks before each graded cell printed, and whether a cell stopped."""
    self_check, stopped = "", False
    for cell in nb.cells:
        stopped |= any(output.output_type == "error" for output in cell.get("outputs", []))
        if is_self_check(cell):
            self_check += printed(cell)
        elif is_grade(cell) and cell.cell_type == "code":
            yield self_check, stopped
            self_check, stopped = "", False


def problems(rows: Sequence[Row], tests: Mapping[str, HiddenTest]) -> Iterator[str]:
    """Return what is not as it should be, in sentences.

    Args:
        rows: of all answers of one notebook; those of the solutions do not count.
        tests: its hidden tests.
    """
    rows = [row for row in rows if row.answer is not SOLUTION]
    for row in rows:
        about = f"the answer “{row.answer.name}” to {row.answer.test}"
        got = f"{row.points:g} of {row.max_points:g} points"
        if row.answer.right and row.stopped:
            yield f"{about} is right, and its cell stops with an error"
        elif row.answer.right and not row.holds:
            yield f"{about} is right, and gets {got}:\n{_indented(row.text)}"
        elif not row.holds and row.points == row.max_points:
            yield f"{about} is wrong ({row.answer.wanted}), and gets {got}"
        elif not row.holds:
            yield f"{about} should be called “{row.answer.wanted}”, and is called “{row.named}”"
        if not row.agrees and row.answer.right:
            yield f"{about} is right, and its self-check refuses it:\n{_indented(row.self_check)}"
        elif not row.agrees:
            yield (
                f"{about} is wrong, and its self-check is content with it: let it try what shows "
                "the mistake, or say in the answer why that is a secret"
            )
    shown = {(row.answer.test, row.answer.mistake) for row in rows}
    for name, test in tests.items():
        right = sum(row.answer.test == name and row.answer.right for row in rows)
        if right < 2:
            yield f"{name} has {right} right answers: write two or more, each in another way"
        for mistake in test.mistakes:
            if (name, mistake) not in shown:
                yield f"no answer to {name} makes the mistake “{mistake}”"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines())
