"""The student's page of a graded notebook, as nbgrader's generate_feedback asks for it."""

from __future__ import annotations

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import GetGrades

from nbjudge.cells import is_grade, is_solution, is_task
from nbjudge.record.audit import judged_lines
from nbjudge.reports.html.render import render
from nbjudge.reports.html.sections import title
from nbjudge.reports.student_page.grades import show_comment, show_grade, show_sum
from nbjudge.reports.student_page.page import student_page


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
                    show_comment(about, comments.get(about["grade_id"]))
                if is_grade(cell) or is_task(cell):
                    show_grade(cell.metadata.nbgrader, grades.get(cell.metadata.nbgrader.grade_id))
            show_sum(who, submitted, grades.values())
        return nb, resources


class StudentPageExporter(HTMLExporter):
    """Makes the student's page; where a course has a template of its own, nbconvert's with that."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict | None = None, **more: object
    ) -> tuple[str, dict]:
        """Return the page of one graded notebook; see nbconvert's exporters."""
        # what nbgrader sets where the course says nothing
        if self.template_name != "feedback":
            return super().from_notebook_node(nb, resources, **more)
        # the steps before a template, and no template
        nb, resources = super(TemplateExporter, self).from_notebook_node(nb, resources, **more)
        about, folder = resources["nbgrader"], resources["metadata"]["path"]
        page = render(
            "student.html.j2",
            page=student_page(nb.cells, judged_lines(folder, about["notebook"]), folder),
            about=about,
            title=title(nb.cells) or about["notebook"],
        )
        return page, resources
