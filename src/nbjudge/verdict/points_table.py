"""How the points of a task are made, as a table that students and graders read.

It is made from the hidden test itself, so it cannot say anything else than what is judged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from nbjudge.verdict.hidden_test import HiddenTest

MARKING = re.compile(r"@MARKING (\w{1,100})@")  # in a source notebook: here the table is shown
GIVEN = "(only together with another line)"


def shares(test: HiddenTest) -> list[tuple[str, Fraction]]:
    """Return what earns points in a task, with the points of each; they add up to the task's.

    Labels of cases are the same for every seed, so those of one drawing stand for all.
    """
    cases = test.draw_cases(seed=0)
    rows = [(f"{c.label} {GIVEN}" if c.passed_by_stub else c.label, c.points) for c in cases]
    if test.figures:
        many = "the figure" if test.figures == 1 else f"the {test.figures} figures"
        rows.append((many, test.points_of_figures(cases)))
    if not test.partial_credit and len(rows) > 1:
        rows = [("all of these: " + "; ".join(label for label, _ in rows), test.points)]
    return [(label, _exact(points)) for label, points in rows]


def table(test: HiddenTest, tests: Mapping[str, HiddenTest]) -> str:
    """Return the shares as a table in Markdown, and sentences on why they are so.

    Args:
        test: of the task.
        tests: all hidden tests of the notebook, for the titles of tasks that this one needs.
    """
    lines = ["| what is tried | points |", "|---|---|"]
    for label, points in shares(test):
        cell = label.replace("|", "\\|")  # else a Σ|W| would end it
        lines.append(f"| {cell} | {_shown(points)} |")
    sentences = [test.marking] if test.marking else []
    if test.depends_on:
        titles = [f"“{tests[need].title}”" for need in test.depends_on]
        earlier = " or ".join([", ".join(titles[:-1]), titles[-1]] if titles[1:] else titles)
        sentences.append(
            f"If {earlier} is wrong, this task is tried with the right one in its place, too, and "
            "the better result counts."
        )
    if sentences:
        lines += ["", " ".join(sentences)]
    return "\n".join(lines)


def folded(test: HiddenTest, tests: Mapping[str, HiddenTest]) -> str:
    """Return the table for a notebook, shown when it is opened; see `table`."""
    title = f"How the {_shown(Fraction(test.points))} points are made"
    return f"<details><summary>{title}</summary>\n\n{table(test, tests)}\n\n</details>"


def _exact(number: float) -> Fraction:
    return Fraction(number).limit_denominator(1000)


def _shown(points: Fraction) -> str:
    """Return points as people write them: ``2``, ``0.5``, and ``4/3`` where decimals do not end."""
    decimal = f"{float(points):.2f}".rstrip("0").rstrip(".")
    return decimal if Fraction(decimal) == points else f"{points.numerator}/{points.denominator}"
