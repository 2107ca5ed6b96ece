"""Asking: what a student's function changed of what it was given is noticed, whatever it is."""

import numpy as np
import pytest
import torch

from nbjudge.protocol.codec import decode, encode
from nbjudge.protocol.probe import ask_once, ends_within, parts

ASK_NUMPY = """
def ask(W):
    class Network:
        pass
    network = Network()
    network.W = W
    network.Lambda = 0.5
    with unchanged(self=network):
        return answer(network)
"""
ASK_TORCH = """
def ask(W):
    import torch
    model = torch.nn.Linear(2, 1)
    model.lmbda = 0.5
    with unchanged(model=model):
        return answer(model)
"""


def changed_by(answer, ask):
    """Return what is found to be changed by a student's function `answer`."""
    arguments = encode({"W": np.ones((2, 2))})
    return ask_once({"answer": answer}, [ask], "ask", arguments)["changed"]


def rebind(network):
    network.W = np.abs(network.W) * 2


def set_number(network):
    network.Lambda = 0


def keep_a_result(network):
    network.J = 1.0


def delete(network):
    del network.W


@pytest.mark.parametrize(
    ("answer", "changed"),
    [(rebind, ["self.W"]), (set_number, ["self.Lambda"]), (delete, ["self.W"])],
)
def test_an_attribute_that_is_bound_anew_is_a_change(answer, changed):
    assert changed_by(answer, ASK_NUMPY) == changed


def test_a_new_attribute_is_none():
    assert changed_by(keep_a_result, ASK_NUMPY) == []


def halve(model):
    with torch.no_grad():
        model.weight.mul_(0.5)


def differentiate(model):
    model(torch.ones(1, 2)).sum().backward()


def evaluate(model):
    model.eval()


def forget_lmbda(model):
    model.lmbda = 0.0


@pytest.mark.parametrize(
    ("answer", "changed"),
    [
        (halve, ["model.weight"]),
        (differentiate, ["the gradient of model.weight", "the gradient of model.bias"]),
        (evaluate, ["the mode of model (train or eval)"]),
        (forget_lmbda, ["model.lmbda"]),
        (lambda model: None, []),
    ],
)
def test_parameters_gradients_mode_and_attributes_of_a_model_are_watched(answer, changed):
    assert changed_by(answer, ASK_TORCH) == changed


def keep_results(thing):
    thing.yHat = thing.J = np.ones(3)


@pytest.mark.parametrize(
    ("answer", "ask", "changed"),
    [
        (rebind, ASK_NUMPY, ["self.W"]),
        (delete, ASK_NUMPY, ["self.W"]),
        (set_number, ASK_NUMPY, []),
        (keep_results, ASK_NUMPY, []),
        (halve, ASK_TORCH, ["model.weight"]),
        (evaluate, ASK_TORCH, ["the mode of model (train or eval)"]),
        (forget_lmbda, ASK_TORCH, ["model.lmbda"]),
        (keep_results, ASK_TORCH, []),
    ],
)
def test_of_an_objects_own_attributes_those_that_are_named_are_watched(answer, ask, changed):
    named = "W" if ask is ASK_NUMPY else "lmbda"
    ask = ask.replace("network.Lambda =", "network.yHat = network.J = network.Lambda =")
    ask = ask.replace("model.lmbda =", "model.yHat = model.J = model.lmbda =")
    ask = ask.replace("unchanged(", f"unchanged(attributes=['{named}'], ")
    assert changed_by(answer, ask) == changed


@pytest.mark.filterwarnings("error")
def test_a_gradient_is_watched_and_one_that_torch_does_not_keep_is_not_asked_for():
    leaf = torch.ones(2, requires_grad=True)
    made = leaf * 2
    before = parts("leaf", leaf), parts("made", made)
    made.sum().backward()
    after = parts("leaf", leaf), parts("made", made)
    assert before[1] == after[1]
    assert [name for name in before[0] if before[0][name] != after[0][name]] == [
        "the gradient of leaf"
    ]


@pytest.mark.parametrize("how", ["while True: pass", "raise SystemExit", "raise KeyboardInterrupt"])
def test_what_is_asked_beside_a_task_ends_and_does_not_cost_the_task(how):
    reached = []
    with ends_within(0.2):
        exec(how)
        reached.append("the end")
    assert reached == []
    with ends_within(0.2):
        reached.append("the end")
    assert reached == ["the end"]


def test_numbers_that_numpy_keeps_as_objects_travel_as_numbers():
    given = np.array([[1.5, 2], [np.float64(3), 4]], dtype=object)
    assert decode(encode(given)).tolist() == [[1.5, 2.0], [3.0, 4.0]]
    for odd in (["1.5"], [None], [[1], [1, 2]], [1j], [10**400]):
        held = np.empty(len(odd), dtype=object)
        held[:] = odd
        assert "other" in encode(held)
