"""Hidden test of Q3, task 2: the loss with an L2 penalty."""

from nbjudge import Case, HiddenTest, Opaque

from ...shared.torch_parts import (
    DIFFERENTIABLE,
    SLOPE_P,
    SLOPE_Y,
    differentiate,
    draw_parameters,
    draw_rows,
    fill,
    loss_answer,
)
from .loss_mistakes import MISTAKES
from .network import NO_BACKWARD, right_loss


def ask_loss(student, values, lmbda, yHat, y):
    """Call the student's loss on a network with given parameters, and differentiate it."""
    import torch

    hidden, inputs = values[0].shape
    outputs = len(values[3])
    try:
        network = student.TorchNetwork(inputs=inputs, hidden=hidden, outputs=outputs, lmbda=lmbda)
        found = sorted(p.numel() for p in network.parameters())
        usable = found == sorted(v.numel() for v in values)
    except Exception:
        usable = False
    if not usable:  # their model is judged in its own task: here a right one carries their loss

        class Network(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.one = torch.nn.Linear(inputs, hidden)
                self.two = torch.nn.Linear(hidden, outputs)

        Network.loss = student.TorchNetwork.loss
        network = Network()
    try:
        kept = abs(float(network.lmbda) - lmbda) <= 1e-6 * lmbda
    except Exception:  # there is none, or no number
        kept = False
    if not kept:
        try:
            network.lmbda = lmbda
        except TypeError:  # theirs is a buffer
            network.lmbda = torch.tensor(lmbda)
    fill(network, values)
    parameters = in_order(network, values)
    for p in parameters:
        p.grad = torch.ones_like(p)  # of a step before: nothing that a loss may touch
    guess = yHat.clone().requires_grad_()
    prediction = guess * 1  # as in training, no leaf
    own = ("lmbda",)  # what else they keep in self is theirs
    with student.snapshot(self=network, yHat=prediction, y=y, attributes=own):
        J = network.loss(prediction, y)
    backward = any(p.grad is not None and (p.grad != 1).any() for p in parameters)
    if backward or guess.grad is not None:
        return {"the loss": J, "it leaves backward() to the training": False}
    answer = differentiate(J, guess, parameters, values)
    return {**answer, "it leaves backward() to the training": True}


def in_order(network, values):
    """Return the parameters of a filled network in the order of their values."""
    left, found = list(network.parameters()), []
    for value in values:
        shapes = (value.shape, value.T.shape if value.dim() == 2 else value.shape)
        exact = [n for shape in shapes for n, p in enumerate(left) if p.shape == shape]
        same = [n for n, p in enumerate(left) if p.numel() == value.numel()]
        found.append(left.pop((exact + same)[0]))
    return found


def measure_loss(answer, **arguments):
    """Say why there are no slopes, where there are none."""
    if not isinstance(answer, dict):
        return answer
    why = "not looked at: backward() was called"
    if answer.get(NO_BACKWARD):
        why = "no slope: the loss cannot be differentiated"
    return {name: Opaque(why) for name in (DIFFERENTIABLE, SLOPE_Y, SLOPE_P)} | answer


def expect_loss(**arguments):
    """Return the right loss and its slopes."""
    return {NO_BACKWARD: True, **loss_answer(right_loss, **arguments)}


def loss_cases(rng):
    """Draw networks, predictions and targets: each term alone, then both."""
    plan = [
        ("λ = 0: the data term alone", (2, 3, 1), 5, 0.0),
        ("a perfect fit: the penalty alone", (2, 3, 1), 4, rng.uniform(0.1, 0.4)),
        ("both terms, the network of the notebook", (2, 3, 1), 6, rng.uniform(0.1, 0.4)),
        ("other numbers of inputs, hidden units and outputs", (4, 5, 3), 3, rng.uniform(2, 4)),
    ]
    cases = []
    for label, sizes, n, lmbda in plan:
        values = draw_parameters(rng, *sizes)
        y, yHat = (draw_rows(rng, n, sizes[2]) for _ in range(2))
        if "perfect" in label:
            yHat = y.clone()
        arguments = {"values": values, "lmbda": float(lmbda), "yHat": yHat, "y": y}
        cases.append(Case(label, arguments, points=1.5))
    return cases


l2_loss = HiddenTest(
    title="Loss with an L2 penalty",
    marking="A case is right if the loss and its slopes are: training uses the slopes alone. Data "
    "term and penalty earn a part each, both together the rest.",
    points=6,
    ask=ask_loss,
    helpers=[fill, differentiate, in_order],
    cases=loss_cases,
    expect=expect_loss,
    measure=measure_loss,
    mistakes=MISTAKES,
)
