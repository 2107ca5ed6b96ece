"""What several commands need of the course in this folder."""

from __future__ import annotations

import sys

from jupyter_core.application import NoStart
from nbgrader.apps.baseapp import NbGrader

from nbjudge.nbgrader_ext.apps import GradesApp
from nbjudge.nbgrader_ext.course import assignment_problem, only_assignment
from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON


def start(kind: type[NbGrader], arguments: list[str]) -> tuple[NbGrader | None, str | None]:
    """Return the command with its configuration read, and the assignment.

    Without a command there is nothing to do: it was asked for its help (no assignment either), or
    there is no such assignment, and a sentence has said so.
    """
    app = kind.instance()
    try:
        app.initialize(arguments)
    except NoStart:
        return None, None
    assignment = app.extra_args[0] if app.extra_args else app.coursedir.assignment_id
    return (app if is_there(app, assignment) else None), assignment


def read_course() -> GradesApp:
    """Return the command of a course whose configuration is read, and nothing else."""
    app = GradesApp.instance()
    app.initialize([])
    return app


def course_and_assignment(assignment: str) -> tuple[NbGrader | None, str]:
    """Return the course's command and an assignment: the one that is named, or the only one.

    Without a command there is no such assignment, and a sentence has said so.
    """
    app = read_course()
    assignment = assignment or only_assignment(app.coursedir)
    return (app if is_there(app, assignment) else None), assignment


def is_there(app: NbGrader, assignment: str, hint: str = "") -> bool:
    """Say whether the course has the assignment; if not, a sentence says which there are."""
    problem = assignment_problem(app.coursedir, assignment)
    if problem:
        print(problem + hint, file=sys.stderr)
    return not problem


def without_box(error: Exception) -> int:
    """Say why no box can be had, and what to do; return the exit status."""
    print(f"{error}\n{TWO_WAYS_ON}", file=sys.stderr)
    return 1
