"""Hidden tests of Q4: the classifier for height and weight, piece by piece, and what it reaches."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from nbjudge import Anything, Between, Case, HiddenTest, Mistake, Tensor, load_module

DATA = Path(__file__).resolve().parents[2] / "data"


def drawn(rng, *shape):
    """Draw a float32 tensor without zeros, with both signs."""
    numbers = rng.uniform(0.3, 1.2, shape) * rng.choice([-1, 1], shape)
    return torch.tensor(numbers, dtype=torch.float32)


def rows(rng, n, columns):
    """Draw a float32 tensor of numbers in 0 to 1."""
    return torch.tensor(rng.uniform(0, 1, (n, columns)), dtype=torch.float32)


def flags(rng, n):
    """Draw labels, shape (n, 1), of both kinds."""
    labels = rng.permutation(np.arange(n) % 3 == 0)
    return torch.tensor(labels[:, None], dtype=torch.float32)


def layers(values, X, activations):
    """Send X through linear layers with the given parameters W, b, W, b, ... and activations."""
    for W, b, activation in zip(values[::2], values[1::2], activations):
        X = activation(X @ W.T + b)
    return X


def identity(z):
    """Return z."""
    return z


# --- task 1: build_model ---------------------------------------------------------------------


def ask_model(values, X):
    """Build the student's model with given parameters and send X through."""
    import torch

    hidden, inputs = values[0].shape
    model = build_model(inputs, hidden, len(values[3]))  # noqa: F821
    shapes = [list(p.shape) for p in model.parameters()]
    if shapes == [list(v.shape) for v in values] or len(shapes) == 2:
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(next(v for v in values if v.shape == p.shape))
    return {
        "it is an nn.Sequential": isinstance(model, torch.nn.Sequential),
        "the number of parameters": sum(p.numel() for p in model.parameters()),
        "yHat": model(X),
    }


def model_answer(values, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=True, **others):
    """Return what a model of the given kind answers."""
    W1, b1, W2, b2 = values
    used = values if biases else [W1, torch.zeros_like(b1), W2, torch.zeros_like(b2)]
    count = sum(v.numel() for v in (values if biases else (W1, W2)))
    return {
        "it is an nn.Sequential": True,
        "the number of parameters": count,
        "yHat": layers(used, X, (hidden, output)),
        **others,
    }


def model_cases(rng):
    """Draw models of three sizes; all lengths differ."""
    return [
        Case(
            f"{i} inputs, {h} hidden units, {o} outputs",
            {
                "values": [drawn(rng, h, i), drawn(rng, h), drawn(rng, o, h), drawn(rng, o)],
                "X": rows(rng, 6, i),
            },
        )
        for i, h, o in ((2, 10, 1), (3, 5, 2), (4, 7, 3))
    ]


def _model(help_text, **how):
    return Mistake(lambda **arguments: model_answer(**arguments, **how), help_text)


hw_model = HiddenTest(
    title="The model",
    points=6,
    ask=ask_model,
    cases=model_cases,
    expect=model_answer,
    mistakes={
        "no sigmoid at the output": _model(
            "yHat is to be a probability: end with nn.Sigmoid().", output=identity
        ),
        "no sigmoid in the hidden layer": _model(
            "Between the two linear layers there is nn.Sigmoid().", hidden=identity
        ),
        "no sigmoid at all": _model(
            "Each linear layer is followed by nn.Sigmoid().", hidden=identity, output=identity
        ),
        "ReLU in the hidden layer": _model("The lab asks for the sigmoid here.", hidden=torch.relu),
        "tanh in the hidden layer": _model("The lab asks for the sigmoid here.", hidden=torch.tanh),
        "softmax at the output": _model(
            "Each output has its own sigmoid; a softmax of one output is always 1.",
            output=lambda z: torch.softmax(z, dim=1),
        ),
        "no biases": _model("Leave nn.Linear its biases.", biases=False),
        "not an nn.Sequential": _model(
            "It computes the right thing, but the lab asks for an nn.Sequential.",
            **{"it is an nn.Sequential": False},
        ),
    },
)

# --- task 2: init_weights --------------------------------------------------------------------


