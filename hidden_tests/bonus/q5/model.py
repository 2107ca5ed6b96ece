"""Hidden test of Q5, task 2: the convolutional network."""

import torch
from torch.nn import functional as F

from nbjudge import Anything, Case, HiddenTest, Mistake

from ...shared.torch_parts import fill

NUMBER = "the number of parameters"
SLOPES = "the logits can be differentiated, by every parameter"


def ask_conv_model(student, values, images):
    """Build the student's network with given parameters and send images through."""
    import torch

    channels, classes = len(values[1]), len(values[5])
    model = student.build_cnn(channels, classes)
    if not isinstance(model, torch.nn.Module):
        return {"it is an nn.Module": model}
    model(images)  # layers that find their sizes themselves have their parameters after this
    fill(model, values)
    logits = model(images)
    slope = torch.is_tensor(logits) and logits.requires_grad
    if slope:
        logits.sum().backward()
        slope = all(p.grad is not None for p in model.parameters())
    return {
        "it is an nn.Module": True,
        "the number of parameters": sum(p.numel() for p in model.parameters()),
        "the logits": logits,
        "the logits can be differentiated, by every parameter": slope,
    }


def draw_conv_model(rng):
    """Draw networks of three sizes; no two parameters of one have the same lengths."""
    return [
        Case(
            f"{channels} channels, {classes} classes",
            {
                "values": _draw_values(rng, channels, classes),
                "images": torch.tensor(rng.uniform(-1, 1, (3, 1, 16, 16)), dtype=torch.float32),
            },
        )
        for channels, classes in ((8, 4), (3, 5), (5, 2))
    ]


def _draw_values(rng, channels, classes):
    """Draw the parameters of both convolutions and of the linear layer, as torch stores them.

    Their spread keeps what goes through the layers near 1, with both signs.
    """
    shapes = ((channels, 1, 3, 3), (2 * channels, channels, 3, 3), (classes, 32 * channels))
    values = []
    for shape in shapes:
        inputs = torch.Size(shape[1:]).numel()
        for each in (shape, shape[:1]):
            numbers = rng.uniform(0.5, 1.5, each) * rng.choice([-1, 1], each) / inputs**0.5
            values.append(torch.tensor(numbers, dtype=torch.float32))
    return values


def largest(Z):
    """Return the largest of each 2 × 2 pixels."""
    return F.max_pool2d(Z, 2)


def as_it_is(Z):
    """Return Z."""
    return Z


def conv_model_answer(
    values,
    images,
    first=torch.relu,
    second=torch.relu,
    pool=largest,
    output=as_it_is,
    biases=True,
    **others,
):
    """Return what a network of the given kind answers."""
    kernels1, bias1, kernels2, bias2, weights, bias3 = (
        v if biases or v.dim() > 1 else torch.zeros_like(v) for v in values
    )
    Z = pool(first(F.conv2d(images, kernels1, bias1, padding=1)))
    Z = pool(second(F.conv2d(Z, kernels2, bias2, padding=1)))
    return {
        "it is an nn.Module": True,
        NUMBER: sum(v.numel() for v in values if biases or v.dim() > 1),
        "the logits": output(Z.flatten(1) @ weights.T + bias3),
        SLOPES: True,
        **others,
    }


