"""The network of Q3: what its model, its loss and its training give, right and wrong."""

import torch
from torch import nn

from nbjudge import OneOf

# what is seen of the model, of the loss, of a training
COUNT, BY_DEFAULT = "the number of parameters", "the number of parameters by default"
SLOPES = "yHat can be differentiated, by every parameter"
NO_BACKWARD = "it leaves backward() to the training"
TWO, LENGTHS = "it returns two lists", "one loss for each epoch"
FLOATS = "the losses are floats"
TRAIN, TEST = "train_losses", "test_losses"
END, STEPS = "the parameters at the end", "steps of the given optimiser"


def number_of_parameters(inputs, hidden, outputs, biases=(True, True)):
    """Return how many numbers a network of two layers learns."""
    return hidden * (inputs + biases[0]) + outputs * (hidden + biases[1])


def model_answer(
    values, lmbda, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=(True, True), **others
):
    """Return what a network of the given kind answers."""
    W1, b1, W2, b2 = values
    z2 = X @ W1.T + b1 * biases[0]
    return {
        COUNT: number_of_parameters(W1.shape[1], len(b1), len(b2), biases),
        BY_DEFAULT: number_of_parameters(2, 3, 1, biases),
        "self.lmbda": lmbda,
        "yHat": output(hidden(z2) @ W2.T + b2 * biases[1]),
        SLOPES: True,
        **others,
    }


def half_sum(yHat, y):
    """Return the right data term."""
    return 0.5 * ((y - yHat) ** 2).sum()


def all_squares(theta, lmbda):
    """Return the right penalty."""
    return lmbda * sum((t**2).sum() for t in theta)


def right_loss(theta, lmbda, yHat, y):
    """Return the right loss."""
    return half_sum(yHat, y) + all_squares(theta, lmbda)


class Reference(nn.Module):
    """The network of the notebook with the right loss."""

    def __init__(self, values, lmbda):
        super().__init__()
        self.theta = nn.ParameterList(v.clone() for v in values)
        self.lmbda = lmbda

    def forward(self, rows):
        """Return yHat for rows of two inputs and a target."""
        W1, b1, W2, b2 = self.theta
        return torch.sigmoid(torch.sigmoid(rows[:, :2] @ W1.T + b1) @ W2.T + b2)

    def errors(self, rows):
        """Return half the sum of the squared errors."""
        return 0.5 * ((rows[:, 2:] - self(rows)) ** 2).sum()

    def loss(self, rows):
        """Return J."""
        return self.errors(rows) + self.lmbda * sum((t**2).sum() for t in self.theta)

    def mean_squared_error(self, rows):
        """Return what nn.MSELoss gives."""
        return ((rows[:, 2:] - self(rows)) ** 2).mean()


def clear_and_train(net, optimizer, rows, test_rows, loss=Reference.loss):
    """Make the right step."""
    optimizer.zero_grad()
    loss(net, rows).backward()
    optimizer.step()


def training_answer(
    values,
    lmbda,
    rows,
    test_rows,
    lr,
    momentum,
    epochs,
    step=clear_and_train,
    loss=Reference.loss,
    record=None,
):
    """Return what a training with the given step answers.

    The losses may be recorded before or after the step: the task says that both are accepted.
    `record` takes the network and some rows, and returns what is recorded; the loss by default.
    """
    net = Reference(values, lmbda)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    record = record or loss
    losses = [[float(record(net, part).detach()) for part in (rows, test_rows)]]
    for _ in range(epochs):
        step(net, optimizer, rows, test_rows, loss)
        losses.append([float(record(net, part).detach()) for part in (rows, test_rows)])
    train_losses, test_losses = (list(column) for column in zip(*losses))
    return {
        TWO: True,
        LENGTHS: True,
        FLOATS: True,
        TRAIN: OneOf([train_losses[:-1], train_losses[1:]]),
        TEST: OneOf([test_losses[:-1], test_losses[1:]]),
        END: nn.utils.parameters_to_vector(net.parameters()).detach(),
    }
