"""A verdict as the text that the student reads in the notebook."""

from __future__ import annotations

import textwrap

from nbjudge.outcomes import Outcome
from nbjudge.verdict.scoring import Verdict
from nbjudge.verdict.student_view import plain, shown

WIDTH = 88
PASSED = Outcome.PASSED.value


def verdict_text(verdict: Verdict) -> str:
    """Return some lines of plain text: points, what failed, and the likely mistake."""
    told = shown(verdict)
    lines = [f"{told['title']}: {told['points']:g} of {told['max_points']:g} points"]
    if told["solved"]:
        lines += ["", *_wrap(carried_sentence(told)), "", *_case_lines(told)]
        return plain("\n".join(lines))
    if told["outcome"] == PASSED:
        many = len(told["cases"])
        lines.append(f"All {many} cases are right." if many > 1 else "The case is right.")
        return plain("\n".join(lines))
    if told["outcome"] == Outcome.NOT_ATTEMPTED.value:
        lines.append("Not attempted: the stub is still in place.")
        return plain("\n".join(lines))
    if told["mistake"]:
        lines += ["", f"Likely mistake: {told['mistake']}.", *_wrap(told["hint"])]
    if told["seen"]:
        lines += ["", *_wrap(told["seen"])]
    if told["credit"]:
        lines += ["", f"Part of the points: {told['credit']}"]
    lines += ["", *_case_lines(told)]
    return plain("\n".join(lines))


def carried_sentence(told: dict) -> str:
    """Say what counts: the answer beside right tasks before it, and not only what came of it."""
    tasks = " and ".join(f"“{title}”" for title in told["solved"])
    right = told["outcome"] == PASSED
    return (
        f"With a right {tasks}, your answer here is {'right' if right else 'partly right'}: so "
        f"{told['points']:g} of {told['max_points']:g} points count, not {told['alone']:g}. "
        "What follows is what your notebook gives as it is."
    )


def _case_lines(told: dict) -> list[str]:
    passed = [case for case in told["cases"] if case["outcome"] == PASSED]
    failed = [case for case in told["cases"] if case["outcome"] != PASSED]
    are = "is" if len(passed) == 1 else "are"
    lines = [f"{len(passed)} of {len(told['cases'])} cases {are} right."]
    lines += [f"  right   {case['label']}{_share(case)}" for case in passed]
    if passed and all(case["given"] for case in passed):
        lines += ["          (no points: this is right without any change to what was given)"]
    for case in failed:
        lines += _failed_lines(case)
    return lines


def _share(case: dict) -> str:
    points = case["points"]
    return "" if points is None else f" ({points:g} point{'s' * (points != 1)})"


def _failed_lines(case: dict) -> list[str]:
    lines = [f"  failed  {case['label']}: {case['outcome']}"]
    lines += [f"            {line}" for line in case["detail"].splitlines()]
    for answer in case["answers"]:
        lines.append(f"            {answer['property']}: got {answer['got']}")
        if answer["wanted"]:
            lines.append(f"            expected: {answer['wanted']}")
    return lines


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)
