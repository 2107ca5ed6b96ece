"""What goes wrong in the gradient of Q1: in the data term, in the penalty, and in both at once."""

import numpy as np

from nbjudge import Anything, Mistake, OneOf

from .network import FINITE, KEPT, by_name, gradient, sigmoid, tanh_slope


def _gradient_mistake(help_text, **wrong):
    def formula(**arguments):
        return by_name(gradient(**arguments, **wrong))

    return Mistake(formula, help_text)


DATA_SLOPES = {
    "the sign of the data term is flipped": (
        {"scale": -1.0},
        "The slope of ½ (y - ŷ)² with respect to ŷ is -(y - ŷ); your data term has the other "
        "sign, so gradient descent would climb.",
    ),
    "mean instead of sum": (
        {"mean": "elements"},
        "J sums over all examples, so its gradient does too; your data term is divided by y.size.",
    ),
    "mean over the examples instead of sum": (
        {"mean": "examples"},
        "J sums over all examples, so its gradient does too; your data term is divided by len(y).",
    ),
    "sigmoidPrime of the activation instead of z": (
        {"slope_at": ("yHat", "a2")},
        "sigmoidPrime(z) takes the sum z, not the activation: sigmoidPrime(z3), not "
        "sigmoidPrime(yHat); sigmoidPrime(z2), not sigmoidPrime(a2).",
    ),
    "sigmoidPrime of yHat instead of z3": (
        {"slope_at": ("yHat",)},
        "sigmoidPrime(z) applies the sigmoid itself: give it z3. (Of yHat the slope is "
        "yHat * (1 - yHat).)",
    ),
    "sigmoidPrime of a2 instead of z2": (
        {"slope_at": ("a2",)},
        "The data term of dJdW2 is right. sigmoidPrime(z) applies the sigmoid itself: give it z2 "
        "in delta2. (Of a2 the slope is a2 * (1 - a2).)",
    ),
    "sigmoidPrime of z3 instead of z2": (
        {"slope_at": ("z3",)},
        "The data term of dJdW2 is right. On its way to W1 the error passes the hidden layer: in "
        "delta2 the derivative is that at its sum, sigmoidPrime(z2), not sigmoidPrime(z3).",
    ),
    "sigmoid instead of sigmoidPrime": (
        {"hidden_slope": sigmoid, "output_slope": sigmoid},
        "The deltas are multiplied by the derivative sigmoidPrime(z), not by sigmoid(z).",
    ),
    "the derivative of tanh instead of the sigmoid's": (
        {"hidden_slope": tanh_slope, "output_slope": tanh_slope},
        "1 - a² is the derivative of tanh. The sigmoid's is a (1 - a), or sigmoidPrime(z).",
    ),
    "the derivative of tanh in delta2": (
        {"hidden_slope": tanh_slope},
        "The data term of dJdW2 is right. In delta2, 1 - a² is the derivative of tanh; the "
        "sigmoid's is a (1 - a), or sigmoidPrime(z2).",
    ),
    "z2 instead of a2 in dJdW2": (
        {"below_W2": lambda z2: z2},
        "The data term of dJdW1 is right. What W2 multiplies is a2, so that of dJdW2 is a2 "
        "transposed times delta3.",
    ),
    "delta2 from the error instead of delta3": (
        {"passes_output": False},
        "The data term of dJdW2 is right. What travels back through W2 is delta3, with its "
        "sigmoidPrime(z3), not the bare error.",
    ),
    "the data term is missing from the gradient": (
        {"scale": 0.0},
        "Nothing of ½ Σ (y - ŷ)² is in your gradient: delta3 and delta2 come from it.",
    ),
    "the ½ is missing": (
        {"scale": 2.0},
        "The ½ cancels the 2 of the square. Your data term is twice too large: it belongs to a "
        "loss without the ½.",
    ),
    "the ½ is applied once more": (
        {"scale": 0.5},
        "The ½ has cancelled the 2 of the square already; your data term is half too small.",
    ),
    "delta2 without the sigmoid derivative": (
        {"hidden_slope": np.ones_like},
        "The data term of dJdW2 is right. On its way to W1 the error passes the hidden layer's "
        "sigmoid: multiply delta2 by sigmoidPrime(z2).",
    ),
    "delta3 without the sigmoid derivative": (
        {"output_slope": np.ones_like},
        "delta3 is -(y - ŷ) times sigmoidPrime(z3); the second factor is missing.",
    ),
    "no sigmoid derivative at all": (
        {"hidden_slope": np.ones_like, "output_slope": np.ones_like},
        "Both delta3 and delta2 are multiplied by the sigmoid's derivative, at z3 and at z2.",
    ),
}


