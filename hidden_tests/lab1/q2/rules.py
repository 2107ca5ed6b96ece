"""How optimisers step, right and wrong: rules (theta, v, g, lr, mu) for one array.

A rule returns (new theta, new v, what step returns).
"""

import numpy as np

# what is seen of an optimiser
PATH, REST = "the weights after each step", "a new optimiser starts with velocity 0"
BESIDE = "another optimiser beside it changes nothing"
OTHER = "another optimiser with other lr and momTerm changes nothing"
GIVEN = "step moves the weights that it is given"
SHARED = "the optimisers share their velocity"


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


def last_gradient_kept(theta, v, g, lr, mu):
    """Keep -αg of a step in place of the whole step."""
    new = theta + mu * v - lr * g
    return new, -lr * g, new


RIGHT = by_velocity(right_velocity)


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


# the wrong ones: a rule, and what to tell the student
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
    "the mean of the gradient instead of the gradient": (
        by_velocity(lambda v, g, lr, mu: mu * v - lr * g.mean()),
        "Each number of an array moves by its own slope; yours all move by the mean of them.",
    ),
    "μ applied to the gradient too": (
        by_velocity(lambda v, g, lr, mu: mu * (v - lr * g)),
        "momTerm multiplies the old velocity only: μ·v - α·g, not μ·(v - α·g).",
    ),
    "the step is made with the old velocity": (
        old_velocity_first,
        "First renew the velocity, then move: θ + v with the new v.",
    ),
    "only the last gradient is kept": (
        last_gradient_kept,
        "Your velocity remembers the last gradient and none before it. Keep the whole of the last "
        "step, μ·v included: v = μ·v - α·g.",
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
