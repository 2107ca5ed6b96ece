"""The command ``nbjudge``: doctor, and nbgrader's autograde with a word of the instructor's own.

nbjudge doctor [--unboxed]               what protects this machine from submissions
nbjudge autograde ASSIGNMENT --unboxed   as nbgrader autograde, without boxes
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.apps.baseapp import NbGrader
from rich.console import Console
from traitlets.config import Config

from nbjudge.kernel.execute import BoxedExecute

USAGE = __doc__.split("\n\n", 1)[1].strip()
UNBOXED = {"JudgeExecute": {"boxed": False}}


class JudgeAutogradeApp(AutogradeApp):
    """nbgrader's autograde command with one flag more."""

    name = "nbjudge-autograde"
    flags: ClassVar = {**AutogradeApp.flags, "unboxed": (UNBOXED, BoxedExecute.boxed.help)}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["autograde"]:
        JudgeAutogradeApp.launch_instance(argv=arguments[1:])
        return 0
    if arguments[:1] == ["doctor"] and set(arguments[1:]) <= {"--unboxed"}:
        return 0 if examine(boxed="--unboxed" not in arguments) else 1
    print(USAGE, file=sys.stderr)
    return 0 if arguments in (["--help"], ["-h"]) else 2


def examine(boxed: bool) -> bool:
    """Run the doctor with the course's configuration, if there is one in this folder."""
    from nbjudge.doctor import doctor, open_cells

    config, console = course_config(), Console()
    safe = doctor(config, boxed, console)
    found = open_cells(Path("source"))
    if found:
        console.print("Graded cells with classic asserts, whose verdict students can tamper with:")
        console.print("\n".join(f"  {cell}" for cell in found), markup=False)
    return safe


def course_config() -> Config:
    """Return the configuration that nbgrader would load in this folder."""
    app = NbGrader()
    app.initialize(argv=[])
    return app.config
