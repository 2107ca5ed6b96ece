"""Runs every known answer of a notebook through its self-check and the judge, in one real kernel.

python tests/support/matrix.py q1_l1_backprop        # prints the matrix of that notebook
"""

import sys
from collections.abc import Sequence

import nbformat
from repository import ROOT
from traitlets.config import Config

from nbjudge.authoring.answers import SOLUTION, Answer, Row, judge_answers, load_answers
from nbjudge.grading.notebook_records import NotebookRequest
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.verdict.loader import load_hidden_tests


def known_answers(notebook: str) -> list[Answer]:
    """Return the answers to a notebook, in their order."""
    (path,) = ROOT.glob(f"answers/*/{notebook}.py")
    return load_answers(path)


def run_matrix(
    notebook: str,
    answers: Sequence[Answer] | None = None,
    self_checks: bool = True,
    **settings,
) -> list[Row]:
    """Judge answers, by default all that `known_answers` has, and return one row for each.

    `settings` are those of `JudgeExecute`, such as ``timeout`` and ``seed``. The solutions are
    judged, too, and must be right.
    """
    if answers is None:
        answers = known_answers(notebook)
    (source,) = ROOT.glob(f"source/*/{notebook}.ipynb")
    assignment = source.parent.name

    tests = load_hidden_tests(ROOT / "hidden_tests", assignment, notebook)
    judge = JudgeExecute(config=Config({"JudgeExecute": settings}))
    files = str(ROOT / "release" / assignment)

    def run(nb):
        request = NotebookRequest(nb, "matrix", assignment, notebook, course_files=files)
        result = judge.make_run(request, tests).run()
        return result.notebook, [each.verdict for each in result.scored]

    nb = nbformat.read(source, as_version=4)
    rows = judge_answers(nb, answers, run, self_checks)
    solved = [row for row in rows if row.answer is SOLUTION]
    assert all(row.holds and row.agrees for row in solved), solved
    return [row for row in rows if row.answer is not SOLUTION]


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