GRADIENT_PENALTIES = {
    "the penalty is missing from the gradient": (
        {"factor": 0.0},
        "Nothing of the penalty is in your gradient: add λ sign(W) to each layer. (A second line "
        "that begins with + is a statement of its own, and its value is lost.)",
    ),
    "λ|W| instead of λ sign(W)": (
        {"penalty": "|W|"},
        "You added λ|W|, which is the penalty itself. Its slope is λ sign(W): +λ for positive "
        "weights, -λ for negative ones.",
    ),
    "gradient of an L2 penalty": (
        {"penalty": "L2"},
        "2λW belongs to λ Σ W². The slope of λ|w| is λ sign(w), however large w is.",
    ),
    "λW instead of λ sign(W)": (
        {"penalty": "W"},
        "λW belongs to an L2 penalty of λ/2 Σ W². The slope of λ|w| is λ sign(w).",
    ),
    "λ/2 instead of λ": (
        {"factor": 0.5},
        "The slope of λ|w| is λ sign(w); the ½ stands only in front of the data term.",
    ),
    "2λ instead of λ": ({"factor": 2.0}, "The slope of λ|w| is λ sign(w), without a 2."),
    "the penalty has the wrong sign": (
        {"factor": -1.0},
        "λ sign(W) is added to the gradient, so that a step against it makes weights smaller.",
    ),
    "the penalty only for W1": ({"layers": (1, 0)}, "dJdW2 lacks λ sign(W2)."),
    "the penalty only for W2": ({"layers": (0, 1)}, "dJdW1 lacks λ sign(W1)."),
    "λ for every weight, without its sign": (
        {"penalty": "no sign"},
        "You added λ to every element. The slope of |w| is -1 for negative weights and 0 at zero.",
    ),
    "λ for positive weights only": (
        {"penalty": "positive"},
        "Your slope of |w| is 1 for positive weights and 0 for negative ones; there it is -1. "
        "λ sign(W) is +λ, -λ, and 0 at zero.",
    ),
    "the penalty itself instead of its slope": (
        {"penalty": "Σ|W|"},
        "You added λ Σ|W|, one number, to every element. The slope of λ|w| is λ sign(w), for each "
        "weight its own.",
    ),
    "the sum of the signs instead of each sign": (
        {"penalty": "Σ sign"},
        "You added λ Σ sign(W), one number, to every element. Each weight has a slope of its own: "
        "λ sign(W), without a sum.",
    ),
}


def _all():
    """Return every single mistake, then every pair of a data term and a penalty."""
    both = {**DATA_SLOPES, **GRADIENT_PENALTIES}
    found = {name: _gradient_mistake(text, **how) for name, (how, text) in both.items()}
    found["the two gradients are swapped"] = Mistake(
        lambda **a: dict(zip(("dJdW2", "dJdW1"), gradient(**a))),
        "The function returns (dJdW1, dJdW2), in this order.",
    )
    found["the two gradients are transposed"] = Mistake(
        lambda **a: {name: g.T for name, g in zip(("dJdW1", "dJdW2"), gradient(**a))},
        "The numbers are right, their places are not: a gradient has the shape of its weights.",
    )
    found["sign(0) is not 0"] = Mistake(
        _sign_of_zero, "At a weight of exactly 0 the slope of |w| is taken as 0: np.sign does it."
    )
    found["sign(W) without λ"] = Mistake(
        lambda Lambda, **a: by_name(gradient(**a, Lambda=1.0)),
        "You added sign(W) itself; the slope of the penalty is λ sign(W), with self.Lambda.",
    )
    for name, factor in (("λ/n", 1), ("λ/(2n)", 2)):
        found[f"{name} instead of λ"] = Mistake(
            lambda Lambda, factor=factor, **a: by_name(
                gradient(Lambda=Lambda / (factor * len(a["y"])), **a)
            ),
            "The slope of the penalty is λ sign(W); it is not divided by the number of examples.",
        )
    found["nan where a weight is exactly 0"] = Mistake(
        lambda W1, W2, **a: {FINITE: bool(W1.all() and W2.all())},
        "0/0 is nan: W / |W| has no value at 0. np.sign(W) gives 0 there.",
    )
    for name, size in (("examples", len), ("elements of y", np.size)):
        found[f"the whole gradient is divided by the number of {name}"] = Mistake(
            lambda size=size, **a: by_name([g / size(a["y"]) for g in gradient(**a)]),
            "J is a sum, so neither part of its gradient is divided by n.",
        )
    found["new weights instead of gradients"] = Mistake(
        lambda **a: by_name([W - g for W, g in zip((a["W1"], a["W2"]), gradient(**a))]),
        "backward_reg returns the gradients themselves; the step W - lr * dJdW is made by train.",
    )
    for first, (slope, text) in DATA_SLOPES.items():
        for second, (how, other) in GRADIENT_PENALTIES.items():
            found[f"{first}; and {second}"] = _gradient_mistake(
                f"{text} And: {other}", **slope, **how
            )
    found["the signs are those of an earlier call"] = Mistake(
        _earlier_signs,
        "Your penalty has the signs that the weights had in an earlier call. The weights change "
        "in training: take sign(W) anew in each call.",
    )
    found["backward_reg changes the weights or λ"] = Mistake(
        _changes_weights,
        "After the call self.W1, self.W2 or self.Lambda is not what it was. backward_reg only "
        "returns the gradient; the step, W - lr * dJdW, is made by train.",
    )
    return found


def _earlier_signs(W1, W2, Lambda, **arguments):
    """Return gradients with the signs of the first of the two calls."""
    data = gradient(W1=W1, W2=W2, Lambda=0.0, **arguments)
    return by_name([g + Lambda * np.sign(W[::-1, ::-1]) for g, W in zip(data, (W1, W2))])


def _changes_weights(Lambda, **arguments):
    """Return any gradients, as they may come of what was changed; λ = 0 stays 0 in a product."""
    kept = False if Lambda else Anything()
    return {"dJdW1": Anything(), "dJdW2": Anything(), FINITE: Anything(), KEPT: kept}


def _sign_of_zero(W1, W2, Lambda, **arguments):
    """Return gradients with sign(0) = -1 or +1."""
    grads = gradient(W1=W1, W2=W2, Lambda=Lambda, **arguments)
    return {
        name: OneOf([g + Lambda * (W == 0), g - Lambda * (W == 0)])
        for name, g, W in zip(("dJdW1", "dJdW2"), grads, (W1, W2))
    }


MISTAKES = _all()
