"""What goes wrong in the loss of Q4: in the cross-entropy, in the penalty, and in both at once."""

import torch
from torch.nn import functional as F

from nbjudge import Anything, Mistake

from ...shared.torch_parts import DIFFERENTIABLE, SLOPE_P, SLOPE_Y
from .network import absolute, loss_answer

DATA_TERMS = {
    "sum instead of mean": (
        lambda p, y: F.binary_cross_entropy(p, y, reduction="sum"),
        "The cross-entropy is a mean over the batch.",
    ),
    "double sigmoid": (
        F.binary_cross_entropy_with_logits,
        "BCEWithLogitsLoss has a sigmoid of its own; your model ends with one already. Use "
        "F.binary_cross_entropy.",
    ),
    "mean squared error instead of cross-entropy": (
        F.mse_loss,
        "The data term is the binary cross-entropy, not the mean squared error.",
    ),
    "half a squared error instead of cross-entropy": (
        lambda p, y: 0.5 * ((p - y) ** 2).sum(),
        "That was the loss of Q1 to Q3; here it is the binary cross-entropy.",
    ),
    "only the rows with y = 1 count": (
        lambda p, y: -(y * p.log()).mean(),
        "The cross-entropy has two terms: y log ŷ and (1 - y) log(1 - ŷ).",
    ),
    "the minus stands before the first term only": (
        lambda p, y: (-y * p.log() + (1 - y) * (1 - p).log()).mean(),
        "The minus belongs to both terms: -(y ln ŷ + (1 - y) ln(1 - ŷ)). Put the sum in brackets.",
    ),
    "the cross-entropy has the wrong sign": (
        lambda p, y: -F.binary_cross_entropy(p, y),
        "The cross-entropy is minus the mean of the logarithms; it is never negative.",
    ),
    "softmax cross-entropy of one column": (
        lambda p, y: F.cross_entropy(p, y),
        "F.cross_entropy has a softmax of its own, and the softmax of one column is always 1, so "
        "your cross-entropy is 0. Use F.binary_cross_entropy.",
    ),
    "the cross-entropy is detached from the graph": (
        lambda p, y: F.binary_cross_entropy(p.detach(), y),
        "The cross-entropy counts in the value, but has no slope: .data, .item(), .detach() or "
        "no_grad cut it off.",
    ),
    "(n,) against (n, 1)": (
        lambda p, y: F.binary_cross_entropy(p.expand(-1, len(y)), y.T.expand(len(y), -1)),
        "One of yHat and y was made (n,), the other stayed (n, 1): broadcasting compared every row "
        "with every other. Keep both (n, 1).",
    ),
}
PENALTIES = {
    "the penalty is never added": (
        lambda theta, lmbda: torch.tensor(0.0),
        "Nothing of the penalty is in your numbers.",
    ),
    "the penalty is divided by the number of weights": (
        lambda theta, lmbda: lmbda * sum(t.abs().mean() for t in theta),
        "The penalty is a sum; yours is a mean over each parameter. F.l1_loss(θ, 0) takes one, "
        "unless it is told reduction='sum'.",
    ),
    "the penalty is divided by the number of all parameters": (
        lambda theta, lmbda: absolute(theta, lmbda) / sum(t.numel() for t in theta),
        "The penalty is a sum over all parameters, not their mean.",
    ),
    "weights only in the penalty": (
        lambda theta, lmbda: absolute(theta[::2], lmbda),
        "The penalty covers all parameters, the biases too.",
    ),
    "biases only in the penalty": (
        lambda theta, lmbda: absolute(theta[1::2], lmbda),
        "The penalty covers all parameters, the weights too.",
    ),
    "only the first layer in the penalty": (
        lambda theta, lmbda: absolute(theta[:2], lmbda),
        "The penalty covers both layers: model[2] is missing from yours.",
    ),
    "only the last layer in the penalty": (
        lambda theta, lmbda: absolute(theta[2:], lmbda),
        "The penalty covers both layers: model[0] is missing from yours.",
    ),
    "L2 penalty instead of L1": (
        lambda theta, lmbda: lmbda * sum((t**2).sum() for t in theta),
        "Your penalty is λ Σ θ²; L1 adds up absolute values.",
    ),
    "the L2 penalty with a ½ instead of L1": (
        lambda theta, lmbda: lmbda / 2 * sum((t**2).sum() for t in theta),
        "Your penalty is λ/2 Σ θ²; L1 adds up absolute values, without a ½.",
    ),
    "lengths instead of absolute values in the penalty": (
        lambda theta, lmbda: lmbda * sum(t.norm() for t in theta),
        "p.norm() is the root of a sum of squares unless it is told 1; L1 is p.abs().sum().",
    ),
    "largest column instead of all weights": (
        lambda theta, lmbda: lmbda * sum(torch.linalg.norm(t, 1) for t in theta),
        "Of a matrix, torch.linalg.norm(W, 1) is its largest column sum; take p.abs().sum().",
    ),
    "only the last parameter is in the penalty": (
        lambda theta, lmbda: absolute(theta[-1:], lmbda),
        "Your penalty is that of the last bias alone: in a loop, = keeps only the last value, and "
        "+= adds up.",
    ),
    "only the first parameter is in the penalty": (
        lambda theta, lmbda: absolute(theta[:1], lmbda),
        "Your penalty is that of the first weights alone: does the loop return in its first round, "
        "or does model[0].weight stand for all parameters?",
    ),
    "λ/2 instead of λ": (
        lambda theta, lmbda: absolute(theta, lmbda / 2),
        "The penalty is λ Σ|θ|, without a ½.",
    ),
    "λ is not used": (lambda theta, lmbda: absolute(theta, 1.0), "Multiply the sum by lmbda."),
    "no absolute value in the penalty": (
        lambda theta, lmbda: lmbda * sum(t.sum() for t in theta),
        "Your penalty is λ Σ θ; L1 is λ Σ|θ|.",
    ),
    "absolute values of sums in the penalty": (
        lambda theta, lmbda: lmbda * sum(t.sum().abs() for t in theta),
        "|Σθ| is not Σ|θ|: take the absolute values first, then add up.",
    ),
    "the penalty is subtracted": (
        lambda theta, lmbda: -absolute(theta, lmbda),
        "The penalty is added to the loss.",
    ),
    "the penalty is detached from the graph": (
        lambda theta, lmbda: absolute([t.detach() for t in theta], lmbda),
        "The penalty counts in the value, but has no slope: .data, .item(), .detach() or no_grad "
        "cut it off.",
    ),
}


