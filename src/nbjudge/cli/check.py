"""``nbjudge check``: look at an assignment before it is released."""

from __future__ import annotations

import argparse
from pathlib import Path

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
    course, root = app.coursedir, Path(app.coursedir.root)
    say = Console(markup=False, highlight=False, soft_wrap=True).print
    try:
        in_order = find_problems(
            root,
            root / course.source_directory / asked.assignment,
            root / course.release_directory / asked.assignment,
            JudgeExecute(config=app.config),
            stub_maker(app.config),
            say,
            asked.quick,
            asked.answers,
        )
    except BoxError as error:
        return without_box(error)
    return 0 if in_order else 1
