"""The one line that another course writes: ``nbjudge.configure(c)`` in nbgrader_config.py."""

import warnings

from nbgrader import apps
from nbgrader.converters import Autograde, GenerateAssignment
from sqlalchemy.exc import SAWarning
from traitlets.config import Config

from nbjudge.nbgrader_ext import patches
from nbjudge.sanitize.log_filter import filter_loggers

# steps of nbgrader's that the judge does itself, or that would trust a student's kernel
REPLACED = ("Execute", "LimitOutput", "SaveAutoGrades", "AssignLatePenalties")


def configure(c: Config) -> None:
    """Let nbgrader's autograde judge graded cells outside the student's kernel.

    Changes which steps nbgrader runs, and nothing of the course's own settings. To be called with
    the `c` of ``get_config()``.
    """
    _change_nbgrader()
    c.GenerateAssignment.preprocessors = [
        "nbjudge.nbgrader_ext.generate_assignment.StampSettings",
        "nbjudge.nbgrader_ext.generate_assignment.ShowMarking",
        *_names(GenerateAssignment.preprocessors.default()),
    ]
    c.Autograde.autograde_preprocessors = [
        "nbjudge.nbgrader_ext.execute.JudgeExecute",
        "nbjudge.nbgrader_ext.preprocessors.InertNotebook",
        *(
            name
            for name in _names(Autograde.autograde_preprocessors.default())
            if not name.endswith(REPLACED)
        ),
    ]
    c.ExportApp.plugin_class = "nbjudge.nbgrader_ext.export.GradesCsv"
    _make_pages_inert(c)


def _names(steps: list[type]) -> list[str]:
    # by name: formgrader shows the settings, and a class it could not show
    return [f"{step.__module__}.{step.__name__}" for step in steps]


def _change_nbgrader() -> None:
    """Put the judge where nbgrader has no setting for it."""
    patches.apply()
    # traitlets names a command's logger by its class
    commands_of_db = (name for name in vars(apps.dbapp) if name.endswith("App"))
    filter_loggers((*apps.__all__, *commands_of_db))
    # nbgrader's own use of SQLAlchemy 2.1; harmless, and it hides what an instructor must read
    warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)


def _make_pages_inert(c: Config) -> None:
    """Let feedback and formgrader show a submission's text and figures, and run nothing of it."""
    c.HTMLExporter.filters = {"markdown2html": "nbjudge.nbgrader_ext.html_export.MarkdownToHtml"}
    c.HTMLExporter.preprocessors = ["nbjudge.nbgrader_ext.html_export.InertNames"]
    c.HTMLExporter.sanitize_html = True
    c.WidgetsDataTypeFilter.display_data_priority = ["image/png", "image/jpeg", "text/plain"]


def without_exchange(c: Config) -> None:
    """Tell nbgrader that the course does not use its exchange.

    The exchange is a folder that all users of a JupyterHub share. Without this line formgrader
    warns that it is missing. Buttons and commands that need it then say how to go without.
    """
    c.ExchangeFactory.list = "nbjudge.nbgrader_ext.exchange.NoList"
    for name in (
        "release_assignment",
        "fetch_assignment",
        "submit",
        "collect",
        "release_feedback",
        "fetch_feedback",
    ):
        c.ExchangeFactory[name] = "nbjudge.nbgrader_ext.exchange.NoExchange"
