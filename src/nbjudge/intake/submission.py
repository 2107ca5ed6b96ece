"""Finding the submissions of an assignment, and reading one of them."""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dateutil import parser, tz

from nbjudge.errors import UnreadableFileError
from nbjudge.intake.allowed_files import refusal
from nbjudge.intake.files import Entry, kind_of, list_files, open_folder, read_file
from nbjudge.intake.names import is_notebook, released_name, shown, student_name_problem
from nbjudge.intake.reader import read_notebook
from nbjudge.intake.records import IntakeLimits, ReadNotebook, Refusal, Submission

TIMESTAMP = "timestamp.txt"
TIMESTAMP_BYTES = 200
MOST_NOTES = 40
MOST_CANDIDATES = 10  # files that are opened for one released notebook


def find_submissions(
    submitted: Path | str, assignment: str, student_glob: str = "*"
) -> tuple[list[str], list[Refusal]]:
    """Return the students who handed in an assignment, and the folders that cannot be graded.

    A folder without a folder for the assignment is no submission; something is said of it only if
    it has notebooks in that folder's place.

    Args:
        submitted: nbgrader's folder of submissions.
        assignment: such as ``lab1``.
        student_glob: nbgrader's ``--student``; the name of a folder means that folder.
    """
    students, refusals = [], []
    try:
        listing = sorted(os.scandir(submitted), key=lambda item: item.name)
    except OSError:
        return [], []
    # a student whose name holds brackets is meant by that name
    if student_glob != "*" and any(item.name == student_glob for item in listing):
        listing = [item for item in listing if item.name == student_glob]
        student_glob = glob.escape(student_glob)
    for item in listing:
        if not fnmatch.fnmatchcase(item.name, student_glob):
            continue
        reason = _refuse_student(item, assignment)
        if reason is None:
            continue
        if reason:
            refusals.append(Refusal(shown(item.name), reason))
        else:
            students.append(item.name)
    return students, refusals


def _refuse_student(item: os.DirEntry, assignment: str) -> str | None:
    """Return why a folder is refused; empty if it is not, None if it is no submission."""
    if item.is_symlink():
        # where it leads is not looked at, so it cannot be said whether it is a submission
        return f"The folder '{shown(item.name)}' is not graded: it is a link. Copy the folder."
    if not item.is_dir(follow_symlinks=False):
        return None
    try:
        kind = kind_of(os.lstat(os.path.join(item.path, assignment)).st_mode)
    except FileNotFoundError:
        if not _holds_notebooks(item):
            return None
        name = shown(item.name)
        return (
            f"'{name}' has notebooks, but no folder {assignment}: move them to {name}/{assignment}."
        )
    except OSError as error:
        return f"The folder '{shown(item.name)}' is not graded: {error.strerror}."
    if kind != "a folder":
        inner = f"{shown(item.name)}/{assignment}"
        return f"'{inner}' is not graded: it is {kind or 'a file'}, not a folder."
    problem = student_name_problem(item.name)
    if problem:
        return f"The folder '{shown(item.name)}' is not graded: {problem}. Rename the folder."
    return ""


def _holds_notebooks(item: os.DirEntry) -> bool:
    try:
        return any(is_notebook(name) for name in os.listdir(item.path))
    except OSError:
        return False


def read_submission(
    folder: Path | str,
    student: str,
    assignment: str,
    released: Sequence[str],
    limits: IntakeLimits = IntakeLimits(),  # noqa: B008 (it is frozen)
    *,
    known_ids: Mapping[str, Collection[str]] | None = None,
    known_texts: Mapping[str, Collection[str]] | None = None,
    course_files: Collection[str] = (),
) -> Submission:
    """Read one submission. Never raises for what a student can put there, and never waits.

    Args:
        folder: the student's folder of this assignment.
        student: its owner.
        assignment: such as ``lab1``.
        released: names of the released notebooks, without ending.
        limits: how much is read.
        known_ids: for each released notebook, its grade_ids and cell ids (`rebuild.known_ids`); by
            them a notebook is found whose name says nothing.
        known_texts: for each released notebook, texts of its cells (`rebuild.known_texts`); by them
            a notebook is found that has lost its ids, too.
        course_files: paths of the course's files that lie beside the notebooks; a student's file
            never takes their place.

    Raises `OSError` where the folder or a notebook is there and cannot be opened, or the folder is
    gone: then nothing is known of what was handed in.
    """
    root = open_folder(folder)
    try:
        entries, notes = list_files(root, limits.hard_links)
        timestamp, about_time = _read_timestamp(root, entries)
        notebooks, about_notebooks = _read_notebooks(
            root, entries, released, limits, known_ids or {}, known_texts or {}
        )
        files, about_files = _read_files(root, entries, limits, course_files)
    finally:
        os.close(root)
    notes = [*about_time, *about_notebooks, *notes, *about_files]
    if len(notes) > MOST_NOTES:
        left_out = len(notes) - MOST_NOTES
        notes = [*notes[:MOST_NOTES], f"There are {left_out} more notes like these."]
    return Submission(student, assignment, notebooks, files, timestamp, tuple(notes))


def read_timestamp(folder: Path | str) -> datetime | None:
    """Return the time of submission as `read_submission` does, and nothing else."""
    try:
        root = open_folder(folder)
    except OSError:
        return None
    try:
        entries, _ = list_files(root, hard_links=False)
        return _read_timestamp(root, entries)[0]
    finally:
        os.close(root)


