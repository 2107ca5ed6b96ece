"""What a student may read of a verdict, as plain data.

The text below a task, the student's page and the audit line are made of it: what is not here, no
student sees.
"""

from __future__ import annotations

import math

from nbjudge.inert.characters import inert_text
from nbjudge.outcome import Outcome
from nbjudge.verdict.decide import CaseResult, Verdict

EXPLAINED_CASES = 2  # failed cases whose answers are shown; one wrong formula fails many
EXPLAINED_PROPERTIES = 3  # of such a case


def shown(verdict: Verdict) -> dict:
    """Return a verdict as values of JSON.

    Returns:
        ``title``, ``points``, ``max_points`` and ``outcome``; ``mistake`` (its name, or None) and
        ``hint``; ``seen``, how wrong numbers without a name relate to the right ones; ``credit``,
        the reason for a part of the points; ``solved``, the titles of the tasks beside whose
        right solution the answer was asked again, and ``alone``, its points without that;
        ``cases``, each with ``label``, ``outcome``, ``points`` (earned by it; None where points do
        not come case by case), ``given``, ``detail`` and ``answers``: ``property``, ``got`` and
        ``wanted`` of what is not right.
    """
    carried = verdict.carried
    failed = [result for result in verdict.results if result.outcome is not Outcome.PASSED]
    explained = failed[:EXPLAINED_CASES]
    return {
        "title": verdict.title,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "outcome": verdict.outcome.value,
        "mistake": verdict.mistake,
        "hint": verdict.help,
        "seen": verdict.seen,
        "credit": verdict.credit.reason if verdict.credit else "",
        "solved": list(carried.titles) if carried else [],
        "alone": carried.alone.points if carried else None,
        "cases": [
            _case(verdict, result, any(result is each for each in explained))
            for result in verdict.results
        ],
    }


def _case(verdict: Verdict, result: CaseResult, explained: bool) -> dict:
    differences = result.differences[:EXPLAINED_PROPERTIES] if explained else ()
    return {
        "label": result.label,
        "outcome": result.outcome.value,
        "points": _points(verdict, result),
        "given": result.given,
        "detail": plain(result.detail) if explained else "",
        "answers": [
            {"property": plain(d.property), "got": plain(d.got), "wanted": d.wanted}
            for d in differences
        ],
    }


def _points(verdict: Verdict, result: CaseResult) -> float | None:
    """Return what a case earned, where the cases' shares are what the points come from."""
    passed = [each for each in verdict.results if each.outcome is Outcome.PASSED]
    if result.outcome is not Outcome.PASSED or verdict.outcome is Outcome.NOT_ATTEMPTED:
        return None
    whole = sum(each.weight for each in verdict.results)
    earned = sum(each.weight for each in passed)
    counted = verdict.carried.alone.points if verdict.carried else verdict.points
    if abs(counted - verdict.max_points * earned / whole) >= 0.02:
        return None
    points = verdict.max_points * result.weight / whole
    return math.floor(points * 100 + 1e-6) / 100  # as the sum is


def plain(text: str) -> str:
    """Return the text with control and invisible characters written out, a tab as a blank."""
    return inert_text(text).replace("\t", " ")
