"""Hidden test of Q2, task 2: the comparison, with the notebook's fixed data and seed."""

from pathlib import Path

import numpy as np
import pandas as pd

from nbjudge import Anything, Case, HiddenTest, Mistake

from .rules import RULES

DATA = Path(__file__).resolve().parents[3] / "data"

EPOCHS, LR, MOMENTUM, SEED = 500, 0.1, 0.9, 0
FULL = "both lists have one loss for each of the 500 epochs"
PLAIN = "sgd_losses are those of plain SGD from initial_weights(SEED)"
SAME_START, LOWER = "both start at the same loss", "momentum ends lower"
ROUNDED = "the losses are rounded"
OURS = "mom_losses are those of your OptimMom with LR and MOMENTUM"


def ask_losses(student):
    """Return the student's two lists of losses, and what their OptimMom really gives."""
    given = {
        "sgd_losses": [float(loss) for loss in student.sgd_losses],
        "mom_losses": [float(loss) for loss in student.mom_losses],
    }
    optimiser, again = student.OptimMom(lr=0.1, momTerm=0.9), []
    weights = student.initial_weights(0)
    for _ in range(500):
        loss, gradient = student.loss_and_gradient(weights, student.X, student.y)
        again.append(float(loss))
        weights = optimiser.step(weights, gradient)
    return {**given, "again": again}


def reference_losses(rule):
    """Return the losses of the notebook's training with a rule, before each step."""
    rows = pd.read_csv(DATA / "height_weight_train.csv")
    X = rows[["height_cm", "weight_kg"]].to_numpy()
    X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
    y = rows[["sex"]].to_numpy(dtype=float)
    rng = np.random.default_rng(SEED)
    weights = [rng.normal(0, 0.5, (2, 5)), np.zeros(5), rng.normal(0, 0.5, (5, 1)), np.zeros(1)]
    velocities, losses = [np.zeros_like(w) for w in weights], []
    for _ in range(EPOCHS):
        W1, b1, W2, b2 = weights
        a = np.tanh(X @ W1 + b1)
        yHat = 1 / (1 + np.exp(-(a @ W2 + b2)))
        losses.append(float(np.mean((y - yHat) ** 2) / 2))
        delta2 = (yHat - y) * yHat * (1 - yHat) / len(y)
        delta1 = delta2 @ W2.T * (1 - a**2)
        slopes = [X.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)]
        made = [rule(w, v, g, LR, MOMENTUM) for w, v, g in zip(weights, velocities, slopes)]
        weights, velocities = [m[0] for m in made], [m[1] for m in made]
    return losses


def measure_losses(answer):
    """Turn the two curves into what the task asks of them."""
    if not isinstance(answer, dict):
        return answer
    sgd, mom = (_curve(answer.get(name)) for name in ("sgd_losses", "mom_losses"))
    reference = np.array(reference_losses(RULES["the velocity is reset at each step"][0]))
    again = _curve(answer.get("again"))
    some = len(sgd) > 0 and len(mom) > 0
    return {
        FULL: len(sgd) == len(mom) == EPOCHS,
        PLAIN: _same(sgd, reference),
        SAME_START: some and bool(np.isclose(mom[0], sgd[0], rtol=1e-3)),
        LOWER: some and bool(0 <= mom[-1] < sgd[-1]),
        OURS: _same(mom, again),
        "mom_losses are those of plain SGD": _same(mom, reference),
        ROUNDED: _rounded(sgd, reference) or _rounded(mom, again),
    }


def _same(losses, others):
    """Whether two curves agree in all epochs that both have."""
    n = min(len(losses), len(others))
    return n > 0 and bool(np.allclose(losses[:n], others[:n], rtol=1e-3))


def _rounded(losses, others):
    """Whether losses are these others, rounded to three places or fewer."""
    if len(losses) == 0 or len(losses) != len(others):
        return False
    return any(
        np.allclose(losses, np.round(losses, places), rtol=0, atol=1e-9)
        and np.allclose(losses, others, rtol=0, atol=0.51 * 10**-places)
        for places in (1, 2, 3)
    )


def _curve(values):
    numbers = values if isinstance(values, list) else []
    good = all(isinstance(v, float) and np.isfinite(v) for v in numbers)
    return np.array(numbers if good else [])


def expect_losses():
    """Return the properties of a fair comparison."""
    return {
        FULL: True,
        PLAIN: True,
        SAME_START: True,
        LOWER: True,
        OURS: True,
    }


momentum_comparison = HiddenTest(
    title="SGD against momentum",
    points=2,
    ask=ask_losses,
    cases=lambda rng: [Case("the two lists of losses", points=1.5)],
    figures=1,
    figure_points=0.5,
    expect=expect_losses,
    measure=measure_losses,
    depends_on=("optim_mom",),
    mistakes={
        "the losses are rounded": Mistake(
            lambda: (
                {name: Anything() for name in (PLAIN, SAME_START, LOWER, OURS)} | {ROUNDED: True}
            ),
            "Keep the losses as train returns them: rounding takes digits away that the "
            "comparison needs. Round what you print.",
        ),
        "the two lists are swapped": Mistake(
            lambda: {
                PLAIN: False,
                LOWER: False,
                "mom_losses are those of plain SGD": True,
                OURS: Anything(),
            },
            "sgd_losses holds the losses of OptimMom, and mom_losses those of OptimSGD.",
        ),
        "not one loss for each epoch": Mistake(
            lambda: {name: Anything() for name in (PLAIN, SAME_START, LOWER, OURS)} | {FULL: False},
            "Each of the two lists holds EPOCHS losses, finite numbers, one for each epoch.",
        ),
        "the two trainings start from different weights": Mistake(
            lambda: {SAME_START: False, OURS: Anything()},
            "Call initial_weights(SEED) once for each training, so that both start from the same "
            "weights.",
        ),
        "momentum does not end lower": Mistake(
            lambda: {LOWER: False, OURS: Anything()},
            "Is OptimMom right, and does it get momTerm=MOMENTUM? Task 1 tells.",
        ),
        "mom_losses are not those of your OptimMom": Mistake(
            lambda: {OURS: False},
            "A new OptimMom(lr=LR, momTerm=MOMENTUM) gives other losses from initial_weights(SEED)."
            " Another lr or momTerm, or an optimiser that has made steps before?",
        ),
        "sgd_losses are not those of plain SGD": Mistake(
            lambda: {PLAIN: False, SAME_START: Anything(), LOWER: Anything(), OURS: Anything()},
            "A new OptimSGD(lr=LR) gives other losses from initial_weights(SEED). Another lr, "
            "another seed, or another optimiser?",
        ),
    },
)
