"""How wrong numbers relate to the right ones, where that is the same in all cases.

A student learns more from "yours is 2 times the expected one" than from "expected: another number".
Only relations to inputs that are drawn afresh are told: of a task with one fixed answer they would
give the answer away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nbjudge.protocol.codec import Tensor, decode, encode
from nbjudge.verdict.compare import as_number

SIMPLE = (-1.0, 2.0, 0.5, -2.0, -0.5, 3.0, 1 / 3, 4.0, 0.25, 10.0, 0.1, 100.0, 0.01)
MULTIPLES = (1.0, 0.5, 2.0)  # of a term
TIMES = {0.5: "half of ", 2.0: "2 times "}


def relation(
    expected: Sequence[object],
    got: Sequence[object],
    terms: Sequence[Mapping[str, object]],
    rtol: float,
    atol: float,
) -> str:
    """Return a sentence on how the wrong numbers relate to the right ones; empty if none is seen.

    Args:
        expected: the right answer of each case: a value, or a dictionary of named properties.
        got: the student's answers, in the same order.
        terms: for each case, name to value of terms of the formula; a value may be a dictionary
            of a value for each property.
        rtol: relative tolerance, as in the comparison.
        atol: absolute tolerance.
    """
    found = {}
    for name in _names(expected):
        right = [_numbers(_part(value, name)) for value in expected]
        given = [_numbers(_part(value, name)) for value in got]
        if any(a is None or b is None or a.shape != b.shape for a, b in zip(right, given)):
            continue
        own = [{key: _numbers(_part(v, name)) for key, v in each.items()} for each in terms]
        with np.errstate(all="ignore"):  # of a student's huge numbers
            sentence = _relate(right, given, own, rtol, atol)
        if sentence:
            found[name] = sentence
    if len(set(found.values())) == 1 and len(found) > 1:
        return f"In all cases, {' and '.join(found)}: {next(iter(found.values()))}."
    return " ".join(f"In all cases, {name or 'yours'}: {text}." for name, text in found.items())


def _names(expected: Sequence[object]) -> list[str]:
    """Return the names of the properties; an empty one where the answer is one value."""
    first = expected[0] if expected else None
    return list(first) if isinstance(first, dict) else [""]


def _part(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) and name else value


def _numbers(value: object) -> np.ndarray | None:
    """Return finite numbers as an array of floats, or None for anything else.

    Lists of numbers and arrays, such as the weights after each step, are put one after another.
    """
    value = decode(encode(value))
    if isinstance(value, list) and value:
        parts = [_numbers(item) for item in value]
        return None if any(part is None for part in parts) else _flat(parts)
    if isinstance(value, Tensor):
        value = value.array
    number = as_number(value)
    if number is not None:
        value = np.array(number)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        return None
    value = value.astype(float)
    return value if value.size and np.isfinite(value).all() else None


def _relate(right, given, terms, rtol: float, atol: float) -> str:
    """Return how one property differs from the right one, the same way in all cases."""

    def close(wanted, given) -> bool:
        return all(
            (np.abs(w - g) <= atol + rtol * np.abs(w).max()).all() for w, g in zip(wanted, given)
        )

    if close(right, given):
        return ""
    for factor in SIMPLE:
        if close([factor * r for r in right], given):
            return _times(factor)
    for text, wanted in _with_terms(right, terms):
        if close(wanted, given):
            return text
    flat, flat_given = _flat(right), _flat(given)
    if flat.size < 2:  # any number is some multiple of another
        return ""
    shift = float((flat_given - flat).mean())
    if np.isfinite(shift) and close([r + shift for r in right], given):
        return f"a constant {abs(shift):.4g} {'larger' if shift > 0 else 'smaller'} than expected"
    if flat @ flat > 0:
        ratio = float(flat_given @ flat / (flat @ flat))
        if (
            ratio
            and np.isfinite(ratio)
            and np.ptp(np.abs(flat)) > 0
            and close([ratio * r for r in right], given)
        ):
            return _times(ratio)
    return ""


def _times(factor: float) -> str:
    if factor == -1:
        return "the expected value with the other sign"
    if factor == 0.5:
        return "half of what is expected"
    return f"{factor:.4g} times what is expected"


def _with_terms(right, terms) -> Iterator[tuple[str, list[np.ndarray]]]:
    """Return what the right value would be with a term of the formula more, or less."""
    for name in terms[0] if terms else ():
        values = [each[name] for each in terms]
        if any(v is None or v.shape not in ((), r.shape) for v, r in zip(values, right)):
            continue
        for multiple in MULTIPLES:
            for sign, word in ((1, "larger"), (-1, "smaller")):
                moved = [r + sign * multiple * v for r, v in zip(right, values)]
                yield f"{word} than expected by exactly {TIMES.get(multiple, '')}{name}", moved


def _flat(arrays) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])
