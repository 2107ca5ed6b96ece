"""What the hidden tests of Q4 share: random tensors, and its network and loss as formulas."""

import numpy as np
import torch
from torch.nn import functional as F

from ...shared import torch_parts


def drawn(rng, *shape):
    """Draw a float32 tensor without zeros, with both signs."""
    numbers = rng.uniform(0.3, 1.2, shape) * rng.choice([-1, 1], shape)
    return torch.tensor(numbers, dtype=torch.float32)


def flags(rng, n):
    """Draw labels, shape (n, 1), of both kinds."""
    labels = rng.permutation(np.arange(n) % 3 == 0)
    return torch.tensor(labels[:, None], dtype=torch.float32)


def layers(values, X, activations):
    """Send X through linear layers with the given parameters W, b, W, b, ... and activations."""
    for W, b, activation in zip(values[::2], values[1::2], activations):
        X = activation(X @ W.T + b)
    return X


def identity(z):
    """Return z."""
    return z


def absolute(theta, lmbda):
    """Return the penalty of the lab: λ times the sum of all absolute values."""
    return lmbda * sum(t.abs().sum() for t in theta)


def loss_answer(values, lmbda, yHat, y, data=F.binary_cross_entropy, penalty=absolute):
    """Return value and slopes of a loss made of a data term and a penalty."""

    def loss(theta, lmbda, guess, y):
        return data(guess, y) + penalty(theta, lmbda)

    return torch_parts.loss_answer(loss, values, lmbda, yHat, y)
