"""Preprocessors for `nbgrader generate_assignment`: one setting in, every released copy right."""

from __future__ import annotations

from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Unicode

from nbjudge.plugin.execute import JudgeExecute
from nbjudge.verdict.course import load_hidden_tests
from nbjudge.verdict.marking import MARKING, folded


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


class ShowMarking(NbGraderPreprocessor):
    """Replaces ``@MARKING name@`` in a text by how the points of that hidden test are made."""

    def preprocess(self, nb, resources):
        """Show it in all cells of one notebook."""
        if any("@MARKING " in cell.source for cell in nb.cells):
            who = resources["nbgrader"]
            root = Path(CourseDirectory(config=self.config).root)
            folder = root / JudgeExecute(config=self.config).hidden_tests
            tests = load_hidden_tests(folder, who["assignment"], who["notebook"])
            for cell in nb.cells:
                cell.source = MARKING.sub(lambda found: folded(tests[found[1]], tests), cell.source)
        return nb, resources
