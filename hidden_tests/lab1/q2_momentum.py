"""Hidden tests of Q2: the momentum step, and the comparison with plain SGD, each in a file."""

from pathlib import Path

from nbjudge import load_module

TASKS = Path(__file__).with_name("q2")

optim_mom = load_module(TASKS / "optimiser.py").optim_mom
momentum_comparison = load_module(TASKS / "comparison.py").momentum_comparison
