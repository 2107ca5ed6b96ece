"""``nbjudge check``: what is wrong with an assignment, found before a student is graded by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import nbformat
from nbformat import NotebookNode

from nbjudge.authoring import answers
from nbjudge.authoring import check_cells as cells
from nbjudge.authoring import check_solution as solution
from nbjudge.grading.local_grader import RunFactory
from nbjudge.grading.notebook_records import NotebookRequest
from nbjudge.verdict import validation as formulas
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.scoring import Verdict

ANSWERS = "answers"  # the folder of the course with what its author answers


class Judge(Protocol):
    """What the course says of judging; `nbjudge.nbgrader_ext.execute.JudgeExecute` is one.

    Attributes:
        hidden_tests: the folder of hidden tests, relative to the course's root.
        make_run: makes the run of one notebook.
    """

    hidden_tests: str
    make_run: RunFactory


def check(
    root: Path,
    source: Path,
    release: Path,
    judge: Judge,
    make_stub: Callable[[NotebookNode], NotebookNode],
    say: Callable[[str], None],
    quick: bool = False,
    which: str = "all",
) -> bool:
    """Say what is wrong with an assignment; return whether nothing is.

    Args:
        root: the course's folder.
        source: the assignment's folder of source notebooks; it has the assignment's name.
        release: the assignment's folder of released notebooks; it need not be there.
        judge: runs and judges notebooks.
        make_stub: makes of a source notebook the one with its stubs.
        say: is given each line for the author.
        quick: run no notebook.
        which: answers to run, one of `answers.WHICH`.
    """
    assignment, tests = source.name, root / judge.hidden_tests
    files = release if release.is_dir() else source
    paths = sorted(source.glob("*.ipynb"))
    if not paths:
        say(f"There is no notebook in {source}.")
        return False
    number = answered = 0
    for path in paths:
        try:
            nb = nbformat.read(path, as_version=4)
        except Exception as error:  # whatever nbformat raises at a damaged file
            found = [f"it cannot be read: {type(error).__name__}: {str(error)[:200]}"]
        else:
            found, given = list(_static(nb, path.stem, tests, assignment)), []
            if not found:
                place = root / ANSWERS / assignment / f"{path.stem}.py"
                given, found = _read_answers(nb, place, tests)
                given = answers.chosen(given, which)
            if not found and not quick:
                run = _runner(judge, tests, files, assignment, path.stem)
                found = list(solution.problems(nb, run, make_stub))
                if given:
                    answered += len(given)
                    rows = answers.judge_answers(nb, given, run)
                    known = load_hidden_tests(tests, assignment, path.stem)
                    found += answers.problems(rows, known)
        for problem in found:
            say(f"{path.stem}: {problem}")
        number += len(found)
    if number:
        say(f"{assignment}: {number} problem{'s' * (number > 1)}.")
    elif not quick:
        say(
            f"{assignment}: {len(paths)} notebook{'s' * (len(paths) != 1)} in order: solutions "
            f"get all points, stubs none{_answered(answered)}."
        )
    return not number


def _answered(number: int) -> str:
    """Return how many answers were judged as their author wants."""
    return f", and {number} answers what their author says" if number else ""


def _runner(judge: Judge, tests: Path, files: Path, assignment: str, notebook: str) -> answers.Run:
    """Return what runs and judges a notebook of the course, apart from its gradebook."""
    known = load_hidden_tests(tests, assignment, notebook)

    def run(nb: NotebookNode) -> tuple[NotebookNode, list[Verdict]]:
        request = NotebookRequest(nb, "check", assignment, notebook, course_files=str(files))
        result = judge.make_run(request, known).run()
        return result.notebook, [each.verdict for each in result.scored]

    return run


def _read_answers(nb: NotebookNode, path: Path, tests: Path) -> tuple[list[answers.Answer], list]:
    """Return the answers that the author has written, if any, and what is seen to be wrong."""
    if not path.is_file():
        return [], []
    where = f"{ANSWERS}/{path.parent.name}/{path.name}"
    try:
        given = answers.load_answers(path)
    except answers.AnswersError as error:
        return [], [f"{where}: {error}"]
    known = load_hidden_tests(tests, path.parent.name, path.stem)
    unknown = sorted({answer.test for answer in given} - known.keys())
    if unknown:
        return [], [f"{where}: there is no hidden test {', '.join(unknown)}"]
    return given, [f"{where}: {problem}" for problem in answers.undefined(nb, given)]


def _static(nb: NotebookNode, notebook: str, folder: Path, assignment: str) -> Iterator[str]:
    """Return what can be seen of a notebook and its hidden tests without running it."""
    module = f"{folder.name}/{assignment}/{notebook}.py"
    try:
        tests = load_hidden_tests(folder, assignment, notebook)
    except (Exception, SystemExit) as error:  # whatever an instructor's module raises
        yield f"{module} cannot be loaded: {type(error).__name__}: {error}"
        return
    yield from cells.problems(nb, tests, module)
    for name, test in tests.items():
        try:
            for problem in formulas.problems(test):
                yield f"{name}: {problem}"
        except (Exception, SystemExit) as error:  # what is no case, no mistake, no number
            yield f"{name}: it cannot be used: {type(error).__name__}: {error}"
