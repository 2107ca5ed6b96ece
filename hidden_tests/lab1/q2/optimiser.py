"""Hidden test of Q2, task 1: the momentum step."""

from pathlib import Path

import numpy as np

from nbjudge import Anything, Case, HiddenTest, Mistake, Other, load_module

_rules = load_module(Path(__file__).with_name("rules.py"))
RIGHT, RULES = _rules.RIGHT, _rules.RULES
PATH, REST = "the weights after each step", "a new optimiser starts with velocity 0"
BESIDE = "another optimiser beside it changes nothing"
OTHER = "another optimiser with other lr and momTerm changes nothing"
GIVEN = "step moves the weights that it is given"
SHARED = "the optimisers share their velocity"


def walk(weight_list, gradients, settings):
    """Make some steps: alone, with slope 0, from weights of the caller's own, two side by side."""
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
    moved = OptimMom(**settings)  # noqa: F821
    moved.step([w.copy() for w in weight_list], copy.deepcopy(gradients[0]))
    later = moved.step([w + 1 for w in weight_list], copy.deepcopy(gradients[1]))
    pair = [OptimMom(**settings) for _ in range(2)]  # noqa: F821
    answer = {"alone": alone, "still": still, "later": later, "beside": steps(*pair)}
    pair = OptimMom(**settings), OptimMom(lr=0.7, momTerm=0.15)  # noqa: F821
    return {**answer, "beside other settings": steps(*pair)}


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
        return dict(zip((PATH, REST, BESIDE, OTHER, SHARED), (path, *small))) | {GIVEN: True}
    rest, beside, other, shared = _sharing(answer, weight_list, settings.get("momTerm", 0.5))
    right = simulate(RIGHT, weight_list, gradients, settings)[PATH]
    # a second step from other weights that ends where the path goes has not looked at them
    used = not _close(_path(answer["alone"], weight_list), right)
    used = used or not _close(_path([answer["later"]], weight_list), right[1:2])
    sharing = {REST: rest, BESIDE: beside, OTHER: other, SHARED: shared or small[3]}
    return {PATH: answer["alone"], **sharing, GIVEN: used}


def _sharing(answer, weight_list, mu):
    """Return whether a new optimiser rests, whether two leave each other alone, also with other
    settings, and whether they share their velocity.

    They share if a new one goes on with exactly the velocity of another, or if it rests but takes
    other steps with another one beside it.
    """
    if not isinstance(answer, dict) or "still" not in answer:
        return True, True, True, False  # not asked, so nothing to complain of
    path, together, mixed = (
        _path(answer.get(name), weight_list)
        for name in ("alone", "beside", "beside other settings")
    )
    still = _arrays(answer["still"], weight_list)
    if still is None or len(path) < 2 or None in path:
        return False, True, True, False
    moved = [a - w for a, w in zip(still, weight_list)]
    rest = all(np.allclose(m, 0, atol=1e-5) for m in moved)
    beside = _close(together, path)
    other = not beside or _close(mixed, path)  # of those that share a velocity, that is said
    inherited = [mu * (a - b) for a, b in zip(path[-1], path[-2])]
    inherits = all(np.allclose(m, v, atol=1e-5) for m, v in zip(moved, inherited))
    return rest, beside, other, not beside and (rest or inherits)


def _close(path, other):
    """Whether two paths are the same, up to rounding."""
    return (
        len(path) == len(other)
        and None not in path
        and all(
            np.allclose(a, b, rtol=1e-4, atol=1e-5)
            for made, others in zip(path, other)
            for a, b in zip(made, others)
        )
    )


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
    return {PATH: path, REST: rest, BESIDE: True, OTHER: True, GIVEN: True}


def _known(rule, help_text):
    return Mistake(lambda **arguments: simulate(rule, **arguments), help_text)


def _shared(weight_list, gradients, settings):
    """Shared velocities give any numbers; that they are shared is asked with one weight."""
    return {PATH: Anything(), REST: Anything(), BESIDE: Anything(), OTHER: Anything(), SHARED: True}


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
    marking="Plain SGD was given, so it earns nothing alone. Each list of arrays shows another way "
    "to lose a velocity: between calls, between arrays, between optimisers.",
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
        "lr and momTerm are shared by all optimisers": Mistake(
            lambda **arguments: {OTHER: False},
            "An optimiser takes other steps once there is another one with other settings. Keep "
            "lr and momTerm in self: not in the class, not in a global variable.",
        ),
        "the weights that step is given are not used": Mistake(
            lambda **arguments: {GIVEN: False},
            "The second step ends at the same weights, whatever weights it is given. Move those "
            "of weight_list; only the velocity is kept from step to step.",
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
