"""Writes docs/marking.md: how the points of every task of the lab are made."""

from __future__ import annotations

from pathlib import Path

import nbformat

from nbjudge.cells import test_of
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.points_table import table

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# How the points are made

Written by `make marking` from the hidden tests; students read the same tables in their notebooks.

A task is tried with several cases, and each right one earns its share. An answer that does
nothing, or only what was given, earns nothing. A task that builds on an earlier one is tried beside
the right solution of that one, too, if the earlier one is wrong: a mistake costs once. Written
answers have their marking scheme in the source notebook, beside the model answer.
"""


def page() -> str:
    """Return the whole page as Markdown."""
    parts = [HEAD]
    for path in sorted((ROOT / "source").glob("*/q*.ipynb"), key=lambda path: path.name):
        tests = load_hidden_tests(ROOT / "hidden_tests", path.parent.name, path.stem)
        parts.append(f"\n## {path.stem}\n")
        for cell in nbformat.read(path, as_version=4).cells:
            name = test_of(cell)
            if name is not None:
                test = tests[name]
                parts.append(
                    f"\n### {test.title} ({test.points:g} points)\n\n{table(test, tests)}\n"
                )
    return "".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "marking.md").write_text(page(), encoding="utf-8")
