"""Hidden tests of Q2: the momentum step, and the comparison with plain SGD."""

from pathlib import Path

import numpy as np
import pandas as pd

from nbjudge import Anything, Case, HiddenTest, Mistake, Other

DATA = Path(__file__).resolve().parents[2] / "data"
PATH, REST = "the weights after each step", "a new optimiser starts with velocity 0"
BESIDE = "another optimiser beside it changes nothing"
SHARED = "the optimisers share their velocity"


# --- task 1: the optimiser -------------------------------------------------------------------


def walk(weight_list, gradients, settings):
    """Make some steps: alone, then a new optimiser with slope 0, then two side by side."""
    import copy

    import numpy as np

    def steps(optimiser, beside=None):
        current, path = [w.copy() for w in weight_list], []
        given = copy.deepcopy(gradients)
        with unchanged(gradient=given):  # noqa: F821
            for gradient in given:
                if beside is not None:
                    beside.step([w.copy() for w in weight_list], [1 - g for g in gradient])
                with unchanged(weight_list=current):  # noqa: F821
                    current = optimiser.step(current, gradient)
                if not isinstance(current, (list, tuple)):
                    # no further step can be made from this: let the report show it for each
                    return [current] * len(gradients)
                path.append(copy.deepcopy(current))
        return path

    alone = steps(OptimMom(**settings))  # noqa: F821
    if not isinstance(alone[-1], (list, tuple)):
        return {"alone": alone}
    fresh = OptimMom(**settings)  # noqa: F821
    still = fresh.step([w.copy() for w in weight_list], [np.zeros_like(w) for w in weight_list])
    pair = [OptimMom(**settings) for _ in range(2)]  # noqa: F821
    return {"alone": alone, "still": still, "beside": steps(*pair)}


def ask_steps(weight_list, gradients, settings):
    """Let the student's optimiser make its steps, with one weight first.

    Optimisers that share a velocity keep the shapes of the very first step in this kernel: one
    array of one number, in the self-check as here. Of other shapes they would raise errors that
    depend on what ran before, so these are asked only of those that do not share.
    """
    import numpy as np

    one = [np.ones(1)], [[np.ones(1)]] * 2, {"lr": 0.1, "momTerm": 0.5}
    try:
        small = walk(*one)
        (before,), (after,) = small["alone"]
        inherits = np.allclose(small["still"][0] - 1, 0.5 * (after - before), atol=1e-5)
    except Exception:  # what is wrong is asked in full below
        small, inherits = {}, False
    if inherits and not np.allclose(after, before):
        return {"small": small}
    return {**walk(weight_list, gradients, settings), "small": small}


def measure_steps(answer, weight_list, gradients, settings):
    """Say whether a new optimiser stayed where it was, and what another one did to its steps."""
    if not isinstance(answer, dict):
        return answer
    small = _sharing(answer.get("small"), [np.ones(1)], 0.5)
    if "alone" not in answer:
        path = Other("not asked: a new optimiser goes on with the velocity of another")
        return dict(zip((PATH, REST, BESIDE, SHARED), (path, *small)))
    rest, beside, shared = _sharing(answer, weight_list, settings.get("momTerm", 0.5))
    return {PATH: answer["alone"], REST: rest, BESIDE: beside, SHARED: shared or small[2]}


def _sharing(answer, weight_list, mu):
    """Return whether a new optimiser rests, whether two leave each other alone, whether they share.

    They share if a new one goes on with exactly the velocity of another, or if it rests but takes
    other steps with another one beside it.
    """
    if not isinstance(answer, dict) or "still" not in answer:
        return True, True, False  # not asked, so nothing to complain of
    path, other = (_path(answer.get(name), weight_list) for name in ("alone", "beside"))
    still = _arrays(answer["still"], weight_list)
    if still is None or len(path) < 2 or None in path:
        return False, True, False
    moved = [a - w for a, w in zip(still, weight_list)]
    rest = all(np.allclose(m, 0, atol=1e-5) for m in moved)
    beside = len(other) == len(path) and None not in other
    beside = beside and all(
        np.allclose(a, b, rtol=1e-4, atol=1e-5)
        for made, made_beside in zip(path, other)
        for a, b in zip(made, made_beside)
    )
    inherited = [mu * (a - b) for a, b in zip(path[-1], path[-2])]
    inherits = all(np.allclose(m, v, atol=1e-5) for m, v in zip(moved, inherited))
    return rest, beside, not beside and (rest or inherits)


def _path(steps, like):
    """Return for each step the list of arrays, or None where it is not one like `like`."""
    return [_arrays(made, like) for made in steps] if isinstance(steps, list) else []


