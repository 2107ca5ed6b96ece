"""Hidden test of Q4, task 5: the training."""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from nbjudge import Anything, Case, HiddenTest, Mistake, load_module

_drawing = load_module(Path(__file__).with_name("drawing.py"))
drawn = _drawing.drawn
rows = _drawing.rows
layers = _drawing.layers
identity = _drawing.identity
absolute = _drawing.absolute


def ask_train(values, X, y, epochs, lr, batch_size, lmbda, look):
    """Train a small model by the student's train_model, with a right loss_fn and accuracy."""
    import torch
    from torch.nn import functional as F

    def right_loss(model, yHat, y, lmbda):
        penalty = sum(p.abs().sum() for p in model.parameters())
        return F.binary_cross_entropy(yHat, y) + lmbda * penalty

    def right_accuracy(model, X, y):
        with torch.no_grad():
            return ((model(X) > 0.5).float() == y).float().mean().item()

    strange = []

    def run(seed):
        model = torch.nn.Sequential(
            torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1), torch.nn.Sigmoid()
        )
        with torch.no_grad():
            for p, value in zip(model.parameters(), values):
                p.copy_(value)
        seen = []
        given = {round(v, 5) for v in X[:, 0].tolist()}

        def note(module, arguments):
            if not given.issuperset(round(v, 5) for v in arguments[0][:, 0].tolist()):
                strange.append(True)
            if torch.is_grad_enabled() and len(arguments[0]) < len(X):
                seen.append([round(v, 5) for v in arguments[0][:, 0].tolist()])

        model.register_forward_pre_hook(note)
        how = {"epochs": epochs, "lr": lr, "batch_size": batch_size, "lmbda": lmbda}
        history = train_model(model, X.clone(), y.clone(), seed=seed, **how)  # noqa: F821
        flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
        return history, flat, seen

    names = train_model.__globals__  # noqa: F821
    kept = {name: names.get(name) for name in ("loss_fn", "accuracy")}
    # their own loss_fn and accuracy are judged in their own tasks
    names.update(loss_fn=right_loss, accuracy=right_accuracy)
    try:
        history, flat, seen = run(3)
        answer = {
            "loss": [float(v) for v in history["loss"]],
            "accuracy": [float(v) for v in history["accuracy"]],
            "the parameters at the end": flat,
            "batches": seen,
            "it sees only the rows that it was given": not strange,
        }
        if look:
            _, again, same = run(3)
            _, _, other = run(4)
            answer["the same seed gives the same training"] = (
                bool(torch.allclose(flat, again)) and seen == same
            )
            answer["another seed gives another order"] = seen != other
    finally:
        for name, value in kept.items():
            if value is None:
                names.pop(name, None)
            else:
                names[name] = value
    return answer


BATCHES = "each epoch sees every row once, in batches of batch_size"
NEW_ORDER = "the rows are in a new order in each epoch"


def measure_train(answer, X, epochs, batch_size, look, **arguments):
    """Say what the batches were, instead of which."""
    if not isinstance(answer, dict):
        return answer
    histories = [answer.get(name) for name in ("loss", "accuracy")]
    found = {
        **answer,
        "history has one loss and one accuracy for each epoch": all(
            isinstance(h, list) and len(h) == epochs for h in histories
        ),
        "the accuracies": answer.get("accuracy"),
    }
    if look:
        found[BATCHES], found[NEW_ORDER] = _orders(answer.get("batches"), X, epochs, batch_size)
    return found


