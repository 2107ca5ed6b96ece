"""Hidden test of Q4, task 7: deeper variants."""

from itertools import pairwise
from pathlib import Path

import torch

from nbjudge import Anything, Case, HiddenTest, Mistake, load_module

_drawing = load_module(Path(__file__).with_name("drawing.py"))
drawn = _drawing.drawn
rows = _drawing.rows
layers = _drawing.layers
identity = _drawing.identity


def ask_deeper(values, hidden, activation, X):
    """Build the student's network with given parameters and send X through."""
    import torch

    network = Custom_Neural_Network(hidden=tuple(hidden), activation=activation)  # noqa: F821
    parameters = list(network.parameters())
    if [p.shape for p in parameters] == [v.shape for v in values]:
        with torch.no_grad():
            for p, value in zip(parameters, values):
                p.copy_(value)
    default = Custom_Neural_Network()  # noqa: F821
    return {
        "it is an nn.Module": isinstance(network, torch.nn.Module),
        "the number of parameters": sum(p.numel() for p in parameters),
        "the number of parameters by default": sum(p.numel() for p in default.parameters()),
        "yHat": network(X),
    }


ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def deeper_answer(values, hidden, activation, X, between=None, output=torch.sigmoid, **others):
    """Return what a network of the given kind answers."""
    between = between or ACTIVATIONS[activation]
    return {
        "it is an nn.Module": True,
        "the number of parameters": sum(v.numel() for v in values),
        "the number of parameters by default": 151,
        "yHat": layers(values, X, [*[between] * len(hidden), output]),
        **others,
    }


def deeper_cases(rng):
    """Draw both activations and other sizes."""
    found = []
    for hidden, activation in (([10, 10], "tanh"), ([10, 10], "relu"), ([5, 4, 3], "tanh")):
        sizes = [2, *hidden, 1]
        values = []
        for i, o in pairwise(sizes):
            values += [drawn(rng, o, i), drawn(rng, o)]
        arguments = {"values": values, "hidden": hidden, "activation": activation}
        found.append(Case(f"hidden {hidden}, {activation}", arguments | {"X": rows(rng, 5, 2)}))
    return found


def _deeper(help_text, **how):
    return Mistake(lambda **arguments: deeper_answer(**arguments, **how), help_text)


hw_deeper = HiddenTest(
    title="Deeper variants",
    points=4,
    ask=ask_deeper,
    cases=deeper_cases,
    expect=deeper_answer,
    mistakes={
        "activation is not used: always tanh": _deeper(
            'With activation="relu" the network must use ReLU.', between=torch.tanh
        ),
        "activation is not used: always ReLU": _deeper(
            'With activation="tanh" the network must use tanh.', between=torch.relu
        ),
        "sigmoid between the layers": _deeper(
            "The hidden layers use the given activation, not the sigmoid.", between=torch.sigmoid
        ),
        "no activation between the layers": _deeper(
            "Without an activation all layers together are one linear layer.", between=identity
        ),
        "no sigmoid at the output": _deeper(
            "The output is a probability: end with a sigmoid.", output=identity
        ),
        "the layers are not registered": _deeper(
            "PyTorch finds no parameters: keep the layers in nn.Sequential or nn.ModuleList, not "
            "in a plain list.",
            **{
                "the number of parameters": 0,
                "the number of parameters by default": 0,
                "yHat": Anything(),
            },
        ),
        "hidden is not used": _deeper(
            "Your network has (10, 10) hidden units whatever hidden says.",
            **{"the number of parameters": 151},
        ),
    },
)
