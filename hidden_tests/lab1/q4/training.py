"""Hidden test of Q4, task 5: the training. training_seen.py says what one does."""

from pathlib import Path

import numpy as np
import torch

from nbjudge import Anything, Case, HiddenTest, Mistake, load_module

_drawing = load_module(Path(__file__).with_name("drawing.py"))
drawn = _drawing.drawn
rows = _drawing.rows
layers = _drawing.layers
identity = _drawing.identity

seen = load_module(Path(__file__).with_name("training_seen.py"))


def ask_train(values, X, y, epochs, lr, batch_size, lmbda, look, seeds):
    """Train a small model by the student's train_model, with a right loss_fn and accuracy."""
    import torch
    from torch.nn import functional as F

    # what theirs take beside these, with a default, says nothing of the training
    def right_loss(model, yHat, y, lmbda=0.0, *_, **__):
        penalty = sum(p.abs().sum() for p in model.parameters())
        return F.binary_cross_entropy(yHat, y) + lmbda * penalty

    def right_accuracy(model, X, y, *_, **__):
        with torch.no_grad():
            return ((model(X) > 0.5).float() == y).float().mean().item()

    number = {value: i for i, value in enumerate(X[:, 0].tolist())}  # of each row
    strange = []

    def run(seed):
        model = torch.nn.Sequential(
            torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1), torch.nn.Sigmoid()
        )
        with torch.no_grad():
            for p, value in zip(model.parameters(), values):
                p.copy_(value)
        batches = []

        def note(module, arguments):
            batch = [number.get(value, -1) for value in arguments[0][:, 0].tolist()]
            strange.extend(row for row in batch if row < 0)
            # all rows at once may be a measurement, and a batch twice in a row is one batch
            if torch.is_grad_enabled() and len(batch) < len(X) and batch not in batches[-1:]:
                batches.append(batch)

        model[0].register_forward_pre_hook(note)
        how = {"epochs": epochs, "lr": lr, "batch_size": batch_size, "lmbda": lmbda}
        given = X.clone(), y.clone()
        history = train_model(model, *given, seed=seed, **how)  # noqa: F821
        kept = torch.equal(given[0], X) and torch.equal(given[1], y)
        flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
        return history, flat, batches, kept

    def is_list(numbers):
        usual = hasattr(numbers, "__len__") and not isinstance(numbers, (str, dict))
        return usual and getattr(numbers, "ndim", 1) > 0

    def has_graph(value):
        return isinstance(value, torch.Tensor) and value.requires_grad

    names = getattr(train_model, "__globals__", {})  # noqa: F821
    own = {name: names.get(name) for name in ("loss_fn", "accuracy")}
    # their own loss_fn and accuracy are judged in their own tasks
    names.update(loss_fn=right_loss, accuracy=right_accuracy)
    try:
        history, flat, batches, kept = run(seeds[0])
        answer = {"the parameters at the end": flat, "batches": batches}
        if look == "history":
            answer["history"] = history
            answer["plain"] = True
            if isinstance(history, dict):
                both = {name: history.get(name) for name in ("loss", "accuracy")}
                lists = {name: numbers for name, numbers in both.items() if is_list(numbers)}
                values_of = [value for numbers in lists.values() for value in numbers]
                answer["plain"] = not any(has_graph(value) for value in values_of)
                answer["history"] = {
                    name: [float(value) for value in numbers] for name, numbers in lists.items()
                }
        if look == "order":
            _, again, same, _ = run(seeds[0])
            _, _, other, _ = run(seeds[1])
            answer["kept"] = kept
            answer["repeated"] = bool(torch.allclose(flat, again)) and batches == same
            answer["other"] = batches != other
        answer["given"] = not strange
    finally:
        for name, value in own.items():
            if value is None:
                names.pop(name, None)
            else:
                names[name] = value
    return answer


def full_batch(X, epochs, **case):
    """Return the parameters after training on all rows at once."""
    return seen.replay([list(range(len(X)))] * epochs, X=X, epochs=epochs, **case)


def train_answer(look, **case):
    """Return what a right training answers."""
    expected = {seen.GIVEN: True}
    if look == "parameters":
        expected[seen.PARAMETERS] = full_batch(**case)
    if look == "order":
        expected |= dict.fromkeys(
            (
                seen.EPOCHS,
                seen.BATCHES,
                seen.SIZES,
                seen.SHUFFLED,
                seen.NEW_ORDER,
                seen.MIXED,
                seen.SAME_SEED,
                seen.OTHER_SEED,
                seen.KEPT,
            ),
            True,
        )
    if look == "steps":
        expected[seen.STEPS] = True
    if look == "history":
        expected |= {seen.LENGTHS: True, seen.PLAIN: True, seen.LOSS: True, seen.ACCURACY: True}
    return expected


