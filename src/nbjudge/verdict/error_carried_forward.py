"""Error carried forward: a task that needs another one is asked again where that one is right.

Pure functions: which tasks are to be asked again, and what the better of two verdicts is worth.
`nbjudge.grading.solutions` makes the notebook with the teacher's solutions that they are asked in.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from nbjudge.outcomes import Outcome
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.scoring import Carried, Verdict


def all_needs(tests: Mapping[str, HiddenTest], name: str) -> frozenset[str]:
    """Return the tasks that a task needs, and those that these need; never the task itself."""
    found: set[str] = set()
    ahead = list(tests[name].depends_on)
    while ahead:
        need = ahead.pop()
        if need in tests and need not in found and need != name:
            found.add(need)
            ahead += tests[need].depends_on
    return frozenset(found)


def to_ask_again(
    tests: Mapping[str, HiddenTest], verdicts: Iterable[Verdict], attempted: Collection[str]
) -> dict[frozenset[str], list[str]]:
    """Return the tasks that are to be asked again, by the tasks that are to be right then.

    A task is asked again if it was attempted and is not right, and neither is one that it needs.

    Args:
        tests: the hidden tests of the notebook.
        verdicts: on the student's own notebook.
        attempted: the hidden tests of tasks for which the student has written something.
    """
    by_name = {verdict.test: verdict for verdict in verdicts}
    wrong = {name for name, v in by_name.items() if v.outcome is not Outcome.PASSED}
    found: dict[frozenset[str], list[str]] = {}
    for name in by_name:
        needed = all_needs(tests, name) & wrong
        if needed and name in wrong and name in attempted:
            found.setdefault(needed, []).append(name)
    return found


def better(first: Verdict, again: Verdict, titles: Iterable[str], factor: float) -> Verdict:
    """Return the better verdict.

    Of the second one nothing but points and outcome is taken, because it was reached beside the
    teacher's solutions; the first one's cases stay, and what was guessed of its wrong numbers goes:
    they came of another task.

    Args:
        first: on the student's own notebook.
        again: with the tasks of `titles` solved.
        titles: of the tasks that were replaced.
        factor: what the points of the second verdict are multiplied by.
    """
    points = math.floor(again.points * factor * 100 + 1e-6) / 100
    if points <= first.points:
        return first
    return replace(
        first,
        points=points,
        outcome=again.outcome,
        mistake=None,
        help="",
        seen="",
        credit=None,
        carried=Carried(first, tuple(titles)),
    )
