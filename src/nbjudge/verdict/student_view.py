"""What a student may read of a verdict, as plain data.

The text below a task, the student's page and the audit line are made of it: what is not here, no
student sees.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from nbjudge.outcomes import Outcome
from nbjudge.sanitize.text import inert_text
from nbjudge.verdict.scoring import CaseResult, Verdict

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


_NUMBER = (int, float)
_TOLD = {
    **{"title": str, "points": _NUMBER, "max_points": _NUMBER, "outcome": str},
    **{"mistake": (str, type(None)), "hint": str, "seen": str, "credit": str},
    **{"solved": list, "alone": (*_NUMBER, type(None)), "cases": list},
}
_TOLD_CASE = {
    **{"label": str, "outcome": str, "points": (*_NUMBER, type(None)), "given": bool},
    **{"detail": str, "answers": list},
}
_TOLD_ANSWER = {"property": str, "got": str, "wanted": str}


def told_of(line: Mapping) -> dict | None:
    """Return what an audit line tells as `shown` has made it.

    None of a line that an older nbjudge has written, or that somebody has changed.
    """
    told = line.get("shown")
    if not _fits(told, _TOLD) or (told["solved"] and told["alone"] is None):
        return None
    if not all(isinstance(title, str) for title in told["solved"]):
        return None
    for case in told["cases"]:
        if not _fits(case, _TOLD_CASE):
            return None
        if not all(_fits(answer, _TOLD_ANSWER) for answer in case["answers"]):
            return None
    return told


def _fits(value: object, kinds: Mapping[str, type | tuple[type, ...]]) -> bool:
    return isinstance(value, dict) and all(
        name in value and isinstance(value[name], kind) for name, kind in kinds.items()
    )


def _case(verdict: Verdict, result: CaseResult, explained: bool) -> dict:
    differences = result.differences[:EXPLAINED_PROPERTIES] if explained else ()
    return {
        "label": result.label,
        "outcome": result.outcome.value,
        "points": _points(verdict, result),
        "given": result.passed_by_stub,
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
    whole = sum(each.points for each in verdict.results) or 1.0
    earned = sum(each.points for each in passed)
    counted = verdict.carried.alone.points if verdict.carried else verdict.points
    if abs(counted - verdict.max_points * earned / whole) >= 0.02:
        return None
    points = verdict.max_points * result.points / whole
    return math.floor(points * 100 + 1e-6) / 100  # as the sum is


def plain(text: str) -> str:
    """Return the text with control and invisible characters written out, a tab as a blank."""
    return inert_text(text).replace("\t", " ")
