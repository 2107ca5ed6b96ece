"""``nbjudge grade``: grade what is not graded, print the points."""

from __future__ import annotations

import sys

from nbgrader.apps import autogradeapp
from traitlets import TraitError

from nbjudge.cli.course import start
from nbjudge.cli.early_start import grades_elsewhere
from nbjudge.cli.grades import show, table_options
from nbjudge.cluster.resources import usual_workers
from nbjudge.nbgrader_ext.apps import GradeApp
from nbjudge.nbgrader_ext.autograde import GivenUpError, JudgeAutograde

NOT_JUDGED = (
    "Nothing was graded: no nbgrader_config.py was read that calls nbjudge.configure(c), and "
    "without it students' code would run beside the tests, with all rights of the grader."
)
BY_SIGNAL = 128  # and the signal's number: the exit status of what was stopped


def run(arguments: list[str]) -> int:
    """Grade an assignment and print its points.

    No table follows a run that could not go on: it would hide the sentence that says why.
    """
    alone = "--workers=0" in " ".join(arguments).replace("--workers ", "--workers=").split()
    if usual_workers() and not grades_elsewhere(arguments) and not alone:
        from nbjudge.cluster import fork_server

        fork_server.fork()
    options, rest = table_options(arguments)
    app, assignment = start(GradeApp, rest)
    if app is None:
        return 0 if assignment is None else 1
    if not issubclass(autogradeapp.Autograde, JudgeAutograde):  # as nbjudge.configure has it
        print(NOT_JUDGED, file=sys.stderr)
        return 1
    if "workers" not in app.config.JudgeAutograde:
        app.config.JudgeAutograde.workers = usual_workers()
    status, given_up = 0, False
    try:
        app.start()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
        given_up = isinstance(end.__context__, GivenUpError)
    except TraitError as error:  # an option's value
        print(error, file=sys.stderr)
        return 1
    except Exception:  # whatever it is: the points that there are are shown
        app.log.error("Grading failed.", exc_info=True)
        status = 1
    only_shown = JudgeAutograde(parent=app, coursedir=app.coursedir).only_shown
    if status < BY_SIGNAL and not given_up and not only_shown:
        shown = show(app, assignment, options)
        status = status or (0 if shown else 1)
    return status
