"""What goes wrong in the momentum step of Q2: in the rule, and in what keeps the velocity."""

import numpy as np

from nbjudge import Anything, Mistake

from .rules import BESIDE, GIVEN, OTHER, PATH, REST, RIGHT, RULES, SHARED, simulate


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


MISTAKES = {
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
}
