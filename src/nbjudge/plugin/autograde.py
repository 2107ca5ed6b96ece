"""nbgrader's autograde, fed by the intake: nbgrader itself never reads what students handed in.

`nbjudge.configure` puts `JudgeAutograde` where ``nbgrader autograde`` and formgrader look for
their converter. It keeps nbgrader's own way of going from student to student, of skipping who is
graded already, and of writing; it replaces how a submission is found, read and sanitised.
"""

from __future__ import annotations

import fnmatch
import os
import sys
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.utils import setenv
from traitlets import Integer

from nbjudge.intake import IntakeLimits, find_submissions, read_submission, read_timestamp
from nbjudge.kernel.box import TWO_WAYS_ON, BoxError
from nbjudge.kernel.manager import check_box
from nbjudge.plugin.execute import JudgeExecute
from nbjudge.plugin.summary import Summary
from nbjudge.rebuild.build import known_ids, rebuild
from nbjudge.verdict.audit import missing_lines, write_audit
from nbjudge.verdict.course import load_hidden_tests

_LIMITS = IntakeLimits()
# what grading writes beside a student's files: none of theirs, and no folder, stands in its place
GRADERS_OWN = (".ipynb", ".audit.jsonl", ".html", "timestamp.txt")


class JudgeAutograde(Autograde):
    """Grades every submission that can be found; none stops the run."""

    notebook_bytes = Integer(
        _LIMITS.notebook_bytes, help="Bytes of one notebook that count: its cells' text."
    ).tag(config=True)
    raw_bytes = Integer(
        _LIMITS.raw_bytes, help="Bytes of one notebook file, with its stored outputs."
    ).tag(config=True)
    cell_count = Integer(_LIMITS.cell_count, help="Cells of one notebook.").tag(config=True)
    file_count = Integer(
        _LIMITS.file_count, help="Files beside the notebooks of one submission."
    ).tag(config=True)

    def start(self) -> None:
        """Grade, and say at the end how it went."""
        self.summary = Summary()
        self.coursedir.get_existing_timestamp = read_timestamp
        self._read: dict[str, nbformat.NotebookNode] = {}
        self._kept: dict[str, dict[str, tuple[str | None, str]]] = {}
        self._check_hidden_tests()
        self._check_box()
        super().start()

    def _check_hidden_tests(self) -> None:
        """Fail before the first student, not at each, if a hidden test cannot be loaded."""
        folder = os.path.join(self.coursedir.root, JudgeExecute(parent=self).hidden_tests)
        for name in self._released():
            try:
                load_hidden_tests(folder, self.coursedir.assignment_id, name)
            except Exception as error:  # whatever an instructor's module raises
                raise self._fail(
                    f"Nothing was graded: the hidden tests of {name} in {folder} cannot be "
                    f"loaded: {type(error).__name__}: {error}"
                ) from error

    def _check_box(self) -> None:
        """Refuse to grade where students' code cannot be boxed, unless the instructor wants it."""
        if not JudgeExecute(parent=self).boxed:
            self.log.warning("Students' code runs without a box, with all rights of the grader.")
            return
        try:
            check_box(self.config)
        except BoxError as error:
            self.log.error("Nothing was graded: %s %s", error, TWO_WAYS_ON)
            raise NbGraderException(str(error)) from error

    def init_notebooks(self) -> None:
        """Find the submissions: folders that are no links, with names that nbgrader can hold."""
        usual = os.path.join("{nbgrader_step}", "{student_id}", "{assignment_id}")
        if self.coursedir.directory_structure != usual:
            raise self._fail(
                f"nbjudge reads submissions from {usual}; c.CourseDirectory.directory_structure "
                f"is {self.coursedir.directory_structure}."
            )
        released = self._released()
        wanted = [n for n in released if fnmatch.fnmatchcase(n, self.coursedir.notebook_id)]
        submitted = Path(self.coursedir.format_path(self._input_directory, "x", "x")).parents[1]
        students, refused = find_submissions(
            submitted, self.coursedir.assignment_id, self.coursedir.student_id
        )
        for refusal in refused:
            self.log.warning("Not graded: %s: %s", refusal.name, refusal.reason)
            self.summary.refuse(refusal.name, refusal.reason)
        self.assignments = {}
        for student in students:
            folder = self._format_source(self.coursedir.assignment_id, student)
            self.assignments[folder] = [os.path.join(folder, f"{n}.ipynb") for n in wanted]
        if not wanted:
            raise self._fail(
                f"No notebook of the release matches {self.coursedir.notebook_id!r}: "
                f"{self._release_folder()} has {', '.join(released) or 'none'}."
            )
        if not self.assignments:
            raise self._fail(
                f"No submission of {self.coursedir.assignment_id!r} was found for students "
                f"matching {self.coursedir.student_id!r}: submissions lie in "
                f"{submitted}/<student>/{self.coursedir.assignment_id}/."
            )

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Read the submission and enter it in the gradebook; nothing is executed yet."""
        wanted = {Path(path).stem for path in self.notebooks}
        folder = Path(self._format_source(assignment_id, student_id))
        released = self._released()
        self._submission = read_submission(
            folder,
            student_id,
            assignment_id,
            released,
            self._limits(),
            known_ids={name: known_ids(self._released_notebook(name)) for name in released},
            course_files=self._course_files(),
        )
        for note in self._submission.notes:
            self.log.warning("%s: %s", student_id, note)
        self._write_files(Path(self._format_dest(assignment_id, student_id)))
        missing = self._enter_in_gradebook(assignment_id, student_id, wanted)
        here = [name for name in self._submission.notebooks if name in wanted]
        self.notebooks = [str(folder / f"{name}.ipynb") for name in sorted(here)]
        for name in missing:
            self._record_missing(assignment_id, student_id, name)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Rebuild one notebook on the released one, run it, judge it, write it."""
        self.log.info("Autograding %s", notebook_filename)
        self._sanitizing = True
        resources = self.init_single_notebook_resources(notebook_filename)
        name = resources["nbgrader"]["notebook"]
        read = self._submission.notebooks[name]
        nb, notes = rebuild(self._released_notebook(name), read.cells)
        self._put_tests_back(nb, name)
        for note in (*read.notes, *notes):
            self.log.info("%s, %s: %s", resources["nbgrader"]["student"], name, note)
        resources["metadata"] = {"name": name, "path": self._destination(resources)}
        resources["course_files"] = self._release_folder()
        resources["problem"] = read.problem
        self._sanitizing = False
        try:
            self._init_preprocessors()
            with setenv(NBGRADER_EXECUTION="autograde"):
                output, resources = self.exporter.from_notebook_node(nb, resources)
        finally:
            self._sanitizing = True
        self.write_single_notebook(output, resources)
        self.summary.add(resources["nbgrader"]["student"], resources["verdicts"])

    def convert_notebooks(self) -> None:
        """Grade student by student, then print how it went."""
        try:
            super().convert_notebooks()
        finally:
            failed = sys.exc_info()[0] is not None
            self.summary.show(failed=failed)

    def _released(self) -> list[str]:
        folder = Path(self._release_folder())
        return sorted(path.stem for path in folder.glob("*.ipynb"))

    def _release_folder(self) -> str:
        folder = self.coursedir.format_path(
            self.coursedir.release_directory, ".", self.coursedir.assignment_id
        )
        return os.path.normpath(folder)

    def _course_files(self) -> list[str]:
        """Return the paths, within the release, of what the course gives besides notebooks."""
        folder = Path(self._release_folder())
        return [
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".ipynb"
        ]

    def _destination(self, resources) -> str:
        who = resources["nbgrader"]
        return self._format_dest(who["assignment"], who["student"])

    def _limits(self) -> IntakeLimits:
        return IntakeLimits(
            notebook_bytes=self.notebook_bytes,
            raw_bytes=self.raw_bytes,
            cell_count=self.cell_count,
            file_count=self.file_count,
        )

    def _fail(self, message: str) -> NbGraderException:
        """Tell the instructor; return the exception that ends nbgrader's command with status 1."""
        self.log.error(message)
        return NbGraderException(message)

    def _write_files(self, destination: Path) -> None:
        """Put the student's own files beside the graded notebooks, as nbgrader does."""
        destination.mkdir(parents=True, exist_ok=True)
        for name, content in self._submission.files.items():
            if Path(name).parts[0].endswith(GRADERS_OWN):
                continue
            path = destination / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(content)
        if self._submission.timestamp is not None:
            path = destination / "timestamp.txt"
            path.unlink(missing_ok=True)
            path.write_text(f"{self._submission.timestamp.isoformat(' ')} UTC\n")

    def _enter_in_gradebook(self, assignment_id, student_id, wanted) -> list[str]:
        """Create student and submission; return the notebooks that were not handed in."""
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                assignment = gradebook.find_assignment(assignment_id)
            except MissingEntry as error:
                message = (
                    f"The gradebook does not know the assignment {assignment_id!r}: "
                    f"run nbgrader generate_assignment {assignment_id} first."
                )
                raise self._fail(message) from error
            if self.create_student:
                gradebook.update_or_create_student(student_id)
            else:
                gradebook.find_student(student_id)
            late = {"timestamp": self._submission.timestamp} if self._submission.timestamp else {}
            submission = gradebook.update_or_create_submission(assignment_id, student_id, **late)
            if late and submission.total_seconds_late > 0:
                self.log.warning("%s is %s seconds late", student_id, submission.total_seconds_late)
            missing = []
            for notebook in assignment.notebooks:
                if notebook.name in wanted and notebook.name not in self._submission.notebooks:
                    missing.append(notebook.name)
                    found = gradebook.find_submission_notebook(
                        notebook.name, assignment_id, student_id
                    )
                    for grade in found.grades:
                        grade.auto_score = 0
                        grade.needs_manual_grade = False
            gradebook.db.commit()
        return missing

    def _record_missing(self, assignment_id: str, student_id: str, notebook: str) -> None:
        self.log.info("%s did not hand in %s", student_id, notebook)
        who = {"student": student_id, "assignment": assignment_id, "notebook": notebook}
        lines = missing_lines(self._released_notebook(notebook), **who)
        write_audit(self._format_dest(assignment_id, student_id), notebook, lines)
        self.summary.miss(student_id, notebook)

    def _released_notebook(self, name: str) -> nbformat.NotebookNode:
        if name not in self._read:
            path = Path(self._release_folder(), f"{name}.ipynb")
            self._read[name] = nbformat.read(path, as_version=4)
        return self._read[name]

    def _put_tests_back(self, nb: nbformat.NotebookNode, name: str) -> None:
        """Give locked cells their text with hidden tests, and all cells the gradebook's checksum.

        nbgrader's OverwriteCells does this for the cells that a student has left; here all are.
        """
        if name not in self._kept:
            with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
                notebook = gradebook.find_notebook(name, self.coursedir.assignment_id)
                self._kept[name] = {
                    cell.name: (cell.source if cell.locked else None, cell.checksum)
                    for cell in notebook.source_cells
                }
        for cell in nb.cells:
            about = cell.metadata.get("nbgrader", {})
            if about.get("grade_id") in self._kept[name]:
                source, about["checksum"] = self._kept[name][about["grade_id"]]
                cell.source = cell.source if source is None else source

    def write_single_notebook(self, output, resources) -> None:
        """Write one graded notebook in the place of an older one."""
        path = Path(self._destination(resources), f"{resources['unique_key']}.ipynb")
        path.unlink(missing_ok=True)
        BaseConverter.write_single_notebook(self, output, resources)