def _arrays(values, like):
    """Return a list of arrays of the shapes of `like`, or None."""
    if not isinstance(values, list) or len(values) != len(like):
        return None
    good = all(isinstance(v, np.ndarray) and v.shape == w.shape for v, w in zip(values, like))
    return [v.astype(float) for v in values] if good else None


def simulate(rule, weight_list, gradients, settings):
    """Return what an optimiser of the given rule answers.

    `rule(theta, v, g, lr, mu)` returns (new theta, new v, what step returns).
    """
    lr, mu = settings.get("lr", 0.1), settings.get("momTerm", 0.5)
    current, velocities, path = weight_list, [np.zeros_like(w) for w in weight_list], []
    for gradient in gradients:
        made = [rule(theta, v, g, lr, mu) for theta, v, g in zip(current, velocities, gradient)]
        current = velocities = None
        current, velocities, returned = (list(column) for column in zip(*made))
        path.append(returned)
    still = [rule(w, np.zeros_like(w), np.zeros_like(w), lr, mu)[2] for w in weight_list]
    rest = all(np.allclose(a, b) for a, b in zip(still, weight_list))
    return {PATH: path, REST: rest, BESIDE: True}


def by_velocity(velocity, move=lambda theta, v, g, lr, mu: theta + v):
    """Return the rule that first makes a new velocity, then moves."""

    def rule(theta, v, g, lr, mu):
        v = velocity(v, g, lr, mu)
        theta = move(theta, v, g, lr, mu)
        return theta, v, theta

    return rule


def right_velocity(v, g, lr, mu):
    """Return μv - αg."""
    return mu * v - lr * g


def old_velocity_first(theta, v, g, lr, mu):
    """Move with the velocity of the step before."""
    return theta + v, right_velocity(v, g, lr, mu), theta + v


def velocity_returned(theta, v, g, lr, mu):
    """Return the velocity; the caller takes it for the weights."""
    v = right_velocity(v, g, lr, mu)
    return v, v, v


def plain_velocity_returned(theta, v, g, lr, mu):
    """Return the velocity μv + g in place of the weights."""
    v = mu * v + g
    return v, v, v


def scaled_velocity_returned(theta, v, g, lr, mu):
    """Return α(μv + g) in place of the weights."""
    v = mu * v + lr * g
    return v, v, v


def first_gradient_as_velocity(theta, v, g, lr, mu):
    """Start v at the first gradient, then renew it: the first step counts it twice."""
    v = mu * v - lr * g if v.any() else -lr * (1 + mu) * g
    return theta + v, v, theta + v


def unscaled_first_gradient(theta, v, g, lr, mu):
    """Start v at +g, then v = μv - αg."""
    v = mu * v - lr * g if v.any() else mu * g - lr * g
    return theta + v, v, theta + v


