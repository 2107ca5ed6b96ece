"""``nbjudge release``: make the notebooks that students get, where nothing is wrong with them."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from traitlets.config import Config

from nbjudge.authoring.release import ReleaseFiles, make_release
from nbjudge.cli.check import print_problems
from nbjudge.cli.course import course_and_assignment, without_box
from nbjudge.errors import BoxError, GradebookError
from nbjudge.nbgrader_ext import configure, generate_assignment
from nbjudge.nbgrader_ext.apps import UNBOXED, UNBOXED_HELP
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.record.gradebook import exists, gradebook_file
from nbjudge.verdict import points_table

TOOLS = (configure, generate_assignment, points_table)


def run(arguments: list[str]) -> int:
    """Make a release that is missing or older than what it is made from; return the status."""
    parser = argparse.ArgumentParser(prog="nbjudge release", allow_abbrev=False)
    parser.add_argument("assignment", nargs="?", default="", help="may be left out if it is alone")
    parser.add_argument("--unboxed", action="store_true", help=UNBOXED_HELP)
    asked = parser.parse_args(arguments)
    app, assignment = course_and_assignment(asked.assignment)
    if app is None:
        return 1
    if asked.unboxed:
        app.config.merge(Config(UNBOXED))
    try:
        files = _files(app, assignment)
        if exists(app.coursedir.db_url) and files.is_current():
            return 0
        check, generate = partial(_check, app, assignment), partial(_generate, assignment)
        return 0 if make_release(files, check, generate, print) else 1
    except GradebookError as error:
        print(f"No release was made: {error}", file=sys.stderr)
        return 1
    except BoxError as error:
        return without_box(error)


def _files(app: NbGrader, assignment: str) -> ReleaseFiles:
    course, root = app.coursedir, Path(app.coursedir.root)
    return ReleaseFiles(
        root,
        root / course.source_directory / assignment,
        root / course.release_directory / assignment,
        root / JudgeExecute(config=app.config).hidden_tests,
        gradebook_file(course.db_url),
        tuple(Path(tool.__file__) for tool in TOOLS),
    )


def _check(app: NbGrader, assignment: str, quick: bool) -> bool:
    """Print what is wrong with the assignment; return whether nothing is."""
    if not quick:
        print(f"nbjudge check {shlex.quote(assignment)}")
    return print_problems(app, assignment, quick, which="none")


def _generate(assignment: str) -> bool:
    """Let nbgrader make the release; return whether it did."""
    words = ["nbgrader", "generate_assignment", assignment, "--force"]
    print(shlex.join(words), flush=True)
    command = [sys.executable, "-m", *words, "--log-level=ERROR"]
    return subprocess.run(command).returncode == 0