def ask_init(std, pass_std):
    """Initialise a large model; return its numbers and what init_weights returned."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(60, 3000), torch.nn.Linear(3000, 20))
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(7.0)
    model.append(torch.nn.Linear(1, 3000, bias=True))
    returned = init_weights(model, std) if pass_std else init_weights(model)  # noqa: F821
    first, last = model[0], model[2]
    return {
        "it returns None": returned is None or returned is model,  # harmless
        "first": first.weight.flatten()[:20000],
        "middle": model[1].weight.flatten()[:20000],
        "biases": first.bias,
        "last": torch.cat([last.bias, last.weight.flatten()]),
    }


GROUPS = {
    "first": "the weights of the first layer",
    "middle": "the weights of the second layer",
    "biases": "the biases",
    "last": "the last layer",
}


def measure_init(answer, std, pass_std):
    """Return spread, mean and shape of the drawn numbers, in units of std."""
    if not isinstance(answer, dict):
        return answer
    found = {"it returns None": answer.get("it returns None")}
    for key, name in GROUPS.items():
        part = answer.get(key)
        numbers = part.array.astype(float) if isinstance(part, Tensor) else np.full(2, np.nan)
        spread = float(numbers.std())
        found[f"the standard deviation of {name}, in units of std"] = spread / std
        found[f"the mean of {name}, in units of std"] = float(numbers.mean()) / std
        centred = numbers - numbers.mean()
        fourth = float((centred**4).mean()) / max(spread, 1e-12) ** 4
        found[f"the shape of {name} (3 is normal)"] = fourth
    return found


def init_answer(std, pass_std, spread=1.0, groups=GROUPS, normal=True):
    """Return the ranges of the drawn numbers' statistics; five to six standard errors wide."""
    low, high = (2.5, 3.6) if normal else (1.6, 2.0)
    expected = {"it returns None": True}
    for key, name in GROUPS.items():
        good = key in groups
        wide = Between(spread * 0.91, spread * 1.09) if good else Anything()
        expected[f"the standard deviation of {name}, in units of std"] = wide
        expected[f"the mean of {name}, in units of std"] = (
            Between(-0.12 * spread, 0.12 * spread) if good else Anything()
        )
        expected[f"the shape of {name} (3 is normal)"] = Between(low, high) if good else Anything()
    return expected


hw_init = HiddenTest(
    title="Initial weights",
    points=4,
    ask=ask_init,
    measure=measure_init,
    cases=lambda rng: [
        Case("std = 0.02, its default", {"std": 0.02, "pass_std": False}),
        Case("a larger std", {"std": float(rng.uniform(0.2, 0.4)), "pass_std": True}),
        Case("std above 1", {"std": float(rng.uniform(1.5, 2.5)), "pass_std": True}),
    ],
    expect=init_answer,
    mistakes={
        "std² instead of std": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=std),
            "N(0, std²) has the standard deviation std; normal_ takes std, not its square.",
        ),
        "the root of std instead of std": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=std**-0.5),
            "normal_ takes the standard deviation std itself.",
        ),
        "std is fixed at 0.02": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=0.02 / std),
            "Use the argument std; 0.02 is only its default.",
        ),
        "std is not used": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=1 / std),
            "Your numbers have the standard deviation 1: pass std on.",
        ),
        "uniform instead of normal": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=3**-0.5, normal=False),
            "Your numbers are uniform, from -std to std; the lab asks for the normal distribution.",
        ),
        "uniform from 0 to std": Mistake(
            lambda std, pass_std: {
                name: Anything() if "mean" in name else value
                for name, value in init_answer(std, pass_std, spread=12**-0.5, normal=False).items()
            },
            "Your numbers are all positive and uniform; the lab asks for N(0, std²).",
        ),
        "weights only": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, groups=("first", "middle")),
            "Every parameter is drawn from N(0, std²), the biases too.",
        ),
        "the first layer only": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, groups=("first", "biases")),
            "Go through all layers: for parameter in model.parameters().",
        ),
    },
    rtol=1e-3,
)

# --- task 3: loss_fn -------------------------------------------------------------------------

SLOPE_Y, SLOPE_P = "its slope with respect to yHat", "its slope with respect to the parameters"
DIFFERENTIABLE = "it can be differentiated"


