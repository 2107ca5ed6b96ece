"""What the commands of ``nbjudge`` do; `nbjudge.cli.main` says which there are."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from jupyter_core.application import NoStart
from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.apps.baseapp import NbGrader
from rich.console import Console
from traitlets import TraitError, default
from traitlets.config import Config

from nbjudge.cli.early_start import grades_elsewhere
from nbjudge.cluster.resources import usual_workers
from nbjudge.errors import CourseError
from nbjudge.grading.assignment import assignment_problem, only_assignment
from nbjudge.nbgrader_ext.autograde import GivenUpError, JudgeAutograde
from nbjudge.sanitize.log_filter import InertFilter

UNBOXED_HELP = (
    "Run students' code without boxes, with all rights of the grader: only for submissions of "
    "people you trust."
)
UNBOXED = {"JudgeExecute": {"boxed": False}}
NOT_JUDGED = (
    "Nothing was graded: no nbgrader_config.py was read that calls nbjudge.configure(c), and "
    "without it students' code would run beside the tests, with all rights of the grader."
)
BY_SIGNAL = 128  # and the signal's number: the exit status of what was stopped


class JudgeAutogradeApp(AutogradeApp):
    """nbgrader's autograde command with one flag more."""

    name = "nbjudge-autograde"
    flags: ClassVar = {**AutogradeApp.flags, "unboxed": (UNBOXED, UNBOXED_HELP)}


class GradeApp(JudgeAutogradeApp):
    """The same command, which says only what an instructor must know."""

    name = "nbjudge-grade"
    aliases: ClassVar = {
        **JudgeAutogradeApp.aliases,
        "workers": "JudgeAutograde.workers",
        "scheduler": "JudgeAutograde.scheduler",
    }
    flags: ClassVar = {
        **JudgeAutogradeApp.flags,
        "regrade-diff": (
            {"JudgeAutograde": {"regrade_diff": True}},
            JudgeAutograde.regrade_diff.help,
        ),
        "apply": ({"JudgeAutograde": {"apply": True}}, JudgeAutograde.apply.help),
    }

    @default("classes")
    def _classes_default(self) -> list:
        return [*super()._classes_default(), JudgeAutograde]  # whose options --help describes

    @default("log_level")
    def _log_level_default(self) -> int:
        return logging.WARNING


class GradesApp(NbGrader):
    """Reads the course's configuration, to show its gradebook."""

    name = "nbjudge-grades"
    description = "Print the points of an assignment"

    @default("log_level")
    def _log_level_default(self) -> int:
        return logging.WARNING


# traitlets names a command's logger by its class; see nbjudge.sanitize.log_filter
for _app in (JudgeAutogradeApp, GradeApp, GradesApp):
    logging.getLogger(_app.__name__).addFilter(InertFilter())


def autograde(arguments: list[str]) -> int:
    """Grade as nbgrader's own command does."""
    JudgeAutogradeApp.launch_instance(argv=arguments)
    return 0


def grade(arguments: list[str]) -> int:
    """Grade an assignment and print its points.

    No table follows a run that could not go on: it would hide the sentence that says why.
    """
    alone = "--workers=0" in " ".join(arguments).replace("--workers ", "--workers=").split()
    if usual_workers() and not grades_elsewhere(arguments) and not alone:
        from nbjudge.cluster import fork_server

        fork_server.fork()
    options, rest = _table_options(arguments)
    app, assignment = _start(GradeApp, rest)
    if app is None:
        return 0 if assignment is None else 1
    if not _judged():
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
    settings = JudgeAutograde(parent=app, coursedir=app.coursedir)
    only_shown = settings.regrade_diff and not settings.apply
    if status < BY_SIGNAL and not given_up and not only_shown:
        shown = _show(app, assignment, options)
        status = status or (0 if shown else 1)
    return status


def _judged() -> bool:
    """Say whether the configuration that was read lets nbjudge grade."""
    from nbgrader.apps import autogradeapp

    return issubclass(autogradeapp.Autograde, JudgeAutograde)


def print_grades(arguments: list[str]) -> int:
    """Print the points of an assignment; grade nothing."""
    options, rest = _table_options(arguments)
    app, assignment = _start(GradesApp, rest)
    if app is None:
        return 0 if assignment is None else 1
    return 0 if _show(app, assignment, options) else 1


