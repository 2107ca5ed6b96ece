"""nbjudge: a plugin for nbgrader that judges graded cells outside the student's kernel."""

from nbjudge.compare import AnyNumber, Anything, Between, OneOf
from nbjudge.config import configure
from nbjudge.hidden_test import Case, Credit, HiddenTest, Mistake
from nbjudge.teacher import judge

__all__ = [
    "AnyNumber",
    "Anything",
    "Between",
    "Case",
    "Credit",
    "HiddenTest",
    "Mistake",
    "OneOf",
    "configure",
    "judge",
]
