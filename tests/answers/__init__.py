"""Answers as students write them, right and wrong: one module for each notebook."""

from nbjudge.check.answers import Answer

__all__ = ["Answer"]
