"""Hidden test of Q3, task 1: the model."""

from pathlib import Path

import torch

from nbjudge import Anything, Case, HiddenTest, Mistake, Other, load_module

shared = load_module(Path(__file__).resolve().parents[2] / "shared" / "torch_parts.py")

COUNT, BY_DEFAULT = "the number of parameters", "the number of parameters by default"
SLOPES = "yHat can be differentiated, by every parameter"


def ask_model(values, lmbda, X):
    """Build the student's network with given parameters and send X through."""
    import copy

    import torch

    hidden, inputs = values[0].shape
    outputs = len(values[3])
    network = TorchNetwork(inputs=inputs, hidden=hidden, outputs=outputs, lmbda=lmbda)  # noqa: F821
    parameters = list(network.parameters())
    count = sum(p.numel() for p in parameters)
    answer = {
        "the number of parameters": count,
        "the number of parameters by default": sum(
            p.numel()
            for p in TorchNetwork().parameters()  # noqa: F821
        ),
        "self.lmbda": copy.deepcopy(getattr(network, "lmbda", None)),
    }
    fill(network, values)  # noqa: F821
    try:
        answer["yHat"] = yHat = network(X)
    except Exception as error:
        if count == sum(v.numel() for v in values):
            raise
        yHat = None  # the other sizes say why
        answer["no yHat"] = str(error)
    slope = torch.is_tensor(yHat) and yHat.requires_grad
    if slope:
        yHat.sum().backward()
        slope = all(p.grad is not None for p in parameters)
    answer["yHat can be differentiated, by every parameter"] = slope
    return answer


def measure_model(answer, **arguments):
    """Say in words what is not there."""
    if not isinstance(answer, dict):
        return answer
    found = dict(answer)
    if found.get("self.lmbda") is None:
        found["self.lmbda"] = Other("nothing: it is not set")
    if "no yHat" in found:
        found["yHat"] = Other(f"no yHat: {str(found.pop('no yHat'))[:120]}")
    return found


def number_of_parameters(inputs, hidden, outputs, biases=(True, True)):
    """Return how many numbers a network of two layers learns."""
    return hidden * (inputs + biases[0]) + outputs * (hidden + biases[1])


def model_answer(
    values, lmbda, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=(True, True), **others
):
    """Return what a network of the given kind answers."""
    W1, b1, W2, b2 = values
    z2 = X @ W1.T + b1 * biases[0]
    return {
        COUNT: number_of_parameters(W1.shape[1], len(b1), len(b2), biases),
        BY_DEFAULT: number_of_parameters(2, 3, 1, biases),
        "self.lmbda": lmbda,
        "yHat": output(hidden(z2) @ W2.T + b2 * biases[1]),
        SLOPES: True,
        **others,
    }


def model_cases(rng):
    """Draw networks of three sizes; all lengths but those of one differ, see `fill`."""
    plan = (
        ("2 inputs, 3 hidden units, 1 output", (2, 3, 1), 2),
        ("5 inputs, 4 hidden units, 2 outputs", (5, 4, 2), 1.5),
        ("3 inputs, 7 hidden units, 4 outputs", (3, 7, 4), 1.5),
    )
    cases = []
    for label, sizes, points in plan:
        W1, b1, W2, b2 = shared.draw_parameters(rng, *sizes)
        X = 4 * shared.draw_rows(rng, 6, sizes[0]) - 2
        b2 = -(torch.sigmoid(X @ W1.T + b1) @ W2.T).mean(dim=0)  # so z has both signs
        arguments = {"values": [W1, b1, W2, b2], "lmbda": float(rng.uniform(0.1, 2)), "X": X}
        cases.append(Case(label, arguments, points))
    return cases


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


def _mistakes():
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


torch_model = HiddenTest(
    title="The model",
    marking="The notebook's own size earns a little more than the others.",
    points=5,
    ask=ask_model,
    helpers=[shared.fill],
    cases=model_cases,
    expect=model_answer,
    measure=measure_model,
    mistakes=_mistakes(),
)
