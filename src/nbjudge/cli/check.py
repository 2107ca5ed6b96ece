"""``nbjudge check``: look at an assignment before it is released."""

from __future__ import annotations

import argparse
from pathlib import Path

from nbgrader.apps.baseapp import NbGrader
from rich.console import Console
from traitlets.config import Config

from nbjudge.authoring.answers import WHICH
from nbjudge.authoring.check import check as find_problems
from nbjudge.cli.course import is_there, read_course, without_box
from nbjudge.errors import BoxError
from nbjudge.nbgrader_ext.apps import UNBOXED, UNBOXED_HELP
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.nbgrader_ext.generate_assignment import stub_maker


def run(arguments: list[str]) -> int:
    """Check an assignment before it is released; return 1 if anything is wrong with it."""
    parser = argparse.ArgumentParser(prog="nbjudge check", allow_abbrev=False)
    parser.add_argument("assignment")
    parser.add_argument("--quick", action="store_true", help="run no notebook")
    answers_help = "of the author's answers that are run; sample: one for each mistake"
    parser.add_argument("--answers", choices=WHICH, default="all", help=answers_help)
    parser.add_argument("--unboxed", action="store_true", help=UNBOXED_HELP)
    asked = parser.parse_args(arguments)
    app = read_course()
    if not is_there(app, asked.assignment):
        return 1
    if asked.unboxed:
        app.config.merge(Config(UNBOXED))
    try:
        in_order = print_problems(app, asked.assignment, asked.quick, asked.answers)
    except BoxError as error:
        return without_box(error)
    return 0 if in_order else 1


def print_problems(app: NbGrader, assignment: str, quick: bool, which: str) -> bool:
    """Print what is wrong with an assignment; return whether nothing is.

    Args:
        app: has the configuration of the course.
        assignment: such as ``lab1``.
        quick: run no notebook.
        which: of the author's answers to run, one of `nbjudge.authoring.answers.WHICH`.

    Raises `BoxError` if no notebook can be run.
    """
    course, root = app.coursedir, Path(app.coursedir.root)
    return find_problems(
        root,
        root / course.source_directory / assignment,
        root / course.release_directory / assignment,
        JudgeExecute(config=app.config),
        stub_maker(app.config),
        Console(markup=False, highlight=False, soft_wrap=True).print,
        quick,
        which,
    )
