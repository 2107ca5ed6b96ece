"""Hidden test of Q4, task 2: the initial weights, judged by the statistics of what is drawn."""

import numpy as np

from nbjudge import Anything, Between, Case, HiddenTest, Mistake, Tensor

SAME = "the parameters are the tensors that they were, of type float32"
TRAINABLE = "the parameters can be trained"


def ask_init(student, std, pass_std):
    """Initialise a large model; return its numbers and whether its parameters are the same."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(60, 3000), torch.nn.Linear(3000, 20))
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(7.0)
    model.append(torch.nn.Linear(1, 3000, bias=True))
    before = list(model.parameters())
    if pass_std:
        student.init_weights(model, std)
    else:
        student.init_weights(model)
    first, last = model[0], model[2]
    return {
        "same": all(
            was is p and p.dtype == torch.float32 for was, p in zip(before, model.parameters())
        ),
        "trainable": all(p.requires_grad for p in model.parameters()),
        "first": first.weight.flatten()[:20000],
        "middle": model[1].weight.flatten()[:20000],
        "biases": first.bias,
        "last": torch.cat([last.bias, last.weight.flatten()]),
    }


GROUPS = {
    "first": "the weights of the first layer",
    "middle": "the weights of the second layer",
    "biases": "the biases",
    "last": "the last layer",
}


def measure_init(answer, std, pass_std):
    """Return spread, mean and shape of the drawn numbers, in units of std."""
    if not isinstance(answer, dict):
        return answer
    found = {SAME: answer.get("same"), TRAINABLE: answer.get("trainable")}
    for key, name in GROUPS.items():
        part = answer.get(key)
        numbers = part.array.astype(float) if isinstance(part, Tensor) else np.full(2, np.nan)
        spread = float(numbers.std())
        found[f"the standard deviation of {name}, in units of std"] = spread / std
        found[f"the mean of {name}, in units of std"] = float(numbers.mean()) / std
        centred = numbers - numbers.mean()
        fourth = float((centred**4).mean()) / max(spread, 1e-12) ** 4
        found[f"the shape of {name} (3 is normal)"] = fourth
    return found


def init_answer(std, pass_std, spread=1.0, mean=0.0, groups=GROUPS, normal=True, **others):
    """Return the ranges of the drawn numbers' statistics; five to six standard errors wide.

    Nothing is said of the numbers of other parameters than those in `groups`.
    """
    shape = Between(2.5, 3.6) if normal else Between(1.6, 2.0)
    expected = {SAME: True, TRAINABLE: True, **others}
    for key, name in GROUPS.items():
        good = key in groups
        found = {
            "standard deviation": Between(spread * 0.91, spread * 1.09),
            "mean": Between(mean - 0.12 * spread, mean + 0.12 * spread),
        }
        for statistic, value in found.items():
            property_name = f"the {statistic} of {name}, in units of std"
            expected[property_name] = value if good else Anything()
        expected[f"the shape of {name} (3 is normal)"] = shape if good else Anything()
    return expected


hw_init = HiddenTest(
    title="Initial weights",
    marking="All parameters count, biases too; mean, spread and the shape of the distribution.",
    points=4,
    ask=ask_init,
    measure=measure_init,
    cases=lambda rng: [
        Case("std = 0.02, its default", {"std": 0.02, "pass_std": False}, points=1),
        Case("a larger std", {"std": float(rng.uniform(0.2, 0.4)), "pass_std": True}, points=1.5),
        Case("std above 1", {"std": float(rng.uniform(1.5, 2.5)), "pass_std": True}, points=1.5),
    ],
    expect=init_answer,
    rtol=1e-3,
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def unmoved(std, keys):
    """Return what is seen of parameters that are still 7.0, as `ask_init` had filled them."""
    expected = {}
    for key in keys:
        name = GROUPS[key]
        expected[f"the standard deviation of {name}, in units of std"] = 0.0
        expected[f"the mean of {name}, in units of std"] = 7 / std
        expected[f"the shape of {name} (3 is normal)"] = 0.0
    return expected


def _init(help_text, **how):
    return Mistake(lambda std, pass_std: init_answer(std, pass_std, **how), help_text)


MISTAKES = {
    "std² instead of std": Mistake(
        lambda std, pass_std: init_answer(std, pass_std, spread=std),
        "N(0, std²) has the standard deviation std; normal_ takes std, not its square.",
    ),
    "the root of std instead of std": Mistake(
        lambda std, pass_std: init_answer(std, pass_std, spread=std**-0.5),
        "normal_ takes the standard deviation std itself.",
    ),
    "std is fixed at 0.02": Mistake(
        lambda std, pass_std: init_answer(std, pass_std, spread=0.02 / std),
        "Use the argument std; 0.02 is only its default.",
    ),
    "std is not used": Mistake(
        lambda std, pass_std: init_answer(std, pass_std, spread=1 / std),
        "Your numbers have the standard deviation 1: pass std on.",
    ),
    "std is given as the mean": Mistake(
        lambda std, pass_std: init_answer(std, pass_std, spread=1 / std, mean=1.0),
        "Your numbers have the mean std and the standard deviation 1: nn.init.normal_ takes "
        "the mean first, then std.",
    ),
    "the mean is std instead of 0": _init("The normal distribution has the mean 0.", mean=1.0),
    "flat between -std and std": _init(
        "Your numbers spread as if they came from -std to std alone: uniform ones do, and "
        "normal ones that are cut off there. The lab asks for the whole normal distribution.",
        spread=3**-0.5,
        normal=False,
    ),
    "uniform from 0 to std": _init(
        "Your numbers are all positive and uniform; the lab asks for N(0, std²).",
        spread=12**-0.5,
        mean=0.5,
        normal=False,
    ),
    "uniform, with the right standard deviation": _init(
        "The spread is right, the shape is not: the lab asks for the normal distribution.",
        normal=False,
    ),
    "the model is not changed": Mistake(
        lambda std, pass_std: (
            init_answer(std, pass_std, groups=()) | unmoved(std, ("first", "middle", "biases"))
        ),
        "The model's parameters hold the numbers that they had. An assignment to the loop "
        "variable changes no model; nn.init.normal_(parameter, 0, std) does.",
    ),
    "a layer is left out": Mistake(
        lambda std, pass_std: (
            init_answer(std, pass_std, groups=("first", "biases")) | unmoved(std, ("middle",))
        ),
        "Go through all layers: for parameter in model.parameters().",
    ),
    "the biases are not drawn from N(0, std²)": _init(
        "Every parameter is drawn from N(0, std²), the biases too.", groups=("first", "middle")
    ),
    "new tensors instead of new numbers": _init(
        "The numbers are right, but some parameters are other tensors than before, or of "
        "another type. In place means new numbers in the same tensors.",
        **{SAME: False, TRAINABLE: Anything()},
    ),
    "the parameters cannot be trained": _init(
        "The numbers are right, but requires_grad is off, so nothing could be trained. "
        "nn.init.normal_ needs no such switch.",
        **{TRAINABLE: False},
    ),
}
