"""Hidden test of Q4, task 4: the accuracy, and what measuring it must leave alone."""

import numpy as np
import torch

from nbjudge import Case, HiddenTest, Mistake


def ask_accuracy(student, p, y, training):
    """Call the student's accuracy with a model whose outputs are p; look at what it leaves."""
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(1))
            self.scale.grad = torch.ones(1)

        def forward(self, X):
            return p[X[:, 0].long()] * self.scale

    model = Model().train(training)
    X = torch.arange(len(p), dtype=torch.float32)[:, None]
    torch.set_grad_enabled(True)
    with student.snapshot(model=model, X=X):
        share = student.accuracy(model, X, y)
    on = torch.is_grad_enabled()
    torch.set_grad_enabled(True)  # the tasks after this one are to train
    return {
        "the accuracy": share,
        "the model's mode is left as it was": model.training == training,
        "gradients are on again afterwards": on,
    }


def accuracy_answer(p, y, training, share=None):
    """Return the right accuracy, or another share."""
    right = float(((p > 0.5).float() == y).float().mean())
    return {
        "the accuracy": right if share is None else share(p, y),
        "the model's mode is left as it was": True,
        "gradients are on again afterwards": True,
    }


def accuracy_cases(rng):
    """Draw outputs of a model and labels; the shares of right, women and men all differ."""
    found = []
    for n, training, points in ((17, True, 1.5), (31, False, 1), (23, True, 1.5)):
        y = (np.arange(n) < n // 3).astype(float)
        p = np.where(y == 1, rng.uniform(0.55, 0.95, n), rng.uniform(0.05, 0.45, n))
        p[[0, n // 2, n - 1]] = 1 - p[[0, n // 2, n - 1]]
        p[n - 2] = 0.52
        p[n - 3] = 0.49  # between ½ and the mean of the outputs, which is no threshold
        order = rng.permutation(n)
        tensors = (torch.tensor(a[order, None], dtype=torch.float32) for a in (p, y))
        label = f"{n} rows, the model in {'training' if training else 'evaluation'} mode"
        arguments = dict(zip(("p", "y"), tensors)) | {"training": training}
        found.append(Case(label, arguments, points=points))
    return found


hw_accuracy = HiddenTest(
    title="Accuracy",
    marking="A case is right if the share is, and nothing of the model has changed.",
    points=4,
    ask=ask_accuracy,
    cases=accuracy_cases,
    expect=accuracy_answer,
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def _share(help_text, share):
    return Mistake(lambda **arguments: accuracy_answer(**arguments, share=share), help_text)


MISTAKES = {
    "(n,) against (n, 1)": _share(
        "One of the labels was made (n,), the other stayed (n, 1): broadcasting compared every "
        "row with every other.",
        lambda p, y: float(((p > 0.5).float() == y.T).float().mean()),
    ),
    "(n,) against (n, 1), and a count": _share(
        "Broadcasting compared every row with every other; and the share is asked for.",
        lambda p, y: float(((p > 0.5).float() == y.T).float().sum()),
    ),
    "(n,) against (n, 1), the count over the number of rows": _share(
        "One of the labels was made (n,), the other stayed (n, 1): broadcasting compared every "
        "row with every other, and a share above 1 came out.",
        lambda p, y: float(((p > 0.5).float() == y.T).float().sum()) / len(y),
    ),
    "a count instead of a share": _share(
        "Divide the number of right rows by the number of rows.",
        lambda p, y: float(((p > 0.5).float() == y).float().sum()),
    ),
    "per cent instead of a share": _share(
        "The accuracy lies between 0 and 1.",
        lambda p, y: 100 * float(((p > 0.5).float() == y).float().mean()),
    ),
    "no row counts as right": _share(
        "The answer is 0, and most rows are right. Probabilities themselves are never equal to "
        "0 or 1: compare yHat > 0.5. Else: // and .all() make 0 of a share.",
        lambda p, y: float((p == y).float().mean()),
    ),
    "every row counts as a man": _share(
        "This is the share of men, as if every prediction were 1. A probability is always "
        "above 0, and a second sigmoid lifts it above ½: compare yHat > 0.5.",
        lambda p, y: float(((p > 0).float() == y).float().mean()),
    ),
    "every row counts as a woman": _share(
        "This is the share of women, as if every prediction were 0. A probability below 1 that "
        "is cut to an integer is 0, and argmax over one column is 0: compare yHat > 0.5.",
        lambda p, y: float((y == 0).float().mean()),
    ),
    "the share of errors": _share(
        "This is the share of wrong rows.",
        lambda p, y: float(((p > 0.5).float() != y).float().mean()),
    ),
    "one minus the mean distance": _share(
        "This is 1 - mean|ŷ - y|: set the threshold first, then compare.",
        lambda p, y: float(1 - (p - y).abs().mean()),
    ),
    "the model is in evaluation mode afterwards": Mistake(
        lambda training, **others: {"the model's mode is left as it was": not training},
        "model.eval() stays in force after the call: put the mode back as it was found.",
    ),
    "the model is in training mode afterwards": Mistake(
        lambda training, **others: {"the model's mode is left as it was": training},
        "model.train() is right only if the model was in training mode before: put the mode "
        "back as it was found.",
    ),
    "gradients stay switched off": Mistake(
        lambda **others: {"gradients are on again afterwards": False},
        "torch.set_grad_enabled(False) holds for all that follows; `with torch.no_grad():` "
        "holds for its block.",
    ),
}
