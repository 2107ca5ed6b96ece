"""The command ``nbjudge``: grade and see the points, or see what protects the machine.

nbjudge grade ASSIGNMENT [--student NAME] [--notebook NAME] [--force] [--unboxed]
                                         grade what is not graded, print the points
                [--workers N]            with so many processes; as many as there are cores, if
                                         not named
                [--scheduler ADDRESS]    with the workers of a Dask scheduler
                [--regrade-diff]         show whose points would change, write nothing
                [--regrade-diff --apply] write what was shown
nbjudge grades ASSIGNMENT                print the points
                [--sort points]          highest first (both commands)
                [--table]                all students of a large class (both commands)
nbjudge report ASSIGNMENT -o report.html [--csv numbers.csv] [--names]
                                         one page on the class: points, tasks, mistakes, who needs
                                         a look, solutions that are much alike; runs nothing. No
                                         student is named without --names
nbjudge explain STUDENT NOTEBOOK [TASK] [--assignment NAME] [--full] [--unboxed]
                                         repeat verdicts with their seeds, show the numbers (long
                                         lists whole with --full); changes nothing. TASK is its
                                         title, grade_id or hidden test (also: nbjudge again)
nbjudge collect ARCHIVE --from moodle|canvas|folder [--roster CSV] [--assignment NAME]
                                         bring what an LMS gives into submitted/
nbjudge export [ASSIGNMENT] --to moodle|canvas|csv|moodle-feedback [--into CSV] [-o FILE]
                                         points, or feedback pages, as an LMS imports them
nbjudge new ASSIGNMENT NOTEBOOK          begin a notebook, with hidden tests and answers; nothing
                                         that is there is changed
nbjudge adopt NOTEBOOK [-o MODULE.py]    begin hidden tests from the asserts of a notebook of
                                         another course; nothing of it runs
nbjudge check ASSIGNMENT [--quick] [--answers=none|sample|all] [--unboxed]
                                         before a release: hidden tests, points, solutions,
                                         stubs, self-checks and the author's answers
nbjudge release [ASSIGNMENT] [--unboxed] make the students' notebooks, if they are older than what
                                         they are made from, and check them; if anything is wrong,
                                         the old release and the gradebook stay as they are
nbjudge autograde ASSIGNMENT --unboxed   as nbgrader autograde, without boxes
nbjudge doctor [--unboxed]               what protects this machine from submissions
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from pathlib import Path

from nbjudge.errors import Stopped
from nbjudge.sanitize.log_filter import filter_loggers
from nbjudge.signals import stoppable

USAGE = __doc__.split("\n\n", 1)[1].strip()
# each is a module of this package with a function `run`
COMMANDS = (
    "grade",
    "grades",
    "report",
    "explain",
    "collect",
    "export",
    "new",
    "adopt",
    "check",
    "release",
    "autograde",
    "doctor",
)
ALSO = {"again": "explain"}  # another name of a command
# traitlets names a command's logger by its class: those of nbjudge.nbgrader_ext.apps
LOGGERS = ("JudgeAutogradeApp", "GradeApp", "GradesApp")


# whose own --help would be nbgrader's, of many pages; what it says is asked with --help-all
OUR_HELP = {
    "grade": ("grade", "grades"),
    "grades": ("grades",),
    "check": ("check",),
    "autograde": ("autograde",),
}


def help_of(command: str) -> str:
    """Return what the usage says of a command."""
    blocks = ["nbjudge " + block for block in f"\n{USAGE}\n".split("\nnbjudge ")[1:]]
    shown = [each for name in OUR_HELP[command] for each in blocks if each.split()[1] == name]
    more = f"All settings, nbgrader's among them: nbjudge {command} --help-all"
    return "\n".join([*(block.rstrip() for block in shown), "", more])


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # names, in whatever encoding there is
    if not arguments or arguments[0] not in (*COMMANDS, *ALSO):
        print(USAGE, file=sys.stderr)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    if arguments[0] in OUR_HELP and not {"--help", "-h"}.isdisjoint(arguments[1:]):
        print(help_of(arguments[0]))
        return 0
    try:
        with stoppable():
            if arguments[0] == "grade":
                from nbjudge.cli.early_start import start_zygote

                start_zygote(arguments[1:], Path.cwd())
            gc.disable()  # while it imports: it would look again and again at what stays
            # imported here, because that takes a second in which one can be stopped, too
            name = ALSO.get(arguments[0], arguments[0])
            filter_loggers(LOGGERS)
            command = importlib.import_module(f"nbjudge.cli.{name}")
            gc.enable()
            return command.run(arguments[1:])
    except BrokenPipeError:  # whoever reads what is printed has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Stopped as stopped:
        print("Stopped. To go on, run the same command again.", file=sys.stderr)
        return 128 + stopped.number
