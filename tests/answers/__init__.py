"""Answers as students write them, right and wrong: one module for each notebook."""

from nbjudge.authoring.answers import Answer

__all__ = ["Answer"]