def _table_options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the options of the table, and the arguments that are nbgrader's."""
    parser = argparse.ArgumentParser(
        prog="nbjudge", usage="nbjudge --help says how", add_help=False, allow_abbrev=False
    )
    parser.add_argument("--sort", choices=("student", "points"), default="student")
    parser.add_argument("--table", "--all", action="store_true")
    return parser.parse_known_args(arguments)


def _start(kind: type[NbGrader], arguments: list[str]) -> tuple[NbGrader | None, str | None]:
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
    return (app if _is_there(app, assignment) else None), assignment


def _read_course() -> GradesApp:
    """Return the command of a course whose configuration is read, and nothing else."""
    app = GradesApp.instance()
    app.initialize([])
    return app


def _is_there(app: NbGrader, assignment: str, hint: str = "") -> bool:
    """Say whether the course has the assignment; if not, a sentence says which there are."""
    problem = assignment_problem(app.coursedir, assignment)
    if problem:
        print(problem + hint, file=sys.stderr)
    return not problem


def _show(app: NbGrader, assignment: str, options: argparse.Namespace) -> bool:
    """Print the table of points; say so, and return False, if there is none."""
    from nbjudge.errors import NoGradesError
    from nbjudge.record.class_scores import read_grades
    from nbjudge.reports.terminal.scores_table import show

    try:
        grades = read_grades(app.coursedir, assignment)
    except NoGradesError as error:
        print(error, file=sys.stderr)
        return False
    print(show(grades, options.sort, options.table))
    return True


