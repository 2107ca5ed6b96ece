"""Hidden test of Q1, task 2: the gradient of the regularised loss."""

from itertools import pairwise
from pathlib import Path

import numpy as np

from nbjudge import Anything, Credit, HiddenTest, Mistake, OneOf, Other, load_module

_network = load_module(Path(__file__).with_name("network.py"))
FINITE = _network.FINITE
cases = _network.cases
gradient = _network.gradient
make_network = _network.make_network
sigmoid = _network.sigmoid
tanh_slope = _network.tanh_slope

KEPT = "the weights and λ are left as they were"


def ask_gradient(X, y, W1, W2, Lambda):
    """Call the student's backward_reg, and their loss around these weights.

    A call with other weights comes first, as in training: what it kept must not count later.
    """
    import numpy as np

    network = make_network(X, y, W1[::-1, ::-1], W2[::-1, ::-1], Lambda)
    network.backward_reg(X.copy(), network.forward(X), y.copy())
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    yHat = network.forward(X)
    with unchanged(yHat=yHat):  # noqa: F821
        answer = network.backward_reg(X, yHat, y)
    # who moved weights and moved them back may be off by rounding
    kept = (network.W1, W1), (network.W2, W2), (network.Lambda, Lambda)
    same = all(np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-12, 1e-12) for a, b in kept)
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    losses = []
    with ends_within(2):  # noqa: F821 (their loss is judged in its own task)
        for layer in ("W1", "W2"):
            kept = getattr(network, layer).copy()
            for position in np.ndindex(*kept.shape):
                for step in (1e-5, -1e-5):
                    moved = kept.copy()
                    moved[position] += step
                    setattr(network, layer, moved)
                    losses.append(float(np.squeeze(network.loss_reg(network.forward(X), y))))
            setattr(network, layer, kept)
    # a list of two is as good as a tuple; anything else goes back as it is
    pair = isinstance(answer, (list, tuple)) and len(answer) == 2
    gradients = {"dJdW1": answer[0], "dJdW2": answer[1]} if pair else {"the gradients": answer}
    return {**gradients, "the weights and λ are left as they were": same, "losses": losses}


def expect_gradient(**arguments):
    """Return the right gradients."""
    dJdW1, dJdW2 = gradient(**arguments)
    return {"dJdW1": dJdW1, "dJdW2": dJdW2, KEPT: True, FINITE: True}


def measure_gradient(answer, **arguments):
    """Say so if the answer is no pair; take nan at weights of 0 out, and say that it was there."""
    if not isinstance(answer, dict):
        return answer
    if "the gradients" in answer:
        given = answer["the gradients"]
        kinds = {list: "a list or tuple", dict: "a dict", np.ndarray: "one array"}
        what = kinds.get(type(given), "one value")
        what += f" of {len(given)} values" if isinstance(given, list) else ""
        no_pair = None if given is None else Other(f"{what}, not the pair (dJdW1, dJdW2)")
        # said once: of dJdW2 nothing is known
        return {**answer, "dJdW1": no_pair, "dJdW2": gradient(**arguments)[1], FINITE: True}
    measured, finite = dict(answer), True
    weights = arguments["W1"], arguments["W2"]
    for name, right, W in zip(("dJdW1", "dJdW2"), gradient(**arguments), weights, strict=True):
        got = answer.get(name)
        if isinstance(got, np.ndarray) and got.shape == W.shape and not np.isfinite(got).all():
            finite = False
            measured[name] = np.where((W == 0) & ~np.isfinite(got), right, got)
    return {**measured, FINITE: finite}


