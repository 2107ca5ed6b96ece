"""Whether the teacher's notebook gets all points and the stubs none, and self-checks agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nbformat import NotebookNode

from nbjudge.authoring.answers import Run
from nbjudge.authoring.self_checks import is_self_check, last_line, printed
from nbjudge.verdict.verdict_text import verdict_text


def problems(
    nb: NotebookNode, run: Run, make_stub: Callable[[NotebookNode], NotebookNode]
) -> Iterator[str]:
    """Run a source notebook with its solutions, and with its stubs; return what is not as wanted.

    With the solutions all points are reached. The last line that a self-check prints then is its
    word for "right", and no line may begin with ✗; with the stubs it must not say the same, and no
    task may earn a point.

    Args:
        nb: the source notebook.
        run: runs and judges a notebook.
        make_stub: makes of a source notebook the one with its stubs.
    """
    solved, verdicts = run(nb)
    for verdict in verdicts:
        if verdict.points < verdict.max_points:
            text = verdict_text(verdict).replace("\n", "\n    ")
            yield f"the solution does not get all points of {verdict.test}:\n    {text}"
    for name, cell in _self_checks(solved).items():
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{name}: the self-check stops with an error at the teacher's solution"
        refused = [line for line in printed(cell).splitlines() if line.startswith("✗")]
        if refused:
            yield f"{name}: the self-check refuses the teacher's solution: {refused[0]}"
    empty, verdicts = run(make_stub(nb))
    for verdict in verdicts:
        if verdict.points > 0:
            yield f"the stub gets {verdict.points:g} points of {verdict.test}: nothing was written"
    right = {name: last_line(printed(cell)) for name, cell in _self_checks(solved).items()}
    for name, cell in _self_checks(empty).items():
        if right[name] and last_line(printed(cell)) == right[name]:
            yield f"{name}: the self-check says of the stub what it says of the solution"


def _self_checks(nb: NotebookNode) -> dict[str, NotebookNode]:
    return {cell.metadata.nbgrader["grade_id"]: cell for cell in filter(is_self_check, nb.cells)}
