"""What students of the light course hand in: right and wrong answers, and what is odd about a few.

An answer is the text of the solution cell; what is odd is a cell of the student's own (`SLOW`,
`HOSTILE`) or the whole file (`BROKEN`).
"""

from __future__ import annotations

import tempfile
from functools import cache, partial
from pathlib import Path

import light_course
import nbformat
from material import Handed, Material, Task

HEAD = "import numpy as np\nimport torch\n\n\n"
BY_HAND = """
def train(X, y, epochs, lr):
    w = np.zeros((X.shape[1], 1))
    {first}losses = []
    for _ in range(epochs):
        error = X @ w - y
        {body}
    return losses
"""


def _by_hand(body: str, first: str = "") -> str:
    lines = body.splitlines()
    return HEAD + BY_HAND.format(body="\n        ".join(lines), first=first).strip() + "\n"


LOSS = "losses.append(float((error**2).mean()))"
RIGHT = {
    "gradients by hand": _by_hand(f"{LOSS}\nw -= lr * 2 * X.T @ error / len(X)"),
    "float32 and names of their own": HEAD
    + """
def mse(t, p):
    return ((p - t) ** 2).mean()


def train(X, y, epochs, lr):
    A, t, w = np.float32(X), np.float32(y), np.zeros((X.shape[1], 1), dtype=np.float32)
    history = []
    while len(history) < epochs:
        p = A.dot(w)
        history.append(float(mse(t, p)))
        w = w - np.float32(2 * lr / len(A)) * A.T.dot(p - t)
    return history
""".lstrip(),
    "loops over the rows": _by_hand(
        "losses.append(sum(e**2 for e in error.ravel()) / len(error))\n"
        "gradient = np.zeros_like(w)\n"
        "for x, e in zip(X, error):\n"
        "    gradient += 2 * e * x[:, None] / len(X)\n"
        "w = w - lr * gradient"
    ),
    "autograd without an optimiser": HEAD
    + """
def train(X, y, epochs, lr):
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    w = torch.zeros(X.shape[1], 1, dtype=X.dtype, requires_grad=True)
    losses = []
    for _ in range(epochs):
        loss = torch.nn.functional.mse_loss(X @ w, y)
        (gradient,) = torch.autograd.grad(loss, w)
        with torch.no_grad():
            w -= lr * gradient
        losses.append(loss.item())
    return losses
""".lstrip(),
    "a linear layer": HEAD
    + """
def train(X, y, epochs, lr):
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    layer = torch.nn.Linear(X.shape[1], 1, bias=False).double()
    torch.nn.init.zeros_(layer.weight)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.mean((layer(X) - y) ** 2)
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
        print("epoch", epoch, "loss", losses[-1])
    return losses
""".lstrip(),
}
# the first three have names in the hidden test
WRONG = {
    "gradients add up": _by_hand(
        f"{LOSS}\ngradient += 2 * X.T @ error / len(X)\nw = w - lr * gradient",
        "gradient = np.zeros_like(w)\n    ",
    ),
    "the weights go uphill": _by_hand(f"{LOSS}\nw += lr * 2 * X.T @ error / len(X)"),
    "half the gradient": _by_hand(f"{LOSS}\nw -= lr * X.T @ error / len(X)"),
    "the sum of squares": _by_hand(
        "losses.append(float((error**2).sum()))\nw -= lr * 2 * X.T @ error / len(X)"
    ),
    "the last loss alone": _by_hand(f"{LOSS}\nw -= lr * 2 * X.T @ error / len(X)").replace(
        "return losses", "return losses[-1]"
    ),
    "shapes that do not fit": _by_hand(f"{LOSS}\nw -= lr * 2 * X @ error / len(X)"),
    "a missing bracket": _by_hand("losses.append(float((error**2).mean())"),
}
SLOW = {
    "waits": "import time\ntime.sleep(5)",
    "computes": "for _ in range(60):\n    np.linalg.svd(np.random.rand(300, 300))",
    "prints much": "for step in range(20_000):\n    print('step', step)",
}
HOSTILE = {
    "ends its process": "import os\nos._exit(0)",
    "loops for ever": "while True:\n    pass",
    "takes all memory": "x = bytearray(1 << 20)\nwhile True:\n    x += x",
    "forks for ever": "import os\nwhile True:\n    os.fork()",
    "prints for ever": "while True:\n    print('x' * 100_000)",
    "fills the disk": "for i in range(10**6):\n    open(f'x{i}', 'wb').write(bytes(20 << 20))",
    "looks for the tests": "import glob\n"
    "for path in glob.glob('/**/hidden_tests/**/*.py', recursive=True):\n"
    "    print(open(path).read())",
    "says that all is right": "np.testing.assert_allclose = lambda *a, **k: None\n"
    "np.allclose = lambda *a, **k: True",
    "calls a server": "import socket\ntry:\n"
    "    socket.create_connection(('127.0.0.1', 9), 1).send(b'x')\n"
    "except OSError as error:\n    print(error)",
}
BROKEN = {
    "empty": b"",
    "no notebook": b"I have sent it by mail.\n",
    "a page to sign in": b"<!DOCTYPE html><html><body>Sign in to continue</body></html>",
    "cells are no list": b'{"cells": {"a": 1}, "metadata": {}, "nbformat": 4}',
    "cut off": None,  # the first half of a right one
}


@cache
def light() -> Material:
    """Return what a class of the light course is made from."""
    with tempfile.TemporaryDirectory() as folder:
        released = light_course.released(light_course.build(Path(folder), judged=True))
    right = {"as the teacher": light_course.STUDENTS_ANSWER, **RIGHT}
    return Material(
        light_course.ASSIGNMENT,
        {light_course.NOTEBOOK: released},
        (Task(light_course.NOTEBOOK, "train", right, WRONG),),
        {name: partial(Handed.extra, source=source) for name, source in SLOW.items()},
        {name: partial(Handed.extra, source=source) for name, source in HOSTILE.items()},
        {name: partial(_broken, content=content) for name, content in BROKEN.items()},
    )


def _broken(handed: Handed, content: bytes | None) -> None:
    if content is None:
        text = nbformat.writes(handed.nb)
        content = text[: len(text) // 2].encode()
    handed.write(content)
