"""nbgrader's generate_feedback, which says what is not graded yet and tells nothing of the tests.

`nbjudge.configure` puts `JudgeFeedback` where ``nbgrader generate_feedback`` and formgrader look
for their converter.
"""

from __future__ import annotations

import os
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets import List, Type

from nbjudge.errors import GradebookError
from nbjudge.nbgrader_ext.replacements import find_paths
from nbjudge.nbgrader_ext.student_page_export import JudgeGrades, StudentPageExporter
from nbjudge.record.gradebook import explained, opened
from nbjudge.record.pending_points import names, submissions, waiting

AUDITS = "*.audit*.jsonl"  # they hold the seeds of the hidden inputs


class JudgeFeedback(GenerateFeedback):
    """Writes the feedback of graded submissions, and says for whom it is not complete."""

    preprocessors = List([JudgeGrades]).tag(config=True)
    exporter_class = Type(StudentPageExporter, klass=Exporter).tag(config=True)

    def __init__(self, coursedir: CourseDirectory | None = None, **more: object):
        super().__init__(coursedir=coursedir, **more)
        self._lost: GradebookError | None = None  # why no more pages can be written

    def start(self) -> None:
        """Write the pages; one warning names the students with answers that nobody has graded."""
        url, course_id = self.coursedir.db_url, self.coursedir.course_id
        try:
            # noticed here, and not with a traceback for each notebook
            with opened(url, course_id, writing=False) as gradebook:
                super().start()
                if self._lost is not None:
                    raise self._lost
                self._warn_of_ungraded(gradebook)
        except GradebookError as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def init_notebooks(self) -> None:
        """Find the graded notebooks, without a warning of a folder that has none."""
        pattern = self._graded(self.coursedir.assignment_id, self.coursedir.student_id)
        found = {
            folder: find_paths(os.path.join(folder, f"{self.coursedir.notebook_id}.ipynb"))
            for folder in find_paths(pattern)
        }
        self.notebooks, self.assignments = [], {f: paths for f, paths in found.items() if paths}
        if not self.assignments:
            super().init_notebooks()  # says what was looked for, and fails

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Say whether the student's pages are to be written; remove those that are replaced."""
        if self._lost is not None:
            return False
        destination = self._feedback(assignment_id, student_id)
        for path in destination.rglob(AUDITS):  # copied by nbgrader before nbjudge kept them back
            path.unlink()
        excluded = student_id in self.coursedir.student_id_exclude.split(",")
        if self.force and not excluded and self.coursedir.notebook_id == "*":
            # nbgrader would warn of each, and hide the warning that matters
            shutil.rmtree(destination, ignore_errors=True)
        return super().init_destination(assignment_id, student_id)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy what lies beside the graded notebooks, except the audits.

        nbgrader's own `ignore` is a glob over the whole path, which a bracket in it breaks.
        """
        source = Path(self._graded(assignment_id, student_id))
        destination = self._feedback(assignment_id, student_id)
        left_out = (*self.coursedir.ignore, "*.ipynb", AUDITS)
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source)
            hidden = any(fnmatchcase(part, pattern) for part in name.parts for pattern in left_out)
            if path.is_file() and not hidden:
                (destination / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, destination / name)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Write one page; without a gradebook, this one and all that follow are left out.

        The error is raised after nbgrader's loop, which would print a traceback for each page.
        """
        if self._lost is not None:
            return
        try:
            with explained(self.coursedir.db_url):
                super().convert_single_notebook(notebook_filename)
        except GradebookError as error:
            self._lost = error
            # the next run would leave a student's pages as they are, though some are missing
            if self.coursedir.notebook_id == "*":
                who = self.init_single_notebook_resources(notebook_filename)["nbgrader"]
                pages = self._feedback(who["assignment"], who["student"])
                shutil.rmtree(pages, ignore_errors=True)

    def _warn_of_ungraded(self, gradebook: Gradebook) -> None:
        pattern = self._graded("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
        written = {re.match(pattern, folder)["student"] for folder in self.assignments}
        assignment_id = self.coursedir.assignment_id
        try:
            found = waiting(gradebook, gradebook.find_assignment(assignment_id))
        except MissingEntry:
            return
        ungraded = [student for student in written if student in found and found[student].ungraded]
        if ungraded:
            self.log.warning(
                "%s written answers that are not graded yet: %s; their feedback says so. Grade "
                "them in formgrader, then run nbgrader generate_feedback %s --force.",
                f"{submissions(ungraded, assignment_id)} {'has' if len(ungraded) == 1 else 'have'}",
                names(ungraded),
                assignment_id,
            )

    def _graded(self, assignment_id: str, student_id: str, escape: bool = False) -> str:
        coursedir = self.coursedir
        return coursedir.format_path(
            coursedir.autograded_directory, student_id, assignment_id, escape=escape
        )

    def _feedback(self, assignment_id: str, student_id: str) -> Path:
        coursedir = self.coursedir
        return Path(coursedir.format_path(coursedir.feedback_directory, student_id, assignment_id))
