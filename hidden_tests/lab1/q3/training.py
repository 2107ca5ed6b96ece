"""Hidden test of Q3, task 4: training."""

from pathlib import Path

import torch
from torch import nn

from nbjudge import Anything, Case, HiddenTest, Mistake, OneOf, load_module

shared = load_module(Path(__file__).resolve().parents[2] / "shared" / "torch_parts.py")

TWO, LENGTHS = "it returns two lists", "one loss for each epoch"
FLOATS = "the losses are floats"
TRAIN, TEST = "train_losses", "test_losses"
END, STEPS = "the parameters at the end", "steps of the given optimiser"


def ask_training(values, lmbda, rows, test_rows, lr, momentum, epochs):
    """Let the student's train work on a right model with a right optimiser."""
    import torch

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.lmbda = lmbda
            self.one = torch.nn.Linear(2, 3)
            self.two = torch.nn.Linear(3, 1)

        def forward(self, X):
            return torch.sigmoid(self.two(torch.sigmoid(self.one(X))))

        def loss(self, yHat, y):
            squares = sum((p**2).sum() for p in self.parameters())
            return 0.5 * ((y - yHat) ** 2).sum() + self.lmbda * squares

    class Counting(torch.optim.SGD):
        steps = 0

        def step(self, *arguments, **others):
            self.steps += 1
            return super().step(*arguments, **others)

    network = Network()
    start = torch.cat([value.flatten() for value in values])
    torch.nn.utils.vector_to_parameters(start, network.parameters())
    optimizer = Counting(network.parameters(), lr=lr, momentum=momentum)
    data = [part for both in (rows, test_rows) for part in (both[:, :2], both[:, 2:])]
    answer = train(network, optimizer, *data, epochs=epochs)  # noqa: F821
    two = isinstance(answer, (tuple, list)) and len(answer) == 2
    two = two and all(hasattr(part, "__len__") for part in answer)
    two = two and all(getattr(part, "ndim", 1) > 0 for part in answer)
    two = two and not any(isinstance(part, (str, dict)) or len(part) > 1000 for part in answer)
    return {
        "it returns two lists": two,
        "train_losses": list(answer[0]) if two else None,
        "test_losses": list(answer[1]) if two else None,
        "the parameters at the end": torch.nn.utils.parameters_to_vector(
            network.parameters()
        ).detach(),
        "steps of the given optimiser": optimizer.steps,
    }


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


def _never_cleared(net, optimizer, rows, test_rows, loss):
    loss(net, rows).backward()
    optimizer.step()


def _both_at_once(net, optimizer, rows, test_rows, loss):
    optimizer.zero_grad()
    (loss(net, rows) + loss(net, test_rows)).backward()
    optimizer.step()


def _together(net, optimizer, rows, test_rows, loss):
    clear_and_train(net, optimizer, torch.cat([rows, test_rows]), test_rows, loss)


def _test_only(net, optimizer, rows, test_rows, loss):
    clear_and_train(net, optimizer, test_rows, rows, loss)


def _test_after(net, optimizer, rows, test_rows, loss):
    clear_and_train(net, optimizer, rows, test_rows, loss)
    clear_and_train(net, optimizer, test_rows, rows, loss)


def _test_before(net, optimizer, rows, test_rows, loss):
    clear_and_train(net, optimizer, test_rows, rows, loss)
    clear_and_train(net, optimizer, rows, test_rows, loss)


def _row_by_row(net, optimizer, rows, test_rows, loss):
    for row in rows:
        clear_and_train(net, optimizer, row[None], test_rows, loss)


def _no_step(net, optimizer, rows, test_rows, loss):
    pass


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


def measure_training(answer, epochs, **arguments):
    """Add what can be said of the two lists, and of the steps, without their numbers."""
    if not isinstance(answer, dict):
        return answer
    lists = [answer.get(name) for name in (TRAIN, TEST)]
    good = all(isinstance(losses, list) for losses in lists)
    steps = answer.get(STEPS)
    return {
        **answer,
        LENGTHS: good and all(len(losses) == epochs for losses in lists),
        FLOATS: good and all(type(value) in (float, int) for losses in lists for value in losses),
        "its steps are those of the given optimiser": steps != 0,
        "one step for each epoch": steps == epochs,
    }


def training_cases(rng):
    """Draw two short trainings with other numbers of rows.

    The predictions begin below ½, the targets of the training rows are large and those of the
    test rows small. So the test loss rises, and who stops early has too few losses.
    """

    def parameters():
        W1, b1, W2, b2 = shared.draw_parameters(rng, 2, 3, 1)
        return [W1, b1, -W2.abs(), -b2.abs()]

    def draw(n, low):
        rows = shared.draw_rows(rng, n, 3)
        rows[:, 2] = low + 0.05 * rows[:, 2]
        return rows

    return [
        Case(
            f"{n} training rows, {m} test rows, {epochs} epochs, {name}",
            {
                "values": parameters(),
                "lmbda": float(rng.uniform(0.002, 0.006)),
                "rows": draw(n, 0.9),
                "test_rows": draw(m, 0.0),
                "lr": float(rng.uniform(0.25, 0.35)),
                "momentum": momentum,
                "epochs": epochs,
            },
            weight=2,
        )
        for n, m, epochs, momentum, name in (
            (8, 6, 5, 0.0, "no momentum"),
            (5, 9, 7, 0.5, "momentum 0.5"),
        )
    ]


def _training(step, help_text, **how):
    """Return a mistake that the parameters at the end show, whatever is recorded."""

    def formula(**arguments):
        parameters = training_answer(**arguments, step=step, **how)[END]
        return {END: parameters, **dict.fromkeys((TRAIN, TEST, LENGTHS, FLOATS), Anything())}

    return Mistake(formula, help_text)


