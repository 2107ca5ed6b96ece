"""How wrong numbers relate to the right ones is said where it is the same in all cases."""

import numpy as np
import pytest

from nbjudge.verdict.relations import relation

RIGHT = [{"J": 3.0}, {"J": 5.5}, {"J": 7.25}]
TERMS = [{"λ Σ|W2|": 0.0}, {"λ Σ|W2|": 0.7}, {"λ Σ|W2|": 1.9}]


def seen(change, right=RIGHT, terms=TERMS):
    """Return the sentence for answers that are made of the right ones, case by case."""
    got = [{"J": change(value["J"], term)} for value, term in zip(right, terms)]
    return relation(right, got, terms, 1e-4)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda J, t: 2 * J, "2 times what is expected"),
        (lambda J, t: J / 2, "half of what is expected"),
        (lambda J, t: -J, "with the other sign"),
        (lambda J, t: 0.7 * J, "0.7 times what is expected"),
        (lambda J, t: J - 0.5, "a constant 0.5 smaller than expected"),
        (lambda J, t: J + t["λ Σ|W2|"], "larger than expected by exactly λ Σ|W2|"),
        (lambda J, t: J - t["λ Σ|W2|"] / 2, "smaller than expected by exactly half of λ Σ|W2|"),
    ],
)
def test_a_relation_that_holds_in_all_cases_is_said(change, words):
    assert words in seen(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda J, t: J,
        lambda J, t: J**2,
        lambda J, t: None,
        lambda J, t: "three",
        lambda J, t: np.nan,
        lambda J, t: [J],
        lambda J, t: 0.0,
    ],
)
def test_nothing_is_said_where_none_holds(change):
    assert seen(change) == ""


def test_of_one_number_no_odd_factor_is_made_up():
    assert relation([4.0], [2.8], [{}], 1e-4) == ""
    assert "2 times" in relation([4.0], [8.0], [{}], 1e-4)


def test_arrays_that_are_wrong_in_the_same_way_are_said_in_one_sentence():
    right = [{"dJdW1": np.array([1.0, -2.0]), "dJdW2": np.array([[0.5, 3.0]])}] * 2
    got = [{name: -value for name, value in case.items()} for case in right]
    sentence = relation(right, got, [{}, {}], 1e-4)
    assert sentence == "In all cases, dJdW1 and dJdW2: the expected value with the other sign."


def test_a_term_may_differ_by_property():
    right = [{"a": np.array([1.0, 2.0]), "b": np.array([3.0])}]
    term = {"λ sign(W)": {"a": np.array([0.1, -0.1]), "b": np.array([0.1])}}
    got = [{name: value - term["λ sign(W)"][name] for name, value in right[0].items()}]
    sentence = relation(right, got, [term], 1e-4)
    assert sentence == "In all cases, a and b: smaller than expected by exactly λ sign(W)."
