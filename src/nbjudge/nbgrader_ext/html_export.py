"""The pages that nbgrader makes of a graded notebook: feedback, and formgrader's view of it.

Both are nbconvert's HTMLExporter, so one filter and one preprocessor in the configuration reach
both. `nbjudge.configure` also lets them choose only text and figures of an output, which helps for
notebooks that were graded before nbjudge.
"""

from __future__ import annotations

import html
import re

from jinja2 import pass_context
from nbconvert.filters import Highlight2HTML
from nbconvert.preprocessors import Preprocessor
from nbconvert.utils.base import NbConvertBase

from nbjudge.sanitize.grader_comment import grader_html
from nbjudge.sanitize.markdown import student_html
from nbjudge.sanitize.text import one_line

_COLOURED_CHARACTERS = 20_000  # each becomes some 30 of the page, which nbconvert parses again
# pygments looks for a text's end from each line of such a gap: time grows with its square
_GAP = re.compile(r"\s{300}")
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


class LinearHighlight(Highlight2HTML):
    """Colours code in a time that is linear in its length, whatever it is.

    pygments' lexer for IPython is not: 8,000 blanks and line ends take it six seconds. That for
    Python is, but for long gaps; code with such a gap, or a very long one, gets no colours.
    """

    def __call__(self, source, language=None, metadata=None):
        """Return the HTML of a code cell; see nbconvert's `Highlight2HTML`."""
        plain = len(source) > _COLOURED_CHARACTERS or _GAP.search(source)
        return super().__call__(source, "text" if plain else "python")


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
