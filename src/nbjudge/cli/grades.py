"""``nbjudge grades``: print the points of an assignment; grade nothing."""

from __future__ import annotations

import argparse
import sys

from nbgrader.apps.baseapp import NbGrader

from nbjudge.cli.course import start
from nbjudge.errors import NoGradesError
from nbjudge.nbgrader_ext.apps import GradesApp
from nbjudge.record.class_scores import read_grades
from nbjudge.reports.terminal import scores_table


def run(arguments: list[str]) -> int:
    """Print the points of an assignment; grade nothing."""
    options, rest = table_options(arguments)
    app, assignment = start(GradesApp, rest)
    if app is None:
        return 0 if assignment is None else 1
    return 0 if show(app, assignment, options) else 1


def table_options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options of the table, and the arguments that are nbgrader's."""
    parser = argparse.ArgumentParser(
        prog="nbjudge", usage="nbjudge --help says how", add_help=False, allow_abbrev=False
    )
    parser.add_argument("--sort", choices=("student", "points"), default="student")
    parser.add_argument("--table", "--all", action="store_true")
    return parser.parse_known_args(arguments)


def show(app: NbGrader, assignment: str, options: argparse.Namespace) -> bool:
    """Print the table of points; say so, and return False, if there is none."""
    try:
        grades = read_grades(app.coursedir, assignment)
    except NoGradesError as error:
        print(error, file=sys.stderr)
        return False
    print(scores_table.show(grades, options.sort, options.table))
    return True
