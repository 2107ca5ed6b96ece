"""What lies beside a notebook while it runs: the student's own files, and the course's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def stage_files(staged: Path, submission: str | os.PathLike | None, course_files: str) -> None:
    """Copy what a kernel needs beside its notebook into a new folder.

    The course's own files come last: no file of a student's takes the place of one.

    Args:
        staged: the new folder.
        submission: a folder of the student's own files, if there is one.
        course_files: a folder of the course's files; none if empty.
    """
    staged.mkdir()
    for folder in (submission, course_files):
        if folder and os.path.isdir(folder):
            shutil.copytree(folder, staged, ignore=_not_for_students, dirs_exist_ok=True)
    for path in (staged, *staged.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def state_of(folder: str) -> tuple:
    """Return a folder's path and of each file in it what shows that another was put there."""
    files = sorted(Path(folder).rglob("*")) if folder else []
    about = [(str(path), path.stat()) for path in files if path.is_file()]
    return folder, tuple((name, at.st_mtime_ns, at.st_size, at.st_ino) for name, at in about)


def has_files(folder: str | os.PathLike | None) -> bool:
    """Whether anything in a folder is for a kernel."""
    if not folder or not os.path.isdir(folder):
        return False
    names = os.listdir(folder)
    return len(_not_for_students(str(folder), names)) < len(names)


def _not_for_students(folder: str, names: list[str]) -> list[str]:
    """Notebooks hold other people's answers, and audit lines the seeds; neither is for a kernel."""
    endings = (".ipynb", ".audit.jsonl")
    return [name for name in names if name.endswith(endings) or name == "timestamp.txt"]
