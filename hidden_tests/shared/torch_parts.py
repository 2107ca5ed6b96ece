"""What the hidden tests of the PyTorch notebooks share: drawn networks, and losses with slopes.

`fill` and `differentiate` are helpers: their source is sent to the student's kernel.
"""

from itertools import pairwise

import torch

DIFFERENTIABLE = "it can be differentiated"
SLOPE_Y, SLOPE_P = "its slope with respect to yHat", "its slope with respect to the parameters"


def draw_parameters(rng, *sizes):
    """Draw W1, b1, W2, b2, ... as torch stores them, for layers of these sizes.

    Float32, both signs, no zeros. A single output of a network with one hidden layer gets b1's
    numbers as its weights: so the lengths of a parameter alone say which numbers belong in it
    (see `fill`).
    """
    values = []
    for inputs, outputs in pairwise(sizes):
        for shape in ((outputs, inputs), (outputs,)):
            numbers = rng.uniform(0.3, 1.2, shape) * rng.choice([-1, 1], shape)
            values.append(torch.tensor(numbers, dtype=torch.float32))
    if len(sizes) == 3 and sizes[-1] == 1:
        values[2] = values[1].reshape(1, -1).clone()
    return values


def draw_rows(rng, n, columns):
    """Draw a float32 tensor of numbers in 0 to 1."""
    return torch.tensor(rng.uniform(0, 1, (n, columns)), dtype=torch.float32)


def fill(network, values):
    """Give every parameter of a network the drawn values of its lengths, in any orientation.

    A weight may be stored as (outputs, inputs) or (inputs, outputs), a bias as (n,), (1, n) or
    (n, 1). A parameter of other lengths stays as it is.
    """
    import torch

    by_lengths = {tuple(sorted(n for n in v.shape if n > 1)): v for v in values}
    with torch.no_grad():
        for parameter in network.parameters():
            lengths = [n for n in parameter.shape if n > 1]
            value = by_lengths.get(tuple(sorted(lengths)))
            if value is not None:
                same = lengths == [n for n in value.shape if n > 1]
                parameter.copy_((value if same else value.T).reshape(parameter.shape))
    return network


def differentiate(J, yHat, parameters, values):
    """Return a student's loss J and its slopes; a parameter without a slope has zeros.

    The slopes of the parameters are one flat tensor, in the order and orientation of the drawn
    `values` that they hold (see `fill`). Where J has no slope at all, they are left out.
    """
    import torch

    answer = {"the loss": J, "it can be differentiated": False}
    if torch.is_tensor(J) and J.requires_grad and J.numel() == 1:
        things = [yHat, *parameters]
        slopes = torch.autograd.grad(J.sum(), things, allow_unused=True)
        slopes = [torch.zeros_like(t) if s is None else s for t, s in zip(things, slopes)]
        answer["it can be differentiated"] = True
        answer["its slope with respect to yHat"] = slopes[0]
        flat = []
        for slope, value in zip(slopes[1:], values):
            same = [n for n in slope.shape if n > 1] == [n for n in value.shape if n > 1]
            flat.append((slope if same else slope.T).flatten())
        answer["its slope with respect to the parameters"] = torch.cat(flat)
    return answer


def loss_answer(loss, values, lmbda, yHat, y):
    """Return what the loss `loss(theta, lmbda, yHat, y)` answers, with its slopes."""
    theta = [v.clone().requires_grad_() for v in values]
    guess = yHat.clone().requires_grad_()
    slopes = differentiate(loss(theta, lmbda, guess, y), guess, theta, values)
    return {**slopes, "the loss": slopes["the loss"].item()}
