"""Fingerprints of wrong answers: who gives the same wrong numbers has made the same mistake.

Each submission is judged with inputs of its own, so its numbers are its own, too. For a fingerprint
a wrong answer is asked again with inputs that are the same for everybody. Teachers read it in the
report on a class; no verdict depends on it.
"""

from __future__ import annotations

import builtins
import hashlib
import json
import math
from collections.abc import Sequence

import numpy as np

from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import Tensor, decode, encode
from nbjudge.protocol.reply import Reply
from nbjudge.verdict.compare import (
    AnyNumber,
    Anything,
    Between,
    OneOf,
    as_number,
    describe,
    differences,
)
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.scoring import Verdict, answer_of
from nbjudge.verdict.student_view import plain

DIGITS = 3  # of a number that count: float32 and float64 differ behind them
NUMBERS = 4  # of an array or a list that count
ANSWERS = 3  # wrong properties that are kept as texts
CHARACTERS = 120  # of such a text
ANSWER_CHARACTERS = 1_000_000  # of one answer that is read at all
WRONG = (  # how an answer can be wrong that has numbers, or an error, of its own
    Outcome.WRONG_VALUE,
    Outcome.WRONG_SHAPE,
    Outcome.WRONG_TYPE,
    Outcome.CHANGED_ARGUMENTS,
    Outcome.RAISED,
)


def has_no_name(verdict: Verdict) -> bool:
    """Whether an answer is wrong in a way that no known mistake explains."""
    return verdict.outcome in WRONG and verdict.mistake is None


def common_seed(hidden_test: str, name: str) -> int:
    """Return the seed of the inputs that are the same for a whole class.

    Args:
        hidden_test: the digest of the notebook's hidden tests; another test, other inputs.
        name: of the one hidden test.
    """
    digest = hashlib.sha256(f"{hidden_test} {name}".encode()).digest()
    return int.from_bytes(digest[:7], "big")


def fingerprint(test: HiddenTest, cases: Sequence[Case], replies: Sequence[Reply]) -> dict | None:
    """Return the fingerprint of an answer as values of JSON.

    Args:
        test: the hidden test.
        cases: as drawn with the `common_seed`.
        replies: one for each case, in order.

    Returns:
        ``group``, the same for all who gave the same wrong numbers; ``answers``, the first of
        these: ``case``, ``property``, ``got`` and ``wanted``, all of them short texts. None where
        nothing is wrong, or a case has no reply.
    """
    if any(reply.problem is not None for reply in replies):
        return None
    parts, answers = [], []
    for case, reply in zip(cases, replies, strict=True):
        if reply.error is not None:
            raised = _error_name(reply.error.type)
            parts.append(["raised", raised])
            answers.append(_answer(case, "", f"raised {raised}", ""))
            continue
        wrong = _wrong_properties(test, case, reply)
        parts.append([*[[name, _rounded(got)] for name, got, _ in wrong], list(reply.changed)])
        answers += [_answer(case, n, _text(got), _wanted(wanted)) for n, got, wanted in wrong]
        answers += [_answer(case, name, "changed in place", "") for name in reply.changed]
    if not answers:
        return None
    group = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return {"group": group, "answers": answers[:ANSWERS]}


def _wrong_properties(test: HiddenTest, case: Case, reply: Reply) -> list[tuple]:
    """Return name, answer and right answer of each property that is not right."""
    expected, got = test.expect(**case.known), answer_of(test, case, reply)
    if isinstance(expected, dict) and isinstance(got, dict):
        pairs = [(name, got.get(name), wanted) for name, wanted in expected.items()]
    else:
        pairs = [("", got, expected)]
    return [each for each in pairs if differences(each[2], each[1], test.rtol, test.atol)]


def _rounded(value: object, depth: int = 0) -> object:
    """Return what counts of a value: of numbers the first, with few digits."""
    value = value.array if isinstance(value, Tensor) else value
    if isinstance(value, np.ndarray):
        numbers = value.astype(float).ravel()
        scale = float(np.abs(numbers).max(initial=0.0))
        return ["array", list(value.shape), *[_digits(x, scale) for x in numbers[:NUMBERS]]]
    if isinstance(value, list | dict):
        items = list(value.items() if isinstance(value, dict) else value)
        inner = [] if depth > 2 else [_rounded(item, depth + 1) for item in items[:NUMBERS]]
        return [type(value).__name__, len(value), *inner]
    if isinstance(value, tuple):  # a name with its value
        return [str(value[0])[:CHARACTERS], _rounded(value[1], depth + 1)]
    number = as_number(value)
    return describe(value)[:CHARACTERS] if number is None else _digits(number, 0.0)


def _digits(number: float, scale: float) -> str:
    """Return a number with few digits; of an array, those of its largest number count."""
    if not math.isfinite(number):
        return str(number)
    if scale and math.isfinite(scale):
        number = round(number / scale, DIGITS) * scale
    return f"{number if abs(number) > 1e-9 else 0.0:.{DIGITS}g}"


def _error_name(name: str) -> str:
    """Return the name of one of Python's exceptions; a student may name one of theirs anything."""
    known = getattr(builtins, name, None)
    is_pythons = isinstance(known, type) and issubclass(known, BaseException)
    return name if is_pythons else "an error of another library"


def _answer(case: Case, name: str, got: str, wanted: str) -> dict[str, str]:
    texts = {"case": case.label, "property": name, "got": got, "wanted": wanted}
    return {key: plain(text)[:CHARACTERS] for key, text in texts.items()}


def _text(value: object) -> str:
    """Return a value in a few words, of a list of numbers the first of them.

    Of a text nothing is told: a student may have written anything, a name, too.
    """
    if isinstance(value, str):
        return f"a text of {len(value)} characters"
    if isinstance(value, list) and value and all(as_number(x) is not None for x in value[:6]):
        more = ", …" if len(value) > 6 else ""
        return f"[{', '.join(f'{as_number(x):.5g}' for x in value[:6])}{more}]"
    return describe(value)


def _wanted(expected: object) -> str:
    """Return the right answer in a few words."""
    if isinstance(expected, OneOf):
        return f"{_wanted(expected.values[0])}, or another right one"
    if isinstance(expected, Between):
        return f"from {expected.low:.5g} to {expected.high:.5g}"
    if isinstance(expected, AnyNumber | Anything):
        return "any"
    if isinstance(expected, dict):
        return f"{len(expected)} named values"
    if isinstance(expected, list | tuple) and any(isinstance(x, OneOf) for x in expected):
        return f"{len(expected)} values"
    if expected is None or isinstance(expected, str):
        return repr(expected)
    return _text(decode(encode(expected)))
