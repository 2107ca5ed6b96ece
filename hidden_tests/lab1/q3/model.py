"""Hidden test of Q3, task 1: the model."""

import torch

from nbjudge import Case, HiddenTest, Opaque

from ...shared.torch_parts import draw_parameters, draw_rows, fill
from .model_mistakes import MISTAKES
from .network import model_answer


def ask_model(student, values, lmbda, X):
    """Build the student's network with given parameters and send X through."""
    import copy

    import torch

    hidden, inputs = values[0].shape
    outputs = len(values[3])
    network = student.TorchNetwork(inputs=inputs, hidden=hidden, outputs=outputs, lmbda=lmbda)
    parameters = list(network.parameters())
    count = sum(p.numel() for p in parameters)
    answer = {
        "the number of parameters": count,
        "the number of parameters by default": sum(
            p.numel() for p in student.TorchNetwork().parameters()
        ),
        "self.lmbda": copy.deepcopy(getattr(network, "lmbda", None)),
    }
    fill(network, values)
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
        found["self.lmbda"] = Opaque("nothing: it is not set")
    if "no yHat" in found:
        found["yHat"] = Opaque(f"no yHat: {str(found.pop('no yHat'))[:120]}")
    return found


def model_cases(rng):
    """Draw networks of three sizes; all lengths but those of one differ, see `fill`."""
    plan = (
        ("2 inputs, 3 hidden units, 1 output", (2, 3, 1), 2),
        ("5 inputs, 4 hidden units, 2 outputs", (5, 4, 2), 1.5),
        ("3 inputs, 7 hidden units, 4 outputs", (3, 7, 4), 1.5),
    )
    cases = []
    for label, sizes, points in plan:
        W1, b1, W2, b2 = draw_parameters(rng, *sizes)
        X = 4 * draw_rows(rng, 6, sizes[0]) - 2
        b2 = -(torch.sigmoid(X @ W1.T + b1) @ W2.T).mean(dim=0)  # so z has both signs
        arguments = {"values": [W1, b1, W2, b2], "lmbda": float(rng.uniform(0.1, 2)), "X": X}
        cases.append(Case(label, arguments, points=points))
    return cases


torch_model = HiddenTest(
    title="The model",
    marking="The notebook's own size earns a little more than the others.",
    points=5,
    ask=ask_model,
    helpers=[fill],
    cases=model_cases,
    expect=model_answer,
    measure=measure_model,
    mistakes=MISTAKES,
)