def _orders(batches, X, epochs, batch_size):
    """Return whether the batches make up whole epochs, and whether their order changes."""
    per_epoch = -(-len(X) // batch_size)
    if not isinstance(batches, list) or len(batches) != epochs * per_epoch:
        return False, False
    wanted = sorted(round(v, 5) for v in X[:, 0].tolist())
    orders = []
    for epoch in range(epochs):
        part = batches[epoch * per_epoch : (epoch + 1) * per_epoch]
        if not all(len(batch) <= batch_size for batch in part):
            return False, False
        orders.append([row for batch in part for row in batch])
    whole = all(np.allclose(sorted(order), wanted, atol=2e-5) for order in orders)
    given = [round(v, 5) for v in X[:, 0].tolist()]
    fresh = [given, *orders]
    return whole, all(a != b for i, a in enumerate(fresh) for b in fresh[i + 1 :])


def full_batch(values, X, y, epochs, lr, lmbda, decay=0.0, clear=True, make=torch.optim.SGD):
    """Return losses, accuracies and parameters of training on all rows at once."""
    theta = [v.clone().requires_grad_() for v in values]
    optimizer = make(theta, lr=lr, weight_decay=decay)
    accuracies = []
    for _ in range(epochs):
        if clear:
            optimizer.zero_grad()
        yHat = layers(theta, X, (torch.sigmoid, torch.sigmoid))
        (F.binary_cross_entropy(yHat, y) + absolute(theta, lmbda)).backward()
        optimizer.step()
        with torch.no_grad():
            p = layers(theta, X, (torch.sigmoid, torch.sigmoid))
        accuracies.append(float(((p > 0.5).float() == y).float().mean()))
    return accuracies, torch.cat([t.detach().flatten() for t in theta])


GIVEN = "it sees only the rows that it was given"
LENGTHS = "history has one loss and one accuracy for each epoch"


def train_answer(values, X, y, epochs, lr, batch_size, lmbda, look, **how):
    """Return what a right training answers; with `look`, the model stands still (lr = 0)."""
    accuracies, flat = full_batch(values, X, y, epochs, lr, lmbda, **how)
    expected = {LENGTHS: True, GIVEN: True}
    if batch_size >= len(X) or look:
        expected["the parameters at the end"] = flat
    if look:
        expected |= {
            "the accuracies": accuracies,
            BATCHES: True,
            NEW_ORDER: True,
            "the same seed gives the same training": True,
            "another seed gives another order": True,
        }
    return expected


def train_cases(rng):
    """Draw two trainings on all rows at once and one in batches with a learning rate of 0."""
    found = []
    for label, n, epochs, lr, size, lmbda, look, weight in (
        ("all rows in one batch, no penalty", 12, 4, 0.7, 50, 0.0, False, 1),
        ("all rows in one batch, with a penalty", 14, 5, 0.5, 14, 0.05, False, 1.5),
        ("batches of 6 of 40 rows, learning rate 0", 40, 4, 0.0, 6, 0.01, True, 1.5),
    ):
        X = rows(rng, n, 2)
        X[:, 0] = torch.tensor(rng.permutation(np.linspace(0, 1, n)), dtype=torch.float32)
        y = (X[:, :1] + X[:, 1:] > 1).float()
        y[:3] = 1 - y[:3]
        values = [drawn(rng, 3, 2), drawn(rng, 3), drawn(rng, 1, 3), drawn(rng, 1)]
        with torch.no_grad():  # so that the model at hand is right on some rows, wrong on others
            z = layers([*values[:3], torch.zeros(1)], X, (torch.sigmoid, identity))
            values[3] = -z.median().reshape(1)
        arguments = {"values": values, "X": X, "y": y, "epochs": epochs, "lr": lr}
        arguments |= {"batch_size": size, "lmbda": lmbda, "look": look}
        found.append(Case(label, arguments, weight))
    return found


def _train(help_text, **how):
    return Mistake(lambda **arguments: train_answer(**arguments, **how), help_text)


def _look(help_text, *wrong):
    """Return a mistake that shows only in the batches."""

    def formula(look, **arguments):
        return dict.fromkeys(wrong, False) if look else {}

    return Mistake(formula, help_text)


SAME_SEED, OTHER_SEED = "the same seed gives the same training", "another seed gives another order"

hw_train = HiddenTest(
    title="Training",
    points=8,
    ask=ask_train,
    cases=train_cases,
    expect=train_answer,
    measure=measure_train,
    mistakes={
        "the gradients are not cleared": _train(
            "Call optimizer.zero_grad() before each backward().", clear=False
        ),
        "the penalty is left out": Mistake(
            lambda lmbda, **arguments: train_answer(**arguments, lmbda=0.0),
            "Pass lmbda on to loss_fn, so that training feels the penalty.",
        ),
        "Adam instead of SGD": _train("The lab asks for plain SGD.", make=torch.optim.Adam),
        "the parameters do not move": Mistake(
            lambda lr, **arguments: train_answer(**arguments, lr=0.0),
            "Is backward() called, then optimizer.step()?",
        ),
        "the rows are never shuffled": _look(
            "Each epoch takes the rows in the order in which they came: shuffle them with seed.",
            NEW_ORDER,
            OTHER_SEED,
        ),
        "shuffled once, not in each epoch": _look(
            "The order is drawn once, before the loop; draw a new one in each epoch.", NEW_ORDER
        ),
        "the seed is not used": _look(
            "Draw the order from a generator with the given seed.", SAME_SEED
        ),
        "the same order whatever the seed": _look(
            "Another seed must give another order.", OTHER_SEED
        ),
        "the accuracy of a batch, not of the whole set": Mistake(
            lambda look, **arguments: {"the accuracies": Anything()} if look else {},
            "history['accuracy'] is the accuracy over all rows of X after each epoch, not over the "
            "last batch.",
        ),
        "not one number for each epoch": Mistake(
            lambda look, **arguments: (
                {LENGTHS: False} | ({"the accuracies": Anything()} if look else {})
            ),
            "history['loss'] and history['accuracy'] have exactly one number for each epoch.",
        ),
        "not the rows that it was given": Mistake(
            lambda look, **arguments: {
                "the parameters at the end": Anything(),
                "the accuracies": Anything(),
                BATCHES: Anything(),
                NEW_ORDER: Anything(),
                OTHER_SEED: Anything(),
                SAME_SEED: Anything(),
                GIVEN: False,
            },
            "Train on the X and y that the function is given, not on X_train or X_test.",
        ),
        "batch_size is not kept, or rows are dropped": Mistake(
            lambda look, **arguments: (
                {BATCHES: False, NEW_ORDER: False, OTHER_SEED: Anything()} if look else {}
            ),
            "Each epoch takes every row once, in batches of batch_size; the last may be smaller.",
        ),
    },
)
