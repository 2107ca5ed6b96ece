"""Hidden tests of Q4: model, initial weights, loss, accuracy, training, private accuracy, depth."""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nbjudge import Between, Case, HiddenTest, Mistake
from nbjudge.course import load_module

DATA = load_module(Path(__file__).parents[2] / "data" / "make_data.py")
LABELS = {}  # of the private rows; they never leave the grader's process


def fill(model, phase):
    """Give every parameter fixed numbers of both signs, in place."""
    import torch

    with torch.no_grad():
        for k, p in enumerate(model.parameters()):
            p.copy_(torch.sin(phase + k + torch.arange(p.numel()) * 1.7).reshape(p.shape))
    return model


def ask_model(X, sizes, phase):
    model = fill(build_model(*sizes), phase)  # noqa: F821
    shapes = str([tuple(p.shape) for p in model.parameters()])
    kinds = " ".join(type(m).__name__ for m in model)
    return {"layers": kinds, "parameters": shapes, "output": model(X).detach()}


def layered(sizes, hidden=nn.Sigmoid, last=nn.Sigmoid):
    layers = []
    for a, b in zip(sizes, sizes[1:]):
        layers += [nn.Linear(a, b), hidden()]
    return nn.Sequential(*layers[:-1], last())


def described(model, X, phase):
    shapes = str([tuple(p.shape) for p in model.parameters()])
    return {"parameters": shapes, "output": fill(model, phase)(X).detach()}


def expect_model(X, sizes, phase):
    return {"layers": "Linear Sigmoid Linear Sigmoid", **described(layered(sizes), X, phase)}


def model_cases(rng):
    return [
        Case(
            f"sizes {s}",
            {
                "X": torch.tensor(rng.normal(size=(5, s[0])), dtype=torch.float32),
                "sizes": s,
                "phase": float(rng.uniform(0, 6)),
            },
        )
        for s in ([2, 10, 1], [3, 4, 2])
    ]


hw_model = HiddenTest("Model", 6, ask_model, model_cases, expect_model, helpers=[fill])


def ask_init(std):
    import torch
    from torch import nn

    model = nn.Sequential(nn.Linear(60, 400), nn.Sigmoid(), nn.Linear(400, 300))
    init_weights(model, std)  # noqa: F821
    weights = torch.cat([p.detach().ravel() for p in model.parameters() if p.dim() > 1])
    biases = torch.cat([p.detach().ravel() for p in model.parameters() if p.dim() == 1])
    return {
        "spread of the weights / std": (weights.std() / std).item(),
        "spread of the biases / std": (biases.std() / std).item(),
        "mean / std": (weights.mean() / std).item(),
        "kurtosis": ((weights / (weights.std() + 1e-30)) ** 4).mean().item(),
    }


def init_expected(spread=1.0, biases=1.0, kurtosis=3.0):
    return {
        "spread of the weights / std": Between(0.97 * spread, 1.03 * spread),
        "spread of the biases / std": Between(0.8 * biases, 1.2 * biases),
        "mean / std": Between(-0.03, 0.03),
        "kurtosis": Between(kurtosis - 0.2, kurtosis + 0.2),
    }


hw_init = HiddenTest(
    "Initial weights",
    4,
    ask_init,
    lambda rng: [Case(f"std {s}", {"std": s}) for s in (0.02, 0.3)],
    lambda std: init_expected(),
    {
        "std² instead of std": Mistake(
            lambda std: init_expected(std, std), "The spread is std, its square is the variance."
        ),
        "biases set to zero": Mistake(
            lambda std: init_expected(biases=0.0), "Biases are drawn from N(0, std²) too."
        ),
    },
)


def ask_loss(X, y, lmbda, phase):
    import torch
    from torch import nn

    model = fill(nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid()), phase)
    loss = loss_fn(model, model(X), y, lmbda)  # noqa: F821
    loss.sum().backward()
    return {
        "the loss": loss.detach(),
        "the gradient": torch.cat(
            [(torch.zeros_like(p) if p.grad is None else p.grad).ravel() for p in model.parameters()]
        ),
    }


def right_loss(X, y, lmbda, phase, data=F.binary_cross_entropy, penalty=None):
    model = fill(layered([2, 3, 1]), phase)
    size = penalty or (lambda ps: sum(p.abs().sum() for p in ps))
    loss = data(model(X), y) + lmbda * size(list(model.parameters()))
    loss.backward()
    grads = torch.cat([p.grad.ravel() for p in model.parameters()])
    return {"the loss": loss.item(), "the gradient": grads}


def loss_mistake(text, **wrong):
    return Mistake(lambda **a: right_loss(**a, **wrong), text)


def rows(rng, n):
    X = torch.tensor(rng.normal(size=(n, 2)), dtype=torch.float32)
    return {"X": X, "y": torch.tensor(np.arange(n)[:, None] % 3 > 0, dtype=torch.float32)}