def own_loss_credit(cases, answers):
    """Give half the points for the exact derivative of the student's own, wrong loss.

    Their loss must be a loss of this network: at λ = 0 its slope points along the right one, so
    that a constant loss with gradient 0 earns nothing. And it must be wrong: who has the right
    loss and gradient has another fault, such as a changed argument. Who had the right loss in its
    own task, and another one now, has not differentiated it.
    """
    wrong_loss = False
    for case, answer in zip(cases, answers, strict=True):
        own = _slopes(answer.get("losses"), case.arguments)
        got = [answer.get("dJdW1"), answer.get("dJdW2")]
        if own is None or not all(isinstance(g, np.ndarray) for g in got):
            return None
        if [g.shape for g in got] != [w.shape for w in own]:
            return None
        flat_own, flat_got = (np.concatenate([a.ravel() for a in pair]) for pair in (own, got))
        size = np.linalg.norm(flat_own)
        if not np.isfinite(flat_got).all() or np.linalg.norm(flat_own - flat_got) > 1e-4 * size:
            return None
        right = np.concatenate([g.ravel() for g in gradient(**case.arguments)])
        wrong_loss = wrong_loss or np.linalg.norm(flat_own - right) > 1e-4 * size
        if case.arguments["Lambda"] == 0:
            cosine = abs(flat_own @ right) / max(size * np.linalg.norm(right), 1e-12)
            if cosine < 0.99:
                return None
    if not wrong_loss:
        return None
    return Credit(
        0.5,
        "this is the exact derivative of your own loss. Mend the loss first, then its gradient.",
        unless="reg_loss",
    )


def _slopes(losses, arguments):
    """Return central differences of the student's losses, in the shapes of W1 and W2."""
    W1, W2 = arguments["W1"], arguments["W2"]
    if not isinstance(losses, list) or len(losses) != 2 * (W1.size + W2.size):
        return None
    if not all(isinstance(value, float) and np.isfinite(value) for value in losses):
        return None
    slopes = [(up - down) / 2e-5 for up, down in list(pairwise(losses))[::2]]
    return np.reshape(slopes[: W1.size], W1.shape), np.reshape(slopes[W1.size :], W2.shape)


def _gradient_mistake(help_text, **wrong):
    def formula(**arguments):
        return dict(zip(("dJdW1", "dJdW2"), gradient(**arguments, **wrong)))

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


def _gradient_mistakes():
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
        lambda Lambda, **a: dict(zip(("dJdW1", "dJdW2"), gradient(**a, Lambda=1.0), strict=True)),
        "You added sign(W) itself; the slope of the penalty is λ sign(W), with self.Lambda.",
    )
    for name, factor in (("λ/n", 1), ("λ/(2n)", 2)):
        found[f"{name} instead of λ"] = Mistake(
            lambda Lambda, factor=factor, **a: _both(
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
            lambda size=size, **a: _both([g / size(a["y"]) for g in gradient(**a)]),
            "J is a sum, so neither part of its gradient is divided by n.",
        )
    found["new weights instead of gradients"] = Mistake(
        lambda **a: _both([W - g for W, g in zip((a["W1"], a["W2"]), gradient(**a))]),
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


def _both(gradients):
    return dict(zip(("dJdW1", "dJdW2"), gradients, strict=True))


def _earlier_signs(W1, W2, Lambda, **arguments):
    """Return gradients with the signs of the first of the two calls."""
    data = gradient(W1=W1, W2=W2, Lambda=0.0, **arguments)
    return _both([g + Lambda * np.sign(W[::-1, ::-1]) for g, W in zip(data, (W1, W2))])


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


reg_gradient = HiddenTest(
    title="Gradient of the regularised loss",
    points=10,
    ask=ask_gradient,
    helpers=[make_network],
    cases=cases(2, 2, 2, 2, 2),
    expect=expect_gradient,
    measure=measure_gradient,
    mistakes=_gradient_mistakes(),
    credit=own_loss_credit,
    terms={
        "λ sign(W)": lambda **a: _both([a["Lambda"] * np.sign(a[W]) for W in ("W1", "W2")]),
        "the gradient of the data term": lambda **a: _both(gradient(**{**a, "Lambda": 0.0})),
    },
    marking="Backpropagation through both layers is most of the work, so it earns 2 points without "
    "the penalty, and the penalty 2 points for each kind of network and weights. The exact "
    "derivative of a loss that is wrong earns half of the points.",
)
