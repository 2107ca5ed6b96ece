"""Hidden tests of Q3: model, loss, optimiser and training in PyTorch, each in a file of its own."""

from pathlib import Path

from nbjudge import load_module

PARTS = Path(__file__).resolve().with_name("q3")

torch_model = load_module(PARTS / "model.py").torch_model
l2_loss = load_module(PARTS / "loss.py").l2_loss
torch_optimizer = load_module(PARTS / "optimiser.py").torch_optimizer
torch_training = load_module(PARTS / "training.py").torch_training
