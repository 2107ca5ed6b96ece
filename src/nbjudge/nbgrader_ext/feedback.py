"""nbgrader's generate_feedback, which says what is not graded yet and tells nothing of the tests.

`nbjudge.configure` puts `JudgeFeedback` where ``nbgrader generate_feedback`` and formgrader look
for their converter.
"""

from __future__ import annotations

import glob
import os
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import GetGrades
from traitlets import Bool, List
from traitlets.config import Config

from nbjudge.cells import is_grade, is_solution, is_task
from nbjudge.errors import GradebookError
from nbjudge.record.audit import judged_lines
from nbjudge.record.gradebook import explained, opened
from nbjudge.record.pending_points import (
    is_ungraded,
    names,
    points_text,
    submissions,
    tidy,
    waiting,
)
from nbjudge.reports.html.render import TEMPLATES, render
from nbjudge.reports.html.sections import title
from nbjudge.reports.student_page.page import student_page

AUDITS = "*.audit*.jsonl"  # they hold the seeds of the hidden inputs
UNKNOWN = "Not in the gradebook"


class JudgeGrades(GetGrades):
    """Puts points and comments from the gradebook into a graded notebook, as nbgrader does.

    Besides the numbers, each cell gets the words that pages show of them, and so does the
    notebook: an answer that nobody has graded is not an answer of 0 points. What the gradebook
    lacks is shown as such.
    """

    def preprocess(self, nb, resources):
        """Return the notebook with `comment`, `score`, `points` and `shown_score` in its cells.

        Each also says whether it is `waiting` for a grader, whether its points were given
        `by_hand`, and whether the gradebook has no points of it (`unknown`).
        """
        who = resources["nbgrader"]
        with Gradebook(who["db_url"]) as gradebook:
            try:
                submitted = gradebook.find_submission_notebook(
                    who["notebook"], who["assignment"], who["student"]
                )
            except MissingEntry:
                self.log.warning(
                    "The gradebook has no %s of %s: its feedback shows no points.",
                    who["notebook"],
                    who["student"],
                )
                submitted = None
            grades = {grade.name: grade for grade in submitted.grades} if submitted else {}
            comments = {c.name: c for c in submitted.comments} if submitted else {}
            for cell in nb.cells:
                # what a screen reader says of a figure; without it nbconvert warns of each
                cell.metadata.setdefault("alt", "Figure")
                if is_solution(cell) or is_task(cell):
                    about = cell.metadata.nbgrader
                    _show_comment(about, comments.get(about["grade_id"]))
                if is_grade(cell) or is_task(cell):
                    _show_grade(cell.metadata.nbgrader, grades.get(cell.metadata.nbgrader.grade_id))
            _show_sum(who, submitted, grades.values())
        return nb, resources


def _show_comment(about, comment) -> None:
    """Write a comment into a cell's nbgrader metadata; nbgrader's own is on an untouched answer."""
    about["comment"] = comment.comment if comment else None
    about["untouched"] = bool(comment and comment.auto_comment and not comment.manual_comment)


def _show_grade(about, grade) -> None:
    """Write one cell's points into its nbgrader metadata."""
    about["unknown"] = grade is None
    if grade is None:
        about["score"], about["shown_score"] = 0.0, UNKNOWN
        about["points"] = about.get("points", 0.0)
        return
    about["score"], about["points"] = grade.score, grade.max_score
    about["waiting"], about["by_hand"] = is_ungraded(grade), grade.manual_score is not None
    most = points_text(grade.max_score or 0.0)
    about["shown_score"] = (
        f"Not graded yet: {most} {_points(grade.max_score)}"
        if is_ungraded(grade)
        else f"Score: {points_text(grade.score)} / {most}"
    )


