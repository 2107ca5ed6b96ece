"""Hidden test of Q3, task 3: the optimiser. Its steps decide; its settings name a mistake."""

import torch

from nbjudge import Anything, Case, HiddenTest, Mistake, Opaque

IS_OPTIMISER = "it is a torch optimiser"
STEPS = "its steps"
SGD, ALL = "it is torch.optim.SGD", "it has all parameters of the model"
LR, MOMENTUM = "it uses the given lr", "it uses the given momentum"
SWAPPED = "lr and momentum are in each other's place"
NO_DECAY, NO_NESTEROV = "it has no weight decay", "it has no Nesterov momentum"
NO_DAMPENING, DESCENDS = "it has no dampening", "it does not maximize"


def ask_optimizer(student, start, gradients, lr, momentum):
    """Let the student's optimiser make some steps with given gradients.

    The model is one of float64, so that even a small weight decay can be seen in the steps.
    """
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Sigmoid(), torch.nn.Linear(3, 1))
    model.double()
    model.lmbda = 0.5  # as TorchNetwork has one: the penalty is the loss's, no weight decay
    parameters = list(model.parameters())
    torch.nn.utils.vector_to_parameters(start.clone(), parameters)
    optimizer = student.make_optimizer(model, lr=lr, momentum=momentum)
    if not isinstance(optimizer, torch.optim.Optimizer):
        return {"it is a torch optimiser": False}
    groups = optimizer.param_groups
    held = {id(p) for group in groups for p in group["params"]}
    settings = ("lr", "momentum", "weight_decay", "dampening", "nesterov", "maximize")
    answer = {
        "it is a torch optimiser": True,
        "it is torch.optim.SGD": isinstance(optimizer, torch.optim.SGD),
        "it has all parameters of the model": held >= {id(p) for p in parameters},
        "settings": {name: [float(group.get(name) or 0) for group in groups] for name in settings},
    }
    path = [start]
    for gradient in gradients:
        optimizer.zero_grad()
        offset = 0
        for p in parameters:
            p.grad = gradient[offset : offset + p.numel()].reshape(p.shape).clone()
            offset += p.numel()
        optimizer.step()
        path.append(torch.nn.utils.parameters_to_vector(parameters).detach().clone())
    answer["its steps"] = torch.stack(path).diff(dim=0)
    return answer


def measure_optimizer(answer, start, gradients, lr, momentum):
    """Say of the settings whether they are the given ones, in all groups of parameters."""
    settings = answer.get("settings") if isinstance(answer, dict) else None
    if not isinstance(settings, dict):
        none = {STEPS: Opaque("none: it is no optimiser")}
        return none | answer if isinstance(answer, dict) else answer

    def all_are(name, wanted):
        values = settings.get(name)
        return isinstance(values, list) and all(_close(value, wanted) for value in values)

    return {
        **answer,
        LR: all_are("lr", lr),
        MOMENTUM: all_are("momentum", momentum),
        SWAPPED: all_are("lr", momentum) and all_are("momentum", lr),
        NO_DECAY: all_are("weight_decay", 0),
        NO_DAMPENING: all_are("dampening", 0),
        NO_NESTEROV: all_are("nesterov", 0),
        DESCENDS: all_are("maximize", 0),
    }


def _close(value, wanted):
    return isinstance(value, float) and abs(value - wanted) < 1e-6


def sgd_steps(start, gradients, lr, momentum):
    """Return the steps of SGD with momentum, one row each."""
    v, steps = torch.zeros_like(start), []
    for gradient in gradients:
        v = momentum * v + gradient
        steps.append(-lr * v)
    return torch.stack(steps)


def expect_optimizer(**arguments):
    """Return the steps of SGD with momentum; how its parameters are grouped says nothing."""
    return {IS_OPTIMISER: True, STEPS: sgd_steps(**arguments)}


def _setting(help_text, seen):
    """Return a mistake of wrong steps and what is `seen` of the optimiser."""
    return Mistake(lambda **arguments: {STEPS: Anything(), **seen}, help_text)


def optimizer_cases(rng):
    """Draw three runs of four steps; no lr or momentum is one that people take by habit."""
    return [
        Case(
            label,
            {
                "start": torch.tensor(rng.uniform(10, 20, 13) * rng.choice([-1, 1], 13)),
                "gradients": [
                    torch.tensor(rng.uniform(0.5, 1.5, 13) * rng.choice([-1, 1], 13))
                    for _ in range(4)
                ],
                "lr": float(lr),
                "momentum": float(momentum),
            },
        )
        for label, lr, momentum in (
            ("small lr, large momentum", rng.uniform(0.02, 0.06), rng.uniform(0.8, 0.88)),
            ("large lr, small momentum", rng.uniform(0.25, 0.45), rng.uniform(0.12, 0.22)),
            ("other lr and momentum", rng.uniform(0.11, 0.18), rng.uniform(0.6, 0.75)),
        )
    ]


torch_optimizer = HiddenTest(
    title="The optimiser",
    marking="Judged by the steps that it makes, however it is written.",
    points=3,
    ask=ask_optimizer,
    cases=optimizer_cases,
    expect=expect_optimizer,
    measure=measure_optimizer,
    mistakes={
        "not an optimiser of torch.optim": _setting(
            "What make_optimizer returns is no torch.optim.Optimizer. Is the return missing, or is "
            "there more in it than the optimiser?",
            {IS_OPTIMISER: False},
        ),
        "not SGD": _setting(
            "Its steps are not those of SGD with momentum: the lab asks for torch.optim.SGD.",
            {SGD: False},
        ),
        "weight decay as well as the penalty": _setting(
            "weight_decay adds an L2 penalty of its own, so it would count twice: the loss has it "
            "already.",
            {NO_DECAY: False},
        ),
        "some parameters are left out": _setting(
            "The optimiser does not hold all parameters of the model it is given. Give it "
            "model.parameters(), not those of one layer or of another model.",
            {ALL: False},
        ),
        "Nesterov momentum": _setting(
            "Leave nesterov at its default: the lab asks for plain momentum.",
            {NO_NESTEROV: False},
        ),
        "dampening": _setting("Leave dampening at its default, 0.", {NO_DAMPENING: False}),
        "it climbs": _setting(
            "Leave maximize at its default: the loss is to fall.", {DESCENDS: False}
        ),
        "lr and momentum are swapped": _setting(
            "The optimiser has the momentum as its lr and the lr as its momentum: name both, "
            "lr=lr, momentum=momentum.",
            {SWAPPED: True},
        ),
        "neither lr nor momentum is the given one": _setting(
            "Use what make_optimizer is given: lr=lr, momentum=momentum.",
            {LR: False, MOMENTUM: False},
        ),
        "the momentum is not the given one": _setting(
            "Use the momentum that make_optimizer is given: momentum=momentum. Without it SGD has "
            "none.",
            {MOMENTUM: False},
        ),
        "the lr is not the given one": _setting(
            "Use the learning rate that make_optimizer is given: lr=lr.", {LR: False}
        ),
    },
)