def report(arguments: list[str]) -> int:
    """Write the report on a class; return the exit status."""
    from nbjudge.errors import NoFiguresError, NoGradesError
    from nbjudge.nbgrader_ext.execute import JudgeExecute
    from nbjudge.reports.class_page.write_report import write_report

    parser = argparse.ArgumentParser(prog="nbjudge report", allow_abbrev=False)
    parser.add_argument("assignment")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page, such as r.html")
    parser.add_argument("--csv", type=Path, help="a file for the same numbers")
    parser.add_argument("--names", action="store_true", help="name students")
    asked = parser.parse_args(arguments)
    app = _read_course()
    if not _is_there(app, asked.assignment):
        return 1
    hidden_tests = JudgeExecute(config=app.config).hidden_tests
    try:
        write_report(
            app.coursedir, asked.assignment, hidden_tests, asked.output, asked.csv, asked.names
        )
    except (NoGradesError, NoFiguresError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The report cannot be written: {error}", file=sys.stderr)
        return 1
    return 0


def explain(arguments: list[str]) -> int:
    """Repeat the verdicts of one notebook; return the exit status."""
    from nbjudge.errors import BoxError, GradebookError
    from nbjudge.grading.replay import FULL, SHORT
    from nbjudge.grading.replay import explain as repeat

    parser = argparse.ArgumentParser(prog="nbjudge explain", allow_abbrev=False)
    parser.add_argument("student")
    parser.add_argument("notebook")
    parser.add_argument("task", nargs="*", help="its grade_id, hidden test or title; else all")
    parser.add_argument("--assignment", default="", help="needed where the course has several")
    parser.add_argument("--full", action="store_true", help="show long values whole")
    parser.add_argument("--unboxed", action="store_true", help=UNBOXED_HELP)
    asked = parser.parse_intermixed_args(arguments)
    app = _read_course()
    if asked.unboxed:
        app.config.merge(Config(UNBOXED))
    assignment = asked.assignment or only_assignment(app.coursedir)
    if not _is_there(app, assignment, "" if asked.assignment else " Name it with --assignment."):
        return 1
    try:
        who = (asked.student, asked.notebook, " ".join(asked.task))
        repeat(app.config, assignment, *who, Console(), FULL if asked.full else SHORT)
    except BoxError as error:
        return _without_box(error)
    except (CourseError, GradebookError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _without_box(error: Exception) -> int:
    """Say why no box can be had, and what to do; return the exit status."""
    from nbjudge.sandbox.bubblewrap import TWO_WAYS_ON

    print(f"{error}\n{TWO_WAYS_ON}", file=sys.stderr)
    return 1


def collect(arguments: list[str]) -> int:
    """Bring what an LMS gives into the course; return the exit status."""
    from nbjudge.cli.lms import collect_arguments, run_collect

    return _for_lms(run_collect, collect_arguments().parse_args(arguments))


def export(arguments: list[str]) -> int:
    """Write what an LMS imports; return the exit status."""
    from nbjudge.cli.lms import export_arguments, run_export

    return _for_lms(run_export, export_arguments().parse_args(arguments))


def _for_lms(run: Callable[..., bool], asked: argparse.Namespace) -> int:
    app = _read_course()
    assignment = asked.assignment or only_assignment(app.coursedir)
    if not _is_there(app, assignment):
        return 1
    return 0 if run(app.coursedir, assignment, asked, Console()) else 1


def begin(arguments: list[str]) -> int:
    """Write the beginning of a notebook; return the exit status."""
    from nbjudge.authoring.new import new
    from nbjudge.errors import NewError
    from nbjudge.nbgrader_ext.execute import JudgeExecute

    parser = argparse.ArgumentParser(prog="nbjudge new", allow_abbrev=False)
    parser.add_argument("assignment", help="such as lab1; a new one may be begun")
    parser.add_argument("notebook", help="its name without ending, such as q6_attention")
    asked = parser.parse_args(arguments)
    app = _read_course()
    root, source = Path(app.coursedir.root), app.coursedir.source_directory
    hidden_tests = JudgeExecute(config=app.config).hidden_tests
    try:
        written = new(root, source, hidden_tests, asked.assignment, asked.notebook)
    except NewError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(path.relative_to(root))
    print(f"It has one task that works. Make it yours, then: nbjudge check {asked.assignment}")
    return 0


def adopt(arguments: list[str]) -> int:
    """Write the beginning of hidden tests for another course's notebook; return the status."""
    from nbjudge.authoring.adopt import adopt as module_of
    from nbjudge.errors import AdoptError

    parser = argparse.ArgumentParser(prog="nbjudge adopt", allow_abbrev=False)
    parser.add_argument("notebook", type=Path, help="with ordinary asserts in its test cells")
    parser.add_argument("-o", "--output", type=Path, help="the module to write")
    asked = parser.parse_args(arguments)
    try:
        text = module_of(asked.notebook.read_bytes(), asked.notebook.name)
        if asked.output is None:
            print(text)
            return 0
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        with open(asked.output, "x", encoding="utf-8") as file:  # never over what is there
            file.write(text)
    except AdoptError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    left = text.count("# TODO")
    print(f"{asked.output}: {text.count('HiddenTest(')} hidden tests, {left} things left to do")
    return 0


def check(arguments: list[str]) -> int:
    """Check an assignment before it is released; return 1 if anything is wrong with it."""
    from nbjudge.authoring.check import check as find_problems
    from nbjudge.errors import BoxError

    parser = argparse.ArgumentParser(prog="nbjudge check", allow_abbrev=False)
    parser.add_argument("assignment")
    parser.add_argument("--quick", action="store_true", help="run no notebook")
    parser.add_argument("--unboxed", action="store_true", help=UNBOXED_HELP)
    asked = parser.parse_args(arguments)
    app = _read_course()
    if not _is_there(app, asked.assignment):
        return 1
    if asked.unboxed:
        app.config.merge(Config(UNBOXED))
    try:
        return 0 if find_problems(app.config, asked.assignment, Console(), asked.quick) else 1
    except BoxError as error:
        return _without_box(error)


def examine(arguments: list[str]) -> int:
    """Run the doctor with the course's configuration, if there is one in this folder."""
    from nbjudge.cli.doctor import doctor, open_cells

    parser = argparse.ArgumentParser(prog="nbjudge doctor", allow_abbrev=False)
    parser.add_argument("--unboxed", action="store_true", help="try a kernel without a box")
    boxed = not parser.parse_args(arguments).unboxed
    config, console = course_config(), Console()
    safe = doctor(config, boxed, console)
    found = open_cells(Path("source"))
    if found:
        console.print("Graded cells with classic asserts, whose verdict students can tamper with:")
        console.print("\n".join(f"  {cell}" for cell in found), markup=False)
    return 0 if safe else 1


def course_config() -> Config:
    """Return the configuration that nbgrader would load in this folder."""
    app = NbGrader()
    app.initialize(argv=[])
    return app.config