def _read_notebooks(root, entries, released, limits, known_ids, known_texts):
    """Return the notebook for each released name, and notes on how it was chosen."""
    candidates: dict[str, list[Entry]] = {}
    nameless = []
    for entry in entries:
        if is_notebook(entry.name):
            name = released_name(entry.name, released)
            (candidates.setdefault(name, []) if name else nameless).append(entry)
    found, notes = {}, []
    for name in released:
        if name in candidates:
            found[name], note = _choose(root, name, candidates[name], limits)
            notes += note
    for entry in nameless[:MOST_CANDIDATES]:
        missing = [name for name in released if name not in found]
        read = _read_one(root, entry, limits)
        name = _by_content(read, missing, known_ids, known_texts)
        if name:
            found[name] = read
            notes.append(f"{shown(entry.path)} was taken for {name}.ipynb, because its cells are.")
        else:
            notes.append(f"{shown(entry.path)} is none of the released notebooks; not graded.")
    return found, notes


def _choose(root, name: str, entries: list[Entry], limits) -> tuple[ReadNotebook, list[str]]:
    """Read the newest of several files that can be read; of equally old ones the exact name."""
    exact = f"{name}.ipynb"
    nearest = min(entry.path.count("/") for entry in entries)
    entries = [entry for entry in entries if entry.path.count("/") == nearest]
    entries.sort(key=lambda e: (not e.problem, e.modified, e.name == exact), reverse=True)
    first = chosen = None
    for entry in entries[:MOST_CANDIDATES]:
        read = _read_one(root, entry, limits)
        first = first or (entry, read)
        if not read.problem:
            chosen = (entry, read)
            break
    entry, read = chosen or first
    if len(entries) > 1:
        others = ", ".join(shown(e.path) for e in entries[:MOST_CANDIDATES] if e is not entry)
        why = "the newest" if entry is first[0] else "the newest that can be read"
        return read, [f"{shown(entry.path)} was taken for {exact}: {why}; also there: {others}."]
    if entry.path != exact:
        # no note of the submission: with the names that some systems give, it is so in every file
        note = f"{shown(entry.path)} was taken for {exact}."
        return replace(read, notes=(note, *read.notes)), []
    return read, []


def _read_one(root: int, entry: Entry, limits: IntakeLimits) -> ReadNotebook:
    file_name = shown(entry.path)
    if entry.problem:
        return ReadNotebook(file_name, problem=f"{file_name} {entry.problem}.")
    try:
        data = read_file(root, entry.path, limits.raw_bytes, limits.hard_links)
    except UnreadableFileError as error:
        if error.ours:
            raise OSError(f"{file_name} {error}") from error
        return ReadNotebook(file_name, problem=f"{file_name} {error}.")
    return read_notebook(data, file_name, limits)


def _by_content(read: ReadNotebook, missing: Sequence[str], known_ids, known_texts) -> str | None:
    """Return the one missing notebook whose ids or, else, texts the cells have."""
    ids = {cell.grade_id for cell in read.cells} | {cell.cell_id for cell in read.cells}
    texts = {cell.source.strip() for cell in read.cells}
    for marks, known in ((ids, known_ids), (texts, known_texts)):
        fitting = [name for name in missing if marks & set(known.get(name, ()))]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _read_files(root, entries, limits: IntakeLimits, course_files):
    """Return the support files by path, and a note for each that is left out."""
    files, notes, space = {}, [], limits.total_file_bytes
    for entry in entries:
        if is_notebook(entry.name) or entry.path == TIMESTAMP or entry.path.endswith(".ipynb"):
            continue
        reason = entry.problem or refusal(entry.path, course_files)
        if not reason and len(files) >= limits.file_count:
            reason = f"there are more than {limits.file_count} files"
        if not reason and entry.size > space:
            reason = f"all files together are larger than {limits.total_file_bytes:,} bytes"
        if not reason:
            try:
                most = min(limits.file_bytes, space)
                files[entry.path] = read_file(root, entry.path, most, limits.hard_links)
                space -= len(files[entry.path])
            except UnreadableFileError as error:
                reason = str(error)
        if reason:
            notes.append(f"{shown(entry.path)} was left out: {reason}.")
    return files, notes


def _read_timestamp(root, entries) -> tuple[datetime | None, list[str]]:
    """Return the time of submission from nbgrader's timestamp file, if there is a sensible one."""
    if not any(entry.path == TIMESTAMP for entry in entries):
        return None, []
    try:
        data = read_file(root, TIMESTAMP, TIMESTAMP_BYTES, hard_links=False)
    except UnreadableFileError as error:
        return None, [f"{TIMESTAMP} {error}; the time of submission is not known."]
    text = data.decode("utf-8-sig", "replace").strip()
    unknown = f"{TIMESTAMP} holds no time ({shown(text, 40)!r}); the time is not known."
    # dateutil completes "5" to a day of this month: a time that nobody wrote
    if not re.search(r"\d{4}", text):
        return None, [unknown]
    try:
        time = _utc(text)
    except Exception:  # dateutil raises errors of many kinds
        return None, [unknown]
    now = datetime.now(UTC).replace(tzinfo=None)
    if time.year < 2000:
        return None, [unknown]
    if time > now + timedelta(days=1):
        return time, [f"{TIMESTAMP} lies in the future ({time:%Y-%m-%d}): was a clock wrong?"]
    return time, []


def _utc(text: str) -> datetime:
    """Return the time in nbgrader's timestamp file, in UTC and without a time zone.

    nbgrader writes ``2026-02-15 12:00:00 UTC``; the zone may be a name or seconds from UTC.
    """
    parts = text.split(" ")
    if len(parts) == 3:
        zone = int(parts[2]) if re.fullmatch(r"[+-]?\d+", parts[2]) else tz.gettz(parts[2])
        found = parser.parse(f"{parts[0]} {parts[1]} TZ", tzinfos={"TZ": zone})
    else:
        found = parser.parse(text)
    return found if found.tzinfo is None else (found - found.utcoffset()).replace(tzinfo=None)
