"""Hidden tests of Q1: the regularised loss, its gradient, and the choice of λ."""

from itertools import pairwise

import numpy as np

from nbjudge import AnyNumber, Anything, Case, Credit, HiddenTest, Mistake, OneOf, Other

# --- the network, as the notebook defines it -------------------------------------------------


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) for each element."""
    return 1 / (1 + np.exp(-z))


def sigmoid_prime(z):
    """Return the sigmoid's derivative at z."""
    return sigmoid(z) * (1 - sigmoid(z))


PENALTIES = {
    "L1": lambda W: np.sum(np.abs(W)),
    "L2": lambda W: np.sum(W**2),
    "no absolute value": lambda W: np.sum(W),
    "absolute value of the sum": lambda W: abs(np.sum(W)),
    "largest column": lambda W: np.linalg.norm(W, ord=1),
    "length": np.linalg.norm,
    "mean": lambda W: np.mean(np.abs(W)),
    "largest weight": lambda W: np.max(np.abs(W)),
}


def loss(
    X,
    y,
    W1,
    W2,
    Lambda,
    data=lambda errors: 0.5 * np.sum(errors**2),
    penalty="L1",
    factor=1.0,
    layers=(1, 1),
):
    """Return J; the keyword arguments are where students go wrong."""
    yHat = sigmoid(sigmoid(X @ W1) @ W2)
    sizes = [PENALTIES[penalty](W) for W in (W1, W2)]
    return data(y - yHat) + factor * Lambda * np.dot(layers, sizes)


SLOPES = {
    "L1": np.sign,
    "L2": lambda W: 2 * W,
    "|W|": np.abs,
    "W": lambda W: W,
    "no sign": np.ones_like,
    "Σ|W|": lambda W: np.full_like(W, np.sum(np.abs(W))),
    "Σ sign": lambda W: np.full_like(W, np.sum(np.sign(W))),
}


def tanh_slope(z):
    """Return 1 - a², which would be the slope if a were tanh(z)."""
    return 1 - sigmoid(z) ** 2


def per_output(errors):
    """Return ½ Σ divided by the number of examples, but not of outputs."""
    return 0.5 * np.sum(errors**2) / len(errors)


def gradient(
    X,
    y,
    W1,
    W2,
    Lambda,
    scale=1.0,
    mean="",
    penalty="L1",
    factor=1.0,
    layers=(1, 1),
    hidden_slope=sigmoid_prime,
    output_slope=sigmoid_prime,
    slope_at=(),
    passes_output=True,
    below_W2=sigmoid,
):
    """Return (dJdW1, dJdW2); the keyword arguments are where students go wrong."""
    z2 = X @ W1
    a2 = sigmoid(z2)
    z3 = a2 @ W2
    at3 = sigmoid(z3) if "yHat" in slope_at else z3
    at2 = a2 if "a2" in slope_at else z2
    error = -(y - sigmoid(z3))
    delta3 = error * output_slope(at3)
    delta2 = ((delta3 if passes_output else error) @ W2.T) * hidden_slope(at2)
    scale = scale / {"": 1, "elements": y.size, "examples": len(y)}[mean]
    slopes = [layer * factor * Lambda * SLOPES[penalty](W) for layer, W in zip(layers, (W1, W2))]
    return [scale * X.T @ delta2 + slopes[0], scale * below_W2(z2).T @ delta3 + slopes[1]]


def draw(rng, n, inputs, hidden, outputs, Lambda, zeros=False):
    """Return the arguments of one case; with `zeros`, one weight of each layer is exactly 0."""
    W1 = rng.uniform(0.3, 1.5, (inputs, hidden)) * rng.choice([-1, 1], (inputs, hidden))
    W2 = rng.uniform(0.3, 1.5, (hidden, outputs)) * rng.choice([-1, 1], (hidden, outputs))
    # both signs in each layer, whatever was drawn: else Σ|W| and ΣW could agree
    W1[0, 0], W1[-1, -1] = -abs(W1[0, 0]), abs(W1[-1, -1])
    W2[0, 0], W2[-1, -1] = -abs(W2[0, 0]), abs(W2[-1, -1])
    if zeros:
        W1[0, 1] = W2[1, 0] = 0.0
    X = rng.uniform(0.0, 1.5, (n, inputs))
    return {"X": X, "y": rng.uniform(0, 1, (n, outputs)), "W1": W1, "W2": W2, "Lambda": Lambda}