conv_model = HiddenTest(
    title="The convolutional network",
    marking="Each size earns the same: a network of fixed sizes is right for one of them.",
    points=3,
    ask=ask_conv_model,
    helpers=[fill],
    cases=draw_conv_model,
    expect=conv_model_answer,
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def _kind(help_text, **how):
    return Mistake(lambda **case: conv_model_answer(**case, **how), help_text)


def _sized(help_text, parameters):
    """Return a mistake that shows in the number of parameters, where that is another."""

    def formula(values, images):
        answer = conv_model_answer(values, images)
        number = parameters(len(values[1]), len(values[5]))
        if number != answer[NUMBER]:
            answer |= {NUMBER: number, "the logits": Anything(), SLOPES: Anything()}
        return answer

    return Mistake(formula, help_text)


def count(channels, classes, second=None, pixels=16, size=9):
    """Return the number of parameters of the network, or of one that differs in a number."""
    second = second or 2 * channels
    convolutions = channels * (size + 1) + second * (channels * size + 1)
    return convolutions + classes * (second * pixels + 1)


MISTAKES = {
    "no ReLU": _kind("After each convolution comes nn.ReLU().", first=as_it_is, second=as_it_is),
    "no ReLU after the first convolution": _kind(
        "After each convolution comes nn.ReLU().", first=as_it_is
    ),
    "no ReLU after the second convolution": _kind(
        "After each convolution comes nn.ReLU().", second=as_it_is
    ),
    "the sigmoid instead of ReLU": _kind(
        "After each convolution comes nn.ReLU().", first=torch.sigmoid, second=torch.sigmoid
    ),
    "tanh instead of ReLU": _kind(
        "After each convolution comes nn.ReLU().", first=torch.tanh, second=torch.tanh
    ),
    "the mean of each 2 × 2 instead of the largest": _kind(
        "nn.MaxPool2d(2) keeps the largest of four pixels; nn.AvgPool2d their mean.",
        pool=lambda Z: F.avg_pool2d(Z, 2),
    ),
    "one pixel of each 2 × 2, not the largest": _kind(
        "A stride of 2 takes one pixel of four: nn.MaxPool2d(2) keeps the largest.",
        pool=lambda Z: Z[:, :, ::2, ::2],
    ),
    "softmax at the end": _kind(
        "F.cross_entropy applies the softmax itself: end with nn.Linear.",
        output=lambda z: torch.softmax(z, dim=1),
    ),
    "log-softmax at the end": _kind(
        "F.cross_entropy applies the softmax itself: end with nn.Linear.",
        output=lambda z: torch.log_softmax(z, dim=1),
    ),
    "the sigmoid at the end": _kind(
        "Logits are any real numbers: end with nn.Linear.", output=torch.sigmoid
    ),
    "ReLU at the end": _kind(
        "Logits are any real numbers, negative ones, too: end with nn.Linear.",
        output=torch.relu,
    ),
    "no biases": _kind("Leave all layers their biases.", biases=False),
    "the logits cannot be differentiated by all parameters": _kind(
        "The numbers are right, but nothing could be trained: leave the parameters their "
        "requires_grad, and cut nothing off with .detach() or no_grad.",
        **{SLOPES: False},
    ),
    "no padding": _sized(
        "Your network has as many parameters as one without padding=1, whose images shrink to "
        "2 × 2.",
        lambda c, k: count(c, k, pixels=4),
    ),
    "pooled only once": _sized(
        "Your network has as many parameters as one that pools once: 8 × 8 pixels are left.",
        lambda c, k: count(c, k, pixels=64),
    ),
    "not pooled": _sized(
        "Your network has as many parameters as one that does not pool: after each ReLU comes "
        "nn.MaxPool2d(2).",
        lambda c, k: count(c, k, pixels=256),
    ),
    "pooled over the whole image": _sized(
        "Your linear layer sees one number for each channel; it is to see 4 × 4 of them.",
        lambda c, k: count(c, k, pixels=1),
    ),
    "the second convolution has as many channels as the first": _sized(
        "The second convolution has twice as many channels.",
        lambda c, k: count(c, k, second=c),
    ),
    "kernels of 5 × 5": _sized(
        "The kernels are 3 × 3, with padding=1.", lambda c, k: count(c, k, size=25)
    ),
    "one convolution only": _sized(
        "Two rounds of convolution, ReLU and pooling, then the linear layer.",
        lambda c, k: c * 10 + k * (c * 64 + 1),
    ),
    "8 channels whatever channels says": _sized(
        "Use the argument channels; the network of the notebook is only one of many.",
        lambda c, k: count(8, k),
    ),
    "4 classes whatever classes says": _sized(
        "Use the argument classes; the network of the notebook is only one of many.",
        lambda c, k: count(c, 4),
    ),
    "8 channels and 4 classes whatever is asked for": _sized(
        "Use the arguments; the network of the notebook is only one of many.",
        lambda c, k: count(8, 4),
    ),
}
