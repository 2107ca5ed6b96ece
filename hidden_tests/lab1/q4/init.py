"""Hidden test of Q4, task 2: the initial weights, judged by the statistics of what is drawn."""

import numpy as np

from nbjudge import Anything, Between, Case, HiddenTest, Mistake, Tensor


def ask_init(std, pass_std):
    """Initialise a large model; return its numbers and what init_weights returned."""
    import torch

    model = torch.nn.Sequential(torch.nn.Linear(60, 3000), torch.nn.Linear(3000, 20))
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(7.0)
    model.append(torch.nn.Linear(1, 3000, bias=True))
    returned = init_weights(model, std) if pass_std else init_weights(model)  # noqa: F821
    first, last = model[0], model[2]
    return {
        "it returns None": returned is None or returned is model,  # harmless
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
    found = {"it returns None": answer.get("it returns None")}
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


def init_answer(std, pass_std, spread=1.0, groups=GROUPS, normal=True):
    """Return the ranges of the drawn numbers' statistics; five to six standard errors wide."""
    low, high = (2.5, 3.6) if normal else (1.6, 2.0)
    expected = {"it returns None": True}
    for key, name in GROUPS.items():
        good = key in groups
        wide = Between(spread * 0.91, spread * 1.09) if good else Anything()
        expected[f"the standard deviation of {name}, in units of std"] = wide
        expected[f"the mean of {name}, in units of std"] = (
            Between(-0.12 * spread, 0.12 * spread) if good else Anything()
        )
        expected[f"the shape of {name} (3 is normal)"] = Between(low, high) if good else Anything()
    return expected


hw_init = HiddenTest(
    title="Initial weights",
    points=4,
    ask=ask_init,
    measure=measure_init,
    cases=lambda rng: [
        Case("std = 0.02, its default", {"std": 0.02, "pass_std": False}),
        Case("a larger std", {"std": float(rng.uniform(0.2, 0.4)), "pass_std": True}),
        Case("std above 1", {"std": float(rng.uniform(1.5, 2.5)), "pass_std": True}),
    ],
    expect=init_answer,
    mistakes={
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
        "uniform instead of normal": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, spread=3**-0.5, normal=False),
            "Your numbers are uniform, from -std to std; the lab asks for the normal distribution.",
        ),
        "uniform from 0 to std": Mistake(
            lambda std, pass_std: {
                name: Anything() if "mean" in name else value
                for name, value in init_answer(std, pass_std, spread=12**-0.5, normal=False).items()
            },
            "Your numbers are all positive and uniform; the lab asks for N(0, std²).",
        ),
        "weights only": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, groups=("first", "middle")),
            "Every parameter is drawn from N(0, std²), the biases too.",
        ),
        "the first layer only": Mistake(
            lambda std, pass_std: init_answer(std, pass_std, groups=("first", "biases")),
            "Go through all layers: for parameter in model.parameters().",
        ),
    },
    rtol=1e-3,
)