def _recorded(help_text, change):
    """Return a mistake of the lists alone: `change` takes and returns the two."""

    def formula(**arguments):
        answer = training_answer(**arguments)
        return dict(zip((TRAIN, TEST), change(answer[TRAIN], answer[TEST])))

    return Mistake(formula, help_text)


def _seen(help_text, **seen):
    """Return a mistake that is seen without the numbers of the lists."""
    names = {name.replace("_", " "): value for name, value in seen.items()}
    return Mistake(lambda **arguments: {TRAIN: Anything(), TEST: Anything(), **names}, help_text)


def _other_loss(help_text, record, lists=(TEST,)):
    """Return a mistake of recording another loss in these lists; the steps are right."""

    def formula(**arguments):
        answer = training_answer(**arguments, record=record)
        return {name: answer[name] for name in lists}

    return Mistake(formula, help_text)


def _per_row(net, part):
    return net.loss(part) / len(part)


TEST_TRAINED = (
    "The test rows are only looked at: compute their loss in torch.no_grad(), no backward."
)
RECORD_TEST = "Record model.loss(model(X_test), y_test), which has the penalty"
RECORD_BOTH = (
    "Record what model.loss gives, on X and y and on X_test and y_test: it has the penalty"
)

torch_training = HiddenTest(
    title="Training",
    marking="Judged with a right model, loss and optimiser, by the recorded losses and by the "
    "parameters at the end.",
    points=4,
    ask=ask_training,
    cases=training_cases,
    expect=training_answer,
    measure=measure_training,
    mistakes={
        "the gradients are not cleared": _training(
            _never_cleared,
            "The gradients of all steps add up: call optimizer.zero_grad() in each epoch before "
            "backward().",
        ),
        "the test loss is trained on too": _training(_both_at_once, TEST_TRAINED),
        "the test rows are among the training rows": _training(
            _together, "The step belongs to X and y alone; yours also uses X_test and y_test."
        ),
        "a second step on the test rows": _training(_test_after, TEST_TRAINED),
        "a first step on the test rows": _training(_test_before, TEST_TRAINED),
        "trained on the test rows only": _training(
            _test_only, "The step belongs to X and y; yours uses X_test and y_test."
        ),
        "one step for each row": _training(
            _row_by_row, "Each epoch makes one step, from the loss on all rows of X together."
        ),
        "trained with the mean squared error": _training(
            clear_and_train,
            "The loss is the model's own: model.loss(model(X), y).",
            loss=Reference.mean_squared_error,
        ),
        "trained without the penalty": _training(
            clear_and_train,
            "Your steps follow ½ Σ (y - ŷ)² alone. The loss is the model's own, with its penalty: "
            "model.loss(model(X), y).",
            loss=Reference.errors,
        ),
        "the parameters do not move": _training(
            _no_step,
            "Is backward() called, then optimizer.step()? zero_grad() between the two takes the "
            "gradient away again.",
        ),
        "the losses are divided by the number of rows": Mistake(
            lambda **arguments: training_answer(**arguments, record=_per_row),
            "Record the loss as model.loss gives it, not divided by the number of rows.",
        ),
        "the test losses have no penalty": _other_loss(
            f"{RECORD_TEST}; yours is ½ Σ (y - ŷ)² alone.", Reference.errors
        ),
        "the test losses are mean squared errors": _other_loss(
            f"{RECORD_TEST}; yours is the mean squared error, as of nn.MSELoss.",
            Reference.mean_squared_error,
        ),
        "the recorded losses have no penalty": _other_loss(
            f"{RECORD_BOTH}; yours is ½ Σ (y - ŷ)² alone.", Reference.errors, (TRAIN, TEST)
        ),
        "the recorded losses are mean squared errors": _other_loss(
            f"{RECORD_BOTH}; yours is the mean squared error, as of nn.MSELoss.",
            Reference.mean_squared_error,
            (TRAIN, TEST),
        ),
        "the two lists are swapped": _recorded(
            "The function returns (train_losses, test_losses), in this order.",
            lambda train, test: (test, train),
        ),
        "the training loss is in both lists": _recorded(
            "test_losses holds the loss on X_test and y_test: model.loss(model(X_test), y_test).",
            lambda train, test: (train, train),
        ),
        "the test loss is in both lists": _recorded(
            "train_losses holds the loss on X and y: model.loss(model(X), y).",
            lambda train, test: (test, test),
        ),
        "the losses are not floats": _seen(
            "The parameters at the end are right. Record plain numbers: .item() makes a float of a "
            "tensor of one element.",
            the_losses_are_floats=False,
        ),
        "not one loss for each epoch": _seen(
            "Each list has exactly `epochs` numbers, one for each epoch.",
            one_loss_for_each_epoch=False,
            the_losses_are_floats=Anything(),
            the_parameters_at_the_end=Anything(),
        ),
        "not two lists": _seen(
            "train returns two lists: return train_losses, test_losses.",
            it_returns_two_lists=False,
            one_loss_for_each_epoch=Anything(),
            the_losses_are_floats=Anything(),
            the_parameters_at_the_end=Anything(),
        ),
        "the given optimiser makes no step": _seen(
            "The parameters move, and optimizer.step() is never called: train uses the optimiser "
            "that it is given, with its lr and momentum.",
            the_parameters_at_the_end=Anything(),
            its_steps_are_those_of_the_given_optimiser=False,
        ),
        "not one step for each epoch": _seen(
            "optimizer.step() is not called once for each epoch.",
            the_parameters_at_the_end=Anything(),
            one_step_for_each_epoch=False,
        ),
    },
)
