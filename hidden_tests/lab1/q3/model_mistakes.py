"""What goes wrong in the model of Q3: sigmoids, biases, sizes, and several at once."""

import torch

from nbjudge import Anything, Mistake

from .network import BY_DEFAULT, COUNT, SLOPES, model_answer, number_of_parameters


def _identity(z):
    return z


HIDDEN = {
    "no sigmoid in the hidden layer": (
        _identity,
        "Between the two layers there is a sigmoid; without it they are one linear layer.",
    ),
    "tanh instead of sigmoid in the hidden layer": (
        torch.tanh,
        "The hidden layer uses the sigmoid, not tanh.",
    ),
    "ReLU instead of sigmoid in the hidden layer": (
        torch.relu,
        "The hidden layer uses the sigmoid, not ReLU.",
    ),
}
OUTPUT = {
    "no sigmoid at the output": (
        _identity,
        "yHat is not between 0 and 1: the second layer has its sigmoid too.",
    ),
    "tanh at the output": (torch.tanh, "The output layer uses the sigmoid, not tanh."),
    "ReLU at the output": (torch.relu, "The output layer uses the sigmoid, not ReLU."),
    "two sigmoids at the output": (
        lambda z: torch.sigmoid(torch.sigmoid(z)),
        "The output layer has one sigmoid; your numbers fit σ(σ(z)).",
    ),
    "softmax at the output": (
        lambda z: torch.softmax(z, dim=1),
        "The output layer has a sigmoid for each output, not a softmax over them.",
    ),
    "softmax instead of sigmoid for two outputs and more": (
        lambda z: torch.softmax(z, dim=1) if z.shape[1] > 1 else torch.sigmoid(z),
        "With two outputs and more, too, each output has a sigmoid of its own.",
    ),
}
BIASES = {
    "no biases": (
        (False, False),
        "Your layers have no biases; nn.Linear has them unless bias=False is given.",
    ),
    "no biases in the hidden layer": (
        (False, True),
        "Your first layer has no biases; both layers have them.",
    ),
    "no biases in the output layer": (
        (True, False),
        "Your second layer has no biases; both layers have them.",
    ),
}


def _model(help_text, **how):
    return Mistake(lambda **arguments: model_answer(**arguments, **how), help_text)


def _count(help_text, how_many):
    """Return a mistake that the numbers of parameters show, whatever yHat is."""

    def formula(values, lmbda, X):
        inputs, hidden, outputs = values[0].shape[1], len(values[1]), len(values[3])
        return {
            COUNT: how_many(inputs, hidden, outputs),
            BY_DEFAULT: how_many(2, 3, 1),
            "yHat": Anything(),
            SLOPES: Anything(),
        }

    return Mistake(formula, help_text)


def _sizes(name, how_many):
    return {
        f"{name} not used": _count(
            "The number of parameters does not follow all of the sizes that TorchNetwork is given: "
            "use inputs, hidden and outputs in __init__.",
            how_many,
        )
    }


def _all():
    found = {name: _model(text, hidden=how) for name, (how, text) in HIDDEN.items()}
    found |= {name: _model(text, output=how) for name, (how, text) in OUTPUT.items()}
    found |= {name: _model(text, biases=how) for name, (how, text) in BIASES.items()}
    found["no sigmoid at all"] = _model(
        "Each of the two layers is followed by a sigmoid.", hidden=_identity, output=_identity
    )
    found["self.lmbda is not the lmbda that is given"] = Mistake(
        lambda **arguments: {"self.lmbda": Anything()},
        "All else is right. Keep lmbda in __init__: self.lmbda = lmbda.",
    )
    found["yHat cannot be differentiated by all parameters"] = Mistake(
        lambda **arguments: {SLOPES: False},
        "The numbers are right, but nothing could be trained: .detach(), .data, .item(), no_grad "
        "or a new torch.tensor cuts them off from parameters.",
    )
    found["the layers are not registered"] = _count(
        "PyTorch finds no parameters: create the layers in __init__ and keep each as "
        "self.name = nn.Linear(...), not in a list or in forward.",
        lambda inputs, hidden, outputs: 0,
    )
    count = number_of_parameters
    found |= _sizes("inputs, hidden and outputs are", lambda i, h, o: count(2, 3, 1))
    found |= _sizes("inputs is", lambda i, h, o: count(2, h, o))
    found |= _sizes("hidden is", lambda i, h, o: count(i, 3, o))
    found |= _sizes("outputs is", lambda i, h, o: count(i, h, 1))
    found["the sizes of nn.Linear are swapped"] = _count(
        "nn.Linear takes the number of its inputs first, then that of its outputs: "
        "nn.Linear(inputs, hidden).",
        lambda i, h, o: i * (h + 1) + h * (o + 1),
    )
    found["one layer more"] = _count(
        "The number of parameters is that of three layers: there is one hidden layer only.",
        lambda i, h, o: count(i, h, o) + h * (h + 1),
    )
    found["one parameter too many"] = _count(
        "The layers are complete, and there is one learned number more: is lmbda an "
        "nn.Parameter? It is a plain number.",
        lambda i, h, o: count(i, h, o) + 1,
    )
    for first, (hidden, text) in HIDDEN.items():
        for second, (output, other) in OUTPUT.items():
            if (hidden, output) != (_identity, _identity):
                both = f"{text} And: {other}"
                found[f"{first}; and {second}"] = _model(both, hidden=hidden, output=output)
    return found


MISTAKES = _all()
