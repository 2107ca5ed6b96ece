"""The wire format carries plain data unchanged, and nothing else."""

import json

import numpy as np
import pytest
import torch

from nbjudge.protocol.codec import (
    MAX_BRACKETS,
    MAX_BYTES,
    MAX_PAYLOAD,
    Opaque,
    Tensor,
    WireError,
    decode,
    encode,
)
from nbjudge.protocol.probe import ANSWER_TYPE, run
from nbjudge.protocol.reply import read_reply


def there_and_back(value):
    return decode(json.loads(json.dumps(encode(value))))


@pytest.mark.parametrize("value", [None, True, 0, -7, 10**200, "λ", 0.1, -0.0, 1e-310])
def test_plain_values_come_back_as_they_were(value):
    got = there_and_back(value)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_nan_and_infinity_survive_json(value):
    assert repr(there_and_back(value)) == repr(value)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool"])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3)])
def test_arrays_keep_dtype_shape_and_numbers(dtype, shape):
    array = np.ones(shape, dtype)
    got = there_and_back(array)
    assert got.dtype == array.dtype
    assert got.shape == shape
    assert np.array_equal(got, array)


def test_a_tensor_keeps_its_numbers_and_whether_it_needs_a_gradient():
    got = there_and_back(torch.ones(2, 1, requires_grad=True))
    assert isinstance(got, Tensor)
    assert got.requires_grad
    assert got.array.shape == (2, 1)


@pytest.mark.parametrize("value", [object(), {1, 2}, np.array([None]), 1j, np.zeros(MAX_BYTES)])
def test_anything_else_travels_as_a_description(value):
    assert isinstance(there_and_back(value), Opaque)


def test_a_list_that_contains_itself_ends():
    endless = []
    endless.append(endless)
    assert "too deeply" in json.dumps(encode(endless))


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {},
        {"value": 1, "float": "0x1p0"},
        {"float": "one"},
        {"value": [1]},
        {"array": {"dtype": "O", "shape": [1], "data": "AAAA"}},
        {"array": {"dtype": "<f8", "shape": [10**9], "data": "AAAA"}},
        {"array": {"dtype": "<f8", "shape": [-1], "data": "!"}},
        {"dict": [["a"]]},
        {"pickle": "gASVAAAA"},
    ],
)
def test_what_is_not_the_wire_format_is_refused(wire):
    with pytest.raises(WireError):
        decode(wire)


class Shell:
    """As much of IPython's shell as the probe uses."""

    def __init__(self, **names):
        self.user_ns, self.display_pub, self.published = names, self, []

    def publish(self, data):
        self.published.append(data[ANSWER_TYPE])


def answer(value):
    shell = Shell(work=lambda: value)
    run(shell, ["def ask(student):\n    return student.work()"], "ask", [(1, encode({}))], "nonce")
    (payload,) = shell.published
    return read_reply(payload, "nonce")[1]


@pytest.mark.parametrize("value", [[np.zeros(900_000)] * 3, [[0.5] * 1000] * 700])
def test_an_answer_that_is_too_large_as_a_whole_says_so(value):
    assert "more than the judge takes" in answer(value).value.description


def test_an_ordinary_answer_is_read():
    assert answer([1.0, "a"]).value == [1.0, "a"]


def test_a_forged_answer_that_would_fill_the_memory_is_not_read():
    body = '{"nonce": "nonce", "case": 0, "snapshots": [], "value": {"list": [%s]}}'
    assert read_reply(body % ",".join(["[]"] * MAX_BRACKETS), "nonce") is None
    assert read_reply(body % (" " * MAX_PAYLOAD), "nonce") is None


def test_of_a_forged_list_of_changed_arguments_a_few_are_kept():
    snapshots = [[f"{number:0999}", "", None] for number in range(9999)]
    body = {"nonce": "nonce", "case": 0, "value": {"value": 1}, "snapshots": snapshots}
    reply = read_reply(json.dumps(body), "nonce")[1]
    assert 0 < sum(map(len, reply.changed)) < 1000
