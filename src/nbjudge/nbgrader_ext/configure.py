"""The one line that another course writes: ``nbjudge.configure(c)`` in nbgrader_config.py."""

import warnings
from functools import partial

from traitlets.config import Config

# nbgrader's own steps of generate_assignment, in its order (nbgrader 0.9.6)
GENERATE_STEPS = (
    "IncludeHeaderFooter",
    "InstantiateTests",
    "LockCells",
    "ClearSolutions",
    "ClearOutput",
    "CheckCellMetadata",
    "ComputeChecksums",
    "SaveCells",
    "ClearHiddenTests",
    "ClearMarkScheme",
    "ComputeChecksums",
    "CheckCellMetadata",
)


def configure(c: Config) -> None:
    """Let nbgrader's autograde judge graded cells outside the student's kernel.

    Changes which steps nbgrader runs, and nothing of the course's own settings. To be called with
    the `c` of ``get_config()``.
    """
    _change_nbgrader()
    c.GenerateAssignment.preprocessors = [
        "nbjudge.nbgrader_ext.generate_assignment.StampSettings",
        "nbjudge.nbgrader_ext.generate_assignment.ShowMarking",
        *(f"nbgrader.preprocessors.{step}" for step in GENERATE_STEPS),
    ]
    c.Autograde.autograde_preprocessors = [
        "nbjudge.nbgrader_ext.execute.JudgeExecute",
        "nbjudge.sanitize.notebook.InertNotebook",
        "nbgrader.preprocessors.IgnorePattern",
        "nbconvert.preprocessors.ClearMetadataPreprocessor",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    c.ExportApp.plugin_class = "nbjudge.nbgrader_ext.export.GradesCsv"
    _make_pages_inert(c)


def _change_nbgrader() -> None:
    """Put the judge where nbgrader has no setting for it."""
    from sqlalchemy.exc import SAWarning

    from nbjudge.nbgrader_ext.patches import mend_paths
    from nbjudge.sanitize.log_filter import make_logs_inert

    use_judge_autograde()
    use_judge_feedback()
    use_judge_release()
    use_explained_gradebook()
    use_judge_formgrader()
    mend_paths()
    make_logs_inert()
    # nbgrader's own use of SQLAlchemy 2.1; harmless, and it hides what an instructor must read
    warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)


def _make_pages_inert(c: Config) -> None:
    """Let feedback and formgrader show a submission's text and figures, and run nothing of it."""
    c.HTMLExporter.filters = {"markdown2html": "nbjudge.nbgrader_ext.html_export.MarkdownToHtml"}
    c.HTMLExporter.preprocessors = ["nbjudge.nbgrader_ext.html_export.InertNames"]
    c.HTMLExporter.sanitize_html = True
    c.WidgetsDataTypeFilter.display_data_priority = ["image/png", "image/jpeg", "text/plain"]


def use_judge_autograde() -> None:
    """Let ``nbgrader autograde`` and formgrader convert with `JudgeAutograde`.

    nbgrader has no setting for its converter; these are the two modules that name it (0.9.6).
    """
    from nbgrader.apps import api, autogradeapp

    from nbjudge.nbgrader_ext.autograde import JudgeAutograde

    for module in (api, autogradeapp):
        if not hasattr(module, "Autograde"):
            raise RuntimeError(
                f"{module.__name__} has no Autograde: this nbgrader is not one that nbjudge knows"
            )
        module.Autograde = JudgeAutograde


def use_judge_feedback() -> None:
    """Let ``nbgrader generate_feedback`` and formgrader convert with `JudgeFeedback`.

    As for autograde, nbgrader has no setting for the converter (0.9.6).
    """
    from nbgrader.apps import api, generatefeedbackapp

    from nbjudge.nbgrader_ext.feedback import JudgeFeedback

    for module in (api, generatefeedbackapp):
        if not hasattr(module, "GenerateFeedback"):
            raise RuntimeError(
                f"{module.__name__} has no GenerateFeedback: nbjudge does not know this nbgrader"
            )
        module.GenerateFeedback = JudgeFeedback


def use_judge_release() -> None:
    """Let ``nbgrader generate_assignment`` and formgrader convert with `JudgeRelease`.

    As for autograde, nbgrader has no setting for the converter (0.9.6).
    """
    from nbgrader.apps import api, generateassignmentapp

    from nbjudge.nbgrader_ext.generate_assignment import JudgeRelease

    for module in (api, generateassignmentapp):
        if not hasattr(module, "GenerateAssignment"):
            raise RuntimeError(
                f"{module.__name__} has no GenerateAssignment: nbjudge does not know this nbgrader"
            )
        module.GenerateAssignment = JudgeRelease


def use_explained_gradebook() -> None:
    """Let ``nbgrader export`` and ``nbgrader db`` say in a sentence why it cannot be used."""
    from nbgrader.apps import dbapp, exportapp

    from nbjudge.nbgrader_ext.gradebook_errors import opened_or_ended

    for module in (dbapp, exportapp):
        if not hasattr(module, "Gradebook"):
            raise RuntimeError(f"{module.__name__} has no Gradebook: nbjudge does not know it")
    dbapp.Gradebook = opened_or_ended
    exportapp.Gradebook = partial(opened_or_ended, done="exported")


def use_judge_formgrader() -> None:
    """Let formgrader show submissions with `JudgeFormgrader`.

    nbgrader has no setting for the exporter (0.9.6).
    """
    from nbgrader.server_extensions.formgrader import formgrader

    from nbjudge.nbgrader_ext.formgrader import JudgeFormgrader

    if not hasattr(formgrader, "HTMLExporter"):
        raise RuntimeError(f"{formgrader.__name__} has no HTMLExporter: nbjudge does not know it")
    formgrader.HTMLExporter = JudgeFormgrader


def without_exchange(c: Config) -> None:
    """Tell nbgrader that the course does not use its exchange.

    The exchange is a folder that all users of a JupyterHub share. Without this line formgrader
    warns that it is missing. Buttons and commands that need it then say how to go without.
    """
    for name in (
        "list",
        "release_assignment",
        "collect",
        "release_feedback",
        "fetch_assignment",
        "submit",
        "fetch_feedback",
    ):
        words = (word.capitalize() for word in name.split("_"))
        c.ExchangeFactory[name] = f"nbjudge.nbgrader_ext.exchange.No{''.join(words)}"
