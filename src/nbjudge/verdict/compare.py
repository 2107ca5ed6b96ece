"""Comparison of an answer with what was expected: exact in type and shape, tolerant in value.

Expected values are numbers, texts, arrays, tensors, lists and dictionaries of them, or one of the
expectations below. The differences never say what was expected beyond its kind: the student
reads them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import Opaque, Tensor, decode, encode


@dataclass(frozen=True)
class Difference:
    """Why one property of an answer is not right, in the student's terms.

    `wanted` is empty where only the numbers are wrong: they are not told.
    """

    property: str
    outcome: Outcome
    got: str
    wanted: str


@dataclass(frozen=True)
class Between:
    """A finite number from `low` to `high`, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class OneOf:
    """Equal to one of several right values."""

    values: Sequence[object]


@dataclass(frozen=True)
class AnyNumber:
    """Any finite number: for properties that a mistake fixes and the right answer does not."""


@dataclass(frozen=True)
class Anything:
    """Any value: for properties that say nothing about a mistake."""


def differences(expected, got, rtol: float, atol: float, name: str = "the answer"):
    """Return the list of `Difference`s between `expected` and `got`; empty if `got` is right.

    A dictionary is compared property by property, and its keys name them. Arrays agree when no
    number is further off than ``atol + rtol * max|expected|``, so that float32 work passes.
    NaN and infinity are never right.
    """
    if isinstance(expected, dict):
        if not isinstance(got, dict):
            return [Difference(name, Outcome.WRONG_TYPE, describe(got), "several named values")]
        return [
            found
            for key, value in expected.items()
            for found in differences(value, got.get(key), rtol, atol, key)
        ]
    if isinstance(expected, Anything):
        return []
    if isinstance(expected, OneOf):
        tries = [differences(value, got, rtol, atol, name) for value in expected.values]
        return [] if [] in tries else tries[0]
    if isinstance(expected, Between | AnyNumber):
        return _compare_range(expected, got, name)
    if isinstance(expected, list | tuple):
        return _compare_list(expected, got, rtol, atol, name)
    expected = decode(encode(expected))  # scalars of NumPy, tensors of torch: one form for each
    if isinstance(expected, Tensor):
        return _compare_tensor(expected, got, rtol, atol, name)
    if isinstance(expected, np.ndarray):
        return _compare_array(expected, got, rtol, atol, name)
    if isinstance(expected, bool) and isinstance(got, bool):
        wrong = Difference(
            name, Outcome.WRONG_VALUE, "yes" if got else "no", "no" if got else "yes"
        )
        return [] if got == expected else [wrong]
    if isinstance(expected, bool | str) or expected is None:
        same = type(got) is type(expected) and got == expected
        return [] if same else [_wrong_kind(name, expected, got)]
    return _compare_number(expected, got, rtol, atol, name)


def as_number(value) -> float | None:
    """Return a one-element answer as a float, or None if it is not one.

    Accepted are int, float, NumPy numbers, arrays of shape () and (1,), and torch tensors of one
    element; a bool is no number.
    """
    if isinstance(value, Tensor) and value.array.size == 1:
        value = value.array.reshape(())
    if isinstance(value, np.ndarray):
        if value.shape not in ((), (1,)) or value.dtype.kind == "b":
            return None
        return float(value.reshape(()))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _compare_number(expected, got, rtol, atol, name):
    number = as_number(got)
    if number is None:
        return [_wrong_kind(name, expected, got)]
    if not math.isfinite(number):
        return [Difference(name, Outcome.WRONG_VALUE, describe(got), "a finite number")]
    if abs(number - expected) > atol + rtol * abs(expected):
        return [Difference(name, Outcome.WRONG_VALUE, describe(got), "")]
    return []


def _compare_range(expected, got, name):
    number = as_number(got)
    if number is None:
        return [_wrong_kind(name, 0.0, got)]
    inside = not isinstance(expected, Between) or expected.low <= number <= expected.high
    if not math.isfinite(number) or not inside:
        return [Difference(name, Outcome.WRONG_VALUE, describe(got), "")]
    return []


def _compare_array(expected, got, rtol, atol, name):
    if not isinstance(got, np.ndarray):
        return [_wrong_kind(name, expected, got)]
    if got.shape != expected.shape:
        wanted = f"shape {expected.shape}"
        return [Difference(name, Outcome.WRONG_SHAPE, describe(got), wanted)]
    got = got.astype(float)
    if not np.isfinite(got).all():
        return [Difference(name, Outcome.WRONG_VALUE, describe(got), "finite numbers")]
    expected = expected.astype(float)
    tolerance = atol + rtol * np.abs(expected).max(initial=0.0)
    if (np.abs(got - expected) > tolerance).any():
        return [Difference(name, Outcome.WRONG_VALUE, describe(got), "")]
    return []


def _compare_tensor(expected, got, rtol, atol, name):
    if not isinstance(got, Tensor):
        return [_wrong_kind(name, expected, got)]
    return _compare_array(expected.array, got.array, rtol, atol, name)


def _compare_list(expected, got, rtol, atol, name):
    if not isinstance(got, list):
        return [_wrong_kind(name, expected, got)]
    if len(got) != len(expected):
        wanted, given = _values(len(expected)), _values(len(got))
        return [Difference(name, Outcome.WRONG_SHAPE, given, wanted)]
    return [
        found
        for position, (value, item) in enumerate(zip(expected, got, strict=True), start=1)
        for found in differences(value, item, rtol, atol, f"{name}, value {position}")
    ]


def _wrong_kind(name, expected, got):
    shape = isinstance(got, np.ndarray | Tensor) and isinstance(expected, int | float)
    outcome = Outcome.WRONG_SHAPE if shape else Outcome.WRONG_TYPE
    return Difference(name, outcome, describe(got), kind(expected))


def kind(expected) -> str:
    """Return what kind of thing was expected, and nothing of its value."""
    if isinstance(expected, bool):
        return "True or False"
    if isinstance(expected, int | float):
        return "a single number"
    if isinstance(expected, np.ndarray):
        return f"an array of shape {expected.shape}"
    if isinstance(expected, Tensor):
        return f"a torch tensor of shape {expected.array.shape}"
    if isinstance(expected, list | tuple):
        return f"{_values(len(expected))}, as a tuple or list"
    return "nothing (None)" if expected is None else "a text"


def describe(got) -> str:
    """Return the student's own value in a few words; it is theirs to see."""
    if got is None:
        return "None (is a return missing?)"
    if isinstance(got, Opaque):
        return got.description
    if isinstance(got, bool | int | float):
        return f"{got:.6g}" if isinstance(got, float) else str(got)[:40]
    if isinstance(got, str):
        return f"the text {got[:60]!r}"
    if isinstance(got, Tensor):
        return f"a tensor {_numbers(got.array)}"
    if isinstance(got, np.ndarray):
        return f"an array {_numbers(got)}"
    return f"a {type(got).__name__} of {_values(len(got))}"


def _numbers(array: np.ndarray) -> str:
    values = ", ".join(f"{float(v):.5g}" for v in array.ravel()[:6])
    more = ", …" if array.size > 6 else ""
    return f"of shape {array.shape}: [{values}{more}]"


def _values(number: int) -> str:
    return "1 value" if number == 1 else f"{number} values"
