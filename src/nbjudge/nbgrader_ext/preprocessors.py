"""Steps of nbgrader's autograde, with their settings, beside the one that runs the notebook."""

from __future__ import annotations

from dataclasses import fields

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from nbjudge.sanitize.notebook import NotebookLimits, sanitize_notebook


class InertNotebook(NbGraderPreprocessor):
    """Leaves of a run submission only what can be looked at without a risk.

    Goes into ``Autograde.autograde_preprocessors`` right after the step that runs the notebook; see
    `nbjudge.sanitize.notebook.sanitize_notebook`.
    """

    characters = Integer(
        NotebookLimits.characters, help="Most characters kept of one output, from head and tail."
    ).tag(config=True)
    lines = Integer(
        NotebookLimits.lines, help="Most lines kept of one output, from head and tail."
    ).tag(config=True)
    cell_characters = Integer(
        NotebookLimits.cell_characters, help="Most characters kept of one cell's outputs."
    ).tag(config=True)
    notebook_characters = Integer(
        NotebookLimits.notebook_characters, help="Most characters kept of all outputs."
    ).tag(config=True)
    outputs = Integer(NotebookLimits.outputs, help="Most outputs kept of one cell.").tag(
        config=True
    )
    image_bytes = Integer(
        NotebookLimits.image_bytes, help="A larger image file is left out (bytes)."
    ).tag(config=True)
    image_pixels = Integer(
        NotebookLimits.image_pixels, help="An image of more pixels is left out."
    ).tag(config=True)
    notebook_image_bytes = Integer(
        NotebookLimits.notebook_image_bytes, help="Most bytes of images kept in one notebook."
    ).tag(config=True)
    source_characters = Integer(
        NotebookLimits.source_characters,
        help="Most characters kept of the source of one of the student's cells.",
    ).tag(config=True)
    markdown_characters = Integer(
        NotebookLimits.markdown_characters,
        help="Most characters of a student's markdown in one notebook that are shown as markdown; "
        "what is beyond is shown as it was typed. Made to be slow, 20,000 take half a second.",
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Return the notebook with every cell made inert; see nbconvert's Preprocessor.

        Of `resources`, ``own_cells`` are the course's.
        """
        limits = {each.name: getattr(self, each.name) for each in fields(NotebookLimits)}
        sanitize_notebook(nb, NotebookLimits(**limits), resources.get("own_cells", ()))
        return nb, resources
