"""Hidden test of Q2, task 1: the momentum step."""

import numpy as np

from nbjudge import Case, HiddenTest, Opaque

from .optimiser_mistakes import MISTAKES
from .rules import BESIDE, GIVEN, OTHER, PATH, REST, RIGHT, SHARED, simulate


def walk(student, weight_list, gradients, settings):
    """Make some steps: alone, with slope 0, from weights of the caller's own, two side by side."""
    import copy

    import numpy as np

    def steps(optimiser, beside=None):
        current, path = [w.copy() for w in weight_list], []
        given = copy.deepcopy(gradients)
        with student.snapshot(gradient=given):
            for gradient in given:
                if beside is not None:
                    beside.step([w.copy() for w in weight_list], [1 - g for g in gradient])
                with student.snapshot(weight_list=current):
                    current = optimiser.step(current, gradient)
                if not isinstance(current, (list, tuple)):
                    # no further step can be made from this: let the report show it for each
                    return [current] * len(gradients)
                path.append(copy.deepcopy(current))
        return path

    alone = steps(student.OptimMom(**settings))
    if not isinstance(alone[-1], (list, tuple)):
        return {"alone": alone}
    fresh = student.OptimMom(**settings)
    still = fresh.step([w.copy() for w in weight_list], [np.zeros_like(w) for w in weight_list])
    moved = student.OptimMom(**settings)
    moved.step([w.copy() for w in weight_list], copy.deepcopy(gradients[0]))
    later = moved.step([w + 1 for w in weight_list], copy.deepcopy(gradients[1]))
    pair = [student.OptimMom(**settings) for _ in range(2)]
    answer = {"alone": alone, "still": still, "later": later, "beside": steps(*pair)}
    pair = student.OptimMom(**settings), student.OptimMom(lr=0.7, momTerm=0.15)
    return {**answer, "beside other settings": steps(*pair)}


def ask_steps(student, weight_list, gradients, settings):
    """Let the student's optimiser make its steps, with one weight first.

    Optimisers that share a velocity keep the shapes of the very first step in this kernel: one
    array of one number, in the self-check as here. Of other shapes they would raise errors that
    depend on what ran before, so these are asked only of those that do not share.
    """
    import numpy as np

    one = [np.ones(1)], [[np.ones(1)]] * 2, {"lr": 0.1, "momTerm": 0.5}
    try:
        small = walk(student, *one)
        (before,), (after,) = small["alone"]
        inherits = np.allclose(small["still"][0] - 1, 0.5 * (after - before), atol=1e-5)
    except Exception:  # what is wrong is asked in full below
        small, inherits = {}, False
    if inherits and not np.allclose(after, before):
        return {"small": small}
    return {**walk(student, weight_list, gradients, settings), "small": small}


def measure_steps(answer, weight_list, gradients, settings):
    """Say whether a new optimiser stayed where it was, and what another one did to its steps."""
    if not isinstance(answer, dict):
        return answer
    small = _sharing(answer.get("small"), [np.ones(1)], 0.5)
    if "alone" not in answer:
        path = Opaque("not asked: a new optimiser goes on with the velocity of another")
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


def step_cases(rng):
    """Draw the cases: three arrays, one array, no momentum, default values."""

    def arrays(shapes):
        return [rng.uniform(0.5, 1.5, s) * rng.choice([-1, 1], s) for s in shapes]

    def case(label, points, shapes, steps, settings):
        gradients = [arrays(shapes) for _ in range(steps)]
        arguments = {"weight_list": arrays(shapes), "gradients": gradients, "settings": settings}
        is_given = settings.get("momTerm") == 0
        return Case(label, arguments, points=points, passed_by_stub=is_given)

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
    mistakes=MISTAKES,
)
