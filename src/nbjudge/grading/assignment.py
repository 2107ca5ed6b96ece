"""What grading one assignment needs of the course: the release, the gradebook's cells, digests."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from nbjudge.cells import is_grade, is_solution, judged_test
from nbjudge.errors import CourseError
from nbjudge.grading.solutions import read_solutions
from nbjudge.intake import IntakeLimits, Submission, read_submission
from nbjudge.rebuild.build import known_ids, known_texts, rebuild
from nbjudge.record.digests import (
    hidden_test_digest,
    release_digest,
    settings_digest,
    solution_digest,
    submission_digest,
)
from nbjudge.record.gradebook import reading
from nbjudge.verdict.loader import load_with_files


@dataclass(frozen=True, eq=False)
class Assignment:
    """One assignment of the course.

    Attributes:
        name: such as ``lab1``.
        submitted: the folder of all submissions.
        release: the folder of its release.
        notebooks: the released notebooks, by name without ending.
        files: the course's files beside them, by their path in the release.
        kept: for each notebook by grade_id: the text of a locked cell with its hidden tests (None
            for a cell of the student's), and the gradebook's checksum.
        solutions: the teacher's solution cells of each notebook, by grade_id.
        own_cells: the course's cells of each notebook: of its source, where locked cells hold what
            the release leaves out, and of its release.
        hidden_tests: the course's folder of hidden tests.
        limits: of the intake.
        settings: digest of the judge's settings.
    """

    name: str
    submitted: Path
    release: Path
    notebooks: Mapping[str, NotebookNode]
    files: Mapping[str, Path]
    kept: Mapping[str, Mapping[str, tuple[str | None, str]]]
    solutions: Mapping[str, Mapping[str, str]]
    own_cells: Mapping[str, Sequence[NotebookNode]]
    hidden_tests: Path
    limits: IntakeLimits
    settings: str

    def read(self, student: str) -> Submission:
        """Return what a student handed in.

        Never raises for what they can put there; `OSError` for what the grader cannot open.
        """
        return read_submission(
            self.submitted / student / self.name,
            student,
            self.name,
            list(self.notebooks),
            self.limits,
            known_ids=self._ids,
            known_texts=self._texts,
            course_files=list(self.files),
        )

    def rebuilt(self, notebook: str, submission: Submission) -> tuple[NotebookNode, list[str]]:
        """Return the released notebook with the student's text in it, and notes for the log.

        Locked cells get their text with hidden tests, and all cells the gradebook's checksum:
        nbgrader's OverwriteCells does this for the cells that a student has left; here all are.
        """
        nb, notes = rebuild(self.notebooks[notebook], submission.notebooks[notebook].cells)
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade_id") in self.kept[notebook]:
                source, about["checksum"] = self.kept[notebook][about["grade_id"]]
                cell.source = cell.source if source is None else source
        return nb, list(notes)

    @cached_property
    def judged_cells(self) -> dict[str, frozenset[str]]:
        """For each notebook the cells that name a hidden test: each gets an audit line."""
        return {
            name: frozenset(
                cell.metadata.nbgrader["grade_id"]
                for cell in nb.cells
                if cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
            )
            & {
                grade_id
                for grade_id, (source, _) in self.kept[name].items()
                if source is not None and judged_test(source) is not None
            }
            for name, nb in self.notebooks.items()
        }

    def digests(self, notebook: str, submission: Submission) -> dict[str, str]:
        """Return the digest of each part that a grading of this notebook is made from."""
        read = submission.notebooks.get(notebook)
        return {
            "submission": submission_digest(read, submission.files, submission.timestamp),
            **self.course_digests[notebook],
            "settings": self.settings,
        }

    @cached_property
    def course_digests(self) -> dict[str, dict[str, str]]:
        """The digests of hidden test and release, for each notebook; see `digests`."""
        return {name: self._course_digests(name) for name in self.notebooks}

    def _course_digests(self, notebook: str) -> dict[str, str]:
        try:
            tests, files = load_with_files(self.hidden_tests, self.name, notebook)
        except Exception as error:  # whatever an instructor's module raises
            raise CourseError(
                f"Nothing was graded: the hidden tests of {notebook} in {self.hidden_tests} "
                f"cannot be loaded: {type(error).__name__}: {error}"
            ) from error
        release = release_digest(self.notebooks[notebook], self.kept[notebook], self.files)
        carried = any(test.depends_on for test in tests.values())
        return {
            "hidden_test": hidden_test_digest(files),
            "release": release,
            "solution": solution_digest(self.solutions[notebook] if carried else {}),
        }

    @cached_property
    def _ids(self) -> dict[str, frozenset[str]]:
        return {name: known_ids(nb) for name, nb in self.notebooks.items()}

    @cached_property
    def _texts(self) -> dict[str, frozenset[str]]:
        return {name: known_texts(nb) for name, nb in self.notebooks.items()}


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