def _show_sum(who, submitted, grades) -> None:
    """Write the notebook's points into nbgrader's part of the resources."""
    penalty = (submitted.late_submission_penalty if submitted else None) or 0.0
    who["late_penalty"] = penalty
    who["shown_penalty"] = points_text(penalty)
    who["score"] = max(0.0, submitted.score - penalty) if submitted else 0.0
    who["max_score"] = submitted.max_score if submitted else 0.0
    pending = tidy(sum(grade.max_score or 0.0 for grade in grades if is_ungraded(grade)))
    who["shown_pending"] = (
        f"{points_text(pending)} {_points(pending)} not graded yet" if pending else ""
    )
    who["shown_score"] = (
        f"{points_text(who['score'])} of {points_text(who['max_score'])} points"
        if submitted
        else UNKNOWN
    )


def _points(number: float) -> str:
    return "point" if number == 1 else "points"


class WriteStudentPage(Preprocessor):
    """Makes the student's page of a graded notebook; our template has nothing to do but show it."""

    enabled = Bool(True, help="Whether to make it.").tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook unchanged; the page is in the resources."""
        about, folder = resources["nbgrader"], resources["metadata"]["path"]
        lines = judged_lines(folder, about["notebook"])
        resources["page"] = render(
            "student.html.j2",
            page=student_page(nb.cells, lines, folder),
            about=about,
            title=title(nb.cells) or about["notebook"],
        )
        return nb, resources


class GradebookLostError(KeyboardInterrupt):
    """The gradebook cannot be used any more; the message is a `GradebookError`'s.

    A kind of interrupt, because nbgrader lets nothing else out without a traceback for each page.
    """


class JudgeFeedback(GenerateFeedback):
    """Writes the feedback of graded submissions, and says for whom it is not complete."""

    preprocessors = List([JudgeGrades, WriteStudentPage]).tag(config=True)

    def start(self) -> None:
        """Write the pages; one warning names the students with answers that nobody has graded."""
        self._use_own_template()
        url, course_id = self.coursedir.db_url, self.coursedir.course_id
        try:
            # noticed here, and not with a traceback for each notebook
            with opened(url, course_id, writing=False) as gradebook:
                super().start()
                self._warn_of_ungraded(gradebook)
        except (GradebookError, GradebookLostError) as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def _use_own_template(self) -> None:
        """Use our template in the place of nbgrader's; a course's own stays.

        Here and not in the course's config: formgrader's other pages read the same settings, and
        formgrader names nbgrader's template only after the converter has been made.
        """
        html = self.config.HTMLExporter
        if html.template_name != "feedback":
            return
        own = Config()
        own.HTMLExporter.template_name = "judge_feedback"
        own.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), *html.extra_template_basedirs]
        self.update_config(own)

    def init_notebooks(self) -> None:
        """Find the graded notebooks, in a course whose path has brackets, too."""
        pattern = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        root = self.coursedir.root
        if pattern.startswith(root):
            pattern = glob.escape(root) + pattern[len(root) :]
        found = {
            folder: glob.glob(
                os.path.join(glob.escape(folder), f"{self.coursedir.notebook_id}.ipynb")
            )
            for folder in glob.glob(pattern)
        }
        self.notebooks, self.assignments = [], {f: paths for f, paths in found.items() if paths}
        if not self.assignments:
            super().init_notebooks()  # says what was looked for, and fails

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Say whether the student's pages are to be written; remove those that are replaced."""
        destination = Path(self._format_dest(assignment_id, student_id))
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
        source = Path(self._format_source(assignment_id, student_id))
        destination = Path(self._format_dest(assignment_id, student_id))
        left_out = (*self.coursedir.ignore, "*.ipynb", AUDITS)
        for path in sorted(source.rglob("*")):
            name = path.relative_to(source)
            hidden = any(fnmatchcase(part, pattern) for part in name.parts for pattern in left_out)
            if path.is_file() and not hidden:
                (destination / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, destination / name)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Write one page."""
        try:
            with explained(self.coursedir.db_url):
                super().convert_single_notebook(notebook_filename)
        except GradebookError as error:
            raise GradebookLostError(str(error)) from error

    def _warn_of_ungraded(self, gradebook: Gradebook) -> None:
        pattern = self._format_source("(?P<assignment>.*)", "(?P<student>.*)", escape=True)
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
