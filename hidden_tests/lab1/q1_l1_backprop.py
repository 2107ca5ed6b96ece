"""Hidden tests of Q1: the regularised loss, its gradient, and the choice of λ, each in a file."""

from pathlib import Path

from nbjudge import load_module

TASKS = Path(__file__).with_name("q1")

reg_loss = load_module(TASKS / "loss.py").reg_loss
reg_gradient = load_module(TASKS / "gradient.py").reg_gradient
best_lambda = load_module(TASKS / "study.py").best_lambda
