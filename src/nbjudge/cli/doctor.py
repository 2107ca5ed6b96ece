"""``nbjudge doctor``: what protects this machine from submissions, found out by trying."""

from __future__ import annotations

import argparse
from pathlib import Path

import nbformat
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from nbjudge.cells import is_grade, is_solution, judged_test
from nbjudge.cli.course import read_course
from nbjudge.errors import BoxError
from nbjudge.kernel.self_test import Attempt, try_to_escape
from nbjudge.nbgrader_ext.patches import missing
from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON


def doctor(config: Config, boxed: bool = True, console: Console | None = None) -> bool:
    """Print what protects this machine; return whether everything does.

    Args:
        config: of the course; its limits are the ones that are tried.
        boxed: whether to try the box, or a kernel without one.
        console: where to print.
    """
    console = console or Console()
    try:
        attempts = try_to_escape(config, boxed)
    except BoxError as error:
        console.print(f"[red]No box can be had here.[/red] {error}\n{TWO_WAYS_ON}")
        return False
    console.print(_table(attempts, boxed))
    safe = not any(attempt.got_through for attempt in attempts)
    console.print("All of it is stopped." if safe else f"Not everything is stopped. {TWO_WAYS_ON}")
    return safe


def _table(attempts: list[Attempt], boxed: bool) -> Table:
    table = Table(title="what submissions can do here" + ("" if boxed else " without a box"))
    table.add_column("tried")
    table.add_column("result")
    for title, got_through, said in attempts:
        stopped = f"[green]stopped[/green] [dim]{said}[/dim]"
        table.add_row(title, "[red]got through[/red]" if got_through else stopped)
    return table


def open_cells(release: Path) -> list[str]:
    """Return the graded code cells, as ``notebook: grade_id``, that run in the student's kernel.

    A student can tamper with their verdict, because it is made in the student's own process.
    """
    found = []
    for path in sorted(release.rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            graded = is_grade(cell) and not is_solution(cell)
            if graded and cell.cell_type == "code" and judged_test(cell.source) is None:
                found.append(f"{path.stem}: {cell.metadata.nbgrader['grade_id']}")
    return found


def run(arguments: list[str]) -> int:
    """Run the doctor with the course's configuration, if there is one in this folder."""
    parser = argparse.ArgumentParser(prog="nbjudge doctor", allow_abbrev=False)
    parser.add_argument("--unboxed", action="store_true", help="try a kernel without a box")
    boxed = not parser.parse_args(arguments).unboxed
    config, console = read_course().config, Console()
    for vanished in missing():
        console.print(vanished, markup=False, highlight=False, soft_wrap=True)
    safe = doctor(config, boxed, console)
    found = open_cells(Path("source"))
    if found:
        console.print("Graded cells with classic asserts, whose verdict students can tamper with:")
        console.print("\n".join(f"  {cell}" for cell in found), markup=False)
    return 0 if safe else 1
