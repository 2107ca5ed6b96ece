"""Hidden tests of Q3: model, loss, optimiser and training in PyTorch."""

import copy

import torch
from torch import nn

from nbjudge import Anything, Case, HiddenTest, Mistake, OneOf

# --- task 1: the model -----------------------------------------------------------------------


def fill(network, values):
    """Give every parameter of a network the drawn values of its shape, in either orientation."""
    import torch

    by_shape = {tuple(v.shape): v for v in values}
    with torch.no_grad():
        for parameter in network.parameters():
            shape = tuple(parameter.shape)
            if shape in by_shape:
                parameter.copy_(by_shape[shape])
            elif shape[::-1] in by_shape:
                parameter.copy_(by_shape[shape[::-1]].T)
    return network


def ask_model(values, lmbda, X):
    """Build the student's network with given parameters and send X through."""
    hidden, inputs = values[0].shape
    network = TorchNetwork(inputs, hidden, len(values[3]), lmbda)  # noqa: F821
    count = sum(p.numel() for p in network.parameters())
    network = fill(network, values)
    by_default = sum(p.numel() for p in TorchNetwork().parameters())  # noqa: F821
    return {
        "the number of parameters": count,
        "the number of parameters by default": by_default,
        "self.lmbda": getattr(network, "lmbda", None),
        "yHat": network(X),
    }


def model_answer(
    values, lmbda, X, hidden=torch.sigmoid, output=torch.sigmoid, biases=True, **others
):
    """Return what a network of the given kind answers."""
    W1, b1, W2, b2 = values
    if not biases:
        b1, b2 = torch.zeros_like(b1), torch.zeros_like(b2)
    count = W1.numel() + W2.numel() + (b1.numel() + b2.numel()) * biases
    return {
        "the number of parameters": count,
        "the number of parameters by default": 13 if biases else 9,
        "self.lmbda": lmbda,
        "yHat": output(hidden(X @ W1.T + b1) @ W2.T + b2),
        **others,
    }


def draw_parameters(rng, inputs, hidden, outputs):
    """Draw W1, b1, W2, b2 as torch stores them: no zeros, both signs."""
    shapes = [(hidden, inputs), (hidden,), (outputs, hidden), (outputs,)]
    return [
        torch.tensor(rng.uniform(0.3, 1.2, s) * rng.choice([-1, 1], s), dtype=torch.float32)
        for s in shapes
    ]


def draw_rows(rng, n, columns):
    """Draw a float32 tensor of numbers in 0 to 1."""
    return torch.tensor(rng.uniform(0, 1, (n, columns)), dtype=torch.float32)


def model_cases(rng):
    """Draw networks of three sizes; all lengths differ, so that a shape tells the parameter."""
    return [
        Case(
            f"{i} inputs, {h} hidden units, {o} outputs",
            {
                "values": draw_parameters(rng, i, h, o),
                "lmbda": float(rng.uniform(0.1, 2)),
                "X": draw_rows(rng, 6, i),
            },
        )
        for i, h, o in ((2, 3, 1), (3, 5, 2), (4, 7, 3))
    ]


def _model(help_text, **how):
    return Mistake(lambda **arguments: model_answer(**arguments, **how), help_text)


def _identity(z):
    return z


_default_size = {"the number of parameters": 13, "yHat": Anything()}

torch_model = HiddenTest(
    title="The model",
    points=5,
    ask=ask_model,
    helpers=[fill],
    cases=model_cases,
    expect=model_answer,
    mistakes={
        "no sigmoid at the output": _model(
            "yHat is not between 0 and 1: the second layer has its sigmoid too.", output=_identity
        ),
        "no sigmoid in the hidden layer": _model(
            "Between the two layers there is a sigmoid; without it they are one linear layer.",
            hidden=_identity,
        ),
        "no sigmoid at all": _model(
            "Each of the two layers is followed by a sigmoid.", hidden=_identity, output=_identity
        ),
        "tanh instead of sigmoid in the hidden layer": _model(
            "The hidden layer uses the sigmoid, not tanh.", hidden=torch.tanh
        ),
        "ReLU instead of sigmoid in the hidden layer": _model(
            "The hidden layer uses the sigmoid, not ReLU.", hidden=torch.relu
        ),
        "softmax at the output": _model(
            "The output layer has a sigmoid for each output, not a softmax over them.",
            output=lambda z: torch.softmax(z, dim=1),
        ),
        "no biases": _model(
            "Your layers have no biases; nn.Linear has them unless bias=False is given.",
            biases=False,
        ),
        "lmbda is not kept": _model(
            "Keep it in __init__: self.lmbda = lmbda.",
            **{"self.lmbda": OneOf([None, 0.0])},
        ),
        "the sizes are fixed": _model(
            "Your layers have the default sizes whatever the arguments are: use inputs, hidden "
            "and outputs in __init__.",
            **_default_size,
        ),
        "the layers are not registered": _model(
            "PyTorch finds no parameters: create the layers in __init__ and keep each as "
            "self.name = nn.Linear(...), not in a list or in forward.",
            **{
                "the number of parameters": 0,
                "the number of parameters by default": 0,
                "yHat": Anything(),
            },
        ),
    },
)

