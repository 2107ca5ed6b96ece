"""Hidden tests of Q3: model, loss, optimiser and training in PyTorch, each in a file of its own."""

from .q3 import loss, model, optimiser, training

torch_model = model.torch_model
l2_loss = loss.l2_loss
torch_optimizer = optimiser.torch_optimizer
torch_training = training.torch_training
