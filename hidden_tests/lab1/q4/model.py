"""Hidden test of Q4, task 1: the model."""

from pathlib import Path

import torch

from nbjudge import Case, HiddenTest, Mistake, load_module

_drawing = load_module(Path(__file__).with_name("drawing.py"))
drawn = _drawing.drawn
rows = _drawing.rows
layers = _drawing.layers
identity = _drawing.identity


def ask_model(values, X):
    """Build the student's model with given parameters and send X through."""
    import torch

    hidden, inputs = values[0].shape
    model = build_model(inputs, hidden, len(values[3]))  # noqa: F821
    shapes = [list(p.shape) for p in model.parameters()]
    if shapes == [list(v.shape) for v in values] or len(shapes) == 2:
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(next(v for v in values if v.shape == p.shape))
    return {
        "it is an nn.Sequential": isinstance(model, torch.nn.Sequential),
        "the number of parameters": sum(p.numel() for p in model.parameters()),
        "yHat": model(X),
    }


def model_answer(values, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=True, **others):
    """Return what a model of the given kind answers."""
    W1, b1, W2, b2 = values
    used = values if biases else [W1, torch.zeros_like(b1), W2, torch.zeros_like(b2)]
    count = sum(v.numel() for v in (values if biases else (W1, W2)))
    return {
        "it is an nn.Sequential": True,
        "the number of parameters": count,
        "yHat": layers(used, X, (hidden, output)),
        **others,
    }


def model_cases(rng):
    """Draw models of three sizes; all lengths differ."""
    return [
        Case(
            f"{i} inputs, {h} hidden units, {o} outputs",
            {
                "values": [drawn(rng, h, i), drawn(rng, h), drawn(rng, o, h), drawn(rng, o)],
                "X": rows(rng, 6, i),
            },
        )
        for i, h, o in ((2, 10, 1), (3, 5, 2), (4, 7, 3))
    ]


def _model(help_text, **how):
    return Mistake(lambda **arguments: model_answer(**arguments, **how), help_text)


hw_model = HiddenTest(
    title="The model",
    points=6,
    ask=ask_model,
    cases=model_cases,
    expect=model_answer,
    mistakes={
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
        "tanh in the hidden layer": _model("The lab asks for the sigmoid here.", hidden=torch.tanh),
        "softmax at the output": _model(
            "Each output has its own sigmoid; a softmax of one output is always 1.",
            output=lambda z: torch.softmax(z, dim=1),
        ),
        "no biases": _model("Leave nn.Linear its biases.", biases=False),
        "not an nn.Sequential": _model(
            "It computes the right thing, but the lab asks for an nn.Sequential.",
            **{"it is an nn.Sequential": False},
        ),
    },
)