# --- task 2: the loss ------------------------------------------------------------------------

DIFFERENTIABLE = "it can be differentiated"
SLOPE_Y, SLOPE_P = "its slope with respect to yHat", "its slope with respect to the parameters"


def ask_loss(values, lmbda, yHat, y):
    """Call the student's loss on a network with given parameters, and differentiate it."""
    import torch

    hidden, inputs = values[0].shape
    outputs = len(values[3])
    try:
        network = TorchNetwork(inputs, hidden, outputs, lmbda)  # noqa: F821
        usable = sorted(p.numel() for p in network.parameters()) == sorted(
            v.numel() for v in values
        )
    except Exception:
        usable = False
    if not usable:  # their model is judged in its own task: here a right one carries their loss

        class Network(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.one = torch.nn.Linear(inputs, hidden)
                self.two = torch.nn.Linear(hidden, outputs)

        Network.loss = TorchNetwork.loss  # noqa: F821
        network = Network()
    network.lmbda = lmbda
    network = fill(network, values)
    guess = yHat.clone().requires_grad_()
    J = network.loss(guess, y)
    answer = {"the loss": J, "it can be differentiated": False}
    if torch.is_tensor(J) and J.requires_grad and J.numel() == 1:
        J.sum().backward()
        grads = {tuple(p.shape): p.grad for p in network.parameters()}
        flat = []
        for value in values:
            shape = tuple(value.shape)
            grad = grads.get(shape)
            if grad is None and grads.get(shape[::-1]) is not None:
                grad = grads[shape[::-1]].T
            flat.append(torch.zeros(value.numel()) if grad is None else grad.reshape(-1))
        answer["it can be differentiated"] = True
        answer["its slope with respect to the parameters"] = torch.cat(flat)
        slope = torch.zeros_like(guess) if guess.grad is None else guess.grad
        answer["its slope with respect to yHat"] = slope
    return answer


def loss_answer(values, lmbda, yHat, y, data, penalty):
    """Return what a loss made of two functions answers; its slopes come from torch itself."""
    theta = [v.clone().requires_grad_() for v in values]
    guess = yHat.clone().requires_grad_()
    J = data(guess, y) + penalty(theta, lmbda)
    J.backward()
    slopes = [torch.zeros(t.numel()) if t.grad is None else t.grad.reshape(-1) for t in theta]
    return {
        "the loss": float(J.detach()),
        DIFFERENTIABLE: True,
        SLOPE_Y: guess.grad,
        SLOPE_P: torch.cat(slopes),
    }


def half_sum(yHat, y):
    """Return the right data term."""
    return 0.5 * ((y - yHat) ** 2).sum()


def all_squares(theta, lmbda):
    """Return the right penalty."""
    return lmbda * sum((t**2).sum() for t in theta)


def _norms(theta):
    return sum(t.norm() for t in theta)


DATA = {
    "mean instead of sum": (
        lambda yHat, y: 0.5 * ((y - yHat) ** 2).mean(),
        "The data term is a sum over all rows and outputs; nothing is divided by n.",
    ),
    "mean over the examples instead of sum": (
        lambda yHat, y: 0.5 * ((y - yHat) ** 2).sum() / len(y),
        "The data term is a sum over all rows; yours is divided by len(y).",
    ),
    "the ½ is missing": (
        lambda yHat, y: ((y - yHat) ** 2).sum(),
        "The data term is ½ Σ (y - ŷ)²; your numbers fit Σ (y - ŷ)².",
    ),
    "mean squared error": (
        lambda yHat, y: ((y - yHat) ** 2).mean(),
        "Your data term is nn.MSELoss, a mean without the ½; the lab's is ½ Σ (y - ŷ)².",
    ),
    "the data term has the wrong sign": (
        lambda yHat, y: -half_sum(yHat, y),
        "A worse fit must give a larger loss.",
    ),
}
PENALTY = {
    "the penalty is never added": (
        lambda theta, lmbda: torch.tensor(0.0),
        "Your numbers are those of the data term alone. A second line that begins with + is a "
        "statement of its own, and its value is lost.",
    ),
    "the penalty is detached from the graph": (
        lambda theta, lmbda: all_squares([t.detach() for t in theta], lmbda),
        "The value is right, but the penalty has no slope: .data, .item(), .detach() or no_grad "
        "cut it off, so training would not notice it.",
    ),
    "weights only in the penalty": (
        lambda theta, lmbda: all_squares(theta[::2], lmbda),
        "The penalty covers all parameters, the biases too.",
    ),
    "biases only in the penalty": (
        lambda theta, lmbda: all_squares(theta[1::2], lmbda),
        "The penalty covers all parameters, the weights too.",
    ),
    "only the first layer in the penalty": (
        lambda theta, lmbda: all_squares(theta[:2], lmbda),
        "The penalty covers both layers.",
    ),
    "only the last layer in the penalty": (
        lambda theta, lmbda: all_squares(theta[2:], lmbda),
        "The penalty covers both layers.",
    ),
    "λ/2 instead of λ": (
        lambda theta, lmbda: all_squares(theta, lmbda / 2),
        "The penalty is λ Σ θ²; the ½ stands only in front of the data term.",
    ),
    "λ is not used": (
        lambda theta, lmbda: all_squares(theta, 1.0),
        "Multiply the sum of squares by self.lmbda.",
    ),
    "λ²": (
        lambda theta, lmbda: all_squares(theta, lmbda**2),
        "λ stands outside of the square: λ Σ θ², not Σ (λθ)².",
    ),
    "the penalty is subtracted": (
        lambda theta, lmbda: -all_squares(theta, lmbda),
        "The penalty is added to the loss.",
    ),
    "L1 penalty instead of L2": (
        lambda theta, lmbda: lmbda * sum(t.abs().sum() for t in theta),
        "Your numbers fit λ Σ|θ|; L2 adds up squares.",
    ),
    "norms that are not squared": (
        lambda theta, lmbda: lmbda * _norms(theta),
        "You added up the norms ‖θ‖ of the parameters; L2 adds up their squares ‖θ‖².",
    ),
    "the sum of the norms is squared": (
        lambda theta, lmbda: lmbda * _norms(theta) ** 2,
        "(Σ‖θ‖)² is not Σ‖θ‖²: square first, then add up.",
    ),
    "the root of the sum of squares": (
        lambda theta, lmbda: lmbda * torch.cat([t.reshape(-1) for t in theta]).norm(),
        "Your penalty is the norm of all parameters; the sum of squares has no root.",
    ),
    "mean of the squares": (
        lambda theta, lmbda: lmbda * sum((t**2).mean() for t in theta),
        "The penalty is a sum of squares; yours divides each by the number of elements.",
    ),
}


def _loss(data, penalty, help_text):
    return Mistake(
        lambda **arguments: loss_answer(**arguments, data=data, penalty=penalty), help_text
    )


def _loss_mistakes():
    found = {name: _loss(data, all_squares, text) for name, (data, text) in DATA.items()}
    found |= {name: _loss(half_sum, how, text) for name, (how, text) in PENALTY.items()}
    found["not differentiable"] = Mistake(
        lambda **arguments: (
            {DIFFERENTIABLE: False, SLOPE_Y: Anything(), SLOPE_P: Anything()}
            | {"the loss": OneOf([expect_loss(**arguments)["the loss"]])}
        ),
        "The value is right, but it cannot be differentiated: .item(), float(), .data, .detach() "
        "or no_grad cut it off. Return a tensor.",
    )
    for first, (data, text) in DATA.items():
        for second, (how, other) in PENALTY.items():
            found[f"{first}; and {second}"] = _loss(data, how, f"{text} And: {other}")
    return found


def expect_loss(**arguments):
    """Return the right loss and its slopes."""
    return loss_answer(**arguments, data=half_sum, penalty=all_squares)


def loss_cases(rng):
    """Draw networks, predictions and targets, without a penalty and with several."""
    plan = [
        ("λ = 0: the data term alone", 0.5, (2, 3, 1), 5, 0.0),
        ("λ > 0, the network of the notebook", 1, (2, 3, 1), 4, rng.uniform(0.1, 0.4)),
        ("large λ", 1, (3, 4, 2), 6, rng.uniform(2, 4)),
        ("other numbers of inputs, hidden units and outputs", 1, (4, 5, 3), 3, 0.7),
    ]
    return [
        Case(
            label,
            {
                "values": draw_parameters(rng, *sizes),
                "lmbda": float(lmbda),
                "yHat": draw_rows(rng, n, sizes[2]),
                "y": draw_rows(rng, n, sizes[2]),
            },
            weight,
        )
        for label, weight, sizes, n, lmbda in plan
    ]


l2_loss = HiddenTest(
    title="Loss with an L2 penalty",
    points=6,
    ask=ask_loss,
    helpers=[fill],
    cases=loss_cases,
    expect=expect_loss,
    mistakes=_loss_mistakes(),
)

# --- task 3: the optimiser -------------------------------------------------------------------

PATH = "the parameters after each step"

CHECKS = {
    "it is a torch optimiser": True,
    "it has all parameters of the model": True,
    "it uses the given lr": True,
    "it uses the given momentum": True,
    "it has no weight decay": True,
}


def ask_optimizer(start, gradients, lr, momentum):
    """Let the student's optimiser make some steps with given gradients."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1))
    parameters = list(model.parameters())
    torch.nn.utils.vector_to_parameters(start.clone(), parameters)
    optimizer = make_optimizer(model, lr, momentum)  # noqa: F821
    answer = {"it is a torch optimiser": isinstance(optimizer, torch.optim.Optimizer)}
    groups = optimizer.param_groups
    held = {id(p) for group in groups for p in group["params"]}
    answer["it has all parameters of the model"] = held == {id(p) for p in parameters}
    answer["kind"] = type(optimizer).__name__
    for name in ("lr", "momentum", "weight_decay"):
        answer[name] = [float(group.get(name, 0) or 0) for group in groups]
    path = []
    for gradient in gradients:
        offset = 0
        for p in parameters:
            p.grad = gradient[offset : offset + p.numel()].reshape(p.shape).clone()
            offset += p.numel()
        optimizer.step()
        path.append(torch.nn.utils.parameters_to_vector(parameters).detach().clone())
    answer["the parameters after each step"] = path
    return answer


def measure_optimizer(answer, start, gradients, lr, momentum):
    """Turn the optimiser's settings into yes and no."""
    if not isinstance(answer, dict):
        return answer
    same = {
        f"it uses the given {name}": answer.get(name) == [value]
        for name, value in (("lr", lr), ("momentum", momentum))
    }
    none = not any(answer.get("weight_decay") or [])
    return {**answer, **same, "it has no weight decay": none}


def sgd_path(start, gradients, lr, momentum, rule=lambda v, g, mu, first: mu * v + g, nesterov=0):
    """Return the parameters after each step of torch's SGD."""
    theta, v, path = start.clone(), torch.zeros_like(start), []
    for number, gradient in enumerate(gradients):
        v = rule(v, gradient, momentum, number == 0)
        theta = theta - lr * (gradient + momentum * v if nesterov else v)
        path.append(theta)
    return {PATH: path}


def expect_optimizer(**arguments):
    """Return the path and the settings of SGD with momentum; its class may have any name."""
    return {**CHECKS, **sgd_path(**arguments), "kind": Anything()}


OTHER_OPTIMISERS = (
    *("Adam", "AdamW", "Adamax", "NAdam", "RAdam"),
    *("RMSprop", "Rprop", "Adagrad", "Adadelta", "ASGD"),
)


def _setting(help_text, **wrong):
    names = {name.replace("_", " "): value for name, value in wrong.items()}
    return Mistake(lambda **arguments: {PATH: Anything(), **names}, help_text)


def optimizer_cases(rng):
    """Draw three runs of four steps."""
    return [
        Case(
            label,
            {
                "start": torch.tensor(rng.uniform(-1, 1, 13), dtype=torch.float32),
                "gradients": [
                    torch.tensor(rng.uniform(0.5, 1.5, 13) * rng.choice([-1, 1], 13)).float()
                    for _ in range(4)
                ],
                "lr": float(lr),
                "momentum": float(momentum),
            },
        )
        for label, lr, momentum in (
            ("small lr, momentum 0.9", rng.uniform(0.02, 0.06), 0.9),
            ("large lr, small momentum", rng.uniform(0.2, 0.5), rng.uniform(0.2, 0.4)),
            ("other lr and momentum", rng.uniform(0.11, 0.18), rng.uniform(0.6, 0.8)),
        )
    ]


torch_optimizer = HiddenTest(
    title="The optimiser",
    points=3,
    ask=ask_optimizer,
    cases=optimizer_cases,
    expect=expect_optimizer,
    measure=measure_optimizer,
    mistakes={
        "weight decay as well as the penalty": _setting(
            "weight_decay adds an L2 penalty of its own, so it would count twice: the loss has it "
            "already.",
            it_has_no_weight_decay=False,
        ),
        "not SGD": Mistake(
            lambda **arguments: {
                PATH: Anything(),
                "kind": OneOf(
                    [
                        "Adam",
                        "AdamW",
                        "Adamax",
                        "NAdam",
                        "RAdam",
                        "RMSprop",
                        "Adagrad",
                        "Adadelta",
                        "Rprop",
                        "ASGD",
                    ]
                ),
                "it uses the given momentum": Anything(),
                "it uses the given lr": Anything(),
            },
            "The lab asks for torch.optim.SGD with momentum.",
        ),
        "some parameters are left out": Mistake(
            lambda **arguments: {PATH: Anything(), "it has all parameters of the model": False},
            "Give the optimiser model.parameters(), not those of one layer, so that all of them "
            "are trained.",
        ),
        "momentum is not passed on": Mistake(
            lambda **arguments: {PATH: Anything(), "it uses the given momentum": False},
            "SGD has no momentum unless it is told: momentum=momentum.",
        ),
        "lr is not passed on": Mistake(
            lambda **arguments: {PATH: Anything(), "it uses the given lr": False},
            "Use the learning rate that make_optimizer is given: lr=lr.",
        ),
        "lr and momentum are swapped": Mistake(
            lambda **arguments: {
                PATH: Anything(),
                "it uses the given lr": False,
                "it uses the given momentum": False,
            },
            "Neither lr nor momentum is the given one: name both, lr=lr, momentum=momentum.",
        ),
        "Nesterov momentum": Mistake(
            lambda **arguments: sgd_path(**arguments, nesterov=1),
            "Leave nesterov at its default: the lab asks for plain momentum.",
        ),
        "dampening": Mistake(
            lambda **arguments: sgd_path(
                **arguments, rule=lambda v, g, mu, first: g if first else mu * v + (1 - mu) * g
            ),
            "Leave dampening at its default, 0.",
        ),
        "it climbs": Mistake(
            lambda **arguments: sgd_path(**{**arguments, "lr": -arguments["lr"]}),
            "Leave maximize at its default: the loss is to fall.",
        ),
    },
)

# --- task 4: training ------------------------------------------------------------------------


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

    network = fill(Network(), values)
    optimizer = torch.optim.SGD(network.parameters(), lr=lr, momentum=momentum)
    data = [part for both in (rows, test_rows) for part in (both[:, :2], both[:, 2:])]
    answer = train(network, optimizer, *data, epochs)  # noqa: F821
    pair = isinstance(answer, (tuple, list)) and len(answer) == 2
    return {
        "it returns two lists": pair and all(isinstance(part, list) for part in answer),
        "train_losses": list(answer[0]) if pair else None,
        "test_losses": list(answer[1]) if pair else None,
        "the parameters at the end": torch.nn.utils.parameters_to_vector(
            network.parameters()
        ).detach(),
    }


class Reference(nn.Module):
    """The network of the notebook with the right loss."""

    def __init__(self, values, lmbda):
        super().__init__()
        self.theta = nn.ParameterList(v.clone() for v in values)
        self.lmbda = lmbda

    def loss(self, rows):
        """Return J on rows of two inputs and a target."""
        W1, b1, W2, b2 = self.theta
        yHat = torch.sigmoid(torch.sigmoid(rows[:, :2] @ W1.T + b1) @ W2.T + b2)
        return half_sum(yHat, rows[:, 2:]) + all_squares(list(self.theta), self.lmbda)


def clear_and_train(net, optimizer, rows, test_rows):
    """Make the right step."""
    optimizer.zero_grad()
    net.loss(rows).backward()
    optimizer.step()


def _never_cleared(net, optimizer, rows, test_rows):
    net.loss(rows).backward()
    optimizer.step()


def _both_at_once(net, optimizer, rows, test_rows):
    optimizer.zero_grad()
    (net.loss(rows) + net.loss(test_rows)).backward()
    optimizer.step()


def _test_only(net, optimizer, rows, test_rows):
    clear_and_train(net, optimizer, test_rows, rows)


def _test_after(net, optimizer, rows, test_rows):
    clear_and_train(net, optimizer, rows, test_rows)
    clear_and_train(net, optimizer, test_rows, rows)


def _test_before(net, optimizer, rows, test_rows):
    clear_and_train(net, optimizer, test_rows, rows)
    clear_and_train(net, optimizer, rows, test_rows)


def _no_step(net, optimizer, rows, test_rows):
    net.loss(rows)


def training_answer(values, lmbda, rows, test_rows, lr, momentum, epochs, step=clear_and_train):
    """Return what a training with the given step answers.

    The losses may be recorded before or after the step: both are sensible.
    """
    net = Reference(values, lmbda)
    optimizer = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = [[net.loss(part).item() for part in (rows, test_rows)]]
    for _ in range(epochs):
        step(net, optimizer, rows, test_rows)
        losses.append([net.loss(part).item() for part in (rows, test_rows)])
    train_losses, test_losses = (list(column) for column in zip(*losses))
    return {
        "it returns two lists": True,
        "one loss for each epoch": True,
        "the losses are floats": True,
        "train_losses": OneOf([train_losses[:-1], train_losses[1:]]),
        "test_losses": OneOf([test_losses[:-1], test_losses[1:]]),
        "the parameters at the end": nn.utils.parameters_to_vector(net.parameters()).detach(),
    }


def measure_training(answer, epochs, **arguments):
    """Add what can be said of the two lists without their numbers."""
    if not isinstance(answer, dict):
        return answer
    lists = [answer.get(name) for name in ("train_losses", "test_losses")]
    good = all(isinstance(losses, list) for losses in lists)
    return {
        **answer,
        "one loss for each epoch": good and all(len(losses) == epochs for losses in lists),
        "the losses are floats": good
        and all(type(value) in (float, int) for losses in lists for value in losses),
    }


def training_cases(rng):
    """Draw two short trainings with other numbers of rows."""
    return [
        Case(
            f"{n} training rows, {m} test rows, {epochs} epochs",
            {
                "values": draw_parameters(rng, 2, 3, 1),
                "lmbda": float(rng.uniform(0.01, 0.05)),
                "rows": draw_rows(rng, n, 3),
                "test_rows": draw_rows(rng, m, 3),
                "lr": 0.3,
                "momentum": momentum,
                "epochs": epochs,
            },
        )
        for n, m, epochs, momentum in ((8, 6, 5, 0.0), (5, 9, 7, 0.5))
    ]


def _training(step, help_text):
    return Mistake(lambda **arguments: training_answer(**arguments, step=step), help_text)


_any_losses = {"train_losses": Anything(), "test_losses": Anything()}
TEST_TRAINED = (
    "The test rows are only looked at: compute their loss in torch.no_grad(), no backward."
)

torch_training = HiddenTest(
    title="Training",
    points=4,
    ask=ask_training,
    helpers=[fill],
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
        "a second step on the test rows": _training(_test_after, TEST_TRAINED),
        "a first step on the test rows": _training(_test_before, TEST_TRAINED),
        "trained on the test rows only": _training(
            _test_only, "The step belongs to X and y; yours uses X_test and y_test."
        ),
        "the parameters do not move": _training(
            _no_step,
            "Is backward() called, then optimizer.step()? zero_grad() between the two takes the "
            "gradient away again.",
        ),
        "the losses are tensors": Mistake(
            lambda **arguments: {"the losses are floats": False, **_any_losses},
            "Record numbers, not tensors: .item() makes a float of a tensor of one element. A "
            "tensor keeps its whole history in memory.",
        ),
        "not one loss for each epoch": Mistake(
            lambda **arguments: {
                "one loss for each epoch": False,
                "the parameters at the end": Anything(),
                **_any_losses,
            },
            "Each list has exactly `epochs` numbers, one for each epoch.",
        ),
        "the two lists are swapped": Mistake(
            lambda **arguments: _swapped(training_answer(**arguments)),
            "The function returns (train_losses, test_losses), in this order.",
        ),
    },
)


def _swapped(answer):
    swapped = copy.copy(answer)
    swapped["train_losses"], swapped["test_losses"] = answer["test_losses"], answer["train_losses"]
    return swapped
