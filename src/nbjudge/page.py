"""The pages that nbgrader makes of a graded notebook: feedback, and formgrader's view of it.

Both are nbconvert's HTMLExporter, so one filter and one preprocessor in the configuration reach
both, and also the notebooks that were graded before nbjudge.
"""

from __future__ import annotations

import html

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor

from nbjudge.characters import one_line
from nbjudge.markdown import student_html

NAMES = ("student", "last_name", "first_name", "notebook_path")


@pass_context
def markdown2html(context, text: str) -> str:
    """nbconvert's filter of this name; a student's cell is shown by `student_html`.

    The course's own cells, marked by `nbjudge.inert.InertNotebook`, and a grader's comments are
    shown as nbconvert shows them.
    """
    cell = context.get("cell") or {}
    metadata = cell.get("metadata", {})
    comment = metadata.get("nbgrader", {}).get("comment")
    own = "nbjudge" in metadata or (text == comment and text != cell.get("source"))
    if not own:
        return student_html(text)
    return HTMLExporter.markdown2html(context.environment.nbjudge_exporter, context, text)


class InertNames(Preprocessor):
    """Escapes the names of people and paths, which formgrader's template writes as they are."""

    def preprocess(self, nb, resources):
        """Return the notebook unchanged, with the names in `resources` escaped."""
        for name in NAMES:
            if isinstance(resources.get(name), str):
                resources[name] = html.escape(one_line(resources[name]))
        return nb, resources