RIGHT = by_velocity(right_velocity)
RULES = {
    "the velocity is reset at each step": (
        by_velocity(lambda v, g, lr, mu: -lr * g),
        "Your steps are those of plain SGD. The velocity must live in self from one call of step "
        "to the next, and be multiplied by momTerm.",
    ),
    "running mean, (1 - μ)·g": (
        by_velocity(lambda v, g, lr, mu: mu * v - lr * (1 - mu) * g),
        "Your velocity is a running mean with (1 - μ)·g. Here the gradient counts in full: "
        "v = μ·v - α·g.",
    ),
    "Nesterov momentum": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: theta + mu * v - lr * g),
        "Your numbers are those of Nesterov's method. Here the step is the velocity itself: θ + v.",
    ),
    "μ applied to the weights": (
        by_velocity(lambda v, g, lr, mu: -lr * g, lambda theta, v, g, lr, mu: mu * theta + v),
        "momTerm multiplies the velocity of the step before, not the weights.",
    ),
    "α applied twice": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: theta + lr * v),
        "The learning rate is in the velocity already; the step is θ + v, without another α.",
    ),
    "α not used": (
        by_velocity(lambda v, g, lr, mu: mu * v - g),
        "The gradient is to be multiplied by the learning rate lr.",
    ),
    "the sign of the gradient": (
        by_velocity(lambda v, g, lr, mu: mu * v + lr * g),
        "Your steps go up the slope. One minus sign belongs to the gradient: v = μ·v - α·g and "
        "θ + v, or v = μ·v + g and θ - α·v.",
    ),
    "the sign of the momentum": (
        by_velocity(lambda v, g, lr, mu: -mu * v - lr * g),
        "The velocity of the step before is added, μ·v; with a minus it brakes.",
    ),
    "μ and α swapped": (
        by_velocity(lambda v, g, lr, mu: lr * v - mu * g),
        "momTerm belongs to the velocity, lr to the gradient; yours are the other way round.",
    ),
    "1 - μ instead of μ": (
        by_velocity(lambda v, g, lr, mu: (1 - mu) * v - lr * g),
        "The part of the velocity that is kept is μ itself.",
    ),
    "μ not used": (
        by_velocity(lambda v, g, lr, mu: v - lr * g),
        "Your velocity keeps all of itself; multiply it by momTerm before you add the gradient.",
    ),
    "μ applied to the gradient too": (
        by_velocity(lambda v, g, lr, mu: mu * (v - lr * g)),
        "momTerm multiplies the old velocity only: μ·v - α·g, not μ·(v - α·g).",
    ),
    "the step is made with the old velocity": (
        old_velocity_first,
        "First renew the velocity, then move: θ + v with the new v.",
    ),
    "step returns the velocity": (
        velocity_returned,
        "step returns the new weights θ + v, not the velocity.",
    ),
    "step returns the velocity μ·v + g": (
        plain_velocity_returned,
        "step returns the new weights θ - α·v, not the velocity.",
    ),
    "step returns α·v": (
        scaled_velocity_returned,
        "step returns the new weights θ - α·v; yours returns the step alone.",
    ),
    "μ applied to the weights, with the velocity kept": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: mu * theta + v),
        "momTerm multiplies the velocity of the step before, not the weights: θ + v.",
    ),
    "μ applied to θ + v": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: mu * (theta + v)),
        "momTerm multiplies the velocity of the step before, not the new weights: θ + v.",
    ),
    "the velocity starts at the first gradient": (
        first_gradient_as_velocity,
        "The velocity is 0 before the first step; yours counts the first gradient twice.",
    ),
    "the velocity starts at the first gradient, without α": (
        unscaled_first_gradient,
        "The velocity is 0 before the first step; yours begins as the first gradient.",
    ),
    "lr is fixed at 0.1": (
        by_velocity(lambda v, g, lr, mu: mu * v - 0.1 * g),
        "Use the lr that the optimiser was made with; 0.1 is only its default.",
    ),
    "lr and momTerm are fixed at 0.1 and 0.5": (
        by_velocity(lambda v, g, lr, mu: 0.5 * v - 0.1 * g),
        "Use the lr and momTerm that the optimiser was made with; 0.1 and 0.5 are only defaults.",
    ),
    "lr is fixed at 0.01": (
        by_velocity(lambda v, g, lr, mu: mu * v - 0.01 * g),
        "Use the lr that the optimiser was made with, not 0.01.",
    ),
    "momTerm is fixed at 0.9": (
        by_velocity(lambda v, g, lr, mu: 0.9 * v - lr * g),
        "Use the momTerm that the optimiser was made with, not 0.9.",
    ),
    "α applied to the old velocity too": (
        by_velocity(lambda v, g, lr, mu: lr * (mu * v - g)),
        "The learning rate multiplies the gradient only: μ·v - α·g, not α·(μ·v - g).",
    ),
    "v = μ·v - α·g, but the step is -α·v": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: theta - lr * v),
        "Two ways are mixed: with v = μ·v - α·g the step is θ + v; with v = μ·v + g it is θ - α·v.",
    ),
    "running mean, (1 - μ)·g, and α not used": (
        by_velocity(lambda v, g, lr, mu: mu * v - (1 - mu) * g),
        "Your velocity is a running mean with (1 - μ)·g, without the learning rate. Here "
        "v = μ·v - α·g.",
    ),
    "the weights shrink by 1 % at each step": (
        by_velocity(right_velocity, lambda theta, v, g, lr, mu: 0.99 * theta + v),
        "The step is θ + v; yours is 0.99·θ + v. There is no weight decay here.",
    ),
    "momTerm is fixed at 0.5": (
        by_velocity(lambda v, g, lr, mu: 0.5 * v - lr * g),
        "Use the momTerm that the optimiser was made with; 0.5 is only its default.",
    ),
}


def _known(rule, help_text):
    return Mistake(lambda **arguments: simulate(rule, **arguments), help_text)


def _shared(weight_list, gradients, settings):
    """Shared velocities give any numbers; that they are shared is asked with one weight."""
    return {PATH: Anything(), REST: Anything(), BESIDE: Anything(), SHARED: True}


