"""What a training of Q4 does, as properties: its batches, its steps and its history.

`train_answer` says what a right one does, `measure_train` what a student's does.
"""

import numpy as np
import torch
from torch.nn import functional as F

from nbjudge import Tensor

from .network import absolute
from .training_steps import WRONG_STEPS, as_if, model, replay

GIVEN = "it trains and measures on the rows that it was given, and no others"
PARAMETERS = "the parameters at the end"
EPOCHS = "there are as many epochs as were asked for"
BATCHES = "each epoch sees every row once"
SIZES = "each batch has batch_size rows, the last of an epoch what is left"
SHUFFLED = "the rows are in another order than they came in"
NEW_ORDER = "the order is another one in each epoch"
MIXED = "the batches of one epoch are made of other rows than those of another"
SAME_SEED = "the same seed gives the same training"
OTHER_SEED = "another seed gives another order"
KEPT = "the X and y that it was given are left as they were"
STEPS = "each batch takes one step of plain SGD, in turn"
PLAIN = "history holds numbers, no tensors with their computation"
LENGTHS = "history is a dict with one loss and one accuracy for each epoch"
LOSS = "the last loss is that of all rows after the last epoch"
ACCURACY = "the last accuracy is that of all rows after the last epoch"


def full_batch(X, epochs, **case):
    """Return the parameters after training on all rows at once."""
    return replay([list(range(len(X)))] * epochs, X=X, epochs=epochs, **case)


def train_answer(look, **case):
    """Return what a right training answers."""
    expected = {GIVEN: True}
    if look == "parameters":
        expected[PARAMETERS] = full_batch(**case)
    if look == "order":
        order = (EPOCHS, BATCHES, SIZES, SHUFFLED, NEW_ORDER, MIXED, SAME_SEED, OTHER_SEED, KEPT)
        expected |= dict.fromkeys(order, True)
    if look == "steps":
        expected[STEPS] = True
    if look == "history":
        expected |= {LENGTHS: True, PLAIN: True, LOSS: True, ACCURACY: True}
    return expected


def measure_train(answer, look, **case):
    """Say of the batches, the steps and the history what they are, instead of giving numbers."""
    if not isinstance(answer, dict):
        return answer
    found = {GIVEN: answer.get("given"), PARAMETERS: answer.get(PARAMETERS)}
    batches = _read_batches(answer.get("batches"), len(case["X"]), case["epochs"])
    if look == "order":
        found |= _of_order(batches, **case)
        found |= {SAME_SEED: answer.get("repeated"), KEPT: answer.get("kept")}
        found[OTHER_SEED] = answer.get("other") if batches else True
    if look == "steps":
        found |= _of_steps(batches, answer.get(PARAMETERS), **case)
    if look == "history":
        found |= _of_history(answer.get("history"), answer.get(PARAMETERS), **case)
        found[PLAIN] = answer.get("plain")
    return found


def _read_batches(batches, n, epochs):
    """Return the batches if they are lists of row numbers, no more than there can be; else none."""
    good = isinstance(batches, list) and len(batches) <= n * epochs
    good = good and all(
        isinstance(batch, list) and all(type(row) is int and 0 <= row < n for row in batch)
        for batch in batches
    )
    return batches if good else []


def _of_order(batches, X, epochs, batch_size, **case):
    """Say whether the batches make up whole epochs, and which mistakes they look like.

    What cannot be told without batches is not held against the training.
    """
    n = len(X)
    found_epochs = _epochs(batches, n)
    orders = [[row for batch in epoch for row in batch] for epoch in found_epochs]
    sizes = [[len(batch) for batch in epoch] for epoch in found_epochs]
    right_sizes = [batch_size] * (n // batch_size) + [n % batch_size] * (n % batch_size > 0)
    groups = [{frozenset(batch) for batch in epoch} for epoch in found_epochs]
    whole = bool(batches) and all(len(order) == n for order in orders)
    dropped = [batch_size] * (n // batch_size)
    return {
        EPOCHS: len(found_epochs) in (0, epochs),
        BATCHES: whole,
        SIZES: not whole or all(epoch == right_sizes for epoch in sizes),
        SHUFFLED: not orders or orders[0] != sorted(orders[0]),
        NEW_ORDER: _all_differ(orders),
        MIXED: _all_differ(groups),
        as_if("dropped"): bool(batches) and all(epoch == dropped for epoch in sizes),
        as_if("all rows at once"): not batches,
        as_if("one epoch"): len(orders) == 1 and len(orders[0]) == n,
        as_if("one epoch more"): len(orders) == epochs + 1,
        as_if("one epoch less"): len(orders) == epochs - 1,
        as_if("16"): sizes == [[16, 16, n - 32]] * epochs,
    }


def _all_differ(things):
    return all(a != b for i, a in enumerate(things) for b in things[i + 1 :])


def _epochs(batches, n):
    """Return the batches of each epoch: another one begins when a row comes again."""
    epochs, seen = [], set()
    for batch in batches:
        if not epochs or seen & set(batch) or len(seen) == n:
            epochs.append([])
            seen = set()
        epochs[-1].append(batch)
        seen |= set(batch)
    return epochs


def _of_steps(batches, parameters, **case):
    """Say whether the parameters follow from the batches, or which known mistakes they show."""
    flat = parameters.array if isinstance(parameters, Tensor) else np.zeros(0)

    def fits(**how):
        wanted = replay(batches, **{**case, **how}).numpy()
        return flat.shape == wanted.shape and bool(np.allclose(flat, wanted, 1e-3, 1e-4))

    found = {STEPS: bool(batches) and fits()}
    if batches and not found[STEPS]:
        found |= {as_if(name): fits(**how) for name, (how, _) in WRONG_STEPS.items()}
        found[as_if("unpaired")] = fits(paired=False)
    return found


def _of_history(history, parameters, values, X, y, epochs, lmbda, **case):
    """Say whether its last loss and accuracy are those of all rows, with the last parameters."""
    history = history if isinstance(history, dict) else {}
    lists = {name: history.get(name) for name in ("loss", "accuracy")}
    good = {
        name: isinstance(numbers, list) and len(numbers) == epochs
        for name, numbers in lists.items()
    }
    found = {LENGTHS: all(good.values()), LOSS: True, ACCURACY: True}
    theta = _split(parameters, values)
    if theta is None:
        return {**found, LOSS: False, ACCURACY: False}
    p = model(theta, X)
    if good["loss"]:  # else nothing can be said of the last one
        last = lists["loss"][-1]
        data, penalty = float(F.binary_cross_entropy(p, y)), float(absolute(theta, lmbda))
        found[LOSS] = _near(last, data + penalty)
        found[as_if("no penalty in the loss")] = _near(last, data)
    if good["accuracy"]:
        right = float(((p > 0.5).float() == y).float().mean())
        doubtful = float(((p - 0.5).abs() < 1e-5).float().mean())  # ½, but for rounding
        found[ACCURACY] = _near(lists["accuracy"][-1], right, doubtful)
    return found


def _near(number, right, doubtful=0.0):
    return isinstance(number, float) and abs(number - right) < doubtful + 1e-4


def _split(parameters, values):
    """Return the parameters in the shapes of `values`; None if they are no such numbers."""
    sizes = [v.numel() for v in values]
    if not isinstance(parameters, Tensor) or parameters.array.shape != (sum(sizes),):
        return None
    if not np.isfinite(parameters.array).all():
        return None
    flat = torch.tensor(parameters.array.astype(np.float32))
    return [piece.reshape(v.shape) for piece, v in zip(flat.split(sizes), values)]
