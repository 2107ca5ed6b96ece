"""Hidden test of Q4, task 6: the accuracy reached on private rows."""

from pathlib import Path

from nbjudge import Anything, Case, HiddenTest, load_module

from ...shared.predictions import Labels, ask_predict

MAKE_DATA = Path(__file__).resolve().parents[3] / "data" / "make_data.py"
PRIVATE_ROWS = 20_000
PROBABILITIES = "the labels are numbers between 0 and 1"


def are_probabilities(numbers, rows):
    """Return whether there is a number between 0 and 1 for each row."""
    return numbers.shape in ((rows,), (rows, 1)) and ((numbers >= 0) & (numbers <= 1)).all()


asked = Labels(
    row="row",
    labels="0 and 1",
    classes=2,
    steps=(0.70, 0.84, 0.87, 0.885),  # docs/calibration.md
    instead={PROBABILITIES: are_probabilities},
)


def predict_cases(rng):
    """Draw the private rows; their labels stay here."""
    drawn_rows = load_module(MAKE_DATA).draw_height_weight(PRIVATE_ROWS, rng)
    X = drawn_rows[["height_cm", "weight_kg"]].to_numpy()
    sex = drawn_rows["sex"].to_numpy()
    return [Case(f"{PRIVATE_ROWS:,} private rows", {"X": X, "few": 200}, private={"sex": sex})]


def measure_predict(answer, X, sex, few):
    """Return the accuracy, and what else is asked of labels."""
    return asked.measure(answer, X, sex, few)


hw_predict = HiddenTest(
    title="Accuracy on private rows",
    marking="Of the 20,000 rows, 88.5 % right earn 12 points, 87 % 9, 84 % 6, and 70 % 3 points. "
    "Where predict changes X or net, or a row's label depends on the rows beside it, at most 9.",
    points=12,
    ask=ask_predict,
    cases=predict_cases,
    expect=lambda **case: asked.expect(),
    measure=measure_predict,
    credit=lambda cases, answers: asked.credit(measure_predict(answers[0], **cases[0].known)),
    partial_credit=False,
    depends_on=("hw_model", "hw_init", "hw_loss", "hw_accuracy", "hw_train"),
    mistakes={
        "the label of a row depends on the rows beside it": asked.mistake(
            "The same row has another label in other company: is something computed from X as a "
            "whole, its range or its median? Scale as normalise does, and compare each ŷ with ½.",
            (0, 1),
            **{asked.alone: False},
        ),
        "net is changed": asked.mistake(
            "predict changes the parameters of net: train it in the cell before.",
            (0, 1),
            **{asked.kept_net: False, asked.alone: Anything()},
        ),
        "X is changed": asked.mistake(
            "predict changes the rows that it is given: -= and /= work in place. Make new arrays.",
            (0, 1),
            **{asked.kept: False},
        ),
        "the same label for everybody": asked.mistake(
            "Every row gets the same label. If net's accuracy on the training set is near 50 %, it "
            "never woke up: λ too large (1e-3 is), or too few epochs. Else look at predict: does "
            "it pass raw cm and kg, or cut probabilities to integers?",
            (0, 0.6),
            **{asked.all_occur: False},
        ),
        "the labels are swapped": asked.mistake(
            "Nearly every label is the wrong one: 0 is a woman, 1 a man.", (0.0, 0.3)
        ),
        "probabilities instead of labels": asked.no_labels(
            "predict returns labels, 0 or 1, one for each row: compare the probability with ½.",
            **{PROBABILITIES: True},
        ),
        "not one label, 0 or 1, for each row": asked.no_labels(
            "predict returns a label for each row, 0 for a woman and 1 for a man, shape (n,).",
            **{PROBABILITIES: False},
        ),
        "less than these data allow": asked.mistake(
            "The labels carry something, but 88.5 % are within reach: use both columns, the "
            "settings of the task, and all epochs.",
            (0.3, asked.steps[-1]),
        ),
    },
)
