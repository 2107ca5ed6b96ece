"""``nbjudge explain``: repeats verdicts from their audit lines' own seeds, for an appeal.

What the instructor reads here, no student may: the inputs, the expected and the given numbers of
each case. Nothing is written: neither the gradebook nor a graded folder changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nbgrader.coursedir import CourseDirectory
from rich.console import Console
from traitlets.config import Config

from nbjudge.errors import CourseError
from nbjudge.grading.assignment import Assignment, load_assignment
from nbjudge.grading.verdict_settings import settings_of
from nbjudge.intake import Submission
from nbjudge.nbgrader_ext.autograde import JudgeAutograde
from nbjudge.nbgrader_ext.execute import Judged, JudgeExecute, judge_apart
from nbjudge.protocol.codec import Opaque, Tensor
from nbjudge.protocol.reply import Reply
from nbjudge.record.audit import judged_lines
from nbjudge.record.digests import reason_to_grade
from nbjudge.record.gradebook import opened
from nbjudge.sanitize.text import inert_text, shorten
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.verdict_text import verdict_text


@dataclass(frozen=True)
class Room:
    """How much of one value is shown: characters, lines, and numbers of an array."""

    characters: int
    lines: int
    numbers: int


SHORT, FULL = Room(400, 6, 12), Room(1_000_000, 100_000, 1_000_000)


def explain(
    config: Config,
    assignment: str,
    student: str,
    notebook: str,
    task: str,
    console: Console,
    room: Room = SHORT,
) -> None:
    """Run one notebook again with the seeds of its last grading, and show each case.

    Args:
        config: of the course.
        assignment: such as ``lab1``.
        student: whose notebook it is.
        notebook: its name without ending.
        task: the grade_id of one judged cell, its hidden test or that one's title, whatever its
            case; empty for all of them.
        console: where to print.
        room: for each value.

    Raises `CourseError` if there is no such student, notebook or task, or none was graded.
    """
    coursedir = CourseDirectory(config=config, assignment_id=assignment)
    judge = JudgeAutograde(coursedir=coursedir, config=config)
    with opened(coursedir.db_url, coursedir.course_id) as gradebook:
        course = load_assignment(
            coursedir,
            gradebook,
            JudgeExecute(config=config).hidden_tests,
            judge.limits(),
            settings_of(config, JudgeExecute, JudgeAutograde),
        )
    graded = Path(coursedir.root, coursedir.autograded_directory, student, assignment)
    submission, lines = _find(course, graded, student, notebook)
    _say_changes(course, submission, notebook, list(lines.values()), console)
    wanted = _wanted(course, notebook, lines, task)
    seeds = {name: line["seed"] for name, line in lines.items()}
    for judged in _run(course, submission, notebook, seeds, config):
        if judged.cell in wanted:
            _show(judged, lines[judged.cell], console, room)


def _find(course: Assignment, graded: Path, student: str, notebook: str):
    if notebook not in course.notebooks:
        names = ", ".join(course.notebooks)
        raise CourseError(f"{course.name} has no notebook {notebook!r}: it has {names}.")
    found = judged_lines(graded, notebook)
    lines = {name: line for name, line in found.items() if "test" in line}
    if not (course.submitted / student / course.name).is_dir():
        gone = f"There is no submission in {course.submitted}/{student}/{course.name}"
        if lines:
            gone += " any more: put it back. What was judged is in the audit lines in " + str(
                graded
            )
        raise CourseError(f"{gone}.")
    if found and not lines:
        raise CourseError(
            f"{student} had not handed in {notebook} when it was graded: its tasks have 0 points, "
            "and there is no verdict to repeat."
        )
    if not lines:
        raise CourseError(f"{notebook} of {student} has no verdict yet: there is none in {graded}.")
    try:
        submission = course.read(student)
    except OSError as error:
        raise CourseError(f"The submission of {student} cannot be read: {error}") from error
    if notebook not in submission.notebooks:
        raise CourseError(f"{student} has no {notebook} in {course.submitted} any more.")
    problem = submission.notebooks[notebook].problem
    if problem:
        raise CourseError(f"{notebook} of {student} cannot be judged. {problem}")
    return submission, lines


def _wanted(course: Assignment, notebook: str, lines: dict[str, dict], task: str) -> list[str]:
    """Return the cells of one task, or all."""
    if not task:
        return list(lines)
    tests = load_hidden_tests(course.hidden_tests, course.name, notebook)
    titles = {name: test.title for name, test in tests.items()}
    names = {
        cell: (cell, line["test"], titles.get(line["test"], "")) for cell, line in lines.items()
    }
    wanted = [
        cell for cell, known in names.items() if task.casefold() in [n.casefold() for n in known]
    ]
    if not wanted:
        there = "; ".join(", ".join(dict.fromkeys(filter(None, known))) for known in names.values())
        raise CourseError(f"{notebook} has no task {task!r}. It has: {there}.")
    return wanted


def _say_changes(course, submission: Submission, notebook, lines, console: Console) -> None:
    reason = reason_to_grade(course.digests(notebook, submission), lines)
    if reason:
        text = f"Since it was graded: {reason}. What follows is how it is judged now.\n"
        console.print(text, soft_wrap=True)


def _run(course: Assignment, submission: Submission, notebook: str, seeds, config: Config):
    """Return the judged cells of a run that writes to a temporary folder only."""
    nb, _ = course.rebuilt(notebook, submission)
    who = {"student": submission.student, "assignment": course.name, "notebook": notebook}
    _, judged = judge_apart(
        nb,
        config,
        course.hidden_tests,
        who,
        submission.files,
        course_files=str(course.release),
        seeds=seeds,
        solutions=course.solutions[notebook],
    )
    return judged


def _show(judged: Judged, line: dict, console: Console, room: Room) -> None:
    console.rule(f"{judged.cell}, seed {judged.seed}")
    if judged.verdict.points != line["points"]:
        was = f"{line['points']:g} points, {line.get('mistake') or line['outcome']}"
        console.print(f"It was {was}; now it is another verdict.", markup=False, soft_wrap=True)
    console.print(verdict_text(judged.verdict), markup=False, highlight=False, soft_wrap=True)
    for number, (case, reply) in enumerate(zip(judged.cases, judged.replies, strict=True), 1):
        console.print(f"\nCase {number}: {case.label}", style="bold", markup=False)
        for title, value in _facts(judged.test, case, reply):
            text = f"  {title}: {shown(value, room)}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)


def _facts(test: HiddenTest, case: Case, reply: Reply):
    """Return what is known of one case, as pairs of a title and a value."""
    facts = [(f"input {name}", value) for name, value in case.arguments.items()]
    facts += [(f"private {name}", value) for name, value in case.private.items()]
    facts.append(("expected", test.expect(**case.known)))
    if reply.problem is not None or reply.error is not None:
        return [*facts, ("given", reply.problem.value if reply.problem else str(reply.error))]
    facts.append(("given", reply.value))
    if test.measure is not None:
        measured = test.measure(reply.value, **case.known)
        if shown(measured, FULL) != shown(reply.value, FULL):
            facts.append(("measured of it", measured))
    return [*facts, *(("changed in place", name) for name in reply.changed)]


def shown(value: object, room: Room = SHORT) -> str:
    """Return any value of a case as text for a terminal, shortened in its middle."""
    if isinstance(value, dict):
        # each has its room: a long one does not hide the next
        text = "".join(f"\n    {name}: {shown(each, room)}" for name, each in value.items())
        return inert_text(shorten(text, 10 * room.characters, 10 * room.lines))
    elif isinstance(value, np.ndarray):
        array = np.array2string(value, precision=8, threshold=room.numbers, max_line_width=88)
        text = f"array of shape {value.shape}, {value.dtype}\n{array}"
    elif isinstance(value, np.generic):
        text = repr(value.item())
    elif isinstance(value, Tensor):
        text = f"tensor, {shown(value.array, room)}"
    elif isinstance(value, Opaque):
        text = value.description
    else:
        text = repr(value)
    return inert_text(shorten(text, room.characters, room.lines))
