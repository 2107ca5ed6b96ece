"""Tries in a kernel what a hostile submission would; ``nbjudge doctor`` prints how it went."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_core.utils import run_sync
from traitlets.config import Config

from nbjudge.kernel.manager import BoxKernelManager, OpenKernelManager, running
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.sandbox import escape_attempts
from nbjudge.sandbox.bubblewrap import SOCKETS

VARIABLE = "NBJUDGE_DOCTOR"  # one of the grader's own environment
SECONDS = 120  # for all attempts together
_LIMITS = ("memory", "disk", "processes")
_RUN = """
import json
_namespace = {{"__name__": "trials"}}
exec(compile({source!r}, "<nbjudge doctor>", "exec"), _namespace)
print("trials:", json.dumps(_namespace["try_all"](json.loads({facts!r}))))
"""


class Attempt(NamedTuple):
    """One thing that was tried.

    Attributes:
        title: what it was.
        got_through: whether it succeeded.
        said: what it met, such as an error's text.
    """

    title: str
    got_through: bool
    said: str


def try_to_escape(config: Config, boxed: bool) -> list[Attempt]:
    """Make all attempts in one kernel.

    Args:
        config: of the course; its limits are the ones that are tried.
        boxed: whether to try a box, or a kernel without one.

    Raises `BoxError` if no box can be had.
    """
    return run_sync(_try_all)(config, boxed)


async def _try_all(config: Config, boxed: bool) -> list[Attempt]:
    with contextlib.ExitStack() as stack:
        facts = _lay_bait(stack)
        kind = BoxKernelManager if boxed else OpenKernelManager
        manager = kind(kernel_name="python3", config=config)
        async with running(manager) as client:
            limits = manager.provisioner if boxed else BoxProvisioner(config=config)
            facts |= {name: getattr(limits, name) for name in _LIMITS}
            facts["sockets"] = SOCKETS if boxed else tempfile.gettempdir()
            return await _run(client, facts)


def _lay_bait(stack: contextlib.ExitStack) -> dict:
    """Make something that can be reached: a server, a socket, a file, a variable."""
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


async def _run(client: AsyncKernelClient, facts: dict) -> list[Attempt]:
    said = []

    def listen(message: dict) -> None:
        said.append(message["content"].get("text", ""))

    code = _RUN.format(source=inspect.getsource(escape_attempts), facts=json.dumps(facts))
    await client.execute_interactive(code, output_hook=listen, timeout=SECONDS)
    text = "".join(said)
    results = json.loads(text[text.index("trials:") + len("trials:") :].splitlines()[0])
    return [Attempt(*result) for result in results]
