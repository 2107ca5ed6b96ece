"""``nbjudge explain``: repeats verdicts from their audit lines' own seeds, for an appeal.

What the instructor reads here, no student may: the inputs, the expected and the given numbers of
each case. Nothing is written: neither the gradebook nor a graded folder changes.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from traitlets.config import Config

from nbjudge.cli.course import is_there, read_course, without_box
from nbjudge.errors import BoxError, CourseError, GradebookError
from nbjudge.grading.replay import cells_of, find_graded, replay
from nbjudge.intake import IntakeLimits
from nbjudge.nbgrader_ext.apps import UNBOXED, UNBOXED_HELP
from nbjudge.nbgrader_ext.autograde import JudgeAutograde, verdict_settings
from nbjudge.nbgrader_ext.course import load_assignment, only_assignment
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.nbgrader_ext.limit_traits import limits_of
from nbjudge.record.digests import reason_to_grade
from nbjudge.record.gradebook import opened
from nbjudge.reports.terminal.case_details import FULL, SHORT, show


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
    app.coursedir.assignment_id = assignment
    try:
        _explain(app.coursedir, app.config, asked)
    except BoxError as error:
        return without_box(error)
    except (CourseError, GradebookError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _explain(coursedir: CourseDirectory, config: Config, asked: argparse.Namespace) -> None:
    """Run one notebook again with the seeds of its last grading, and show each case.

    Raises `CourseError` if there is no such student, notebook or task, or none was graded.
    """
    console, room = Console(), FULL if asked.full else SHORT
    judge = JudgeExecute(config=config)
    limits = limits_of(JudgeAutograde(coursedir=coursedir, config=config), IntakeLimits)
    with opened(coursedir.db_url, coursedir.course_id) as gradebook:
        settings = verdict_settings(config)
        course = load_assignment(coursedir, gradebook, judge.hidden_tests, limits, settings)
    graded = Path(coursedir.root, coursedir.autograded_directory, asked.student, course.name)
    submission, lines = find_graded(course, graded, asked.student, asked.notebook)
    reason = reason_to_grade(course.digests(asked.notebook, submission), list(lines.values()))
    if reason:
        text = f"Since it was graded: {reason}. What follows is how it is judged now.\n"
        console.print(text, soft_wrap=True)
    wanted = cells_of(course, asked.notebook, lines, " ".join(asked.task))
    seeds = {name: line["seed"] for name, line in lines.items()}
    for scored in replay(course, submission, asked.notebook, seeds, judge.make_run):
        if scored.cell in wanted:
            show(scored, lines[scored.cell], console, room)
