"""Hidden test of Q4, task 6: the accuracy reached on private rows."""

from pathlib import Path

import numpy as np

from nbjudge import Anything, Between, Case, HiddenTest, Mistake, load_module

DATA = Path(__file__).resolve().parents[3] / "data"


STEPS = (0.70, 0.84, 0.87, 0.885)  # docs/calibration.md
PRIVATE_ROWS = 20_000


def ask_predict(X, few):
    """Let the student's predict label private rows, all at once and a few alone."""
    import numpy as np

    def labels(rows):
        found = predict(rows)  # noqa: F821
        if hasattr(found, "detach"):
            found = found.detach().cpu().numpy()
        return np.asarray(found)

    together = labels(X)
    alone = np.concatenate([labels(X[i : i + 2]).reshape(-1) for i in range(0, 2 * few, 2)])
    return {"together": together.astype(float), "alone": alone.astype(float)}


OWN_RANGE = "a row has the same label in whatever company"
CONSTANT = "both labels occur"
ONLY_LABELS = "the labels are 0 and 1, one for each row"


def measure_predict(answer, X, sex, few):
    """Return the accuracy on the private rows, which never leave the grader's process."""
    if not isinstance(answer, dict):
        return answer
    together, alone = answer.get("together"), answer.get("alone")
    shapes = ((len(X),), (len(X), 1))
    good = isinstance(together, np.ndarray) and together.shape in shapes
    good = good and bool(np.isin(together, (0, 1)).all())
    if not good:
        return {ONLY_LABELS: False}
    together = together.ravel()
    same = isinstance(alone, np.ndarray) and np.array_equal(alone, together[: 2 * few])
    share = float((together == sex).mean())
    return {
        ONLY_LABELS: True,
        OWN_RANGE: bool(same),
        CONSTANT: bool(together.min() != together.max()),
        "the private accuracy": share,
    }


def predict_cases(rng):
    """Draw the private rows; their labels stay here."""
    make_data = load_module(DATA / "make_data.py")
    drawn_rows = make_data.draw_height_weight(PRIVATE_ROWS, rng)
    X = drawn_rows[["height_cm", "weight_kg"]].to_numpy()
    sex = drawn_rows["sex"].to_numpy()
    return [Case(f"{PRIVATE_ROWS} private rows", {"X": X, "few": 200}, private={"sex": sex})]


def expect_predict(X, sex, few, least=STEPS[-1], **others):
    """Return what earns all points."""
    return {
        ONLY_LABELS: True,
        OWN_RANGE: True,
        CONSTANT: True,
        "the private accuracy": Between(least, 1.0),
        **others,
    }


def steps_credit(cases, answers):
    """Give a quarter of the points for each step of accuracy."""
    from nbjudge import Credit

    found = measure_predict(answers[0], **cases[0].known)
    share = found.get("the private accuracy", 0.0)
    steps = sum(share >= step for step in STEPS)
    if not found.get(OWN_RANGE):
        steps = min(steps, 3)
    if not steps:
        return None
    return Credit(steps / 4, f"{share:.1%} of the private rows are right, {steps} of 4 steps.")


hw_predict = HiddenTest(
    title="Accuracy on private rows",
    points=12,
    ask=ask_predict,
    cases=predict_cases,
    expect=expect_predict,
    measure=measure_predict,
    credit=steps_credit,
    by_case=False,
    mistakes={
        "normalised by the range of the rows themselves": Mistake(
            lambda **arguments: {OWN_RANGE: False, "the private accuracy": Between(0, 1)},
            "The label of a row changes with the rows beside it: scale with the minimum and "
            "maximum of the training set, as normalise does.",
        ),
        "the same label for everybody": Mistake(
            lambda **arguments: {CONSTANT: False, "the private accuracy": Between(0, 0.6)},
            "The network never left 50 %: λ too large (1e-3 is), too few epochs, or raw cm and kg "
            "that were not normalised.",
        ),
        "the labels are swapped": Mistake(
            lambda **arguments: {"the private accuracy": Between(0.0, 0.3)},
            "Nearly every label is the wrong one: 0 is a woman, 1 a man.",
        ),
        "probabilities instead of labels": Mistake(
            lambda **arguments: {
                ONLY_LABELS: False,
                OWN_RANGE: Anything(),
                CONSTANT: Anything(),
                "the private accuracy": Anything(),
            },
            "predict returns labels, 0 or 1, one for each row: compare the probability with ½.",
        ),
        "not trained to the end": Mistake(
            lambda **arguments: {"the private accuracy": Between(0.3, STEPS[-1])},
            "The network works, but it has not reached what these data allow: more epochs, and the "
            "settings of the task.",
        ),
    },
)
