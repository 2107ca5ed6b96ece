"""What a `GradingRun` needs beside its graders, made of nbgrader's settings."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties

from nbjudge.grading.assignment import Assignment
from nbjudge.intake import Refusal
from nbjudge.record.previews import Proposals
from nbjudge.record.writer import PreviewWriter, ResultWriter
from nbjudge.reports.terminal.run_reporter import PreviewReporter, TerminalReporter


def make_writer(
    judge: Autograde, gradebook: Gradebook, assignment: Assignment
) -> ResultWriter | PreviewWriter:
    """Return what keeps results, by the settings of a `JudgeAutograde`."""
    name, autograded = assignment.name, autograded_folder(judge.coursedir)
    previews = Proposals(Path(judge.coursedir.root), name)
    penalties = AssignLatePenalties(parent=judge)
    penalties.init_plugin()
    if judge.only_shown:
        return PreviewWriter(gradebook, name, autograded, previews)
    return ResultWriter(
        gradebook,
        name,
        autograded,
        previews,
        assignment.notebooks,
        penalties,
        judge.create_student,
        # a folder below a student's, which nbgrader takes for an assignment's
        lambda folder: judge.set_permissions(folder.name, folder.parent.name),
        judge.log,
        from_previews=judge.regrade_diff,
    )


def make_reporter(judge: Autograde, refused: Sequence[Refusal], boxed: bool) -> TerminalReporter:
    """Return what shows how a run goes, by the settings of a `JudgeAutograde`.

    Args:
        judge: the settings.
        refused: folders that cannot be graded.
        boxed: whether students' code runs in boxes.
    """
    workers, autograded = judge.workers or 1, autograded_folder(judge.coursedir)
    if judge.only_shown:
        command = _command(judge.coursedir, judge.force, boxed)
        return PreviewReporter(judge.log, workers, autograded, command)
    return TerminalReporter(judge.log, workers, autograded, refused)


def autograded_folder(coursedir: CourseDirectory) -> Path:
    """Return the folder of all graded submissions."""
    return Path(coursedir.root, coursedir.autograded_directory)


def _command(coursedir: CourseDirectory, force: bool, boxed: bool) -> str:
    """Return how the command for the same submissions begins."""
    command = f"nbjudge grade {coursedir.assignment_id}"
    for option, value in (
        ("student", coursedir.student_id),
        ("notebook", coursedir.notebook_id),
    ):
        command += "" if value == "*" else f" --{option} {shlex.quote(value)}"
    return command + " --force" * force + " --unboxed" * (not boxed)
