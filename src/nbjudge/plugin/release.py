"""Preprocessors for `nbgrader generate_assignment`: one setting in, every released copy right."""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Unicode


class StampSettings(NbGraderPreprocessor):
    """Replaces ``@NAME@`` in the cells of a source notebook by a setting of the course."""

    values = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help="NAME to text: each @NAME@ in a source notebook becomes that text.",
    ).tag(config=True)

    def preprocess_cell(self, cell, resources, index):
        """Stamp one cell."""
        for name, text in self.values.items():
            cell.source = cell.source.replace(f"@{name}@", text)
        return cell, resources
