"""The network of Q1 as the notebook defines it: its loss and its gradient, right and wrong."""

import numpy as np

from nbjudge import Case

FINITE = "nothing is nan or infinite"
KEPT = "the weights and λ are left as they were"


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) for each element."""
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    """Return the sigmoid's derivative at z."""
    return sigmoid(z) * (1 - sigmoid(z))


PENALTIES = {
    "L1": lambda W: np.sum(np.abs(W)),
    "L2": lambda W: np.sum(W**2),
    "no absolute value": lambda W: np.sum(W),
    "absolute value of the sum": lambda W: abs(np.sum(W)),
    "largest column": lambda W: np.linalg.norm(W, ord=1),
    "length": np.linalg.norm,
    "mean": lambda W: np.mean(np.abs(W)),
    "largest weight": lambda W: np.max(np.abs(W)),
}


def loss(
    X,
    y,
    W1,
    W2,
    Lambda,
    data=lambda errors: 0.5 * np.sum(errors**2),
    penalty="L1",
    factor=1.0,
    layers=(1, 1),
):
    """Return J; the keyword arguments are where students go wrong."""
    yHat = sigmoid(sigmoid(X @ W1) @ W2)
    sizes = [PENALTIES[penalty](W) for W in (W1, W2)]
    return data(y - yHat) + factor * Lambda * np.dot(layers, sizes)


SLOPES = {
    "L1": np.sign,
    "L2": lambda W: 2 * W,
    "|W|": np.abs,
    "W": lambda W: W,
    "no sign": np.ones_like,
    "positive": lambda W: (W > 0).astype(float),
    "Σ|W|": lambda W: np.full_like(W, np.sum(np.abs(W))),
    "Σ sign": lambda W: np.full_like(W, np.sum(np.sign(W))),
}


def tanh_slope(z):
    """Return 1 - a², which would be the slope if a were tanh(z)."""
    return 1 - sigmoid(z) ** 2


def per_output(errors):
    """Return ½ Σ divided by the number of examples, but not of outputs."""
    return 0.5 * np.sum(errors**2) / len(errors)


def gradient(
    X,
    y,
    W1,
    W2,
    Lambda,
    scale=1.0,
    mean="",
    penalty="L1",
    factor=1.0,
    layers=(1, 1),
    hidden_slope=sigmoid_prime,
    output_slope=sigmoid_prime,
    slope_at=(),
    passes_output=True,
    below_W2=sigmoid,
):
    """Return (dJdW1, dJdW2); the keyword arguments are where students go wrong."""
    z2 = X @ W1
    a2 = sigmoid(z2)
    z3 = a2 @ W2
    at3 = sigmoid(z3) if "yHat" in slope_at else z3
    # z3 of several outputs has another shape than delta2: who takes it gets an error there
    at2 = a2 if "a2" in slope_at else z3[:, :1] if "z3" in slope_at else z2
    error = -(y - sigmoid(z3))
    delta3 = error * output_slope(at3)
    delta2 = ((delta3 if passes_output else error) @ W2.T) * hidden_slope(at2)
    scale = scale / {"": 1, "elements": y.size, "examples": len(y)}[mean]
    slopes = [layer * factor * Lambda * SLOPES[penalty](W) for layer, W in zip(layers, (W1, W2))]
    return [scale * X.T @ delta2 + slopes[0], scale * below_W2(z2).T @ delta3 + slopes[1]]


def by_name(gradients):
    """Return the two gradients as a dictionary."""
    return dict(zip(("dJdW1", "dJdW2"), gradients, strict=True))


def draw(rng, n, inputs, hidden, outputs, Lambda, zeros=False):
    """Return the arguments of one case; with `zeros`, one weight of each layer is exactly 0."""
    W1 = rng.uniform(0.3, 1.5, (inputs, hidden)) * rng.choice([-1, 1], (inputs, hidden))
    W2 = rng.uniform(0.3, 1.5, (hidden, outputs)) * rng.choice([-1, 1], (hidden, outputs))
    # both signs in each layer, whatever was drawn: else Σ|W| and ΣW could agree
    W1[0, 0], W1[-1, -1] = -abs(W1[0, 0]), abs(W1[-1, -1])
    W2[0, 0], W2[-1, -1] = -abs(W2[0, 0]), abs(W2[-1, -1])
    if zeros:
        W1[0, 1] = W2[1, 0] = 0.0
    X = rng.uniform(0.0, 1.5, (n, inputs))
    return {"X": X, "y": rng.uniform(0, 1, (n, outputs)), "W1": W1, "W2": W2, "Lambda": Lambda}


def cases(*points):
    """Return what draws five cases: no penalty, small and large λ, other shapes, zero weights.

    `points` are what they earn, in this order.
    """

    def five(rng):
        plan = [
            ("λ = 0: the data term alone", (5, 2, 3, 1), 0.0, False),
            ("λ > 0, the network of the notebook", (4, 2, 3, 1), rng.uniform(0.1, 0.5), False),
            ("large λ", (6, 2, 3, 1), rng.uniform(1.5, 3), False),
            ("other numbers of inputs, hidden units and outputs", (3, 4, 5, 2), 0.7, False),
            ("some weights exactly 0", (4, 3, 4, 1), rng.uniform(0.5, 1), True),
        ]
        return [
            Case(label, draw(rng, *shape, Lambda, zeros), points=each)
            for (label, shape, Lambda, zeros), each in zip(plan, points, strict=True)
        ]

    return five


def make_network(student, X, y, W1, W2, Lambda):
    """Build a network of the notebook with given weights."""
    network = student.NeuralNetwork(X.shape[1], W1.shape[1], y.shape[1], Lambda)
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    return network
