"""Comparison is exact in type and shape, and tolerant only in value."""

import numpy as np
import pytest
import torch

from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import Opaque, Tensor
from nbjudge.verdict.compare import AnyNumber, Between, OneOf, differences


def compare(expected, got):
    return [d.outcome for d in differences(expected, got, rtol=1e-4, atol=1e-7)]


@pytest.mark.parametrize(
    "got", [2.0, 2, np.array(2.0), np.array([2.0]), Tensor(np.ones((1, 1)) * 2)]
)
def test_a_number_may_come_as_a_float_a_small_array_or_a_tensor_of_one_element(got):
    assert compare(2.0, got) == []


@pytest.mark.parametrize("got", [float("nan"), float("inf"), 10**400, np.array([np.nan])])
def test_nan_and_infinity_are_never_right(got):
    assert compare(2.0, got) == [Outcome.WRONG_VALUE]
    assert compare(AnyNumber(), got) == [Outcome.WRONG_VALUE]


@pytest.mark.parametrize("got", [True, "2", None, Opaque("a Liar object"), [2.0]])
def test_what_is_no_number_is_of_the_wrong_type(got):
    assert compare(2.0, got) == [Outcome.WRONG_TYPE]


def test_an_array_where_a_number_is_wanted_has_the_wrong_shape():
    assert compare(2.0, np.full((2, 1), 2.0)) == [Outcome.WRONG_SHAPE]
    assert compare(2.0, np.full((1, 1), 2.0)) == [Outcome.WRONG_SHAPE]


def test_arrays_need_the_right_shape_and_admit_float32():
    wanted = np.linspace(-1, 1, 6).reshape(2, 3)
    assert compare(wanted, wanted.astype(np.float32)) == []
    assert compare(wanted, wanted.T) == [Outcome.WRONG_SHAPE]
    assert compare(wanted, wanted + 1e-3) == [Outcome.WRONG_VALUE]
    assert compare(wanted, wanted.tolist()) == [Outcome.WRONG_TYPE]


def test_a_tensor_is_not_an_array_and_the_reverse():
    assert compare(torch.ones(2), np.ones(2)) == [Outcome.WRONG_TYPE]
    assert compare(np.ones(2), Tensor(np.ones(2))) == [Outcome.WRONG_TYPE]


def test_every_property_of_a_dictionary_is_compared_and_named():
    found = differences({"loss": 1.0, "kept": True}, {"loss": 2.0, "kept": False}, 1e-4, 0)
    assert [(d.property, d.outcome) for d in found] == [
        ("loss", Outcome.WRONG_VALUE),
        ("kept", Outcome.WRONG_VALUE),
    ]


def test_ranges_and_choices():
    assert compare(Between(0.1, 0.2), 0.15) == []
    assert compare(Between(0.1, 0.2), 0.3) == [Outcome.WRONG_VALUE]
    assert compare(OneOf([1.0, np.ones(2)]), np.ones(2)) == []
    assert compare(OneOf([1.0, 3.0]), 2.0) == [Outcome.WRONG_VALUE]


def test_a_difference_never_tells_the_expected_number():
    for expected, got in [(0.123456, 5.0), (np.array([0.123456]), np.array([5.0]))]:
        (found,) = differences(expected, got, 1e-4, 0, "the loss")
        assert "0.123" not in found.wanted + found.got
