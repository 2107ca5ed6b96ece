"""What goes wrong in the loss of Q3: in the data term, in the penalty, and in both at once."""

import torch

from nbjudge import Anything, Mistake

from ...shared.torch_parts import DIFFERENTIABLE, SLOPE_P, SLOPE_Y, loss_answer
from .network import NO_BACKWARD, all_squares, half_sum, right_loss


def _norms(theta):
    return sum(t.norm() for t in theta)


def _every_with_every(yHat, y):
    return half_sum(yHat, y) if y.shape[1] > 1 else 0.5 * ((y.T - yHat) ** 2).sum()


# what is in DATA and in PENALTY is also found together
DATA = {
    "mean instead of sum": (
        lambda yHat, y: 0.5 * ((y - yHat) ** 2).mean(),
        "The data term is a sum over all rows and outputs; nothing is divided by n.",
    ),
    "mean over the examples instead of sum": (
        lambda yHat, y: 0.5 * ((y - yHat) ** 2).sum() / len(y),
        "The data term is a sum over all rows; yours is divided by len(y).",
    ),
    "the ½ is missing": (
        lambda yHat, y: ((y - yHat) ** 2).sum(),
        "The data term is ½ Σ (y - ŷ)²; yours is Σ (y - ŷ)².",
    ),
    "mean squared error": (
        lambda yHat, y: ((y - yHat) ** 2).mean(),
        "Your data term is a mean without the ½, as of nn.MSELoss; the lab's is ½ Σ (y - ŷ)².",
    ),
    "the data term has the wrong sign": (
        lambda yHat, y: -half_sum(yHat, y),
        "A worse fit must give a larger loss.",
    ),
}
OTHER_DATA = {
    "mean over the outputs": (
        lambda yHat, y: 0.5 * ((y - yHat) ** 2).mean(dim=1).sum(),
        "The data term is a sum over all outputs too; yours is divided by their number.",
    ),
    "mean squared error over the examples": (
        lambda yHat, y: ((y - yHat) ** 2).sum() / len(y),
        "Your data term is divided by len(y) and has no ½; the lab's is ½ Σ (y - ŷ)².",
    ),
    "the data term is missing": (
        lambda yHat, y: torch.tensor(0.0),
        "Nothing of ½ Σ (y - ŷ)² is in your numbers.",
    ),
    "the data term is detached from the graph": (
        lambda yHat, y: half_sum(yHat.detach(), y),
        "The data term counts in the value, but has no slope: .data, .item(), .detach() or no_grad "
        "cut yHat off, so training would not fit the data.",
    ),
    "absolute errors instead of squares": (
        lambda yHat, y: 0.5 * (y - yHat).abs().sum(),
        "The data term adds up squares of y - ŷ, not absolute values.",
    ),
    "the ½ is squared too": (
        lambda yHat, y: 0.25 * ((y - yHat) ** 2).sum(),
        "The ½ stands outside of the square: your data term is ¼ Σ (y - ŷ)².",
    ),
    "a root of the sum of squares in the data term": (
        lambda yHat, y: 0.5 * (y - yHat).norm(),
        "Your data term is half a norm; the sum of squares has no root.",
    ),
    "the data term is added once for each parameter tensor": (
        lambda yHat, y: 4 * half_sum(yHat, y),
        "Your data term is four times ½ Σ (y - ŷ)²: is it added in the loop over the parameters?",
    ),
    "(n,) against (n, 1)": (
        _every_with_every,
        "One of yHat and y was made (n,), the other stayed (n, 1): broadcasting compared every row "
        "with every other.",
    ),
}
PENALTY = {
    "the penalty is never added": (
        lambda theta, lmbda: torch.tensor(0.0),
        "Nothing of the penalty is in your numbers. Is it computed and not added? A second line "
        "that begins with + is a statement of its own, and its value is lost.",
    ),
    "the penalty is detached from the graph": (
        lambda theta, lmbda: all_squares([t.detach() for t in theta], lmbda),
        "The penalty counts in the value, but has no slope: .data, .item(), .detach() or no_grad "
        "cut it off, so training would not notice it.",
    ),
    "weights only in the penalty": (
        lambda theta, lmbda: all_squares(theta[::2], lmbda),
        "The penalty covers all parameters, the biases too.",
    ),
    "biases only in the penalty": (
        lambda theta, lmbda: all_squares(theta[1::2], lmbda),
        "The penalty covers all parameters, the weights too.",
    ),
    "only the first layer in the penalty": (
        lambda theta, lmbda: all_squares(theta[:2], lmbda),
        "The penalty covers both layers.",
    ),
    "only the last layer in the penalty": (
        lambda theta, lmbda: all_squares(theta[2:], lmbda),
        "The penalty covers both layers.",
    ),
    "λ/2 instead of λ": (
        lambda theta, lmbda: all_squares(theta, lmbda / 2),
        "The penalty is λ Σ θ²; the ½ stands only in front of the data term.",
    ),
    "λ is not used": (
        lambda theta, lmbda: all_squares(theta, 1.0),
        "Multiply the sum of squares by self.lmbda.",
    ),
    "λ²": (
        lambda theta, lmbda: all_squares(theta, lmbda**2),
        "λ stands outside of the square: λ Σ θ², not Σ (λθ)².",
    ),
    "the penalty is subtracted": (
        lambda theta, lmbda: -all_squares(theta, lmbda),
        "The penalty is added to the loss.",
    ),
    "L1 penalty instead of L2": (
        lambda theta, lmbda: lmbda * sum(t.abs().sum() for t in theta),
        "Your penalty is λ Σ|θ|; L2 adds up squares.",
    ),
    "norms that are not squared": (
        lambda theta, lmbda: lmbda * _norms(theta),
        "You added up the norms ‖θ‖ of the parameters; L2 adds up their squares ‖θ‖².",
    ),
    "the sum of the norms is squared": (
        lambda theta, lmbda: lmbda * _norms(theta) ** 2,
        "(Σ‖θ‖)² is not Σ‖θ‖²: square first, then add up.",
    ),
    "the root of the sum of squares": (
        lambda theta, lmbda: lmbda * torch.cat([t.reshape(-1) for t in theta]).norm(),
        "Your penalty is the norm of all parameters; the sum of squares has no root.",
    ),
    "mean of the squares": (
        lambda theta, lmbda: lmbda * sum((t**2).mean() for t in theta),
        "The penalty is a sum of squares; yours divides each by the number of elements.",
    ),
}
OTHER_PENALTIES = {
    "the spectral norm instead of the sum of squares": (
        lambda theta, lmbda: lmbda * sum(torch.linalg.norm(t, 2) ** 2 for t in theta),
        "Of a matrix, torch.linalg.norm(W, 2) is the largest singular value. The root of the sum "
        "of squares is torch.linalg.vector_norm(W), or W.norm().",
    ),
    "only the first parameter in the penalty": (
        lambda theta, lmbda: all_squares(theta[:1], lmbda),
        "Your penalty holds the first weights and no other parameter. Is the return inside of the "
        "loop?",
    ),
    "only the last parameter in the penalty": (
        lambda theta, lmbda: all_squares(theta[-1:], lmbda),
        "Your penalty holds the last biases and no other parameter. Is = in the loop where += "
        "should be?",
    ),
    "the mean over all parameters": (
        lambda theta, lmbda: all_squares(theta, lmbda) / sum(t.numel() for t in theta),
        "The penalty is a sum of squares; yours is divided by the number of parameters.",
    ),
    "θ is not squared": (
        lambda theta, lmbda: lmbda * sum(t.sum() for t in theta),
        "Your penalty is λ Σ θ; L2 is λ Σ θ².",
    ),
    "the sum of the parameters is squared": (
        lambda theta, lmbda: lmbda * sum(t.sum() for t in theta) ** 2,
        "(Σθ)² is not Σθ²: square first, then add up.",
    ),
    "the sum of each parameter tensor is squared": (
        lambda theta, lmbda: lmbda * sum(t.sum() ** 2 for t in theta),
        "(Σθ)² is not Σθ²: square the elements, then add up.",
    ),
    "the penalty is added once for each parameter tensor": (
        lambda theta, lmbda: 4 * all_squares(theta, lmbda),
        "Your penalty is four times λ Σ θ²: is it added in a loop, or summed in two loops?",
    ),
}
WHOLE = {
    "all of J is divided by n": (
        lambda theta, lmbda, yHat, y: right_loss(theta, lmbda, yHat, y) / len(y),
        "Both terms are sums; yours are divided by len(y).",
    ),
    "the penalty is divided by n": (
        lambda theta, lmbda, yHat, y: half_sum(yHat, y) + all_squares(theta, lmbda / len(y)),
        "The penalty is λ Σ θ²; yours is divided by len(y).",
    ),
    "λ/(2n) instead of λ": (
        lambda theta, lmbda, yHat, y: half_sum(yHat, y) + all_squares(theta, lmbda / 2 / len(y)),
        "The penalty is λ Σ θ²; yours is divided by 2n, as in other courses.",
    ),
    "the penalty is added for each squared error": (
        lambda theta, lmbda, yHat, y: half_sum(yHat, y) + all_squares(theta, lmbda) * yHat.numel(),
        "The penalty is added once, after the sum over the rows and outputs, not to each term "
        "of it.",
    ),
}