def _one_velocity(key):
    """Return the path of velocities that several arrays of the list use, one after the other.

    `key(theta)` says which of them an array uses.
    """

    def formula(weight_list, gradients, settings):
        lr, mu = settings.get("lr", 0.1), settings.get("momTerm", 0.5)
        current, kept, path = weight_list, {}, []
        for gradient in gradients:
            made = []
            for theta, g in zip(current, gradient):
                v = kept.get(key(theta))
                v = mu * v - lr * g if v is not None and v.shape == g.shape else -lr * g
                kept[key(theta)] = v
                made.append(theta + v)
            current = made
            path.append(made)
        return {PATH: path}

    return formula


def _first_array_only(weight_list, gradients, settings):
    """Return the path of an optimiser that moves the first array of the list and no other."""
    path = simulate(RIGHT, weight_list[:1], gradients, settings)[PATH]
    return {PATH: [made + list(weight_list[1:]) for made in path]}


def _other_defaults(weight_list, gradients, settings):
    return {} if settings else {PATH: Anything()}


def step_cases(rng):
    """Draw the cases: three arrays, one array, no momentum, default values."""

    def arrays(shapes):
        return [rng.uniform(0.5, 1.5, s) * rng.choice([-1, 1], s) for s in shapes]

    def case(label, weight, shapes, steps, settings):
        gradients = [arrays(shapes) for _ in range(steps)]
        arguments = {"weight_list": arrays(shapes), "gradients": gradients, "settings": settings}
        return Case(label, arguments, weight, given=settings.get("momTerm") == 0)

    three = [(2, 3), (4,), (1, 2, 2)]
    fast = {"lr": rng.uniform(0.2, 0.35), "momTerm": rng.uniform(0.7, 0.9)}
    slow = {"lr": rng.uniform(0.02, 0.06), "momTerm": rng.uniform(0.2, 0.35)}
    plain = {"lr": rng.uniform(0.2, 0.4), "momTerm": 0.0}
    return [
        case("three arrays of different shapes, four steps", 2, three, 4, fast),
        case("one array, five steps, small lr and momTerm", 2, [(3, 2)], 5, slow),
        case("five arrays of one shape, three steps", 2, [(2, 2)] * 5, 3, fast),
        case("momTerm = 0 is plain SGD", 0.5, three, 3, plain),
        case("OptimMom() has lr = 0.1 and momTerm = 0.5", 0.5, [(2, 2), (3,)], 3, {}),
    ]


optim_mom = HiddenTest(
    title="SGD with momentum",
    points=7,
    ask=ask_steps,
    helpers=[walk],
    cases=step_cases,
    expect=lambda **arguments: simulate(RIGHT, **arguments),
    measure=measure_steps,
    mistakes={
        **{name: _known(rule, text) for name, (rule, text) in RULES.items()},
        "the velocity is shared by all optimisers": Mistake(
            _shared,
            "A new optimiser goes on with the velocity of another one, or takes other steps when "
            "another one works beside it. Keep the velocity in self: not in the class, not in a "
            "global variable, not in a list that is the default of an argument.",
        ),
        "one velocity for all arrays": Mistake(
            _one_velocity(lambda theta: None),
            "Each array of weight_list needs a velocity of its own: keep a list of them in self.",
        ),
        "one velocity for all arrays of one shape": Mistake(
            _one_velocity(np.shape),
            "Arrays of the same shape share a velocity here. Each array of weight_list needs one "
            "of its own, by its place in the list.",
        ),
        "only the first array moves": Mistake(
            _first_array_only, "Each array of weight_list is to be moved, not only the first."
        ),
        "other default values": Mistake(
            _other_defaults, "Without arguments, lr is 0.1 and momTerm is 0.5."
        ),
    },
)


# --- task 2: the comparison, with the notebook's fixed data and seed ---------------------------

EPOCHS, LR, MOMENTUM, SEED = 500, 0.1, 0.9, 0
FULL = "both lists have one loss for each of the 500 epochs"
PLAIN = "sgd_losses are those of plain SGD from initial_weights(SEED)"
SAME_START, LOWER = "both start at the same loss", "momentum ends lower"
OURS = "mom_losses are those of your OptimMom with LR and MOMENTUM"


def ask_losses():
    """Return the student's two lists of losses, and what their OptimMom really gives."""
    given = {
        "sgd_losses": [float(loss) for loss in sgd_losses],  # noqa: F821
        "mom_losses": [float(loss) for loss in mom_losses],  # noqa: F821
    }
    optimiser, weights, again = OptimMom(lr=0.1, momTerm=0.9), initial_weights(0), []  # noqa: F821
    for _ in range(500):
        loss, gradient = loss_and_gradient(weights, X, y)  # noqa: F821
        again.append(float(loss))
        weights = optimiser.step(weights, gradient)
    return {**given, "again": again}


