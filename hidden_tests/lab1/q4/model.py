"""Hidden test of Q4, task 1: the model."""

import torch

from nbjudge import Anything, Case, HiddenTest, Mistake

from ...shared.torch_parts import draw_rows
from .network import drawn, identity, layers

SLOPES = "yHat can be differentiated, by every parameter"


def ask_model(student, values, X):
    """Build the student's model with given parameters and send X through."""
    import torch

    hidden, inputs = values[0].shape
    model = student.build_model(inputs, hidden, len(values[3]))
    if not isinstance(model, torch.nn.Module):
        return {"it is an nn.Sequential": model}
    named = {tuple(value.shape): value for value in values}  # all shapes differ
    shapes = [tuple(p.shape) for p in model.parameters()]
    if len(set(shapes)) == len(shapes) and set(shapes) <= set(named):
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(named[tuple(p.shape)])
    yHat = model(X)
    slope = torch.is_tensor(yHat) and yHat.requires_grad
    if slope:
        yHat.sum().backward()
        slope = all(p.grad is not None for p in model.parameters())
    return {
        "it is an nn.Sequential": isinstance(model, torch.nn.Sequential),
        "the number of parameters": sum(p.numel() for p in model.parameters()),
        "yHat": yHat,
        "yHat can be differentiated, by every parameter": slope,
    }


def model_answer(
    values, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=(True, True), **others
):
    """Return what a model of the given kind answers."""
    W1, b1, W2, b2 = values
    used = [v for v, kept in zip(values, (True, biases[0], True, biases[1])) if kept]
    b1, b2 = b1 * biases[0], b2 * biases[1]
    return {
        "it is an nn.Sequential": True,
        "the number of parameters": sum(v.numel() for v in used),
        "yHat": layers([W1, b1, W2, b2], X, (hidden, output)),
        SLOPES: True,
        **others,
    }


def model_cases(rng):
    """Draw models of three sizes; all lengths differ."""
    return [
        Case(
            f"{i} inputs, {h} hidden units, {o} output{'s' * (o > 1)}",
            {
                "values": [drawn(rng, h, i), drawn(rng, h), drawn(rng, o, h), drawn(rng, o)],
                "X": draw_rows(rng, 6, i),
            },
            points=2,
        )
        for i, h, o in ((2, 10, 1), (3, 5, 2), (4, 7, 3))
    ]


hw_model = HiddenTest(
    title="The model",
    marking="Each size earns the same: a network of fixed sizes is right for one of them.",
    points=6,
    ask=ask_model,
    cases=model_cases,
    expect=model_answer,
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def _model(help_text, **how):
    return Mistake(lambda **arguments: model_answer(**arguments, **how), help_text)


def _sized(help_text, parameters):
    """Return a mistake that shows in the number of parameters, where that is another."""

    def formula(values, X):
        hidden, inputs = values[0].shape
        right = model_answer(values, X)
        number = parameters(inputs, hidden, len(values[3]))
        if number != right["the number of parameters"]:
            right |= {"the number of parameters": number, "yHat": Anything(), SLOPES: Anything()}
        return right

    return Mistake(formula, help_text)


MISTAKES = {
    "no sigmoid at the output": _model(
        "yHat is to be a probability: end with nn.Sigmoid().", output=identity
    ),
    "no sigmoid in the hidden layer": _model(
        "Between the two linear layers there is nn.Sigmoid().", hidden=identity
    ),
    "no sigmoid at all": _model(
        "Each linear layer is followed by nn.Sigmoid().", hidden=identity, output=identity
    ),
    "ReLU in the hidden layer": _model("The lab asks for the sigmoid here.", hidden=torch.relu),
    "ReLU in the hidden layer, no sigmoid at the output": _model(
        "Each linear layer is followed by nn.Sigmoid().", hidden=torch.relu, output=identity
    ),
    "tanh in the hidden layer": _model("The lab asks for the sigmoid here.", hidden=torch.tanh),
    "softmax at the output": _model(
        "Each output has its own sigmoid; a softmax of one output is always 1.",
        output=lambda z: torch.softmax(z, dim=1),
    ),
    "two sigmoids at the output": _model(
        "After the last linear layer there is one nn.Sigmoid(); a second one squeezes ŷ into "
        "0.5 to 0.73.",
        output=lambda z: torch.sigmoid(torch.sigmoid(z)),
    ),
    "no biases": _model("Leave nn.Linear its biases.", biases=(False, False)),
    "no bias in the hidden layer": _model(
        "Leave both nn.Linear their biases.", biases=(False, True)
    ),
    "no bias at the output": _model("Leave both nn.Linear their biases.", biases=(True, False)),
    "10 hidden units whatever n_hidden says": _sized(
        "Use the argument n_hidden; the network of the notebook is only one of many.",
        lambda i, h, o: i * 10 + 10 + 10 * o + o,
    ),
    "one output whatever n_outputs says": _sized(
        "Use the argument n_outputs; the network of the notebook is only one of many.",
        lambda i, h, o: i * h + h + h + 1,
    ),
    "two hidden layers instead of one": _sized(
        "Your model has as many parameters as one with a second hidden layer; the lab asks for "
        "Linear, Sigmoid, Linear, Sigmoid.",
        lambda i, h, o: i * h + h + h * h + h + h * o + o,
    ),
    "yHat cannot be differentiated by all parameters": _model(
        "The numbers are right, but nothing could be trained: leave the parameters their "
        "requires_grad, and cut nothing off with .detach() or no_grad.",
        **{SLOPES: False},
    ),
    "not an nn.Sequential": _model(
        "It computes the right thing, but the lab asks for an nn.Sequential.",
        **{"it is an nn.Sequential": False},
    ),
}
