"""Whether the teacher's notebook gets all points and the stubs none, and self-checks agree."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from nbjudge.plugin.execute import judge_apart
from nbjudge.verdict.text import verdict_text

SELF_CHECK = "_check"  # how the grade_id of a self-check ends


def problems(
    nb: NotebookNode, config: Config, assignment: str, notebook: str, files: Path, tests: Path
) -> Iterator[str]:
    """Run a source notebook with its solutions, and with its stubs; return what is not as wanted.

    With the solutions all points are reached. The last line that a self-check prints then is its
    word for "right", and no line may begin with ✗; with the stubs it must not say the same, and no
    task may earn a point.

    Args:
        nb: the source notebook.
        config: of the course.
        assignment: such as ``lab1``.
        notebook: the notebook's name without ending.
        files: the folder of the course's files for students.
        tests: the folder of hidden tests.
    """
    solved, verdicts = _run(nb, config, assignment, notebook, files, tests)
    for verdict in verdicts:
        if verdict.points < verdict.max_points:
            text = verdict_text(verdict).replace("\n", "\n    ")
            yield f"the solution does not get all points of {verdict.test}:\n    {text}"
    for name, cell in _self_checks(solved).items():
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{name}: the self-check stops with an error at the teacher's solution"
        refused = [line for line in _printed(cell) if line.startswith("✗")]
        if refused:
            yield f"{name}: the self-check refuses the teacher's solution: {refused[0]}"
    stub, _ = ClearSolutions(config=config).preprocess(copy.deepcopy(nb), {})
    empty, verdicts = _run(stub, config, assignment, notebook, files, tests)
    for verdict in verdicts:
        if verdict.points > 0:
            yield f"the stub gets {verdict.points:g} points of {verdict.test}: nothing was written"
    right = {name: _last_line(cell) for name, cell in _self_checks(solved).items()}
    for name, cell in _self_checks(empty).items():
        if right[name] and _last_line(cell) == right[name]:
            yield f"{name}: the self-check says of the stub what it says of the solution"


def _run(nb, config, assignment, notebook, files, tests):
    """Return the notebook as it ran, and its verdicts."""
    who = {"student": "check", "assignment": assignment, "notebook": notebook}
    ran, judged = judge_apart(copy.deepcopy(nb), config, tests, who, {}, course_files=str(files))
    return ran, [each.verdict for each in judged]


def is_self_check(cell: NotebookNode) -> bool:
    """Whether a cell is the self-check of a task."""
    named = cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith(SELF_CHECK)
    return named and cell.cell_type == "code" and utils.is_locked(cell)


def _self_checks(nb: NotebookNode) -> dict[str, NotebookNode]:
    return {cell.metadata.nbgrader["grade_id"]: cell for cell in filter(is_self_check, nb.cells)}


def _last_line(cell: NotebookNode) -> str:
    lines = _printed(cell)
    return lines[-1] if lines else ""


def _printed(cell: NotebookNode) -> list[str]:
    texts = [output.text for output in cell.outputs if output.get("name") == "stdout"]
    return "".join(texts).strip().splitlines()
