"""The commands ``nbjudge collect`` and ``nbjudge export``: from an LMS and back."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from nbjudge.errors import ArchiveError, GradebookError, NoGradesError, RosterError
from nbjudge.lms.collect import KINDS, Collected, Places, collect, read_people
from nbjudge.lms.feedback_zip import write_pages
from nbjudge.lms.grade_import import Filled, fill
from nbjudge.lms.roster import Roster, read_roster
from nbjudge.nbgrader_ext.export import GradesCsv
from nbjudge.record.class_scores import read_gradebook, read_grades
from nbjudge.record.gradebook import exists, opened
from nbjudge.record.pending_points import names

SHOWN = 30  # sentences on what was refused
DOWNLOADED = "downloaded"  # as nbgrader's zip_collect calls it


def collect_arguments() -> argparse.ArgumentParser:
    """Return the parser of ``nbjudge collect``."""
    parser = argparse.ArgumentParser(prog="nbjudge collect", allow_abbrev=False)
    parser.add_argument("archive", type=Path, help="the zip that the LMS gives, or a folder")
    parser.add_argument("--from", dest="kind", choices=sorted(KINDS), required=True)
    parser.add_argument("--roster", type=Path, help="CSV: who is who")
    parser.add_argument("--assignment", default="", help="needed where the course has several")
    return parser


def export_arguments() -> argparse.ArgumentParser:
    """Return the parser of ``nbjudge export``."""
    parser = argparse.ArgumentParser(prog="nbjudge export", allow_abbrev=False)
    parser.add_argument("assignment", nargs="?", default="")
    parser.add_argument(
        "--to", choices=("moodle", "canvas", "csv", "moodle-feedback"), required=True
    )
    parser.add_argument("--into", type=Path, help="the file that the LMS has exported")
    parser.add_argument("-o", "--output", type=Path, help="the file to write")
    return parser


def run_collect(
    coursedir: CourseDirectory, assignment: str, asked: argparse.Namespace, console: Console
) -> bool:
    """Collect an archive and say what became of it; return False if nothing of it could be."""
    submitted = Path(coursedir.format_path(coursedir.submitted_directory, "x", "x")).parents[1]
    places = Places(submitted, Path(coursedir.root) / DOWNLOADED / assignment, assignment)
    try:
        roster = read_roster(asked.roster) if asked.roster else None
        done = collect(asked.archive, asked.kind, roster, places)
        if roster:
            _enter_names(coursedir, roster)
    except (ArchiveError, RosterError, GradebookError) as error:
        print(error, file=sys.stderr)
        return False
    _tell_collected(done, assignment, console)
    return True


def _tell_collected(done: Collected, assignment: str, console: Console) -> None:
    tell = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    for line in done.refused[:SHOWN]:
        tell(line)
    if len(done.refused) > SHOWN:
        tell(f"and {len(done.refused) - SHOWN} more that were not taken")
    earlier = f"; what was there is in {DOWNLOADED}/{assignment}/earlier"
    for what, students in (
        ("new", done.new),
        (f"handed in anew{earlier}", done.changed),
        ("as they were", done.same),
        ("late, as the LMS says", done.late),
        ("not in the roster", done.unknown),
        ("in the roster, and without a submission", done.missing),
    ):
        if students:
            tell(f"{len(students)} {what}: {names(students)}")
    tell(f"Next: nbjudge grade {assignment}")


def _enter_names(coursedir: CourseDirectory, roster: Roster) -> None:
    """Enter the names of the roster in the gradebook, if there is one."""
    if not exists(coursedir.db_url):
        return
    with opened(coursedir.db_url, coursedir.course_id) as gradebook:
        for person in roster.people:
            known = {
                name: value
                for name in ("first_name", "last_name", "email")
                if (value := getattr(person, name))
            }
            gradebook.update_or_create_student(person.id, **known)


def run_export(
    coursedir: CourseDirectory, assignment: str, asked: argparse.Namespace, console: Console
) -> bool:
    """Write what an LMS imports; return False if that could not be done."""
    target = asked.output or Path(f"{assignment}-{asked.to}.{'zip' if _pages(asked) else 'csv'}")
    try:
        if _pages(asked):
            return _export_pages(coursedir, assignment, target, console)
        if asked.to == "csv":
            return _export_csv(coursedir, assignment, target, console)
        if asked.into is None:
            print(_NEEDED[asked.to], file=sys.stderr)
            return False
        people = read_people(Path(coursedir.root) / DOWNLOADED / assignment)
        grades = read_grades(coursedir, assignment)
        done = fill(asked.to, asked.into, target, grades, people)
    except (ArchiveError, RosterError, NoGradesError, GradebookError) as error:
        print(error, file=sys.stderr)
        return False
    except OSError as error:
        print(f"{target} cannot be written: {error.strerror}.", file=sys.stderr)
        return False
    _tell_filled(done, target, console)
    return True


_NEEDED = {
    "moodle": "Name Moodle's grading worksheet with --into: in the assignment, View all "
    "submissions, Download grading worksheet.",
    "canvas": "Name Canvas's gradebook with --into: Grades, Export, Export Entire Gradebook.",
}


def _pages(asked: argparse.Namespace) -> bool:
    return asked.to == "moodle-feedback"


def _export_pages(
    coursedir: CourseDirectory, assignment: str, target: Path, console: Console
) -> bool:
    people = read_people(Path(coursedir.root) / DOWNLOADED / assignment)
    if not any(person["from"] == "moodle" for person in people.values()):
        print(
            "Nobody's folder in Moodle is known: collect the submissions with nbjudge collect "
            "--from moodle first.",
            file=sys.stderr,
        )
        return False
    feedback = Path(coursedir.format_path(coursedir.feedback_directory, "x", "x")).parents[1]
    written, without = write_pages(feedback, assignment, people, target)
    console.print(f"{target}: the pages of {len(written)} students", markup=False)
    if without:
        line = f"No pages of: {names(without)}. nbgrader generate_feedback {assignment} makes them."
        console.print(line, markup=False, soft_wrap=True)
    return True


def _export_csv(
    coursedir: CourseDirectory, assignment: str, target: Path, console: Console
) -> bool:
    # the gradebook is read in the course's folder, and the file is named from where we are
    place = target.absolute()
    with read_gradebook(coursedir) as gradebook:
        GradesCsv(to=str(place), assignment=[assignment]).export(gradebook)
    console.print(f"{target}: the points of all students", markup=False)
    return True


def _tell_filled(done: Filled, target: Path, console: Console) -> None:
    tell = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    for line in done.warnings:
        tell(line)
    tell(f"{target}: the points of {len(done.written)} students")
    for what, found in (
        ("wait for a grader's points, which count as 0 here", done.pending),
        ("are graded and not in the LMS's file", done.not_there),
        (
            "are in the LMS's file and have no points; their rows are as they were",
            done.rows_without,
        ),
    ):
        if found:
            tell(f"{len(found)} {what}: {names(found)}")
