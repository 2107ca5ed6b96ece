"""What grading reads of nbgrader's course: its folders and its gradebook."""

from __future__ import annotations

import fnmatch
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from nbjudge.errors import CourseError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.solutions import read_solutions
from nbjudge.intake import IntakeLimits, Refusal, find_submissions
from nbjudge.record.digests import settings_digest
from nbjudge.record.gradebook import reading


def load_assignment(
    coursedir: CourseDirectory,
    gradebook: Gradebook,
    hidden_tests: str,
    limits: IntakeLimits,
    settings: Mapping[str, object],
) -> Assignment:
    """Return the assignment that `coursedir` names. Raises `CourseError` if it cannot be graded."""
    usual = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")
    if coursedir.directory_structure != usual:
        raise CourseError(
            f"nbjudge reads submissions from {usual}; c.CourseDirectory.directory_structure "
            f"is {coursedir.directory_structure}."
        )
    name, root = coursedir.assignment_id, Path(coursedir.root)
    problem = assignment_problem(coursedir, name)
    if problem:
        raise CourseError(problem)
    release = root / coursedir.release_directory / name
    kept = _kept_cells(gradebook, name)
    paths = {path.stem: path for path in sorted(release.glob("*.ipynb")) if path.stem in kept}
    if not paths:
        raise CourseError(
            f"{release} has no notebook that the gradebook knows: run nbgrader "
            f"generate_assignment {name} first."
        )
    files = {
        path.relative_to(release).as_posix(): path
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.suffix != ".ipynb"
    }
    notebooks = {stem: nbformat.read(path, as_version=4) for stem, path in paths.items()}
    source = root / coursedir.source_directory / name
    solutions = {stem: _solutions(source / f"{stem}.ipynb") for stem in paths}
    return Assignment(
        name=name,
        submitted=root / coursedir.submitted_directory,
        release=release,
        notebooks=notebooks,
        files=files,
        kept=kept,
        solutions=solutions,
        own_cells={
            stem: [*_cells(source / f"{stem}.ipynb"), *nb.cells] for stem, nb in notebooks.items()
        },
        hidden_tests=root / hidden_tests,
        limits=limits,
        settings=settings_digest(settings),
    )


def _cells(path: Path) -> list[NotebookNode]:
    return nbformat.read(path, as_version=4).cells if path.is_file() else []


def _solutions(path: Path) -> dict[str, str]:
    try:
        return read_solutions(path)
    except ValueError as error:
        raise CourseError(
            f"Nothing was graded: {str(error)[:300]}. Its solutions are needed for tasks that "
            "build on a wrong one."
        ) from error


def _kept_cells(gradebook: Gradebook, name: str) -> dict[str, dict]:
    with reading(gradebook):
        try:
            notebooks = gradebook.find_assignment(name).notebooks
        except MissingEntry:
            raise CourseError(
                f"The gradebook does not know the assignment {name!r}: run nbgrader "
                f"generate_assignment {name} first."
            ) from None
        return {
            notebook.name: {
                cell.name: (cell.source if cell.locked else None, cell.checksum)
                for cell in notebook.source_cells
            }
            for notebook in notebooks
        }


def wanted_notebooks(coursedir: CourseDirectory, assignment: Assignment) -> list[str]:
    """Return the notebooks that `coursedir` asks for. Raises `CourseError` if there is none."""
    wanted = coursedir.notebook_id
    found = [name for name in assignment.notebooks if fnmatch.fnmatchcase(name, wanted)]
    if not found:
        raise CourseError(
            f"No notebook of the release matches {wanted!r}: {assignment.release} has "
            f"{', '.join(assignment.notebooks)}."
        )
    return found


def submissions(
    coursedir: CourseDirectory, assignment: Assignment, log: logging.Logger
) -> tuple[list[str], list[Refusal]]:
    """Return the students that `coursedir` asks for, and the folders that cannot be graded.

    Raises `CourseError` if there is no such student; `log` is told of the folders then.
    """
    wanted = coursedir.student_id
    found, refused = find_submissions(assignment.submitted, assignment.name, wanted)
    excluded = coursedir.student_id_exclude.split(",")
    students = [student for student in found if student not in excluded]
    if not students:
        for refusal in refused:  # else the summary names them
            log.warning("Not graded: %s", refusal.reason)
        raise CourseError(
            f"No submission of {assignment.name!r} was found for students matching {wanted!r}: "
            f"submissions lie in {assignment.submitted}/<student>/{assignment.name}/."
        )
    return students, refused


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


def only_assignment(coursedir: CourseDirectory) -> str:
    """Return the name of the course's assignment; empty if there are several, or none."""
    names = assignments(coursedir)
    return names[0] if len(names) == 1 else ""