def _loss(help_text, **how):
    return Mistake(lambda **arguments: loss_answer(**arguments, **how), help_text)


def _all():
    found = {name: _loss(text, data=data) for name, (data, text) in DATA_TERMS.items()}
    found |= {name: _loss(text, penalty=how) for name, (how, text) in PENALTIES.items()}
    found["the penalty is divided by the number of rows"] = Mistake(
        lambda **arguments: loss_answer(
            **arguments,
            penalty=lambda theta, lmbda: absolute(theta, lmbda / len(arguments["y"])),
        ),
        "The penalty is λ Σ|θ|, however many rows there are; only the cross-entropy is a mean.",
    )
    found["yHat and y are swapped"] = Mistake(
        lambda **arguments: {
            **loss_answer(**arguments, data=lambda p, y: F.binary_cross_entropy(y, p)),
            SLOPE_Y: Anything(),  # infinite
        },
        "F.binary_cross_entropy takes the probabilities first, then the labels.",
    )
    found["not differentiable"] = Mistake(
        lambda **arguments: {DIFFERENTIABLE: False, SLOPE_Y: Anything(), SLOPE_P: Anything()},
        "The value is right, but it cannot be differentiated: return a tensor, without .item(), "
        ".detach() or no_grad.",
    )
    for first, (data, text) in DATA_TERMS.items():
        if first == "the cross-entropy is detached from the graph":
            continue  # with a detached penalty it is "not differentiable"
        for second, (how, other) in PENALTIES.items():
            found[f"{first}; and {second}"] = _loss(f"{text} And: {other}", data=data, penalty=how)
    return found


MISTAKES = _all()
