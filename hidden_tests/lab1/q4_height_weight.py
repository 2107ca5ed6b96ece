"""Hidden tests of Q4: one module for each task, in the folder q4."""

from pathlib import Path

from nbjudge import load_module

TASKS = Path(__file__).with_name("q4")

hw_model = load_module(TASKS / "model.py").hw_model
hw_init = load_module(TASKS / "init.py").hw_init
hw_loss = load_module(TASKS / "loss.py").hw_loss
hw_accuracy = load_module(TASKS / "accuracy.py").hw_accuracy
hw_train = load_module(TASKS / "training.py").hw_train
hw_predict = load_module(TASKS / "predict.py").hw_predict
hw_deeper = load_module(TASKS / "deeper.py").hw_deeper
