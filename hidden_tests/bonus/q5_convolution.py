"""Hidden tests of Q5: one module for each task, in the folder q5."""

from pathlib import Path

from nbjudge import load_module

TASKS = Path(__file__).with_name("q5")

conv_filter = load_module(TASKS / "convolve.py").conv_filter
conv_model = load_module(TASKS / "model.py").conv_model
conv_predict = load_module(TASKS / "predict.py").conv_predict