def ask_loss(values, lmbda, yHat, y):
    """Call the student's loss_fn with a model of given parameters, and differentiate it."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1))
    with torch.no_grad():
        for p, value in zip(model.parameters(), values):
            p.copy_(value)
    guess = yHat.clone().requires_grad_()
    J = loss_fn(model, guess, y, lmbda)  # noqa: F821
    answer = {"the loss": J, "it can be differentiated": False}
    if torch.is_tensor(J) and J.requires_grad and J.numel() == 1:
        J.sum().backward()
        grads = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
        answer["it can be differentiated"] = True
        answer["its slope with respect to the parameters"] = torch.cat([g.flatten() for g in grads])
        slope = torch.zeros_like(guess) if guess.grad is None else guess.grad
        answer["its slope with respect to yHat"] = slope
    return answer


def loss_answer(values, lmbda, yHat, y, data=F.binary_cross_entropy, penalty=None):
    """Return value and slopes of a loss made of a data term and a penalty."""
    theta = [v.clone().requires_grad_() for v in values]
    guess = yHat.clone().requires_grad_()
    J = data(guess, y) + (penalty or absolute)(theta, lmbda)
    J.backward()
    grads = [torch.zeros_like(t) if t.grad is None else t.grad for t in theta]
    return {
        "the loss": float(J.detach()),
        DIFFERENTIABLE: True,
        SLOPE_Y: guess.grad,
        SLOPE_P: torch.cat([g.flatten() for g in grads]),
    }


def absolute(theta, lmbda):
    """Return the right penalty."""
    return lmbda * sum(t.abs().sum() for t in theta)


DATA_TERMS = {
    "sum instead of mean": (
        lambda p, y: F.binary_cross_entropy(p, y, reduction="sum"),
        "The cross-entropy is a mean over the batch.",
    ),
    "double sigmoid": (
        F.binary_cross_entropy_with_logits,
        "BCEWithLogitsLoss has a sigmoid of its own; your model ends with one already. Use "
        "F.binary_cross_entropy.",
    ),
    "mean squared error instead of cross-entropy": (
        F.mse_loss,
        "The data term is the binary cross-entropy, not the mean squared error.",
    ),
    "half a squared error instead of cross-entropy": (
        lambda p, y: 0.5 * ((p - y) ** 2).sum(),
        "That was the loss of Q1 to Q3; here it is the binary cross-entropy.",
    ),
    "only the rows with y = 1 count": (
        lambda p, y: -(y * p.log()).mean(),
        "The cross-entropy has two terms: y log ŷ and (1 - y) log(1 - ŷ).",
    ),
    "the cross-entropy has the wrong sign": (
        lambda p, y: -F.binary_cross_entropy(p, y),
        "The cross-entropy is minus the mean of the logarithms; it is never negative.",
    ),
    "(n,) against (n, 1)": (
        lambda p, y: F.binary_cross_entropy(p.expand(-1, len(y)), y.T.expand(len(y), -1)),
        "One of yHat and y was made (n,), the other stayed (n, 1): broadcasting compared every row "
        "with every other. Keep both (n, 1).",
    ),
}
PENALTIES = {
    "the penalty is never added": (
        lambda theta, lmbda: torch.tensor(0.0),
        "Your numbers are those of the cross-entropy alone.",
    ),
    "the penalty is divided by the number of weights": (
        lambda theta, lmbda: lmbda * sum(t.abs().mean() for t in theta),
        "F.l1_loss(θ, 0) takes a mean unless it is told reduction='sum'; the penalty is a sum.",
    ),
    "the penalty is divided by the number of all parameters": (
        lambda theta, lmbda: absolute(theta, lmbda) / sum(t.numel() for t in theta),
        "The penalty is a sum over all parameters, not their mean.",
    ),
    "weights only in the penalty": (
        lambda theta, lmbda: absolute(theta[::2], lmbda),
        "The penalty covers all parameters, the biases too.",
    ),
    "L2 penalty instead of L1": (
        lambda theta, lmbda: lmbda * sum((t**2).sum() for t in theta),
        "Your numbers fit λ Σ θ²; L1 adds up absolute values.",
    ),
    "λ/2 instead of λ": (
        lambda theta, lmbda: absolute(theta, lmbda / 2),
        "The penalty is λ Σ|θ|, without a ½.",
    ),
    "λ is not used": (lambda theta, lmbda: absolute(theta, 1.0), "Multiply the sum by lmbda."),
    "no absolute value in the penalty": (
        lambda theta, lmbda: lmbda * sum(t.sum() for t in theta),
        "Your numbers fit λ Σ θ; L1 is λ Σ|θ|.",
    ),
    "the penalty is subtracted": (
        lambda theta, lmbda: -absolute(theta, lmbda),
        "The penalty is added to the loss.",
    ),
    "the penalty is detached from the graph": (
        lambda theta, lmbda: absolute([t.detach() for t in theta], lmbda),
        "The value is right, but the penalty has no slope: .data, .item(), .detach() or no_grad "
        "cut it off.",
    ),
}


def _loss(help_text, **how):
    return Mistake(lambda **arguments: loss_answer(**arguments, **how), help_text)


def _loss_mistakes():
    found = {name: _loss(text, data=data) for name, (data, text) in DATA_TERMS.items()}
    found |= {name: _loss(text, penalty=how) for name, (how, text) in PENALTIES.items()}
    found["not differentiable"] = Mistake(
        lambda **arguments: {DIFFERENTIABLE: False, SLOPE_Y: Anything(), SLOPE_P: Anything()},
        "The value is right, but it cannot be differentiated: return a tensor, without .item(), "
        ".detach() or no_grad.",
    )
    for first, (data, text) in DATA_TERMS.items():
        for second, (how, other) in PENALTIES.items():
            found[f"{first}; and {second}"] = _loss(f"{text} And: {other}", data=data, penalty=how)
    return found


def loss_cases(rng):
    """Draw predictions, targets and parameters, without a penalty and with several."""
    return [
        Case(
            label,
            {
                "values": [drawn(rng, 3, 2), drawn(rng, 3), drawn(rng, 1, 3), drawn(rng, 1)],
                "lmbda": float(lmbda),
                "yHat": 0.1 + 0.8 * rows(rng, n, 1),
                "y": flags(rng, n),
            },
            weight,
        )
        for label, lmbda, n, weight in (
            ("λ = 0: the cross-entropy alone", 0.0, 7, 0.5),
            ("λ > 0", rng.uniform(0.1, 0.4), 5, 1),
            ("large λ", rng.uniform(2, 4), 8, 1),
        )
    ]


hw_loss = HiddenTest(
    title="Cross-entropy with an L1 penalty",
    points=8,
    ask=ask_loss,
    cases=loss_cases,
    expect=loss_answer,
    mistakes=_loss_mistakes(),
)

# --- task 4: accuracy ------------------------------------------------------------------------


def ask_accuracy(p, y, training):
    """Call the student's accuracy with a model whose outputs are p; look at the model's mode."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))

        def forward(self, X):
            return p[X[:, 0].long()] * self.scale

    model = Model().train(training)
    X = torch.arange(len(p), dtype=torch.float32)[:, None]
    share = accuracy(model, X, y)  # noqa: F821
    return {
        "the accuracy": share,
        "the model's mode is left as it was": model.training == training,
    }