def loss_cases(rng):
    plan = ((0.0, 0.5, 7), (0.3, 1, 5), (1.4, 1, 8))
    return [
        Case(f"λ = {lm}", {**rows(rng, n), "lmbda": lm, "phase": float(rng.uniform(0, 6))}, w)
        for lm, w, n in plan
    ]


hw_loss = HiddenTest(
    "Loss",
    8,
    ask_loss,
    loss_cases,
    right_loss,
    {
        "the penalty is divided by the number of weights": loss_mistake(
            "F.l1_loss and .mean() take a mean; the penalty is a sum.",
            penalty=lambda ps: sum(p.abs().mean() for p in ps),
        ),
        "double sigmoid": loss_mistake(
            "BCEWithLogitsLoss applies a sigmoid, and yHat has been through one already.",
            data=F.binary_cross_entropy_with_logits,
        ),
        "weights only in the penalty": loss_mistake(
            "The penalty covers all parameters; the biases are missing.",
            penalty=lambda ps: sum(p.abs().sum() for p in ps if p.dim() > 1),
        ),
        "L2 instead of L1": loss_mistake(
            "The penalty is Σ|θ|, yours is Σθ².", penalty=lambda ps: sum((p**2).sum() for p in ps)
        ),
        "(n,) against (n, 1)": loss_mistake(
            "One of yHat and y lost its second axis, so each row met every other.",
            data=lambda p, y: F.binary_cross_entropy(
                p.expand(-1, len(y)), y.T.expand(len(y), -1)
            ),
        ),
    },
    helpers=[fill],
)


def ask_accuracy(X, y, training):
    from torch import nn

    model = nn.Sequential(nn.Sigmoid())
    model.train(training)
    share = accuracy(model, X, y)  # noqa: F821
    return {"accuracy": share, "the mode is left as it was": model.training is training}


def expect_accuracy(X, y, training):
    share = ((X > 0) == (y > 0.5)).float().mean().item()
    return {"accuracy": share, "the mode is left as it was": True}


def accuracy_cases(rng):
    cases = []
    for training in (True, False):
        a = rows(rng, 11)
        signs = 2 * a["y"] - 1
        signs[:2] *= -1
        cases.append(
            Case(
                "train mode" if training else "eval mode",
                {"X": signs * (a["X"][:, :1].abs() + 0.1), "y": a["y"], "training": training},
            )
        )
    return cases


hw_accuracy = HiddenTest(
    "Accuracy",
    4,
    ask_accuracy,
    accuracy_cases,
    expect_accuracy,
    {
        "(n,) against (n, 1)": Mistake(
            lambda X, y, training: {
                "accuracy": ((X > 0) == (y > 0.5).T).float().mean().item()
            },
            "One of the two lost its second axis, so each row met every other.",
        ),
        "percent": Mistake(
            lambda X, y, training: {
                "accuracy": 100 * expect_accuracy(X, y, training)["accuracy"]
            },
            "A share between 0 and 1 is asked for.",
        ),
    },
)


def ask_train(X, y, epochs, lr, batch_size, lmbda, phase):
    import torch
    from torch import nn
    from torch.nn import functional as F

    def right_loss(model, yHat, y, lmbda):
        return F.binary_cross_entropy(yHat, y) + lmbda * sum(
            p.abs().sum() for p in model.parameters()
        )

    def right_accuracy(model, X, y):
        with torch.no_grad():
            return ((model(X) > 0.5) == (y > 0.5)).float().mean().item()

    names = {"loss_fn": right_loss, "accuracy": right_accuracy}
    own = train_model.__globals__  # noqa: F821
    kept = {name: own[name] for name in names if name in own}
    model = fill(nn.Sequential(nn.Linear(2, 3), nn.Sigmoid(), nn.Linear(3, 1), nn.Sigmoid()), phase)
    seen = []
    model.register_forward_pre_hook(
        lambda m, a: seen.append(a[0][:, 0].tolist()) if len(a[0]) < len(X) else None
    )
    own.update(names)
    try:
        history = train_model(  # noqa: F821
            model, X, y, epochs=epochs, lr=lr, batch_size=batch_size, lmbda=lmbda, seed=1
        )
    finally:
        for name in names:
            own.pop(name, None)
        own.update(kept)
    used = [x for batch in seen for x in batch]
    n = len(X)
    parts = [used[k * n : (k + 1) * n] for k in range(epochs)]
    everyone = sorted(X[:, 0].tolist())
    full = batch_size >= n
    return {
        "each epoch uses every row once": full
        or (len(used) == n * epochs and all(sorted(p) == everyone for p in parts)),
        "the order changes from epoch to epoch": full or parts[0] != parts[1],
        "weights after training": torch.cat([p.detach().ravel() for p in model.parameters()]),
        "accuracy": [float(a) for a in history["accuracy"]],
        "number of losses": len(history["loss"]),
    }


