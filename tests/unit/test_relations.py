"""How wrong numbers relate to the right ones is said where it is the same in all cases."""

import numpy as np
import pytest

from nbjudge import Case, HiddenTest
from nbjudge.protocol.reply import Reply
from nbjudge.verdict.explain.relations import relation
from nbjudge.verdict.scoring import decide

RIGHT = [{"J": 3.0}, {"J": 5.5}, {"J": 7.25}]
TERMS = [{"λ Σ|W2|": 0.0}, {"λ Σ|W2|": 0.7}, {"λ Σ|W2|": 1.9}]


def seen(change, right=RIGHT, terms=TERMS):
    """Return the sentence for answers that are made of the right ones, case by case."""
    got = [{"J": change(value["J"], term)} for value, term in zip(right, terms)]
    return relation(right, got, terms, 1e-4, 1e-7)


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
    assert relation([4.0], [2.8], [{}], 1e-4, 1e-7) == ""
    assert "2 times" in relation([4.0], [8.0], [{}], 1e-4, 1e-7)


def test_arrays_that_are_wrong_in_the_same_way_are_said_in_one_sentence():
    right = [{"dJdW1": np.array([1.0, -2.0]), "dJdW2": np.array([[0.5, 3.0]])}] * 2
    got = [{name: -value for name, value in case.items()} for case in right]
    sentence = relation(right, got, [{}, {}], 1e-4, 1e-7)
    assert sentence == "In all cases, dJdW1 and dJdW2: the expected value with the other sign."


def test_a_term_may_differ_by_property():
    right = [{"a": np.array([1.0, 2.0]), "b": np.array([3.0])}]
    term = {"λ sign(W)": {"a": np.array([0.1, -0.1]), "b": np.array([0.1])}}
    got = [{name: value - term["λ sign(W)"][name] for name, value in right[0].items()}]
    sentence = relation(right, got, [term], 1e-4, 1e-7)
    assert sentence == "In all cases, a and b: smaller than expected by exactly λ sign(W)."


def test_a_relation_of_large_numbers_holds_for_the_small_ones_too():
    right, got = [{"J": 1e5}, {"J": 1e-3}], [{"J": 5e4}, {"J": 0.09}]
    assert relation(right, got, [{}, {}], 1e-4, 1e-7) == ""


def test_huge_numbers_are_no_reason_to_say_anything():
    assert (
        relation([{"J": 1.0}, {"J": 2.0}], [{"J": 1e308}, {"J": -1e308}], [{}] * 2, 1e-4, 0) == ""
    )


def fixed_and_drawn(fixed):
    """Return what is said of half the right answer where the answer is fixed, or drawn."""
    test = HiddenTest(
        title="Answer",
        points=1,
        ask=lambda student, x: None,
        cases=lambda rng: [Case("a row", {"x": 42.0 if fixed else rng.uniform(1, 2)})],
        expect=lambda x: {"the answer": x},
    )
    cases = test.draw_cases(7)
    replies = [Reply(value={"the answer": case.arguments["x"] / 2}) for case in cases]
    return decide("answer", test, cases, replies).seen


def test_nothing_is_said_that_gives_a_fixed_answer_away():
    assert "half of what is expected" in fixed_and_drawn(False)
    assert fixed_and_drawn(True) == ""