def train_cases(rng):
    """Draw a training for each aspect; both labels occur, and the model at hand is half right."""
    found = []
    for label, look, n, epochs, lr, size, lmbda, points in (
        ("all rows in one batch, no penalty", "parameters", 12, 4, 0.7, 50, 0.0, 1.5),
        ("all rows in one batch, with a penalty", "parameters", 14, 5, 0.5, 14, 0.05, 1.5),
        ("batches of 6 of 43 rows: which rows, in which order", "order", 43, 4, 0.1, 6, 0.01, 2),
        ("batches of 6 of 20 rows: a step for each batch", "steps", 20, 2, 0.5, 6, 0.05, 2),
        ("history: one loss and one accuracy an epoch", "history", 41, 3, 0.1, 6, 0.05, 1),
    ):
        X = rows(rng, n, 2)
        X[:, 0] = torch.tensor(rng.permutation(np.linspace(0, 1, n)), dtype=torch.float32)
        y = (X[:, :1] + X[:, 1:] > 1).float()
        y[:3] = 1 - y[:3]
        values = [drawn(rng, 3, 2), drawn(rng, 3), drawn(rng, 1, 3), drawn(rng, 1)]
        with torch.no_grad():  # so that the model at hand is right on some rows, wrong on others
            z = layers([*values[:3], torch.zeros(1)], X, (torch.sigmoid, identity))
            values[3] = -z.mean().reshape(1)
        seed = int(rng.integers(1, 1000))
        arguments = {"values": values, "X": X, "y": y, "epochs": epochs, "lr": lr}
        arguments |= {"batch_size": size, "lmbda": lmbda, "look": look, "seeds": [seed, seed + 1]}
        found.append(Case(label, arguments, points))
    return found


def _steps(name):
    """Return the mistake with the steps that `seen.WRONG_STEPS` describes."""
    how, help_text = seen.WRONG_STEPS[name]

    def formula(look, **case):
        if look == "steps":
            return {seen.STEPS: False, seen.as_if(name): True}
        if look == "history" and how.keys() & {"lmbda", "penalised"}:  # perhaps there, too
            return {seen.LOSS: Anything()}
        if look == "parameters":
            return {seen.PARAMETERS: full_batch(**{**case, **how})}
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
    nothing = seen.as_if("all rows at once")
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
            return {seen.PARAMETERS: full_batch(epochs=number(epochs), **case)}
        wrong = {
            "order": {seen.EPOCHS: False, seen.as_if(how): True},
            "history": {**NO_HISTORY, seen.LENGTHS: Anything()},
        }
        return wrong.get(look, {})

    return formula


def _other_rows(look, **case):
    """Return what is seen where other rows are trained on: nothing else can be said."""
    return {name: Anything() for name in train_answer(look, **case)} | {seen.GIVEN: False}


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
        {seen.SIZES: False, seen.as_if("16"): True},
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
        {seen.LOSS: False, seen.as_if("no penalty in the loss"): True},
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


def _train_mistakes():
    """Return every single mistake, then every pair of a wrong order and a wrong history."""
    found = {
        "the model is not trained": Mistake(
            _untrained,
            "The parameters are the same after the call, and no batch was taken. Or does "
            "train_model build a model of its own? Train the one that it is given.",
        ),
        **{name: _steps(name) for name in seen.WRONG_STEPS},
        "the labels are not shuffled with the rows": Mistake(
            lambda look, **case: {
                "parameters": {seen.PARAMETERS: Anything()},
                "steps": {seen.STEPS: False, seen.as_if("unpaired"): True},
            }.get(look, {}),
            "X is shuffled, y is not: take y[order] where you take X[order].",
        ),
        **{name: _seen(text, order=wrong) for name, (wrong, text) in WRONG_ORDER.items()},
        "batch_size is not used: all rows at once": _seen(
            "Each epoch takes its rows in batches of batch_size.",
            order={**NO_ORDER, seen.as_if("all rows at once"): True},
            steps={seen.STEPS: False},
        ),
        "the short last batch is dropped": _seen(
            "The last batch of an epoch may be smaller than batch_size, a single row even; it "
            "counts, too.",
            parameters={seen.PARAMETERS: Anything()},
            order={**NO_ORDER, seen.as_if("dropped"): True},
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


hw_train = HiddenTest(
    title="Training",
    marking="Judged with a right loss and accuracy. Each line is judged by itself: who never "
    "shuffles keeps the points of the steps.",
    points=8,
    ask=ask_train,
    cases=train_cases,
    expect=train_answer,
    measure=seen.measure_train,
    mistakes=_train_mistakes(),
)
