"""Runs commands of nbgrader and nbjudge, each in a fork of a process that has imported both.

Importing them takes two seconds, running a command often a tenth of that, and the tests run many
hundred. A fork is a process like any other: it has its own folder, environment and output, and ends
as Python ends. What is tested of a command's start needs a new program all the same.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SECONDS = 300  # that a command may take


def run(
    folder: Path, words: Sequence[str], env: dict[str, str], apart: bool = False
) -> subprocess.CompletedProcess:
    """Run one command in a folder; return how it ended and what it said.

    Args:
        folder: it runs there.
        words: ``nbgrader`` or ``nbjudge``, then its arguments.
        env: its environment.
        apart: keep its errors apart from its output.

    Raises `subprocess.TimeoutExpired`; the command is killed then.
    """
    with tempfile.TemporaryDirectory() as kept:
        files = [os.path.join(kept, "out"), os.path.join(kept, "err" if apart else "out")]
        asked = {"folder": str(folder), "words": [*words], "env": env, "files": files}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(_server())
            connection.settimeout(SECONDS)
            connection.sendall(json.dumps(asked).encode() + b"\n")
            answers = connection.makefile(encoding="utf-8")
            pid = int(answers.readline())
            try:
                status = int(answers.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(words, SECONDS) from None
        said = [Path(file).read_text(encoding="utf-8") for file in dict.fromkeys(files)]
    return subprocess.CompletedProcess([*words], status, *said)


def run_all(
    commands: Sequence[tuple[Path, Sequence[str]]], env: dict[str, str]
) -> list[tuple[int, str]]:
    """Run commands, given as folder and words, side by side; return (status, output) of each."""
    with ThreadPoolExecutor(len(commands)) as pool:
        done = pool.map(lambda each: run(*each, env), commands)
        return [(each.returncode, each.stdout) for each in done]


@functools.cache
def _server() -> str:
    """Start the process that is forked; return its address. It ends with this one.

    It writes no bytecode, which is taken for that of a file that was written twice in a second.
    """
    folder = tempfile.TemporaryDirectory()
    address = os.path.join(folder.name, "s")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-B", __file__, str(listener.fileno())],
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    atexit.register(folder.cleanup)
    atexit.register(server.stdin.close)
    return address


def _serve(listener: socket.socket) -> None:
    """Fork for each connection, until nobody is left who could make one."""
    from nbgrader.apps.nbgraderapp import NbGraderApp

    from nbjudge.cli import check, collect, explain, export, grade, grades, report  # noqa: F401
    from nbjudge.cli import main as command

    # so that the workers that `nbjudge grade` forks need not import them
    from nbjudge.cluster import local_cluster, worker  # noqa: F401
    from nbjudge.nbgrader_ext import autograde, feedback  # noqa: F401

    programs = {"nbgrader": NbGraderApp.launch_instance, "nbjudge": command.main}
    gc.collect()
    gc.freeze()
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        with connection, contextlib.suppress(ChildProcessError):
            if os.fork() == 0:
                listener.close()
                sys.exit(_answer(connection, programs))
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass


def _answer(connection: socket.socket, programs: dict) -> int | None:
    """Fork once more, be the command there, and tell from here how it ended."""
    asked = json.loads(connection.makefile(encoding="utf-8").readline())
    pid = os.fork()
    if pid == 0:
        connection.close()
        os.chdir(asked["folder"])
        os.environ.clear()
        os.environ.update(asked["env"])
        for number, file in enumerate([os.devnull, *asked["files"]]):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
            os.dup2(os.open(file, flags), number)
        program, *words = asked["words"]
        sys.argv = [program, *words]
        return programs[program](words)
    connection.sendall(b"%d\n" % pid)
    connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    os._exit(0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