def cases(*points):
    """Return what draws five cases: no penalty, small and large λ, other shapes, zero weights."""

    def five(rng):
        plan = [
            ("λ = 0: the data term alone", (5, 2, 3, 1), 0.0, False),
            ("λ > 0, the network of the notebook", (4, 2, 3, 1), rng.uniform(0.1, 0.5), False),
            ("large λ", (6, 2, 3, 1), rng.uniform(1.5, 3), False),
            ("other numbers of inputs, hidden units and outputs", (3, 4, 5, 2), 0.7, False),
            ("some weights exactly 0", (4, 3, 4, 1), rng.uniform(0.5, 1), True),
        ]
        return [
            Case(label, draw(rng, *shape, Lambda, zeros), weight)
            for (label, shape, Lambda, zeros), weight in zip(plan, points, strict=True)
        ]

    return five


# --- asked in the student's kernel -----------------------------------------------------------


def make_network(X, y, W1, W2, Lambda):
    """Build a network of the notebook with given weights."""
    network = NeuralNetwork(X.shape[1], W1.shape[1], y.shape[1], Lambda)  # noqa: F821
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    return network


def ask_loss(X, y, W1, W2, Lambda):
    """Call the student's loss_reg, with predictions that are not those of the last forward."""
    network = make_network(X, y, W1, W2, Lambda)
    yHat = network.forward(X)
    network.forward(-X)
    with unchanged(self=network, yHat=yHat):  # noqa: F821
        return {"the loss": network.loss_reg(yHat, y)}


def ask_gradient(X, y, W1, W2, Lambda):
    """Call the student's backward_reg, and their loss around these weights."""
    import numpy as np

    network = make_network(X, y, W1, W2, Lambda)
    yHat = network.forward(X)
    with unchanged(yHat=yHat):  # noqa: F821
        answer = network.backward_reg(X, yHat, y)
    # who moved weights and moved them back may be off by rounding
    kept = (network.W1, W1), (network.W2, W2), (network.Lambda, Lambda)
    same = all(np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-12, 1e-12) for a, b in kept)
    losses = []
    try:
        for layer in ("W1", "W2"):
            kept = getattr(network, layer).copy()
            for position in np.ndindex(*kept.shape):
                for step in (1e-5, -1e-5):
                    moved = kept.copy()
                    moved[position] += step
                    setattr(network, layer, moved)
                    losses.append(float(np.squeeze(network.loss_reg(network.forward(X), y))))
            setattr(network, layer, kept)
    except Exception:  # their loss is judged in its own task
        losses = None
    # a list of two is as good as a tuple; anything else goes back as it is
    pair = isinstance(answer, (list, tuple)) and len(answer) == 2
    gradients = {"dJdW1": answer[0], "dJdW2": answer[1]} if pair else {"the gradients": answer}
    return {**gradients, "the weights and λ are left as they were": same, "losses": losses}


# --- right and wrong -------------------------------------------------------------------------


FINITE = "nothing is nan or infinite"
KEPT = "the weights and λ are left as they were"


def expect_loss(X, y, W1, W2, Lambda):
    """Return the right loss."""
    return {"the loss": loss(X, y, W1, W2, Lambda), FINITE: True}


def measure_loss(answer, **arguments):
    """Add whether the loss is finite: nan agrees with no formula, but has a name all the same."""
    value = answer.get("the loss") if isinstance(answer, dict) else None
    numbers = np.asarray(value if isinstance(value, float | np.ndarray) else 0.0)
    return {"the loss": value, FINITE: bool(np.isfinite(numbers).all())}


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
        what = f"{len(given)} values" if isinstance(given, list) else "one value"
        no_pair = None if given is None else Other(f"{what}, not the pair (dJdW1, dJdW2)")
        return {**answer, "dJdW1": no_pair, FINITE: True}
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
    loss and gradient has another fault, such as a changed argument.
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


def _loss_mistake(help_text, **wrong):
    return Mistake(lambda **arguments: {"the loss": loss(**arguments, **wrong)}, help_text)


