"""What grading one assignment needs of the course: the release, the gradebook's cells, digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from nbformat import NotebookNode

from nbjudge.cells import is_grade, is_solution, judged_test
from nbjudge.errors import CourseError
from nbjudge.intake import IntakeLimits, Submission, read_submission
from nbjudge.rebuild.build import known_ids, known_texts, rebuild
from nbjudge.record.digests import (
    hidden_test_digest,
    release_digest,
    solution_digest,
    submission_digest,
)
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

    def read(self, student: str, folder: Path | None = None) -> Submission:
        """Return what a student handed in.

        Never raises for what they can put there; `OSError` for what the grader cannot open.

        Args:
            student: whose it is.
            folder: where it lies; by default, where nbgrader's commands put it.
        """
        return read_submission(
            folder or self.submitted / student / self.name,
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
