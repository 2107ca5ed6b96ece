"""The commands of nbgrader's kind: they read the course's configuration as nbgrader's own do."""

from __future__ import annotations

import logging
from typing import ClassVar

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.apps.baseapp import NbGrader
from traitlets import default

from nbjudge.nbgrader_ext.autograde import JudgeAutograde

UNBOXED_HELP = (
    "Run students' code without boxes, with all rights of the grader: only for submissions of "
    "people you trust."
)
UNBOXED = {"JudgeExecute": {"boxed": False}}


class JudgeAutogradeApp(AutogradeApp):
    """nbgrader's autograde command with one flag more."""

    name = "nbjudge-autograde"
    flags: ClassVar = {**AutogradeApp.flags, "unboxed": (UNBOXED, UNBOXED_HELP)}


class GradeApp(JudgeAutogradeApp):
    """The same command, which says only what an instructor must know."""

    name = "nbjudge-grade"
    aliases: ClassVar = {
        **JudgeAutogradeApp.aliases,
        "workers": "JudgeAutograde.workers",
        "scheduler": "JudgeAutograde.scheduler",
    }
    flags: ClassVar = {
        **JudgeAutogradeApp.flags,
        "regrade-diff": (
            {"JudgeAutograde": {"regrade_diff": True}},
            JudgeAutograde.regrade_diff.help,
        ),
        "apply": ({"JudgeAutograde": {"apply": True}}, JudgeAutograde.apply.help),
    }

    @default("classes")
    def _classes_default(self) -> list:
        return [*super()._classes_default(), JudgeAutograde]  # whose options --help describes

    @default("log_level")
    def _log_level_default(self) -> int:
        return logging.WARNING


class GradesApp(NbGrader):
    """Reads the course's configuration, to show its gradebook."""

    name = "nbjudge-grades"
    description = "Print the points of an assignment"

    @default("log_level")
    def _log_level_default(self) -> int:
        return logging.WARNING
