"""Hidden test of Q1, task 2: the gradient of the regularised loss."""

from itertools import pairwise

import numpy as np

from nbjudge import Credit, HiddenTest, Opaque

from .gradient_mistakes import MISTAKES
from .network import FINITE, KEPT, by_name, cases, gradient, make_network


def ask_gradient(student, X, y, W1, W2, Lambda):
    """Call the student's backward_reg, and their loss around these weights.

    A call with other weights comes first, as in training: what it kept must not count later.
    """
    import numpy as np

    network = make_network(student, X, y, W1[::-1, ::-1], W2[::-1, ::-1], Lambda)
    network.backward_reg(X.copy(), network.forward(X), y.copy())
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    yHat = network.forward(X)
    with student.snapshot(yHat=yHat):
        answer = network.backward_reg(X, yHat, y)
    # who moved weights and moved them back may be off by rounding
    kept = (network.W1, W1), (network.W2, W2), (network.Lambda, Lambda)
    same = all(np.shape(a) == np.shape(b) and np.allclose(a, b, 1e-12, 1e-12) for a, b in kept)
    network.W1, network.W2, network.Lambda = W1.copy(), W2.copy(), Lambda
    losses = []
    with student.time_limit(2):  # their loss is judged in its own task
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
    return {**by_name(gradient(**arguments)), KEPT: True, FINITE: True}


def measure_gradient(answer, **arguments):
    """Say so if the answer is no pair; take nan at weights of 0 out, and say that it was there."""
    if not isinstance(answer, dict):
        return answer
    if "the gradients" in answer:
        given = answer["the gradients"]
        kinds = {list: "a list or tuple", dict: "a dict", np.ndarray: "one array"}
        what = kinds.get(type(given), "one value")
        what += f" of {len(given)} values" if isinstance(given, list) else ""
        no_pair = None if given is None else Opaque(f"{what}, not the pair (dJdW1, dJdW2)")
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


reg_gradient = HiddenTest(
    title="Gradient of the regularised loss",
    points=10,
    ask=ask_gradient,
    helpers=[make_network],
    cases=cases(2, 2, 2, 2, 2),
    expect=expect_gradient,
    measure=measure_gradient,
    credit=own_loss_credit,
    terms={
        "λ sign(W)": lambda **a: by_name([a["Lambda"] * np.sign(a[W]) for W in ("W1", "W2")]),
        "the gradient of the data term": lambda **a: by_name(gradient(**{**a, "Lambda": 0.0})),
    },
    marking="Backpropagation through both layers is most of the work, so it earns 2 points without "
    "the penalty, and the penalty 2 points for each kind of network and weights. The exact "
    "derivative of a loss that is wrong earns half of the points.",
    mistakes=MISTAKES,
)
