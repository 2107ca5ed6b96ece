"""``nbjudge export``: points, or feedback pages, as an LMS imports them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from nbjudge.cli.collect import DOWNLOADED
from nbjudge.cli.course import course_and_assignment
from nbjudge.errors import ArchiveError, GradebookError, NoGradesError, RosterError
from nbjudge.lms.collect import read_people
from nbjudge.lms.feedback_zip import write_pages
from nbjudge.lms.grade_import import Filled, fill
from nbjudge.nbgrader_ext.export import GradesCsv
from nbjudge.record.class_scores import read_gradebook, read_grades
from nbjudge.record.pending_points import names

_NEEDED = {
    "moodle": "Name Moodle's grading worksheet with --into: in the assignment, View all "
    "submissions, Download grading worksheet.",
    "canvas": "Name Canvas's gradebook with --into: Grades, Export, Export Entire Gradebook.",
}


def run(arguments: list[str]) -> int:
    """Write what an LMS imports; return the exit status."""
    parser = argparse.ArgumentParser(prog="nbjudge export", allow_abbrev=False)
    parser.add_argument("assignment", nargs="?", default="")
    kinds = ("moodle", "canvas", "csv", "moodle-feedback")
    parser.add_argument("--to", choices=kinds, required=True)
    parser.add_argument("--into", type=Path, help="the file that the LMS has exported")
    parser.add_argument("-o", "--output", type=Path, help="the file to write")
    asked = parser.parse_args(arguments)
    app, assignment = course_and_assignment(asked.assignment)
    if app is None:
        return 1
    if asked.to in _NEEDED and asked.into is None:
        print(_NEEDED[asked.to], file=sys.stderr)
        return 1
    ending = "zip" if asked.to == "moodle-feedback" else "csv"
    target = asked.output or Path(f"{assignment}-{asked.to}.{ending}")
    console = Console(markup=False, highlight=False, soft_wrap=True)
    try:
        return _export(app.coursedir, assignment, asked, target, console)
    except (ArchiveError, RosterError, NoGradesError, GradebookError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{target} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1


def _export(
    coursedir: CourseDirectory,
    assignment: str,
    asked: argparse.Namespace,
    target: Path,
    console: Console,
) -> int:
    """Write the file, say what is in it, and return the exit status."""
    if asked.to == "csv":
        # the gradebook is read in the course's folder, and the file is named from where we are
        place = target.absolute()
        with read_gradebook(coursedir) as gradebook:
            GradesCsv(to=str(place), assignment=[assignment]).export(gradebook)
        console.print(f"{target}: the points of all students")
        return 0
    people = read_people(Path(coursedir.root) / DOWNLOADED / assignment)
    if asked.to == "moodle-feedback":
        return _export_pages(coursedir, assignment, people, target, console)
    done = fill(asked.to, asked.into, target, read_grades(coursedir, assignment), people)
    _tell_filled(done, target, console)
    return 0


def _export_pages(
    coursedir: CourseDirectory,
    assignment: str,
    people: Mapping[str, Mapping[str, str]],
    target: Path,
    console: Console,
) -> int:
    if not any(person["from"] == "moodle" for person in people.values()):
        print(
            "Nobody's folder in Moodle is known: collect the submissions with nbjudge collect "
            "--from moodle first.",
            file=sys.stderr,
        )
        return 1
    feedback = Path(coursedir.format_path(coursedir.feedback_directory, "x", "x")).parents[1]
    written, without = write_pages(feedback, assignment, people, target)
    console.print(f"{target}: the pages of {len(written)} students")
    if without:
        line = f"No pages of: {names(without)}. nbgrader generate_feedback {assignment} makes them."
        console.print(line)
    return 0


def _tell_filled(done: Filled, target: Path, console: Console) -> None:
    for line in done.warnings:
        console.print(line)
    console.print(f"{target}: the points of {len(done.written)} students")
    for what, found in (
        ("wait for a grader's points, which count as 0 here", done.pending),
        ("are graded and not in the LMS's file", done.not_there),
        (
            "are in the LMS's file and have no points; their rows are as they were",
            done.rows_without,
        ),
    ):
        if found:
            console.print(f"{len(found)} {what}: {names(found)}")
