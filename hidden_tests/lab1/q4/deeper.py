"""Hidden test of Q4, task 7: deeper variants."""

from itertools import pairwise

import torch

from nbjudge import Anything, Case, HiddenTest, Mistake

from ...shared.torch_parts import draw_rows, fill
from .network import drawn, identity, layers

SLOPES = "yHat can be differentiated, by every parameter"


def ask_deeper(student, values, hidden, activation, X):
    """Build the student's network with given parameters and send X through."""
    import torch

    network = student.Custom_Neural_Network(hidden=tuple(hidden), activation=activation)
    fill(network, values)
    default = student.Custom_Neural_Network()
    parameters = list(network.parameters())
    yHat = network(X)
    slope = torch.is_tensor(yHat) and yHat.requires_grad
    if slope:
        yHat.sum().backward()
        slope = all(p.grad is not None for p in parameters)
    return {
        "the number of parameters": sum(p.numel() for p in parameters),
        "the number of parameters by default": sum(p.numel() for p in default.parameters()),
        "yHat": yHat,
        "yHat can be differentiated, by every parameter": slope,
    }


ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def deeper_answer(
    values,
    hidden,
    activation,
    X,
    between=None,
    last=None,
    output=torch.sigmoid,
    biases=True,
    slopes=True,
):
    """Return what a network of the given kind answers.

    `between` takes the place of the activation after every hidden layer, `last` after the last.
    """
    act = between or ACTIVATIONS[activation]
    acts = [*[act] * (len(hidden) - 1), last or act]
    final = (lambda z: torch.sigmoid(act(z))) if output == "activated" else output
    used = [v if v.dim() == 2 or biases else torch.zeros_like(v) for v in values]
    return {
        "the number of parameters": sum(v.numel() for v in values if v.dim() == 2 or biases),
        "the number of parameters by default": 151 if biases else 130,
        "yHat": layers(used, X, [*acts, final]),
        SLOPES: slopes,
    }


def deeper_cases(rng):
    """Draw both activations and networks of one to three hidden layers.

    Where parameters have the same lengths they hold the same numbers, and a square weight is
    symmetric: so the lengths alone say which numbers belong in a parameter, see `fill`.
    """
    found = []
    kinds = (((10, 10), "tanh"), ((10, 10), "relu"), ((5, 4, 3), "tanh"), ((6,), "relu"))
    for hidden, activation in kinds:
        sizes = [2, *hidden, 1]
        values = []
        for i, o in pairwise(sizes):
            weight = drawn(rng, o, i)
            if o == 1:
                weight = values[-1].reshape(1, -1).clone()  # of the same length as the bias before
            if o == i:
                upper = weight.triu()
                weight = upper + upper.triu(1).T
            bias = values[-1].clone() if o == i else drawn(rng, o)
            values += [weight, bias]
        X = draw_rows(rng, 5, 2)
        acts = [ACTIVATIONS[activation]] * len(hidden)
        values[-1] -= layers(values, X, [*acts, identity]).mean()  # both signs before the sigmoid
        arguments = {"values": values, "hidden": list(hidden), "activation": activation, "X": X}
        found.append(Case(f"hidden = {hidden}, {activation}", arguments))
    return found


hw_deeper = HiddenTest(
    title="Deeper variants",
    marking="A network that always uses one activation is right for half of the lines.",
    points=4,
    ask=ask_deeper,
    helpers=[fill],
    cases=deeper_cases,
    expect=deeper_answer,
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def _deeper(help_text, **how):
    return Mistake(lambda **arguments: deeper_answer(**arguments, **how), help_text)


def _sized(help_text, parameters):
    """Return a mistake that shows in the number of parameters, where that is another."""

    def formula(values, hidden, activation, X):
        right = deeper_answer(values, hidden, activation, X)
        number = parameters(hidden)
        if number != right["the number of parameters"]:
            right |= {"the number of parameters": number, "yHat": Anything(), SLOPES: Anything()}
        return right | {"the number of parameters by default": parameters([10, 10])}

    return Mistake(formula, help_text)


def count(hidden):
    """Return the number of parameters of a network with these hidden layers."""
    return sum(i * o + o for i, o in pairwise([2, *hidden, 1]))


MISTAKES = {
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
    "no activation after the last hidden layer": _deeper(
        "Each hidden layer is followed by the activation, the last one, too.", last=identity
    ),
    "the activation at the output, too": _deeper(
        "After the output layer there is a sigmoid alone.", output="activated"
    ),
    "no sigmoid at the output": _deeper(
        "The output is a probability: end with a sigmoid.", output=identity
    ),
    "softmax at the output": _deeper(
        "A softmax of one output is always 1: end with a sigmoid.",
        output=lambda z: torch.softmax(z, dim=1),
    ),
    "yHat cannot be differentiated by all parameters": _deeper(
        "The numbers are right, but nothing could be trained: .detach(), .data, no_grad or "
        "requires_grad=False cuts parameters off.",
        slopes=False,
    ),
    "no biases": _deeper("Leave nn.Linear its biases.", biases=False),
    "the layers are not registered": _sized(
        "PyTorch finds no parameters: keep the layers in nn.Sequential or nn.ModuleList, not "
        "in a plain list.",
        lambda hidden: 0,
    ),
    "the hidden layers are not registered": _sized(
        "PyTorch finds the parameters of the output layer alone: keep the hidden layers in "
        "nn.Sequential or nn.ModuleList, not in a plain list.",
        lambda hidden: hidden[-1] + 1,
    ),
    "hidden is not used": _sized(
        "Your network has (10, 10) hidden units whatever hidden says.",
        lambda hidden: count([10, 10]),
    ),
    "only the first two of the hidden layers": _sized(
        "Your network has two hidden layers, however long hidden is.",
        lambda hidden: count(hidden[:2]),
    ),
    "only the first of the hidden layers": _sized(
        "Your network has one hidden layer, however long hidden is.",
        lambda hidden: count(hidden[:1]),
    ),
}
