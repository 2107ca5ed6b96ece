"""``nbjudge doctor``: what protects this machine from submissions, found out by trying."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import json
import os
import socket
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_core.utils import run_sync
from rich.console import Console
from rich.table import Table
from traitlets.config import Config

from nbjudge.cells import is_grade, is_solution, judged_test
from nbjudge.cli.course import course_config
from nbjudge.errors import BoxError
from nbjudge.kernel.manager import BoxKernelManager, OpenKernelManager, running
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.sandbox import escape_attempts as trials
from nbjudge.sandbox.bubblewrap import SOCKETS, TWO_WAYS_ON

_QUESTION = """
import json
_namespace = {{"__name__": "trials"}}
exec(compile({source!r}, "<nbjudge doctor>", "exec"), _namespace)
print("trials:", json.dumps(_namespace["try_all"](json.loads({facts!r}))))
"""
VARIABLE = "NBJUDGE_DOCTOR"


def doctor(config: Config, boxed: bool = True, console: Console | None = None) -> bool:
    """Print what protects this machine; return whether everything does.

    Args:
        config: of the course; its limits are the ones that are tried.
        boxed: whether to try the box, or a kernel without one.
        console: where to print.
    """
    console = console or Console()
    try:
        results = run_sync(_try_all)(config, boxed)
    except BoxError as error:
        console.print(f"[red]No box can be had here.[/red] {error}\n{TWO_WAYS_ON}")
        return False
    table = Table(title="what submissions can do here" + ("" if boxed else " without a box"))
    table.add_column("tried")
    table.add_column("result")
    for title, through, said in results:
        result = (
            "[red]got through[/red]" if through else f"[green]stopped[/green] [dim]{said}[/dim]"
        )
        table.add_row(title, result)
    console.print(table)
    safe = not any(through for _, through, _ in results)
    console.print("All of it is stopped." if safe else f"Not everything is stopped. {TWO_WAYS_ON}")
    return safe


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


async def _try_all(config: Config, boxed: bool) -> list[list]:
    with contextlib.ExitStack() as stack:
        facts = _lay_bait(stack)
        manager = (BoxKernelManager if boxed else OpenKernelManager)(
            kernel_name="python3", config=config
        )
        async with running(manager) as client:
            limits = manager.provisioner if boxed else BoxProvisioner(config=config)
            names = ("memory", "disk", "processes")
            facts |= {name: getattr(limits, name) for name in names}
            facts["sockets"] = SOCKETS if boxed else tempfile.gettempdir()
            return await _ask(client, facts)


def _lay_bait(stack: contextlib.ExitStack) -> dict:
    """Give the trials something to reach: a server, a socket, a file, a variable."""
    server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    abstract = f"nbjudge-doctor-{os.getpid()}"
    listener = stack.enter_context(socket.socket(socket.AF_UNIX))
    listener.bind("\0" + abstract)
    listener.listen()
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="nbjudge-doctor-"))
    secret = Path(folder, "secret.txt")
    secret.write_text("the grader's own", encoding="utf-8")
    os.environ[VARIABLE] = "1"
    stack.callback(os.environ.pop, VARIABLE)
    return {
        "port": server.getsockname()[1],
        "abstract": abstract,
        "secret_path": str(secret),
        "grader_pid": os.getpid(),
        "grader_name": Path(sys.argv[0]).name,
        "variable": VARIABLE,
    }


async def _ask(client, facts: dict) -> list[list]:
    said = []

    def listen(message):
        said.append(message["content"].get("text", ""))

    source = inspect.getsource(trials)
    question = _QUESTION.format(source=source, facts=json.dumps(facts))
    await client.execute_interactive(question, output_hook=listen, timeout=120)
    text = "".join(said)
    return json.loads(text[text.index("trials:") + len("trials:") :].splitlines()[0])


def run(arguments: list[str]) -> int:
    """Run the doctor with the course's configuration, if there is one in this folder."""
    parser = argparse.ArgumentParser(prog="nbjudge doctor", allow_abbrev=False)
    parser.add_argument("--unboxed", action="store_true", help="try a kernel without a box")
    boxed = not parser.parse_args(arguments).unboxed
    config, console = course_config(), Console()
    safe = doctor(config, boxed, console)
    found = open_cells(Path("source"))
    if found:
        console.print("Graded cells with classic asserts, whose verdict students can tamper with:")
        console.print("\n".join(f"  {cell}" for cell in found), markup=False)
    return 0 if safe else 1
