"""Runs commands of nbgrader and nbjudge, each in a fork of a process that has imported both.

Importing them takes two seconds, running a command often a tenth of that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path


def run_all(commands: list[tuple[Path, tuple[str, ...]]], env: dict[str, str]) -> list[tuple]:
    """Run commands, each given as its folder and its words; return (status, output) of each."""
    asked = json.dumps([[str(folder), words] for folder, words in commands])
    done = subprocess.run(
        [sys.executable, __file__],
        input=asked,
        stdout=subprocess.PIPE,
        env=env,
        text=True,
        timeout=300,
        check=True,
    )
    return list(map(tuple, json.loads(done.stdout)))


def _main() -> None:
    from nbgrader.apps.nbgraderapp import NbGraderApp

    from nbjudge import command
    from nbjudge.plugin import apps, autograde, explain, export, feedback, gradebook  # noqa: F401

    programs = {"nbgrader": NbGraderApp.launch_instance, "nbjudge": command.main}
    running = [
        _fork(folder, programs[words[0]], words[1:]) for folder, words in json.load(sys.stdin)
    ]
    results = []
    for process, output in running:
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        output.seek(0)
        results.append((status, output.read()))
    json.dump(results, sys.stdout)


def _fork(folder: str, program, words: list[str]):
    output = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (the caller reads it)
    process = os.fork()
    if process:
        return process, output
    os.chdir(folder)
    for number in (1, 2):
        os.dup2(output.fileno(), number)
    try:
        sys.exit(program(words))
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    _main()