def measure_train(answer, batch_size, X, **_):
    """Compare the weights only where the order of the rows does not matter."""
    if isinstance(answer, dict) and batch_size < len(X):
        return {**answer, "weights after training": 0.0, "accuracy": 0.0}
    return answer


def expect_train(X, y, epochs, lr, batch_size, lmbda, phase, clear=True):
    flags = {
        "each epoch uses every row once": True,
        "the order changes from epoch to epoch": True,
        "number of losses": epochs,
    }
    if batch_size < len(X):
        return {**flags, "weights after training": 0.0, "accuracy": 0.0}
    model = fill(layered([2, 3, 1]), phase)
    opt, shares = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(epochs):
        if clear:
            opt.zero_grad()
        penalty = sum(p.abs().sum() for p in model.parameters())
        (F.binary_cross_entropy(model(X), y) + lmbda * penalty).backward()
        opt.step()
        shares.append(((model(X) > 0.5) == (y > 0.5)).float().mean().item())
    weights = torch.cat([p.detach().ravel() for p in model.parameters()])
    return {**flags, "weights after training": weights, "accuracy": shares}


def train_cases(rng):
    return [
        Case(
            label,
            {
                **rows(rng, 19),
                "epochs": 5,
                "lr": 0.1,
                "batch_size": b,
                "lmbda": 0.05,
                "phase": float(rng.uniform(0, 6)),
            },
        )
        for label, b in (("one batch of all rows", 19), ("small batches", 4))
    ]


hw_train = HiddenTest(
    "Training",
    8,
    ask_train,
    train_cases,
    expect_train,
    {
        "gradients not cleared": Mistake(
            lambda **a: expect_train(**a, clear=False),
            "Call zero_grad() before each backward(), else old gradients are added.",
        )
    },
    helpers=[fill],
    measure=measure_train,
)


def ask_predict(X, at_least):
    import numpy as np

    labels = predict(X)  # noqa: F821
    return {"labels": np.asarray(labels, dtype=float).ravel()}


def measure_predict(answer, X, at_least):
    labels = answer.get("labels") if isinstance(answer, dict) else None
    if not isinstance(labels, np.ndarray) or labels.shape != (len(X),):
        return answer
    return {"private accuracy": float(np.mean(labels == LABELS[X.tobytes()]))}


def predict_cases(rng):
    private = DATA.draw_height_weight(20_000, rng).to_numpy(dtype=float)
    X = np.ascontiguousarray(private[:, :2])
    LABELS[X.tobytes()] = private[:, 2]
    return [
        Case(f"private accuracy at least {low}", {"X": X, "at_least": low}, 3)
        for low in (0.70, 0.84, 0.87, 0.885)
    ]


hw_predict = HiddenTest(
    "Accuracy on private rows",
    12,
    ask_predict,
    predict_cases,
    lambda X, at_least: {"private accuracy": Between(at_least, 1.0)},
    {
        "the network never left 50 %": Mistake(
            lambda X, at_least: {"private accuracy": Between(0.4, 0.6)},
            "λ too large, too few epochs, or inputs that were not normalised with `normalise`.",
        ),
        "the labels are swapped": Mistake(
            lambda X, at_least: {"private accuracy": Between(0.0, 0.3)}, "0 is woman, 1 is man."
        ),
    },
    measure=measure_predict,
)


def ask_deeper(X, hidden, activation, phase):
    model = fill(Custom_Neural_Network(tuple(hidden), activation), phase)  # noqa: F821
    shapes = str([tuple(p.shape) for p in model.parameters()])
    return {"parameters": shapes, "output": model(X).detach()}


def expect_deeper(X, hidden, activation, phase, last=nn.Sigmoid, always=None):
    kind = {"tanh": nn.Tanh, "relu": nn.ReLU}[always or activation]
    return described(layered([2, *hidden, 1], kind, last), X, phase)


def deeper_cases(rng):
    plan = (([10, 10], "tanh"), ([10, 10], "relu"), ([4, 3, 5], "tanh"), ([6], "relu"))
    return [
        Case(
            f"hidden {tuple(h)}, {a}",
            {
                "X": rows(rng, 6)["X"],
                "hidden": h,
                "activation": a,
                "phase": float(rng.uniform(0, 6)),
            },
        )
        for h, a in plan
    ]


hw_deeper = HiddenTest(
    "Deeper network",
    4,
    ask_deeper,
    deeper_cases,
    expect_deeper,
    {
        "always tanh": Mistake(
            lambda **a: expect_deeper(**a, always="tanh"), "The argument activation is ignored."
        ),
        "no sigmoid at the end": Mistake(
            lambda **a: expect_deeper(**a, last=nn.Identity), "The output is a probability."
        ),
    },
    helpers=[fill],
)
