"""The steps of a training of Q4, right and wrong: `replay` makes them on known batches."""

import torch
from torch.nn import functional as F

from .network import absolute, layers


def as_if(how):
    """Return the name of a property that only a mistake has."""
    return f"as if: {how}"


def replay(
    batches,
    values,
    X,
    y,
    lr,
    lmbda,
    epochs,
    clear="batch",
    step="batch",
    paired=True,
    decay=False,
    penalised=True,
    make=torch.optim.SGD,
    **others,
):
    """Train on known batches of row numbers; return all parameters at the end as one tensor.

    `clear` and `step` say when gradients are cleared and a step is taken: for each "batch", for
    each "epoch", or "never". Not `paired`, the labels stay in the order in which they came. With
    `decay`, the optimiser has weight_decay=lmbda; not `penalised`, the loss has no penalty.
    """
    theta = [v.clone().requires_grad_() for v in values]
    optimizer = make(theta, lr=lr, weight_decay=lmbda) if decay else make(theta, lr=lr)
    per_epoch = max(1, len(batches) // epochs)
    used = 0
    for i, batch in enumerate(batches):
        first, last = i % per_epoch == 0, i % per_epoch == per_epoch - 1
        used = 0 if first else used
        labels = y[batch] if paired else y[used : used + len(batch)]
        used += len(batch)
        if clear == "batch" or (clear == "epoch" and first):
            optimizer.zero_grad()
        data = F.binary_cross_entropy(model(theta, X[batch]), labels)
        (data + absolute(theta, lmbda) if penalised else data).backward()
        if step == "batch" or (step == "epoch" and last):
            optimizer.step()
    return torch.cat([t.detach().flatten() for t in theta])


def model(theta, X):
    """Return what the model with parameters `theta` answers."""
    return layers(theta, X, (torch.sigmoid, torch.sigmoid))


def momentum(theta, lr):
    """Return SGD with the momentum of Q2."""
    return torch.optim.SGD(theta, lr=lr, momentum=0.9)


# what can be wrong about the steps: arguments of `replay`, and what to tell the student
WRONG_STEPS = {
    "the gradients are not cleared": (
        {"clear": "never"},
        "Call optimizer.zero_grad() before each backward().",
    ),
    "the gradients are cleared once an epoch": (
        {"clear": "epoch"},
        "The gradients of the batches before are still there: call optimizer.zero_grad() for each "
        "batch.",
    ),
    "one step an epoch, with the last batch's gradient": (
        {"step": "epoch"},
        "optimizer.step() belongs into the loop over the batches.",
    ),
    "one step an epoch, with the sum of the gradients": (
        {"clear": "epoch", "step": "epoch"},
        "zero_grad() and step() belong into the loop over the batches.",
    ),
    "the penalty is left out": (
        {"lmbda": 0.0},
        "Pass lmbda on to loss_fn, so that training feels the penalty.",
    ),
    "weight_decay instead of the penalty": (
        {"decay": True, "penalised": False},
        "weight_decay of torch's optimisers is L2; the penalty of this lab is L1, in loss_fn.",
    ),
    "weight_decay as well as the penalty": (
        {"decay": True},
        "weight_decay adds an L2 penalty of its own. The penalty is in loss_fn already: leave "
        "weight_decay at its default, 0.",
    ),
    "Adam instead of SGD": ({"make": torch.optim.Adam}, "The lab asks for plain SGD."),
    "SGD with momentum 0.9": ({"make": momentum}, "The lab asks for plain SGD, without momentum."),
    "lr is not used: always 0.01": ({"lr": 0.01}, "Pass lr on to the optimiser."),
    "the parameters do not move": (
        {"lr": 0.0},
        "Is backward() called, then optimizer.step()?",
    ),
}