def _loss(help_text, data=half_sum, penalty=all_squares):
    def formula(theta, lmbda, yHat, y):
        return data(yHat, y) + penalty(theta, lmbda)

    return Mistake(lambda **arguments: loss_answer(formula, **arguments), help_text)


def _whole(how, help_text):
    return Mistake(lambda **arguments: loss_answer(how, **arguments), help_text)


def _all():
    data_terms, penalties = DATA | OTHER_DATA, PENALTY | OTHER_PENALTIES
    found = {name: _loss(text, data=data) for name, (data, text) in data_terms.items()}
    found |= {name: _loss(text, penalty=how) for name, (how, text) in penalties.items()}
    found |= {name: _whole(how, text) for name, (how, text) in WHOLE.items()}
    no_slopes = {SLOPE_Y: Anything(), SLOPE_P: Anything()}
    found["not differentiable"] = Mistake(
        lambda **arguments: {DIFFERENTIABLE: False, **no_slopes},
        "The value is right, but it cannot be differentiated: .item(), float(), .data, .detach() "
        "or no_grad cut it off. Return a tensor.",
    )
    found["backward() is called in the loss"] = Mistake(
        lambda **arguments: {
            NO_BACKWARD: False,
            DIFFERENTIABLE: Anything(),
            "the loss": Anything(),
            **no_slopes,
        },
        "The gradients of the parameters are others after the call. The loss is only computed and "
        "returned; backward() belongs in the training loop.",
    )
    for first, (data, text) in DATA.items():
        for second, (how, other) in PENALTY.items():
            both = f"{text} And: {other}"
            found[f"{first}; and {second}"] = _loss(both, data=data, penalty=how)
    return found


MISTAKES = _all()
