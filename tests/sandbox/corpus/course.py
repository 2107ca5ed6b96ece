"""The small course that the corpus is graded in: one notebook, four judged tasks, one written.

`build(folder)` makes it with nbgrader; `RIGHT` and `WRONG` are answers to its tasks by grade_id.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT, NOTEBOOK = "lab", "nn"
CONFIG = """
from dataclasses import replace

import nbjudge
from nbjudge.nbgrader_ext.execute import JudgeExecute

c = get_config()
c.CourseDirectory.course_id = "corpus"
c.CourseDirectory.db_url = "sqlite:///gradebook.db?timeout=60"
# long enough for honest work on a busy machine; who is known to hang need not hang that long
c.JudgeExecute.timeout = 60
c.JudgeExecute.notebook_timeout = 300
c.JudgeExecute.sent_bytes = 20_000_000
c.BoxProvisioner.memory = 1 << 30
c.BoxProvisioner.disk = 64 << 20
c.BoxProvisioner.preload = ["numpy", "matplotlib.pyplot", "torch"]
nbjudge.configure(c)


class CorpusExecute(JudgeExecute):
    def settings_for(self, request):
        settings = super().settings_for(request)
        if "{hangs}" not in request.student:
            return settings
        short = {"timeout": 12, "notebook_timeout": 240, "interrupt_seconds": 12}
        return replace(settings, limits=replace(settings.limits, **short))


steps = c.Autograde.autograde_preprocessors
steps[steps.index("nbjudge.nbgrader_ext.execute.JudgeExecute")] = CorpusExecute
"""
HANGS = "_hangs_"  # in the name of a student whose submission runs until a limit ends it
RIGHT = {
    "loss": "def loss(W, y, yHat, Lambda):\n"
    "    return 0.5 * np.sum((y - yHat) ** 2) + Lambda * np.sum(np.abs(W))",
    "step": "def step(w, v, grad, lr, mu):\n    v = mu * v - lr * grad\n    return w + v, v",
    "score": "class Model:\n"
    "    def __init__(self, slope):\n"
    "        self.slope = slope\n\n"
    "    def score(self, x):\n"
    "        return torch.sigmoid(self.slope * x)",
    "curve": "def curve(n):\n    return [k**2 for k in range(n)]\n\n\nplt.plot(curve(10));",
    "words": "The penalty pulls weights to zero.",
}
WRONG = {
    "loss": "def loss(W, y, yHat, Lambda):\n    return 0.5 * np.sum((y - yHat) ** 2) - 1",
    "step": "def step(w, v, grad, lr, mu):\n    return w, v",
    "score": "class Model:\n"
    "    def __init__(self, slope):\n"
    "        self.slope = slope\n\n"
    "    def score(self, x):\n"
    "        return x",
    "curve": "def curve(n):\n    return [0] * n",
    "words": "No idea.",
}
POINTS = {"loss": 4, "step": 3, "score": 3, "curve": 2}
ALL = sum(POINTS.values())
SETUP = """
import matplotlib.pyplot as plt
import numpy as np
import torch

with open("rows.csv") as file:
    rows = file.read()
""".strip()
HIDDEN_TESTS = """
import numpy as np

from nbjudge import Case, HiddenTest, Mistake, Tensor


def ask_loss(student, W, y, yHat, Lambda):
    return student.loss(W, y, yHat, Lambda)


def loss_cases(rng):
    def draw(Lambda):
        W, y, yHat = rng.normal(size=(3, 2)), rng.normal(size=4), rng.normal(size=4)
        return {"W": W, "y": y, "yHat": yHat, "Lambda": Lambda}

    return [Case("small penalty", draw(0.1)), Case("large penalty", draw(2.0))]


def expect_loss(W, y, yHat, Lambda):
    return float(0.5 * np.sum((y - yHat) ** 2) + Lambda * np.sum(np.abs(W)))


loss_test = HiddenTest(
    title="Loss",
    points=4,
    ask=ask_loss,
    cases=loss_cases,
    expect=expect_loss,
    mistakes={
        "the penalty is never added": Mistake(
            lambda W, y, yHat, Lambda: float(0.5 * np.sum((y - yHat) ** 2)), "Add the penalty."
        )
    },
)


