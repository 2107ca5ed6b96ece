"""What goes wrong in the regularised loss of Q1: in one term, and in both at once."""

import numpy as np

from nbjudge import Anything, Mistake, OneOf

from .network import FINITE, loss, per_output, sigmoid


def _loss_mistake(help_text, **wrong):
    return Mistake(lambda **arguments: {"the loss": loss(**arguments, **wrong)}, help_text)


DATA_TERMS = {  # named with the penalty mistakes below as well as alone
    "mean instead of sum": (
        lambda errors: 0.5 * np.mean(errors**2),
        "The data term is a sum over all examples and outputs; nothing is divided by n.",
    ),
    "mean over the examples instead of sum": (
        per_output,
        "The data term is a sum over all examples; yours is divided by len(y).",
    ),
    "the ½ is missing": (
        lambda errors: np.sum(errors**2),
        "The data term is ½ Σ (y - ŷ)²; yours is Σ (y - ŷ)².",
    ),
    "mean instead of sum, and the ½ is missing": (
        lambda errors: np.mean(errors**2),
        "The data term is ½ Σ (y - ŷ)²; yours is the mean squared error.",
    ),
    "the data term has the wrong sign": (
        lambda errors: -0.5 * np.sum(errors**2),
        "A worse fit must give a larger loss: ½ Σ (y - ŷ)² is added, not subtracted.",
    ),
    "the errors are not squared": (
        lambda errors: 0.5 * np.sum(np.abs(errors)),
        "The data term squares each error: ½ Σ (y - ŷ)². Yours adds up |y - ŷ|.",
    ),
    "square of the sum instead of sum of squares": (
        lambda errors: 0.5 * np.sum(errors) ** 2,
        "Square each error first, then add: np.sum((y - yHat) ** 2), not np.sum(y - yHat) ** 2.",
    ),
    "the errors are added without a square": (
        lambda errors: 0.5 * np.sum(errors),
        "Your data term is ½ Σ (y - ŷ), where errors of both signs cancel. Square each error "
        "first.",
    ),
    "root of the sum of squares": (
        lambda errors: 0.5 * np.linalg.norm(errors),
        "np.linalg.norm is the root of the sum of squares; the data term has no root.",
    ),
    "root of the sum of squares, and the ½ is missing": (
        np.linalg.norm,
        "np.linalg.norm is the root of the sum of squares; the data term is ½ Σ (y - ŷ)².",
    ),
    "the data term is missing": (
        lambda errors: 0.0,
        "Nothing of ½ Σ (y - ŷ)² is in your numbers; J is the data term and the penalty together.",
    ),
}


LOSS_PENALTIES = {
    "the penalty is never added": (
        {"factor": 0.0},
        "Nothing of the penalty is in your numbers. A second line that begins with + is a "
        "statement of its own, and its value is lost: put the sum in brackets or on one line.",
    ),
    "λ/2 instead of λ": (
        {"factor": 0.5},
        "The penalty is λ Σ|W|; the ½ stands only in front of the data term.",
    ),
    "2λ instead of λ": ({"factor": 2.0}, "The penalty is counted twice: it is λ Σ|W|."),
    "the penalty is subtracted": (
        {"factor": -1.0},
        "The penalty is added to the loss, so that large weights make it larger.",
    ),
    "L2 penalty (squares) instead of L1": (
        {"penalty": "L2"},
        "Your penalty is λ Σ W². L1 adds up absolute values: λ Σ|W|.",
    ),
    "half the L2 penalty instead of L1": (
        {"penalty": "L2", "factor": 0.5},
        "Your penalty is λ/2 Σ W². L1 adds up absolute values: λ Σ|W|.",
    ),
    "only W1 in the penalty": (
        {"layers": (1, 0)},
        "The penalty covers both layers; W2 is missing from yours.",
    ),
    "only W2 in the penalty": (
        {"layers": (0, 1)},
        "The penalty covers both layers; W1 is missing from yours.",
    ),
    "no absolute value in the penalty": (
        {"penalty": "no absolute value"},
        "Your penalty is λ Σ W, where positive and negative weights cancel. L1 is λ Σ|W|.",
    ),
    "absolute value of the sum instead of sum of absolute values": (
        {"penalty": "absolute value of the sum"},
        "Your penalty is λ |Σ W|: positive and negative weights cancel before abs. Take abs of "
        "each weight first, then the sum.",
    ),
    "largest column instead of all weights": (
        {"penalty": "largest column"},
        "np.linalg.norm(W, 1) of a matrix is its largest column sum. For Σ|W| use "
        "np.sum(np.abs(W)), or flatten W first.",
    ),
    "length of the weights instead of L1": (
        {"penalty": "length"},
        "np.linalg.norm(W) is the root of the sum of squares. L1 is np.sum(np.abs(W)).",
    ),
    "mean in the penalty": (
        {"penalty": "mean"},
        "The penalty is λ times the sum of |W| over all weights; yours takes their mean.",
    ),
    "the largest weight instead of all weights": (
        {"penalty": "largest weight"},
        "Your penalty counts only the largest |w| of each layer. L1 adds up all of them.",
    ),
}