def _gradient_mistake(help_text, **wrong):
    def formula(**arguments):
        return dict(zip(("dJdW1", "dJdW2"), gradient(**arguments, **wrong)))

    return Mistake(formula, help_text)


DATA_TERMS = {  # named with the penalty mistakes below as well as alone
    "mean instead of sum": (
        lambda errors: 0.5 * np.mean(errors**2),
        "The data term is a sum over all examples and outputs; nothing is divided by n.",
    ),
    "mean over the examples instead of sum": (
        per_output,
        "The data term is a sum over all examples; yours is divided by len(y).",
    ),
    "the ½ is missing": (
        lambda errors: np.sum(errors**2),
        "The data term is ½ Σ (y - ŷ)²; your numbers fit Σ (y - ŷ)².",
    ),
    "mean instead of sum, and the ½ is missing": (
        lambda errors: np.mean(errors**2),
        "The data term is ½ Σ (y - ŷ)²; your numbers fit the mean squared error.",
    ),
    "the data term has the wrong sign": (
        lambda errors: -0.5 * np.sum(errors**2),
        "A worse fit must give a larger loss: ½ Σ (y - ŷ)² is added, not subtracted.",
    ),
    "the errors are not squared": (
        lambda errors: 0.5 * np.sum(np.abs(errors)),
        "The data term squares each error: ½ Σ (y - ŷ)². Yours adds up |y - ŷ|.",
    ),
    "square of the sum instead of sum of squares": (
        lambda errors: 0.5 * np.sum(errors) ** 2,
        "Square each error first, then add: np.sum((y - yHat) ** 2), not np.sum(y - yHat) ** 2.",
    ),
    "the errors are added without a square": (
        lambda errors: 0.5 * np.sum(errors),
        "Your numbers fit ½ Σ (y - ŷ), where errors of both signs cancel. Square each error first.",
    ),
    "root of the sum of squares": (
        lambda errors: 0.5 * np.linalg.norm(errors),
        "np.linalg.norm is the root of the sum of squares; the data term has no root.",
    ),
    "root of the sum of squares, and the ½ is missing": (
        np.linalg.norm,
        "np.linalg.norm is the root of the sum of squares; the data term is ½ Σ (y - ŷ)².",
    ),
    "the data term is missing": (
        lambda errors: 0.0,
        "Your numbers are those of the penalty alone; J is ½ Σ (y - ŷ)² and the penalty together.",
    ),
}
LOSS_PENALTIES = {
    "the penalty is never added": (
        {"factor": 0.0},
        "Your numbers are those of the data term alone. A second line that begins with + is a "
        "statement of its own, and its value is lost: put the sum in brackets or on one line.",
    ),
    "λ/2 instead of λ": (
        {"factor": 0.5},
        "The penalty is λ Σ|W|; the ½ stands only in front of the data term.",
    ),
    "2λ instead of λ": ({"factor": 2.0}, "The penalty is counted twice: it is λ Σ|W|."),
    "the penalty is subtracted": (
        {"factor": -1.0},
        "The penalty is added to the loss, so that large weights make it larger.",
    ),
    "L2 penalty (squares) instead of L1": (
        {"penalty": "L2"},
        "Your numbers fit λ Σ W². L1 adds up absolute values: λ Σ|W|.",
    ),
    "half the L2 penalty instead of L1": (
        {"penalty": "L2", "factor": 0.5},
        "Your numbers fit λ/2 Σ W². L1 adds up absolute values: λ Σ|W|.",
    ),
    "only W1 in the penalty": (
        {"layers": (1, 0)},
        "The penalty covers both layers; W2 is missing from yours.",
    ),
    "only W2 in the penalty": (
        {"layers": (0, 1)},
        "The penalty covers both layers; W1 is missing from yours.",
    ),
    "no absolute value in the penalty": (
        {"penalty": "no absolute value"},
        "Your numbers fit λ Σ W, where positive and negative weights cancel. L1 is λ Σ|W|.",
    ),
    "absolute value of the sum instead of sum of absolute values": (
        {"penalty": "absolute value of the sum"},
        "Your numbers fit λ |Σ W|: positive and negative weights cancel before abs. Take abs of "
        "each weight first, then the sum.",
    ),
    "largest column instead of all weights": (
        {"penalty": "largest column"},
        "np.linalg.norm(W, 1) of a matrix is its largest column sum. For Σ|W| use "
        "np.sum(np.abs(W)), or flatten W first.",
    ),
    "length of the weights instead of L1": (
        {"penalty": "length"},
        "np.linalg.norm(W) is the root of the sum of squares. L1 is np.sum(np.abs(W)).",
    ),
    "mean in the penalty": (
        {"penalty": "mean"},
        "The penalty is λ times the sum of |W| over all weights; yours takes their mean.",
    ),
    "the largest weight instead of all weights": (
        {"penalty": "largest weight"},
        "Your penalty counts only the largest |w| of each layer. L1 adds up all of them.",
    ),
}


