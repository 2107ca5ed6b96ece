"""``nbjudge explain``: repeat verdicts with their seeds, show the numbers."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from traitlets.config import Config

from nbjudge.cli.course import is_there, read_course, without_box
from nbjudge.errors import BoxError, CourseError, GradebookError
from nbjudge.grading.assignment import only_assignment
from nbjudge.grading.replay import FULL, SHORT
from nbjudge.grading.replay import explain as repeat
from nbjudge.nbgrader_ext.apps import UNBOXED, UNBOXED_HELP


def run(arguments: list[str]) -> int:
    """Repeat the verdicts of one notebook; return the exit status."""
    parser = argparse.ArgumentParser(prog="nbjudge explain", allow_abbrev=False)
    parser.add_argument("student")
    parser.add_argument("notebook")
    parser.add_argument("task", nargs="*", help="its grade_id, hidden test or title; else all")
    parser.add_argument("--assignment", default="", help="needed where the course has several")
    parser.add_argument("--full", action="store_true", help="show long values whole")
    parser.add_argument("--unboxed", action="store_true", help=UNBOXED_HELP)
    asked = parser.parse_intermixed_args(arguments)
    app = read_course()
    if asked.unboxed:
        app.config.merge(Config(UNBOXED))
    assignment = asked.assignment or only_assignment(app.coursedir)
    if not is_there(app, assignment, "" if asked.assignment else " Name it with --assignment."):
        return 1
    try:
        who = (asked.student, asked.notebook, " ".join(asked.task))
        repeat(app.config, assignment, *who, Console(), FULL if asked.full else SHORT)
    except BoxError as error:
        return without_box(error)
    except (CourseError, GradebookError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
