"""What goes wrong in the training of Q4: in its order, its steps and its history."""

import torch

from nbjudge import Anything, Mistake

from . import training_seen as seen
from .training_steps import WRONG_STEPS, as_if


def _steps(name):
    """Return the mistake with the steps that `WRONG_STEPS` describes."""
    how, help_text = WRONG_STEPS[name]

    def formula(look, **case):
        if look == "steps":
            return {seen.STEPS: False, as_if(name): True}
        if look == "history" and how.keys() & {"lmbda", "penalised"}:  # perhaps there, too
            return {seen.LOSS: Anything()}
        if look == "parameters":
            return {seen.PARAMETERS: seen.full_batch(**{**case, **how})}
        return {}

    return Mistake(formula, help_text)


def _seen(help_text, **wrong):
    """Return a mistake by what is wrong in the cases that look at one aspect, by that."""
    return Mistake(lambda look, **case: wrong.get(look, {}), help_text)


NO_ORDER = {
    seen.EPOCHS: Anything(),
    seen.BATCHES: False,
    seen.SIZES: Anything(),
    seen.SHUFFLED: Anything(),
    seen.NEW_ORDER: Anything(),
    seen.MIXED: Anything(),
    seen.OTHER_SEED: Anything(),
}
SAME_ORDER = {seen.NEW_ORDER: False, seen.MIXED: False}
NO_HISTORY = {seen.LENGTHS: Anything(), seen.LOSS: Anything(), seen.ACCURACY: Anything()}


def _untrained(values, look, **case):
    """Return what a function gives that leaves the model alone."""
    if look == "parameters":
        return {seen.PARAMETERS: torch.cat([v.flatten() for v in values])}
    nothing = as_if("all rows at once")
    wrong = {
        "order": {**NO_ORDER, nothing: True},
        "steps": {seen.STEPS: False},
        "history": NO_HISTORY,
    }
    return wrong[look]


def _epochs(how, number):
    """Return what a function gives that trains for `number(epochs)` epochs."""

    def formula(look, epochs, **case):
        if look == "parameters":
            return {seen.PARAMETERS: seen.full_batch(epochs=number(epochs), **case)}
        wrong = {
            "order": {seen.EPOCHS: False, as_if(how): True},
            "history": {**NO_HISTORY, seen.LENGTHS: Anything()},
        }
        return wrong.get(look, {})

    return formula


def _other_rows(look, **case):
    """Return what is seen where other rows are trained on: nothing else can be said."""
    return {name: Anything() for name in seen.train_answer(look, **case)} | {seen.GIVEN: False}


WRONG_ORDER = {
    "the rows are never shuffled": (
        {seen.SHUFFLED: False, **SAME_ORDER, seen.OTHER_SEED: False},
        "Each epoch takes the rows in the order in which they came: shuffle them with seed.",
    ),
    "the same order in every epoch, whatever the seed": (
        {**SAME_ORDER, seen.OTHER_SEED: False},
        "Draw a new order in each epoch, from one generator that is given the seed.",
    ),
    "the same order in every epoch": (
        SAME_ORDER,
        "Draw a new order in each epoch. An order that is drawn before the loop stays the same, "
        "and so does one from a generator that is seeded anew in each epoch.",
    ),
    "only the batches are shuffled, not the rows": (
        {
            seen.MIXED: False,
            # a batch that ends one epoch and begins the next is seen once
            **dict.fromkeys((seen.EPOCHS, seen.BATCHES, seen.SIZES), Anything()),
        },
        "The same rows make up a batch in every epoch, and only the batches change places: "
        "shuffle the rows, then take batches of them.",
    ),
    "batch_size is not used: always 16": (
        {seen.SIZES: False, as_if("16"): True},
        "16 is only the default of batch_size.",
    ),
    "the batches are not of batch_size": (
        {seen.SIZES: False},
        "Each batch has batch_size rows, and the last of an epoch what is left. A fixed number "
        "gives other sizes, and so does torch.tensor_split into a number of parts.",
    ),
    "X or y is changed": (
        {seen.KEPT: False},
        "X[:] = X[order] writes into the tensor that was given; X = X[order] makes a new one.",
    ),
    "the seed is not used": (
        {seen.SAME_SEED: False},
        "Two calls with the same seed train differently: draw the order from a generator with the "
        "given seed.",
    ),
    "the same order whatever the seed": (
        {seen.OTHER_SEED: False},
        "Another seed must give another order.",
    ),
}
WRONG_HISTORY = {
    "history holds tensors with their computation": (
        {seen.PLAIN: False},
        "Append numbers: .item() makes a float of a loss. A tensor keeps its whole computation "
        "alive.",
    ),
    "the loss in history has no penalty": (
        {seen.LOSS: False, as_if("no penalty in the loss"): True},
        "history['loss'] is what loss_fn gives with lmbda.",
    ),
    "history['loss'] is not that of all rows after the epoch": (
        {seen.LOSS: False},
        "Append loss_fn(model, model(X), y, lmbda) after the epoch's last step: the loss of the "
        "last batch, or a mean over the batches, is another number.",
    ),
    "history['accuracy'] is not that of all rows after the epoch": (
        {seen.ACCURACY: False},
        "Append accuracy(model, X, y) after the epoch's last step, not that of a batch.",
    ),
    "history is not that of all rows after the epoch": (
        {seen.LOSS: False, seen.ACCURACY: False},
        "Append loss_fn(model, model(X), y, lmbda) and accuracy(model, X, y) after the epoch's "
        "last step: those of a batch, or a mean over the batches, are other numbers.",
    ),
    "not one loss and one accuracy for each epoch": (
        {**NO_HISTORY, seen.LENGTHS: False},
        "Return a dict: history['loss'] and history['accuracy'] have exactly one number for each "
        "epoch.",
    ),
}