def _loss_mistakes():
    """Return every single mistake, then every pair of a data term and a penalty."""
    found = {name: _loss_mistake(text, data=data) for name, (data, text) in DATA_TERMS.items()}
    found |= {name: _loss_mistake(text, **how) for name, (how, text) in LOSS_PENALTIES.items()}
    for first, (data, text) in DATA_TERMS.items():
        for second, (how, other) in LOSS_PENALTIES.items():
            pair = _loss_mistake(f"{text} And: {other}", data=data, **how)
            found[f"{first}; and {second}"] = pair
    for name, layers in (("W1", (1, 0)), ("W2", (0, 1))):
        found[f"λ only in front of {name}"] = Mistake(
            lambda layers=layers, **arguments: {"the loss": _half_bracketed(layers, **arguments)},
            "λ multiplies both sums: put them in brackets, λ * (Σ|W1| + Σ|W2|).",
        )
    found["the penalty without λ"] = Mistake(
        lambda Lambda, **arguments: {"the loss": loss(**arguments, Lambda=1.0)},
        "You added Σ|W| itself; the penalty is λ Σ|W|, with self.Lambda.",
    )
    for name, size in (("examples", len), ("elements of y", np.size)):
        found[f"all of J is divided by the number of {name}"] = Mistake(
            lambda size=size, **a: {"the loss": loss(**a) / size(a["y"])},
            "J is a sum: neither the data term nor the penalty is divided by n.",
        )
    for name, factor in (("λ/n", 1), ("λ/(2n)", 2)):
        found[f"{name} instead of λ"] = Mistake(
            lambda Lambda, factor=factor, **a: {
                "the loss": loss(Lambda=Lambda / (factor * len(a["y"])), **a)
            },
            "The penalty is λ Σ|W|; it is not divided by the number of examples.",
        )
    found["self.yHat instead of yHat"] = Mistake(
        lambda X, **a: {"the loss": loss(X=-X, **a)},
        "Your numbers are those of self.yHat, the predictions of the last call of forward. Use "
        "the argument yHat: it may be of other rows.",
    )
    found["cross-entropy instead of squared errors"] = Mistake(
        _cross_entropy, "Your data term is the cross-entropy; here it is ½ Σ (y - ŷ)²."
    )
    found["the loss is rounded"] = Mistake(
        lambda **a: {"the loss": OneOf([round(float(loss(**a)), places) for places in range(4)])},
        "Return J as it is: rounding takes digits away that a gradient check needs.",
    )
    found["the loss is nan or infinite"] = Mistake(
        lambda **arguments: {"the loss": Anything(), FINITE: False},
        "nan and inf usually come of a division by 0, of the logarithm of 0 or of a negative "
        "number, or of numbers that grew too large.",
    )
    return found


def _cross_entropy(X, y, W1, W2, Lambda):
    """Return the loss with the cross-entropy, summed over all elements, as data term."""
    yHat = sigmoid(sigmoid(X @ W1) @ W2)
    data = -np.sum(y * np.log(yHat) + (1 - y) * np.log(1 - yHat))
    return {"the loss": data + loss(X, y, W1, W2, Lambda, data=lambda errors: 0.0)}


def _half_bracketed(layers, X, y, W1, W2, Lambda):
    """Return the loss with λ in front of one of the two sums only."""
    weighted = loss(X, y, W1, W2, Lambda, layers=layers)
    return weighted + np.dot([1 - layer for layer in layers], [np.abs(W).sum() for W in (W1, W2)])


