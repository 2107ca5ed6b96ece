"""Hidden test of Q4, task 5: the training. training_seen.py says what one does."""

import numpy as np
import torch

from nbjudge import Case, HiddenTest

from ...shared.torch_parts import draw_rows
from .network import drawn, identity, layers
from .training_mistakes import MISTAKES
from .training_seen import measure_train, train_answer


def ask_train(student, values, X, y, epochs, lr, batch_size, lmbda, look, seeds):
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
        history = student.train_model(model, *given, seed=seed, **how)
        kept = torch.equal(given[0], X) and torch.equal(given[1], y)
        flat = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
        return history, flat, batches, kept

    def is_list(numbers):
        usual = hasattr(numbers, "__len__") and not isinstance(numbers, (str, dict))
        return usual and getattr(numbers, "ndim", 1) > 0

    def has_graph(value):
        return isinstance(value, torch.Tensor) and value.requires_grad

    names = getattr(student.train_model, "__globals__", {})
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
        X = draw_rows(rng, n, 2)
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
        found.append(Case(label, arguments, points=points))
    return found


hw_train = HiddenTest(
    title="Training",
    marking="Judged with a right loss and accuracy. Each line is judged by itself: who never "
    "shuffles keeps the points of the steps.",
    points=8,
    ask=ask_train,
    cases=train_cases,
    expect=train_answer,
    measure=measure_train,
    mistakes=MISTAKES,
)
