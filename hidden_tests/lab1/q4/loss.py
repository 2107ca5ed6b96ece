"""Hidden test of Q4, task 3: the cross-entropy with an L1 penalty."""

from nbjudge import Case, HiddenTest

from ...shared.torch_parts import differentiate, draw_rows
from .loss_mistakes import MISTAKES
from .network import absolute, drawn, flags, loss_answer


def ask_loss(student, values, lmbda, yHat, y):
    """Call the student's loss_fn with a model of given parameters, and differentiate it."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1))
    with torch.no_grad():
        for p, value in zip(model.parameters(), values):
            p.copy_(value)
            p.grad = torch.ones_like(p)  # a loss must not clear it
    guess = yHat.clone().requires_grad_()
    with student.snapshot(model=model, yHat=guess):
        J = student.loss_fn(model, guess, y, lmbda)
    return differentiate(J, guess, list(model.parameters()), values)


def loss_cases(rng):
    """Draw predictions, targets and parameters, without a penalty and with several."""
    return [
        Case(
            label,
            {
                "values": [drawn(rng, 3, 2), drawn(rng, 3), drawn(rng, 1, 3), drawn(rng, 1)],
                "lmbda": float(lmbda),
                "yHat": 0.1 + 0.8 * draw_rows(rng, n, 1),
                "y": flags(rng, n),
            },
            points=points,
        )
        for label, lmbda, n, points in (
            ("λ = 0: the cross-entropy alone", 0.0, 7, 2),
            ("λ > 0", rng.uniform(0.1, 0.4), 5, 3),
            ("large λ", rng.uniform(2, 4), 8, 3),
        )
    ]


hw_loss = HiddenTest(
    title="Cross-entropy with an L1 penalty",
    marking="A case is right if the loss and its slopes are: training uses the slopes alone. The "
    "cross-entropy without the penalty is a quarter of the work.",
    points=8,
    ask=ask_loss,
    helpers=[differentiate],
    cases=loss_cases,
    expect=loss_answer,
    terms={
        "the penalty λ Σ|θ|": lambda values, lmbda, **more: {"the loss": absolute(values, lmbda)}
    },
    mistakes=MISTAKES,
)