reg_loss = HiddenTest(
    title="Regularised loss",
    points=8,
    ask=ask_loss,
    helpers=[make_network],
    cases=cases(1, 2, 2, 2, 1),
    expect=expect_loss,
    measure=measure_loss,
    rtol=1e-5,  # beside a large penalty, the data term still counts; float32 is far better
    mistakes=_loss_mistakes(),
)

DATA_SLOPES = {
    "the sign of the data term is flipped": (
        {"scale": -1.0},
        "The slope of ½ (y - ŷ)² with respect to ŷ is -(y - ŷ); your data term has the other "
        "sign, so gradient descent would climb.",
    ),
    "mean instead of sum": (
        {"mean": "elements"},
        "J sums over all examples, so its gradient does too; yours is divided by their number.",
    ),
    "mean over the examples instead of sum": (
        {"mean": "examples"},
        "J sums over all examples, so its gradient does too; yours is divided by len(y).",
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
        "dJdW2 is right. sigmoidPrime(z) applies the sigmoid itself: give it z2 in delta2. (Of a2 "
        "the slope is a2 * (1 - a2).)",
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
        "dJdW2 is right. In delta2, 1 - a² is the derivative of tanh; the sigmoid's is "
        "a (1 - a), or sigmoidPrime(z2).",
    ),
    "z2 instead of a2 in dJdW2": (
        {"below_W2": lambda z2: z2},
        "dJdW1 is right. What W2 multiplies is a2, so dJdW2 is a2 transposed times delta3.",
    ),
    "delta2 from the error instead of delta3": (
        {"passes_output": False},
        "dJdW2 is right. What travels back through W2 is delta3, with its sigmoidPrime(z3), not "
        "the bare error.",
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
        "dJdW2 is right. On its way to W1 the error passes the hidden layer's sigmoid: multiply "
        "delta2 by sigmoidPrime(z2).",
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
        "Your numbers are the gradient of the data term alone; add λ sign(W) to each layer. (A "
        "second line that begins with + is a statement of its own, and its value is lost.)",
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
    found["backward_reg changes the weights or λ"] = Mistake(
        lambda **arguments: {KEPT: False},
        "After the call self.W1, self.W2 or self.Lambda is not what it was. backward_reg only "
        "returns the gradient; the step, W - lr * dJdW, is made by train.",
    )
    return found


def _both(gradients):
    return dict(zip(("dJdW1", "dJdW2"), gradients, strict=True))


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
)

# --- the λ study: the notebook's data, settings and seed are fixed, so its answer is too -----

GRID = (1e-6, 1e-4, 1e-3, 1e-2, 1e-1)
GOOD_LAMBDAS = (1e-3,)  # docs/calibration.md: test loss within 10 % of the best of the grid


def ask_best_lambda():
    """Return the student's choice."""
    return {"best_lambda": best_lambda}


def _chosen(*values):
    return lambda: {"best_lambda": OneOf(values)}


best_lambda = HiddenTest(
    title="The λ study",
    points=4,
    ask=ask_best_lambda,
    cases=lambda rng: [Case("best_lambda has the lowest last test loss of the grid", {}, 3)],
    expect=_chosen(*GOOD_LAMBDAS),
    mistakes={
        "λ too small": Mistake(
            _chosen(*[value for value in GRID if value < min(GOOD_LAMBDAS)]),
            "With this λ the network overfits more. The lowest training loss does not make the "
            "best λ: compare the last test losses. (If you did: the study trains with your "
            "backward_reg, so mend task 2 first.)",
        ),
        "λ too large": Mistake(
            _chosen(*[value for value in GRID if value > max(GOOD_LAMBDAS)]),
            "With this λ the penalty keeps the network from fitting the data as well: compare "
            "the last test losses. (If you did: the study trains with your backward_reg, so mend "
            "task 2 first.)",
        ),
        "an index instead of λ": Mistake(
            _chosen(*range(len(GRID))),
            "This is a position in the grid. best_lambda is the λ itself: GRID[position].",
        ),
        "no λ of the grid": Mistake(
            lambda: {"best_lambda": AnyNumber()},
            "This number is not in GRID. best_lambda is one of its five λ, not a loss or an "
            "exponent.",
        ),
    },
    rtol=1e-6,  # a λ in float32 is the same λ
    figures=1,
    figure_weight=1,
)