def _all():
    """Return every single mistake, then every pair of a data term and a penalty."""
    found = {name: _loss_mistake(text, data=data) for name, (data, text) in DATA_TERMS.items()}
    found |= {name: _loss_mistake(text, **how) for name, (how, text) in LOSS_PENALTIES.items()}
    for first, (data, text) in DATA_TERMS.items():
        for second, (how, other) in LOSS_PENALTIES.items():
            pair = _loss_mistake(f"{text} And: {other}", data=data, **how)
            found[f"{first}; and {second}"] = pair
    for name, layers in (("W1", (1, 0)), ("W2", (0, 1))):
        found[f"λ only in front of {name}"] = Mistake(
            lambda layers=layers, **arguments: {"the loss": _half_bracketed(layers, **arguments)},
            "λ multiplies both sums: put them in brackets, λ * (Σ|W1| + Σ|W2|).",
        )
    found["the penalty without λ"] = Mistake(
        lambda Lambda, **arguments: {"the loss": loss(**arguments, Lambda=1.0)},
        "You added Σ|W| itself; the penalty is λ Σ|W|, with self.Lambda.",
    )
    for name, size in (("examples", len), ("elements of y", np.size)):
        found[f"all of J is divided by the number of {name}"] = Mistake(
            lambda size=size, **a: {"the loss": loss(**a) / size(a["y"])},
            "J is a sum: neither the data term nor the penalty is divided by n.",
        )
    for name, factor in (("λ/n", 1), ("λ/(2n)", 2)):
        found[f"{name} instead of λ"] = Mistake(
            lambda Lambda, factor=factor, **a: {
                "the loss": loss(Lambda=Lambda / (factor * len(a["y"])), **a)
            },
            "The penalty is λ Σ|W|; it is not divided by the number of examples.",
        )
    found["self.yHat instead of yHat"] = Mistake(
        lambda X, **a: {"the loss": loss(X=-X, **a)},
        "Your numbers are those of self.yHat, the predictions of the last call of forward. Use "
        "the argument yHat: it may be of other rows.",
    )
    found["cross-entropy instead of squared errors"] = Mistake(
        _cross_entropy, "Your data term is the cross-entropy; here it is ½ Σ (y - ŷ)²."
    )
    found["the loss is rounded"] = Mistake(
        lambda **a: {"the loss": OneOf([round(float(loss(**a)), places) for places in range(4)])},
        "Return J as it is: rounding takes digits away that a gradient check needs.",
    )
    found["nan where a weight is exactly 0"] = Mistake(
        _nan_at_zero,
        "Your loss is no finite number when a weight is 0: W / |W|, say, is 0/0 there. np.abs(W) "
        "needs no division.",
    )
    found["the loss is nan or infinite"] = Mistake(
        lambda **arguments: {"the loss": Anything(), FINITE: False},
        "nan and inf usually come of a division by 0, of the logarithm of 0 or of a negative "
        "number, or of numbers that grew too large.",
    )
    return found


def _nan_at_zero(W1, W2, **arguments):
    """Return the right loss, but of weights with a 0 something that is not finite."""
    if W1.all() and W2.all():
        return {"the loss": loss(W1=W1, W2=W2, **arguments)}
    return {"the loss": Anything(), FINITE: False}


def _cross_entropy(X, y, W1, W2, Lambda):
    """Return the loss with the cross-entropy, summed over all elements, as data term."""
    yHat = sigmoid(sigmoid(X @ W1) @ W2)
    data = -np.sum(y * np.log(yHat) + (1 - y) * np.log(1 - yHat))
    return {"the loss": data + loss(X, y, W1, W2, Lambda, data=lambda errors: 0.0)}


def _half_bracketed(layers, X, y, W1, W2, Lambda):
    """Return the loss with λ in front of one of the two sums only."""
    weighted = loss(X, y, W1, W2, Lambda, layers=layers)
    return weighted + np.dot([1 - layer for layer in layers], [np.abs(W).sum() for W in (W1, W2)])


MISTAKES = _all()
