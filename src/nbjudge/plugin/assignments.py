"""Which assignments a course has."""

from __future__ import annotations

from pathlib import Path

from nbgrader.coursedir import CourseDirectory


def assignment_problem(coursedir: CourseDirectory, wanted: str) -> str:
    """Return a sentence that says which assignments there are; empty if `wanted` is one."""
    names = assignments(coursedir)
    if wanted in names:
        return ""
    where = f"{coursedir.source_directory}/"
    there = f"There is: {', '.join(names)}." if names else f"There is none below {coursedir.root}."
    if not wanted:
        return f"An assignment must be named. {there}"
    return f"There is no assignment '{wanted}' in {where}. {there}"


def assignments(coursedir: CourseDirectory) -> list[str]:
    """Return the names of the assignments in the source folder or, without sources, the release."""
    found = set()
    for step in (coursedir.source_directory, coursedir.release_directory):
        folder = Path(coursedir.format_path(step, ".", "."))
        if folder.is_dir():
            found |= {path.name for path in folder.iterdir() if path.is_dir()}
    return sorted(name for name in found if not name.startswith("."))