def ask_step(student, w, v, grad, lr, mu):
    return student.step(w, v, grad, lr, mu)


def step_cases(rng):
    names = ("w", "v", "grad")
    return [
        Case(f"{n} numbers", {**{k: rng.normal(size=n) for k in names}, "lr": 0.1, "mu": 0.9})
        for n in (1, 5)
    ]


def expect_step(w, v, grad, lr, mu):
    v = mu * v - lr * grad
    return [w + v, v]


step_test = HiddenTest(
    title="Step",
    points=3,
    ask=ask_step,
    cases=step_cases,
    expect=expect_step,
    depends_on=["loss_test"],  # so that who attacks it meets the teacher's loss
)


def ask_score(student, slope, x):
    return student.Model(slope).score(x)


def score_cases(rng):
    return [Case("a tensor", {"slope": 1.5, "x": Tensor(rng.normal(size=4))})]


def expect_score(slope, x):
    return Tensor(1 / (1 + np.exp(-slope * x.array)))


score_test = HiddenTest(
    title="Score", points=3, ask=ask_score, cases=score_cases, expect=expect_score
)


def ask_curve(student, n):
    return student.curve(n)


def curve_cases(rng):
    return [Case("some numbers", {"n": int(rng.integers(3, 30))})]


curve_test = HiddenTest(
    title="Curve",
    points=2,
    ask=ask_curve,
    cases=curve_cases,
    expect=lambda n: [k**2 for k in range(n)],
    figures=1,
)
# {canary}
""".lstrip()


def build(folder: Path, canary: str, environment: dict[str, str]) -> Path:
    """Make the course in `folder`, with `canary` in everything that students must not read."""
    source = folder / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    nbformat.write(_source_notebook(canary), source / f"{NOTEBOOK}.ipynb")
    (source / "rows.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    config = CONFIG.replace("{hangs}", HANGS) + f"# {canary}\n"
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    tests = folder / "hidden_tests" / ASSIGNMENT
    tests.mkdir(parents=True)
    (tests / f"{NOTEBOOK}.py").write_text(HIDDEN_TESTS.replace("{canary}", canary))
    nbgrader(folder, environment, "generate_assignment", ASSIGNMENT)
    return folder


def nbgrader(folder: Path, environment: dict, *arguments: str) -> str:
    """Run an nbgrader command in `folder`; return what it printed, or raise with it."""
    return _run(folder, environment, "nbgrader", *arguments)


def nbjudge(folder: Path, environment: dict, *arguments: str) -> str:
    """Run an nbjudge command in `folder`; return what it printed, or raise with it."""
    return _run(folder, environment, sys.executable, "-m", "nbjudge", *arguments)


def _run(folder: Path, environment: dict, *command: str) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=3600,
    )
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{text}")
    return text


def _source_notebook(canary: str):
    cells = [new_code_cell(SETUP, id="setup")]
    for task, points in POINTS.items():
        stub = f"### BEGIN SOLUTION\n# {canary}\n{RIGHT[task]}\n### END SOLUTION"
        cells.append(_cell(task, stub, solution=True))
        check = f"print('self-check of {task}: there')"
        cells.append(_cell(f"{task}_check", check, locked=True))
        test = f'### BEGIN HIDDEN TESTS\njudge("{task}_test")\n### END HIDDEN TESTS'
        cells.append(_cell(f"{task}_test", test, grade=True, locked=True, points=points))
    words = _cell("words", RIGHT["words"], new_markdown_cell, solution=True, grade=True, points=1)
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=[*cells, words], metadata={"kernelspec": python})


def _cell(grade_id, source, make=new_code_cell, **about):
    kind = "code" if make is new_code_cell else "markdown"
    nbgrader_ = {"grade": False, "solution": False, "locked": False, "task": False, **about}
    nbgrader_ |= {"schema_version": 3, "grade_id": grade_id, "cell_type": kind}
    return make(source, id=grade_id, metadata={"nbgrader": nbgrader_})
