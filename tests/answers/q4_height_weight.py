"""Answers to Q4."""

from answers import Answer

INIT = "def init_weights(model, std=0.02):\n    for p in model.parameters():\n        "
LOSS = "def loss_fn(model, yHat, y, lmbda):\n    return "
ANSWERS = [
    Answer("hw_init", "in place", INIT + "p.data.normal_(0, std)\n", None, "passed"),
    Answer(
        "hw_init", "variance", INIT + "p.data.normal_(0, std**2)\n", "std² instead of std", "passed"
    ),
    Answer(
        "hw_loss",
        "l1_loss with its sum",
        LOSS
        + "F.binary_cross_entropy(yHat, y) + lmbda * sum(F.l1_loss(p, torch.zeros_like(p), "
        'reduction="sum") for p in model.parameters())\n',
        None,
        "passed",
    ),
    Answer(
        "hw_loss",
        "logits",
        LOSS
        + "F.binary_cross_entropy_with_logits(yHat, y) + lmbda * sum(p.abs().sum() for p in "
        "model.parameters())\n",
        "double sigmoid",
        "passed",
    ),
]