def reference_losses(rule):
    """Return the losses of the notebook's training with a rule, before each step."""
    rows = pd.read_csv(DATA / "height_weight_train.csv")
    X = rows[["height_cm", "weight_kg"]].to_numpy()
    X = (X - X.min(axis=0)) / (X.max(axis=0) - X.min(axis=0))
    y = rows[["sex"]].to_numpy(dtype=float)
    rng = np.random.default_rng(SEED)
    weights = [rng.normal(0, 0.5, (2, 5)), np.zeros(5), rng.normal(0, 0.5, (5, 1)), np.zeros(1)]
    velocities, losses = [np.zeros_like(w) for w in weights], []
    for _ in range(EPOCHS):
        W1, b1, W2, b2 = weights
        a = np.tanh(X @ W1 + b1)
        yHat = 1 / (1 + np.exp(-(a @ W2 + b2)))
        losses.append(float(np.mean((y - yHat) ** 2) / 2))
        delta2 = (yHat - y) * yHat * (1 - yHat) / len(y)
        delta1 = delta2 @ W2.T * (1 - a**2)
        slopes = [X.T @ delta1, delta1.sum(axis=0), a.T @ delta2, delta2.sum(axis=0)]
        made = [rule(w, v, g, LR, MOMENTUM) for w, v, g in zip(weights, velocities, slopes)]
        weights, velocities = [m[0] for m in made], [m[1] for m in made]
    return losses


def measure_losses(answer):
    """Turn the two curves into what the task asks of them."""
    if not isinstance(answer, dict):
        return answer
    sgd, mom = (_curve(answer.get(name)) for name in ("sgd_losses", "mom_losses"))
    reference = np.array(reference_losses(RULES["the velocity is reset at each step"][0]))
    again = _curve(answer.get("again"))
    full = len(sgd) == len(mom) == len(again) == EPOCHS
    return {
        FULL: full,
        PLAIN: full and bool(np.allclose(sgd, reference, rtol=1e-3)),
        SAME_START: full and bool(np.isclose(mom[0], reference[0], rtol=1e-3)),
        LOWER: full and bool(0 <= mom[-1] < sgd[-1]),
        OURS: full and bool(np.allclose(mom, again, rtol=1e-3)),
        "mom_losses are those of plain SGD": full and bool(np.allclose(mom, reference, rtol=1e-3)),
    }


def _curve(values):
    numbers = values if isinstance(values, list) else []
    good = all(isinstance(v, float) and np.isfinite(v) for v in numbers)
    return np.array(numbers if good else [])


def expect_losses():
    """Return the properties of a fair comparison."""
    return {
        FULL: True,
        PLAIN: True,
        SAME_START: True,
        LOWER: True,
        OURS: True,
    }


momentum_comparison = HiddenTest(
    title="SGD against momentum",
    points=2,
    ask=ask_losses,
    cases=lambda rng: [Case("the two lists of losses", {}, 1.5)],
    expect=expect_losses,
    measure=measure_losses,
    mistakes={
        "the two lists are swapped": Mistake(
            lambda: {
                PLAIN: False,
                LOWER: False,
                "mom_losses are those of plain SGD": True,
                OURS: Anything(),
            },
            "sgd_losses holds the losses of OptimMom, and mom_losses those of OptimSGD.",
        ),
        "not one loss for each epoch": Mistake(
            lambda: {name: Anything() for name in (PLAIN, SAME_START, LOWER, OURS)} | {FULL: False},
            "Each of the two lists holds EPOCHS losses, finite numbers, one for each epoch.",
        ),
        "the two trainings start from different weights": Mistake(
            lambda: {SAME_START: False, OURS: Anything()},
            "Call initial_weights(SEED) once for each training, so that both start from the same "
            "weights.",
        ),
        "momentum does not end lower": Mistake(
            lambda: {LOWER: False, OURS: Anything()},
            "Is OptimMom right, and does it get momTerm=MOMENTUM? Task 1 tells.",
        ),
        "mom_losses are not those of your OptimMom": Mistake(
            lambda: {OURS: False},
            "A new OptimMom(lr=LR, momTerm=MOMENTUM) gives other losses from initial_weights(SEED)."
            " Another lr or momTerm, or an optimiser that has made steps before?",
        ),
        "sgd_losses are not those of plain SGD": Mistake(
            lambda: {PLAIN: False, SAME_START: Anything(), LOWER: Anything(), OURS: Anything()},
            "A new OptimSGD(lr=LR) gives other losses from initial_weights(SEED). Another lr, "
            "another seed, or another optimiser?",
        ),
    },
    figures=1,
    figure_weight=0.5,
)
