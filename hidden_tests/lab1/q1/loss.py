"""Hidden test of Q1, task 1: the regularised loss."""

import numpy as np

from nbjudge import HiddenTest

from .loss_mistakes import MISTAKES
from .network import FINITE, cases, loss, make_network


def ask_loss(student, X, y, W1, W2, Lambda):
    """Call the student's loss_reg, with predictions that are not those of the last forward."""
    network = make_network(student, X, y, W1, W2, Lambda)
    yHat = network.forward(X)
    network.forward(-X)
    own = ("W1", "W2", "Lambda")  # what else they keep in self is theirs
    with student.snapshot(self=network, yHat=yHat, attributes=own):
        return {"the loss": network.loss_reg(yHat, y)}


def expect_loss(X, y, W1, W2, Lambda):
    """Return the right loss."""
    return {"the loss": loss(X, y, W1, W2, Lambda), FINITE: True}


def measure_loss(answer, **arguments):
    """Add whether the loss is finite: nan agrees with no formula, but has a name all the same."""
    value = answer.get("the loss") if isinstance(answer, dict) else None
    numbers = np.asarray(value if isinstance(value, float | np.ndarray) else 0.0)
    return {"the loss": value, FINITE: bool(np.isfinite(numbers).all())}


def _penalty(W1, W2, Lambda, **more):
    return Lambda * (np.sum(np.abs(W1)) + np.sum(np.abs(W2)))


reg_loss = HiddenTest(
    title="Regularised loss",
    points=8,
    ask=ask_loss,
    helpers=[make_network],
    cases=cases(1, 2, 2, 2, 1),
    expect=expect_loss,
    measure=measure_loss,
    rtol=1e-5,  # beside a large penalty, the data term still counts; float32 is far better
    terms={
        "λ Σ|W1|": lambda W1, Lambda, **more: Lambda * np.sum(np.abs(W1)),
        "λ Σ|W2|": lambda W2, Lambda, **more: Lambda * np.sum(np.abs(W2)),
        "the penalty λ (Σ|W1| + Σ|W2|)": _penalty,
        "the data term ½ Σ (y - ŷ)²": lambda **a: loss(**a) - _penalty(**a),
    },
    marking="The data term without the penalty is the smaller part of the work: one point. Weights "
    "of 0 show a few ways of writing |W| that fail there.",
    mistakes=MISTAKES,
)