def _all():
    """Return every single mistake, then every pair of a wrong order and a wrong history."""
    found = {
        "the model is not trained": Mistake(
            _untrained,
            "The parameters are the same after the call, and no batch was taken. Or does "
            "train_model build a model of its own? Train the one that it is given.",
        ),
        **{name: _steps(name) for name in WRONG_STEPS},
        "the labels are not shuffled with the rows": Mistake(
            lambda look, **case: {
                "parameters": {seen.PARAMETERS: Anything()},
                "steps": {seen.STEPS: False, as_if("unpaired"): True},
            }.get(look, {}),
            "X is shuffled, y is not: take y[order] where you take X[order].",
        ),
        **{name: _seen(text, order=wrong) for name, (wrong, text) in WRONG_ORDER.items()},
        "batch_size is not used: all rows at once": _seen(
            "Each epoch takes its rows in batches of batch_size.",
            order={**NO_ORDER, as_if("all rows at once"): True},
            steps={seen.STEPS: False},
        ),
        "the short last batch is dropped": _seen(
            "The last batch of an epoch may be smaller than batch_size, a single row even; it "
            "counts, too.",
            parameters={seen.PARAMETERS: Anything()},
            order={**NO_ORDER, as_if("dropped"): True},
            history=NO_HISTORY,
        ),
        "only one epoch is trained": Mistake(
            _epochs("one epoch", lambda epochs: 1),
            "Does the loop over the epochs return in its first round?",
        ),
        "one epoch too many": Mistake(
            _epochs("one epoch more", lambda epochs: epochs + 1),
            "range(epochs) makes `epochs` rounds; yours makes one more.",
        ),
        "one epoch too few": Mistake(
            _epochs("one epoch less", lambda epochs: epochs - 1),
            "range(epochs) makes `epochs` rounds; yours makes one less.",
        ),
        "an epoch is not every row once": _seen(
            "Each epoch takes every row once, in batches of batch_size; the last may be smaller.",
            parameters={seen.PARAMETERS: Anything()},
            order={**NO_ORDER, seen.SAME_SEED: Anything()},
            steps={seen.STEPS: Anything()},
            history=NO_HISTORY,
        ),
        **{name: _seen(text, history=wrong) for name, (wrong, text) in WRONG_HISTORY.items()},
        "other rows than those that it was given": Mistake(
            _other_rows,
            "Train and measure on the X and y that the function is given, as they are, not on "
            "X_train or X_test.",
        ),
    }
    for first, (order, text) in WRONG_ORDER.items():
        for second, (history, other) in WRONG_HISTORY.items():
            both = f"{text} And: {other}"
            found[f"{first}; and {second}"] = _seen(both, order=order, history=history)
    return found


MISTAKES = _all()
