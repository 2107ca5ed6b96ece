"""Steps of nbgrader's autograde, with their settings, beside the one that runs the notebook."""

from __future__ import annotations

from nbgrader.preprocessors import NbGraderPreprocessor

from nbjudge.nbgrader_ext.limit_traits import limits_of, traits_of
from nbjudge.sanitize.notebook import NotebookLimits, sanitize_notebook


class InertNotebook(NbGraderPreprocessor):
    """Leaves of a run submission only what can be looked at without a risk.

    Goes into ``Autograde.autograde_preprocessors`` right after the step that runs the notebook; see
    `nbjudge.sanitize.notebook.sanitize_notebook`.
    """

    locals().update(traits_of(NotebookLimits))

    def preprocess(self, nb, resources):
        """Return the notebook with every cell made inert; see nbconvert's Preprocessor.

        Of `resources`, ``own_cells`` are the course's.
        """
        limits = limits_of(self, NotebookLimits)
        sanitize_notebook(nb, limits, resources.get("own_cells", ()))
        return nb, resources
