"""Q4's basic network, many at a time: the same training with gradients written out, so that
hundreds of seeds take seconds. `check_against_torch` compares one network with torch's own SGD.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class ManyNetworks:
    """`count` networks 2-`hidden`-1 with sigmoids; every parameter drawn from N(0, std²)."""

    def __init__(self, count: int, hidden: int, seed: int, std: float = 0.02):
        self.rng = torch.Generator().manual_seed(seed)
        shapes = [(count, 2, hidden), (count, 1, hidden), (count, hidden, 1), (count, 1, 1)]
        self.parameters = [torch.randn(*s, generator=self.rng) * std for s in shapes]

    def train(self, X, y, epochs: int, lr: float, lmbda: float, batch_size: int = 16):
        """Mini-batch SGD on X (n, 2) and y (n, 1); each network has its own shuffles."""
        count, n = len(self.parameters[0]), len(X)
        rows = torch.cat([X, y], dim=1)
        for _ in range(epochs):
            shuffled = rows[torch.rand(count, n, generator=self.rng).argsort(dim=1)]
            for start in range(0, n, batch_size):
                self.step(shuffled[:, start : start + batch_size], lr, lmbda)

    def step(self, batch, lr, lmbda):
        """Make one step on rows of shape (count, batch size, 3): two inputs and the target."""
        X, y = batch[..., :2], batch[..., 2:]
        W1, b1, W2, b2 = self.parameters
        a = torch.sigmoid(torch.baddbmm(b1, X, W1))
        yHat = torch.sigmoid(torch.baddbmm(b2, a, W2))
        delta2 = (yHat - y) / X.shape[1]  # the slope of the mean cross-entropy before the sigmoid
        delta1 = delta2 @ W2.transpose(1, 2) * a * (1 - a)
        gradients = [
            X.transpose(1, 2) @ delta1,
            delta1.sum(1, keepdim=True),
            a.transpose(1, 2) @ delta2,
            delta2.sum(1, keepdim=True),
        ]
        for parameter, gradient in zip(self.parameters, gradients):
            parameter -= lr * (gradient + lmbda * parameter.sign())

    def accuracy(self, X, y) -> np.ndarray:
        """Return the share of right rows for each network."""
        W1, b1, W2, b2 = self.parameters
        shares = [
            (((torch.sigmoid(X @ W1[k] + b1[k]) @ W2[k] + b2[k]) > 0).float() == y).float().mean()
            for k in range(len(W1))
        ]
        return torch.stack(shares).numpy()


def check_against_torch(X, y) -> float:
    """Return the largest difference of a parameter after 30 full-batch steps of torch's SGD."""
    many = ManyNetworks(2, 4, seed=0, std=0.5)
    W1, b1, W2, b2 = (parameter[0].clone() for parameter in many.parameters)
    net = nn.Sequential(nn.Linear(2, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    with torch.no_grad():
        for parameter, value in zip(net.parameters(), (W1.T, b1[0], W2.T, b2[0])):
            parameter.copy_(value)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.3)
    batch = torch.cat([X, y], dim=1).expand(2, -1, -1)
    for _ in range(30):
        penalty = 1e-3 * sum(p.abs().sum() for p in net.parameters())
        optimizer.zero_grad()
        (F.binary_cross_entropy(net(X), y) + penalty).backward()
        optimizer.step()
        many.step(batch, 0.3, 1e-3)
    ours = torch.cat([(p[0].T if p[0].shape[0] > 1 else p[0]).flatten() for p in many.parameters])
    theirs = torch.cat([p.detach().flatten() for p in net.parameters()])
    return float((ours - theirs).abs().max())
