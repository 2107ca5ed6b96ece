"""``nbjudge collect``: bring what an LMS gives into ``submitted/``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from rich.console import Console

from nbjudge.cli.course import course_and_assignment
from nbjudge.errors import ArchiveError, GradebookError, RosterError
from nbjudge.lms.collect import KINDS, Collected, Places, collect
from nbjudge.lms.roster import Roster, read_roster
from nbjudge.record.gradebook import exists, opened
from nbjudge.record.pending_points import names

SHOWN = 30  # sentences on what was refused
DOWNLOADED = "downloaded"  # as nbgrader's zip_collect calls it


def run(arguments: list[str]) -> int:
    """Collect an archive and say what became of it; return the exit status."""
    parser = argparse.ArgumentParser(prog="nbjudge collect", allow_abbrev=False)
    parser.add_argument("archive", type=Path, help="the zip that the LMS gives, or a folder")
    parser.add_argument("--from", dest="kind", choices=sorted(KINDS), required=True)
    parser.add_argument("--roster", type=Path, help="CSV: who is who")
    parser.add_argument("--assignment", default="", help="needed where the course has several")
    asked = parser.parse_args(arguments)
    app, assignment = course_and_assignment(asked.assignment)
    if app is None:
        return 1
    course = app.coursedir
    submitted = Path(course.format_path(course.submitted_directory, "x", "x")).parents[1]
    places = Places(submitted, Path(course.root) / DOWNLOADED / assignment, assignment)
    try:
        roster = read_roster(asked.roster) if asked.roster else None
        done = collect(asked.archive, asked.kind, roster, places)
        if roster:
            _enter_names(course, roster)
    except (ArchiveError, RosterError, GradebookError) as error:
        print(error, file=sys.stderr)
        return 1
    _tell_collected(done, assignment)
    return 0


def _tell_collected(done: Collected, assignment: str) -> None:
    tell = Console(markup=False, highlight=False, soft_wrap=True).print
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
