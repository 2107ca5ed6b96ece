"""``nbjudge autograde``: nbgrader's own command, with one flag more."""

from __future__ import annotations

from nbjudge.nbgrader_ext.apps import JudgeAutogradeApp


def run(arguments: list[str]) -> int:
    """Grade as nbgrader's own command does."""
    JudgeAutogradeApp.launch_instance(argv=arguments)
    return 0
