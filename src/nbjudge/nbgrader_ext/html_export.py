"""The pages that nbgrader makes of a graded notebook: feedback, and formgrader's view of it.

Both are nbconvert's HTMLExporter, so one filter and one preprocessor in the configuration reach
both. `nbjudge.configure` also lets them choose only text and figures of an output, which helps for
notebooks that were graded before nbjudge.
"""

from __future__ import annotations

import html

from jinja2 import pass_context
from nbconvert.preprocessors import Preprocessor
from nbconvert.utils.base import NbConvertBase

from nbjudge.sanitize.grader_comment import grader_html
from nbjudge.sanitize.highlight import LinearHighlight
from nbjudge.sanitize.markdown import student_html
from nbjudge.sanitize.text import one_line

NAMES = ("student", "last_name", "first_name", "notebook_path")


class MarkdownToHtml(NbConvertBase):
    """The filter ``markdown2html`` of nbgrader's templates, with `student_html` for students.

    The course's own cells, marked by `nbjudge.sanitize.notebook`, and graders'
    comments are shown as nbconvert shows them, of a comment what is no HTML as text. Its parent
    is the exporter.
    """

    @pass_context
    def __call__(self, context, text: str) -> str:
        """Return the HTML of the cell's markdown, or of a grader's comment on it."""
        cell = context.get("cell") or {}
        metadata = cell.get("metadata", {})
        if text != cell.get("source"):
            return grader_html(text)
        if "nbjudge" in metadata:
            return self.parent.markdown2html(context, text)
        # a later filter of nbconvert's looks for links, with the square of the brackets' number
        return student_html(text).replace("[", "&#91;")

    jinja_pass_arg = __call__.jinja_pass_arg  # where jinja looks when a filter is an object


class InertNames(Preprocessor):
    """Escapes the names of people and paths, which formgrader's template writes as they are."""

    def preprocess(self, nb, resources):
        """Return the notebook unchanged, with the names in `resources` escaped."""
        # HTMLExporter registers a new filter for each notebook before it comes here
        if hasattr(self.parent, "register_filter"):
            self.parent.register_filter("highlight_code", LinearHighlight(parent=self.parent))
        for name in NAMES:
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(one_line(resources[name]))
        return nb, resources
