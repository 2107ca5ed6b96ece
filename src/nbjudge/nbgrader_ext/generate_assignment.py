"""`nbgrader generate_assignment`: one setting in, every released copy right."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from traitlets import Dict, Unicode
from traitlets.config import Config

from nbjudge.errors import GradebookError
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.record.gradebook import opened
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.points_table import MARKING, folded


class JudgeRelease(GenerateAssignment):
    """Makes a release as nbgrader does, where there is a gradebook to enter it in."""

    def start(self) -> None:
        """Look at the gradebook first: nbgrader removes the last release before it does."""
        try:
            if not self.no_database:
                with opened(self.coursedir.db_url, self.coursedir.course_id):
                    pass
        except GradebookError as error:
            self.log.error("No release was made: %s", error)
            raise NbGraderException(str(error)) from error
        super().start()


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


def stub_maker(config: Config) -> Callable[[NotebookNode], NotebookNode]:
    """Return what makes of a source notebook the one with stubs in the place of solutions."""
    step = ClearSolutions(config=config)
    return lambda nb: step.preprocess(copy.deepcopy(nb), {})[0]
