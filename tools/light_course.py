"""A small course for measuring: one notebook that imports torch, trains a little, is tested.

    python tools/light_course.py FOLDER           # the course for nbjudge, without a class
    python tools/light_course.py FOLDER --plain   # the same for nbgrader alone

The same task stands in two courses: one for plain nbgrader, with asserts in the hidden tests, and
one for nbjudge. `build(folder, judged)` makes either, `hand_in` a class of equal submissions.
`make_class.py` makes a class in which not all are alike.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

ASSIGNMENT = NOTEBOOK = "light"
SOLUTION = """
import numpy as np
import torch


def train(X, y, epochs, lr):
    \"\"\"Return the losses of a linear model trained by gradient descent.\"\"\"
    ### BEGIN SOLUTION
    w = torch.zeros(X.shape[1], 1, dtype=torch.float64, requires_grad=True)
    X, y = torch.tensor(X), torch.tensor(y)
    optimizer = torch.optim.SGD([w], lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = ((X @ w - y) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION
""".strip()
USE = """
rng = np.random.default_rng(0)
X, y = rng.normal(size=(200, 5)), rng.normal(size=(200, 1))
losses = train(X, y, 200, 0.05)
print(losses[0], losses[-1])
""".strip()
ASSERTS = """
### BEGIN HIDDEN TESTS
def expected(X, y, epochs, lr):
    w, losses = np.zeros((X.shape[1], 1)), []
    for _ in range(epochs):
        error = X @ w - y
        losses.append(float((error**2).mean()))
        w = w - lr * 2 * X.T @ error / len(X)
    return losses


for rows in (3, 20, 100):
    X, y = rng.normal(size=(rows, 4)), rng.normal(size=(rows, 1))
    np.testing.assert_allclose(train(X, y, 10, 0.1), expected(X, y, 10, 0.1), rtol=1e-4)
### END HIDDEN TESTS
""".strip()
JUDGED = '### BEGIN HIDDEN TESTS\njudge("training")\n### END HIDDEN TESTS'
HIDDEN_TEST = """
import numpy as np

from nbjudge import Case, HiddenTest, Mistake


def ask_train(student, X, y, epochs, lr):
    return student.train(X, y, epochs, lr)


def cases(rng):
    return [
        Case(
            f"{rows} rows",
            {
                "X": rng.normal(size=(rows, 4)),
                "y": rng.normal(size=(rows, 1)),
                "epochs": 10,
                "lr": 0.1,
            },
        )
        for rows in (3, 20, 100)
    ]


def expect_train(X, y, epochs, lr, keep=0):
    w, losses = np.zeros((X.shape[1], 1)), []
    gradient = np.zeros_like(w)
    for _ in range(epochs):
        error = X @ w - y
        losses.append(float((error**2).mean()))
        gradient = keep * gradient + 2 * X.T @ error / len(X)
        w = w - lr * gradient
    return losses


training = HiddenTest(
    title="Training",
    points=10,
    ask=ask_train,
    cases=cases,
    expect=expect_train,
    mistakes={
        "gradients add up": Mistake(
            lambda **given: expect_train(**given, keep=1), "Set them to zero before each step."
        ),
        "the weights go uphill": Mistake(
            lambda lr, **given: expect_train(lr=-lr, **given), "Go against the gradient."
        ),
        "half the gradient": Mistake(
            lambda lr, **given: expect_train(lr=lr / 2, **given), "The square has a factor of 2."
        ),
    },
)
""".lstrip()
PLAIN_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "light"
c.Execute.timeout = 60
"""
JUDGED_CONFIG = """
import nbjudge

c = get_config()
c.CourseDirectory.course_id = "light"
c.BoxProvisioner.preload = ["numpy", "torch", "torch._dynamo"]
nbjudge.configure(c)
"""


STUDENTS_ANSWER = "\n".join(line for line in SOLUTION.splitlines() if "SOLUTION" not in line)


def build(folder: Path, judged: bool) -> Path:
    """Make a course in `folder`, released and without a class; return the folder."""
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    nbformat.write(_source_notebook(judged), source / f"{NOTEBOOK}.ipynb")
    config = JUDGED_CONFIG if judged else PLAIN_CONFIG
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    if judged:
        tests = folder / "hidden_tests" / ASSIGNMENT
        tests.mkdir(parents=True)
        (tests / f"{NOTEBOOK}.py").write_text(HIDDEN_TEST, encoding="utf-8")
    nbgrader(folder, "generate_assignment", ASSIGNMENT)
    return folder


def hand_in(folder: Path, nb, students: int) -> None:
    """Write so many equal submissions, all right, from the notebook that students get."""
    for cell in nb.cells:
        if "def train(" in cell.source:
            cell.source = STUDENTS_ANSWER
    text = nbformat.writes(nb)
    for number in range(students):
        submission = folder / "submitted" / f"student{number:05}" / ASSIGNMENT
        submission.mkdir(parents=True)
        (submission / f"{NOTEBOOK}.ipynb").write_text(text, encoding="utf-8")


def released(folder: Path):
    """Return the notebook as students get it."""
    return nbformat.read(folder / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)


def nbgrader(folder: Path, *arguments: str) -> str:
    """Run one nbgrader command in `folder`; return what it printed."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _source_notebook(judged: bool):
    solution = {"grade": False, "solution": True, "locked": False, "grade_id": "train"}
    test = {"grade": True, "solution": False, "locked": True, "grade_id": "test", "points": 10}
    about = {"schema_version": 3, "cell_type": "code", "task": False}
    cells = [
        new_code_cell(SOLUTION, id="train", metadata={"nbgrader": {**solution, **about}}),
        new_code_cell(USE, id="use"),
        new_code_cell(
            JUDGED if judged else ASSERTS, id="test", metadata={"nbgrader": {**test, **about}}
        ),
    ]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": python})


def main(arguments: list[str]) -> None:
    """Make the course that the command line asks for."""
    parser = argparse.ArgumentParser(description="Make the light course.")
    parser.add_argument("folder", type=Path, help="is made")
    parser.add_argument("--plain", action="store_true", help="for nbgrader without nbjudge")
    asked = parser.parse_args(arguments)
    build(asked.folder, judged=not asked.plain)


if __name__ == "__main__":
    main(sys.argv[1:])