def accuracy_answer(p, y, training, share=None):
    """Return the right accuracy, or another share."""
    right = float(((p > 0.5).float() == y).float().mean())
    return {
        "the accuracy": right if share is None else share(p, y),
        "the model's mode is left as it was": True,
    }


def _share(help_text, share):
    return Mistake(lambda **arguments: accuracy_answer(**arguments, share=share), help_text)


def accuracy_cases(rng):
    """Draw outputs of a model and labels; the shares of right, women and men all differ."""
    found = []
    for n, training in ((17, True), (31, False), (23, True)):
        y = (np.arange(n) < n // 4).astype(float)
        p = np.where(y == 1, rng.uniform(0.55, 0.95, n), rng.uniform(0.05, 0.45, n))
        p[[0, n // 2, n - 1]] = 1 - p[[0, n // 2, n - 1]]
        p[n - 2] = 0.52
        order = rng.permutation(n)
        tensors = (torch.tensor(a[order, None], dtype=torch.float32) for a in (p, y))
        label = f"{n} rows, the model in {'training' if training else 'evaluation'} mode"
        found.append(Case(label, dict(zip(("p", "y"), tensors)) | {"training": training}))
    return found


hw_accuracy = HiddenTest(
    title="Accuracy",
    points=4,
    ask=ask_accuracy,
    cases=accuracy_cases,
    expect=accuracy_answer,
    mistakes={
        "(n,) against (n, 1)": _share(
            "One of the labels was made (n,), the other stayed (n, 1): broadcasting compared every "
            "row with every other.",
            lambda p, y: float(((p > 0.5).float() == y.T).float().mean()),
        ),
        "(n,) against (n, 1), and a count": _share(
            "Broadcasting compared every row with every other; and the share is asked for.",
            lambda p, y: float(((p > 0.5).float() == y.T).float().sum()),
        ),
        "a count instead of a share": _share(
            "Divide the number of right rows by their number.",
            lambda p, y: float(((p > 0.5).float() == y).float().sum()),
        ),
        "per cent instead of a share": _share(
            "The accuracy lies between 0 and 1.",
            lambda p, y: 100 * float(((p > 0.5).float() == y).float().mean()),
        ),
        "no threshold": _share(
            "The probabilities themselves are never equal to 0 or 1: compare yHat > 0.5.",
            lambda p, y: float((p == y).float().mean()),
        ),
        "threshold 0 instead of ½": _share(
            "The model ends with a sigmoid, so the threshold is ½, not 0.",
            lambda p, y: float(((p > 0).float() == y).float().mean()),
        ),
        "the share of errors": _share(
            "This is the share of wrong rows.",
            lambda p, y: float(((p > 0.5).float() != y).float().mean()),
        ),
        "the model's mode is changed": Mistake(
            lambda training, **others: {"the model's mode is left as it was": not training},
            "model.eval() stays in force after the call: put the mode back as it was found.",
        ),
    },
)

# --- task 5: train_model ---------------------------------------------------------------------


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

# --- task 6: the accuracy reached ------------------------------------------------------------

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

# --- task 7: deeper variants -----------------------------------------------------------------


def ask_deeper(values, hidden, activation, X):
    """Build the student's network with given parameters and send X through."""
    import torch

    network = Custom_Neural_Network(hidden=tuple(hidden), activation=activation)  # noqa: F821
    parameters = list(network.parameters())
    if [p.shape for p in parameters] == [v.shape for v in values]:
        with torch.no_grad():
            for p, value in zip(parameters, values):
                p.copy_(value)
    default = Custom_Neural_Network()  # noqa: F821
    return {
        "it is an nn.Module": isinstance(network, torch.nn.Module),
        "the number of parameters": sum(p.numel() for p in parameters),
        "the number of parameters by default": sum(p.numel() for p in default.parameters()),
        "yHat": network(X),
    }


ACTIVATIONS = {"tanh": torch.tanh, "relu": torch.relu}


def deeper_answer(values, hidden, activation, X, between=None, output=torch.sigmoid, **others):
    """Return what a network of the given kind answers."""
    between = between or ACTIVATIONS[activation]
    return {
        "it is an nn.Module": True,
        "the number of parameters": sum(v.numel() for v in values),
        "the number of parameters by default": 151,
        "yHat": layers(values, X, [*[between] * len(hidden), output]),
        **others,
    }


def deeper_cases(rng):
    """Draw both activations and other sizes."""
    found = []
    for hidden, activation in (([10, 10], "tanh"), ([10, 10], "relu"), ([5, 4, 3], "tanh")):
        sizes = [2, *hidden, 1]
        values = []
        for i, o in pairwise(sizes):
            values += [drawn(rng, o, i), drawn(rng, o)]
        arguments = {"values": values, "hidden": hidden, "activation": activation}
        found.append(Case(f"hidden {hidden}, {activation}", arguments | {"X": rows(rng, 5, 2)}))
    return found


def _deeper(help_text, **how):
    return Mistake(lambda **arguments: deeper_answer(**arguments, **how), help_text)


hw_deeper = HiddenTest(
    title="Deeper variants",
    points=4,
    ask=ask_deeper,
    cases=deeper_cases,
    expect=deeper_answer,
    mistakes={
        "activation is not used: always tanh": _deeper(
            'With activation="relu" the network must use ReLU.', between=torch.tanh
        ),
        "activation is not used: always ReLU": _deeper(
            'With activation="tanh" the network must use tanh.', between=torch.relu
        ),
        "sigmoid between the layers": _deeper(
            "The hidden layers use the given activation, not the sigmoid.", between=torch.sigmoid
        ),
        "no activation between the layers": _deeper(
            "Without an activation all layers together are one linear layer.", between=identity
        ),
        "no sigmoid at the output": _deeper(
            "The output is a probability: end with a sigmoid.", output=identity
        ),
        "the layers are not registered": _deeper(
            "PyTorch finds no parameters: keep the layers in nn.Sequential or nn.ModuleList, not "
            "in a plain list.",
            **{
                "the number of parameters": 0,
                "the number of parameters by default": 0,
                "yHat": Anything(),
            },
        ),
        "hidden is not used": _deeper(
            "Your network has (10, 10) hidden units whatever hidden says.",
            **{"the number of parameters": 151},
        ),
    },
)
