"""Hidden test of Q4, task 6: the accuracy reached on private rows."""

from pathlib import Path

import numpy as np

from nbjudge import Anything, Between, Case, Credit, HiddenTest, Mistake, Other, load_module

DATA = Path(__file__).resolve().parents[3] / "data"


STEPS = (0.70, 0.84, 0.87, 0.885)  # docs/calibration.md
PRIVATE_ROWS = 20_000


def ask_predict(X, few):
    """Let the student's predict label private rows, all at once and a few alone."""
    import numpy as np
    import torch

    given = X.copy()
    net_ = globals().get("net")
    parameters = list(net_.parameters()) if isinstance(net_, torch.nn.Module) else []
    numbers = [p.detach().clone() for p in parameters]

    def labels(rows):
        found = predict(rows.copy())  # noqa: F821
        if hasattr(found, "detach"):
            found = found.detach().cpu().numpy()
        return np.asarray(found)

    together = labels(X)
    alone = np.concatenate([labels(X[i : i + 2]).reshape(-1) for i in range(0, 2 * few, 2)])
    predict(given)  # noqa: F821
    return {
        "together": together.astype(float),
        "alone": alone.astype(float),
        "X": bool((given == X).all()),
        "net": all(bool((p == was).all()) for p, was in zip(parameters, numbers)),
    }


OWN_RANGE = "a row has the same label in whatever company"
CONSTANT = "both labels occur"
ONLY_LABELS = "the labels are 0 and 1, one for each row"
PROBABILITIES = "the labels are numbers between 0 and 1"
KEPT_X = "X is left as it was"
KEPT_NET = "net is left as it was"
SHARE = "the private accuracy"


def measure_predict(answer, X, sex, few):
    """Return the accuracy on the private rows, which never leave the grader's process."""
    if not isinstance(answer, dict):
        return answer
    together, alone = answer.get("together"), answer.get("alone")
    rows = isinstance(together, np.ndarray) and together.shape in ((len(X),), (len(X), 1))
    if not rows or not np.isin(together, (0, 1)).all():
        probabilities = rows and bool(_are_shares(together).all())
        not_seen = dict.fromkeys((OWN_RANGE, CONSTANT, SHARE), Other("no labels to look at"))
        return {
            ONLY_LABELS: False,
            PROBABILITIES: probabilities,
            **not_seen,
            KEPT_X: answer.get("X"),
            KEPT_NET: answer.get("net"),
        }
    together = together.ravel()
    same = isinstance(alone, np.ndarray) and np.array_equal(alone, together[: 2 * few])
    return {
        ONLY_LABELS: True,
        OWN_RANGE: bool(same),
        CONSTANT: bool(together.min() != together.max()),
        KEPT_X: answer.get("X"),
        KEPT_NET: answer.get("net"),
        SHARE: float((together == sex).mean()),
    }


def _are_shares(numbers):
    """Return which numbers lie between 0 and 1."""
    return (numbers >= 0) & (numbers <= 1)


def predict_cases(rng):
    """Draw the private rows; their labels stay here."""
    make_data = load_module(DATA / "make_data.py")
    drawn_rows = make_data.draw_height_weight(PRIVATE_ROWS, rng)
    X = drawn_rows[["height_cm", "weight_kg"]].to_numpy()
    sex = drawn_rows["sex"].to_numpy()
    return [Case(f"{PRIVATE_ROWS:,} private rows", {"X": X, "few": 200}, private={"sex": sex})]


def expect_predict(X, sex, few):
    """Return what earns all points."""
    return {
        ONLY_LABELS: True,
        OWN_RANGE: True,
        CONSTANT: True,
        KEPT_X: True,
        KEPT_NET: True,
        SHARE: Between(STEPS[-1], 1.0),
    }


def steps_credit(cases, answers):
    """Give a quarter of the points for each step of accuracy; three at most if it is not right."""
    found = measure_predict(answers[0], **cases[0].known)
    share = found.get(SHARE)
    if not isinstance(share, float):
        return None
    steps = sum(share >= step for step in STEPS)
    if not all(found.get(name) for name in (OWN_RANGE, KEPT_X, KEPT_NET)):
        steps = min(steps, 3)
    if not steps:
        return None
    return Credit(steps / 4, f"{share:.1%} of the private rows are right, {steps} of 4 steps.")


def _predict(help_text, accuracy, **wrong):
    """Return a mistake by the range of its accuracy, and by properties that are wrong."""
    return Mistake(lambda **case: {SHARE: Between(*accuracy), **wrong}, help_text)


NOTHING_ELSE = dict.fromkeys((OWN_RANGE, CONSTANT, KEPT_X, KEPT_NET, SHARE), Anything())

hw_predict = HiddenTest(
    title="Accuracy on private rows",
    marking="Of the 20,000 rows, 88.5 % right earn 12 points, 87 % 9, 84 % 6, and 70 % 3 points. "
    "Where predict changes X or net, or a row's label depends on the rows beside it, at most 9.",
    needs=("hw_model", "hw_init", "hw_loss", "hw_accuracy", "hw_train"),
    points=12,
    ask=ask_predict,
    cases=predict_cases,
    expect=expect_predict,
    measure=measure_predict,
    credit=steps_credit,
    by_case=False,
    mistakes={
        "the label of a row depends on the rows beside it": _predict(
            "The same row has another label in other company: is something computed from X as a "
            "whole, its range or its median? Scale as normalise does, and compare each ŷ with ½.",
            (0, 1),
            **{OWN_RANGE: False},
        ),
        "net is changed": _predict(
            "predict changes the parameters of net: train it in the cell before.",
            (0, 1),
            **{KEPT_NET: False, OWN_RANGE: Anything()},
        ),
        "X is changed": _predict(
            "predict changes the rows that it is given: -= and /= work in place. Make new arrays.",
            (0, 1),
            **{KEPT_X: False},
        ),
        "the same label for everybody": _predict(
            "Every row gets the same label. If net's accuracy on the training set is near 50 %, it "
            "never woke up: λ too large (1e-3 is), or too few epochs. Else look at predict: does "
            "it pass raw cm and kg, or cut probabilities to integers?",
            (0, 0.6),
            **{CONSTANT: False},
        ),
        "the labels are swapped": _predict(
            "Nearly every label is the wrong one: 0 is a woman, 1 a man.", (0.0, 0.3)
        ),
        "probabilities instead of labels": Mistake(
            lambda **case: {ONLY_LABELS: False, PROBABILITIES: True, **NOTHING_ELSE},
            "predict returns labels, 0 or 1, one for each row: compare the probability with ½.",
        ),
        "not one label, 0 or 1, for each row": Mistake(
            lambda **case: {ONLY_LABELS: False, PROBABILITIES: False, **NOTHING_ELSE},
            "predict returns a label for each row, 0 for a woman and 1 for a man, shape (n,).",
        ),
        "less than these data allow": _predict(
            "The labels carry something, but 88.5 % are within reach: use both columns, the "
            "settings of the task, and all epochs.",
            (0.3, STEPS[-1]),
        ),
    },
)
