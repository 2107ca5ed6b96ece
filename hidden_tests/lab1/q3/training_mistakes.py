"""What goes wrong in the training of Q3: in its steps, and in the losses that it records."""

import torch

from nbjudge import Anything, Mistake

from .network import (
    END,
    FLOATS,
    LENGTHS,
    TEST,
    TRAIN,
    Reference,
    clear_and_train,
    training_answer,
)


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

MISTAKES = {
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
}
