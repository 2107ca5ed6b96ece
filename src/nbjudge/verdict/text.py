"""A verdict as the text that the student reads, in the notebook and in the feedback."""

from __future__ import annotations

import math
import textwrap

from nbjudge.inert.characters import inert_text
from nbjudge.outcome import Outcome
from nbjudge.verdict.decide import CaseResult, Verdict

WIDTH = 88
SHOWN_CASES = 2  # failed cases that are explained; one wrong formula fails many


def verdict_text(verdict: Verdict) -> str:
    """Return some lines of plain text: points, what failed, and the likely mistake."""
    lines = [f"{verdict.title}: {verdict.points:g} of {verdict.max_points:g} points"]
    if verdict.carried:
        lines += ["", *_wrap(_carried(verdict)), "", *_case_lines(verdict)]
        return plain("\n".join(lines))
    if verdict.outcome is Outcome.PASSED:
        many = len(verdict.results)
        lines.append(f"All {many} cases are right." if many > 1 else "The case is right.")
        return plain("\n".join(lines))
    if verdict.outcome is Outcome.NOT_ATTEMPTED:
        lines.append("Not attempted: the stub is still in place.")
        return plain("\n".join(lines))
    if verdict.mistake:
        lines += ["", f"Likely mistake: {verdict.mistake}.", *_wrap(verdict.help)]
    if verdict.seen:
        lines += ["", *_wrap(verdict.seen)]
    if verdict.credit:
        lines += ["", f"Part of the points: {verdict.credit.reason}"]
    lines += ["", *_case_lines(verdict)]
    return plain("\n".join(lines))


def _carried(verdict: Verdict) -> str:
    """Say what counts: the answer beside right tasks before it, and not only what came of it."""
    carried = verdict.carried
    tasks = " and ".join(f"“{title}”" for title in carried.titles)
    right = verdict.outcome is Outcome.PASSED
    return (
        f"With a right {tasks}, your answer here is {'right' if right else 'partly right'}: so "
        f"{verdict.points:g} of {verdict.max_points:g} points count, not "
        f"{carried.alone.points:g}. What follows is what your notebook gives as it is."
    )


def _case_lines(verdict: Verdict) -> list[str]:
    passed = [r for r in verdict.results if r.outcome is Outcome.PASSED]
    failed = [r for r in verdict.results if r.outcome is not Outcome.PASSED]
    are = "is" if len(passed) == 1 else "are"
    lines = [f"{len(passed)} of {len(verdict.results)} cases {are} right."]
    lines += [f"  right   {result.label}{_share(verdict, result)}" for result in passed]
    if passed and all(result.given for result in passed):
        lines += ["          (no points: this is right without any change to what was given)"]
    for result in failed[:SHOWN_CASES]:
        lines += _failed_lines(result)
    for result in failed[SHOWN_CASES:]:
        lines.append(f"  failed  {result.label}: {result.outcome.value}")
    return lines


def _share(verdict: Verdict, result: CaseResult) -> str:
    """Return what a right case earned, where the cases' shares are what the points come from."""
    whole = sum(each.weight for each in verdict.results)
    earned = sum(r.weight for r in verdict.results if r.outcome is Outcome.PASSED)
    points = verdict.max_points * result.weight / whole
    counted = verdict.carried.alone.points if verdict.carried else verdict.points
    by_case = abs(counted - verdict.max_points * earned / whole) < 0.02
    rounded = math.floor(points * 100 + 1e-6) / 100  # as the sum is
    return f" ({rounded:g} point{'s' * (rounded != 1)})" if by_case else ""


def _failed_lines(result: CaseResult) -> list[str]:
    lines = [f"  failed  {result.label}: {result.outcome.value}"]
    lines += [f"            {line}" for line in result.detail.splitlines()]
    for found in result.differences[:3]:
        lines.append(f"            {found.property}: got {found.got}")
        if found.wanted:
            lines.append(f"            expected: {found.wanted}")
    return lines


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def plain(text: str) -> str:
    """Return the text with control and invisible characters written out, a tab as a blank."""
    return inert_text(text).replace("\t", " ")
