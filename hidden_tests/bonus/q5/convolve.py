"""Hidden test of Q5, task 1: convolution in NumPy."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nbjudge import Case, HiddenTest, Mistake


def ask_convolve(student, image, kernel):
    """Call the student's convolve."""
    return {"Z": student.convolve(image, kernel)}


def draw_convolve(rng):
    """Draw images and kernels without symmetry; no two lengths of a case are the same."""
    sizes = ((7, 9, 3, 3), (6, 8, 2, 4), (9, 5, 4, 1), (5, 6, 5, 6))
    return [
        Case(
            f"{H} × {W} pixels, {h} × {w} weights",
            {"image": rng.uniform(-2, 2, (H, W)), "kernel": rng.uniform(-2, 2, (h, w))},
        )
        for H, W, h, w in sizes
    ]


def products(image, kernel):
    """Return image times kernel at each place within the image: shape (places, places, h, w)."""
    return sliding_window_view(image, kernel.shape) * kernel


def right(image, kernel):
    """Return the sum at each place."""
    return products(image, kernel).sum(axis=(2, 3))


conv_filter = HiddenTest(
    title="Convolution",
    marking="Each size earns the same: one image is as high and wide as its kernel, two kernels "
    "are not square.",
    points=3,
    ask=ask_convolve,
    cases=draw_convolve,
    expect=lambda image, kernel: {"Z": right(image, kernel)},
    mistakes=lambda: MISTAKES,
)


# --- what goes wrong -----------------------------------------------------------------------------


def turned(kernel):
    """Return the kernel upside down and left to right."""
    return kernel[::-1, ::-1]


def same(image, kernel):
    """Return the sums for an image in zeros, as large as the image."""
    rows, columns = (n - 1 for n in kernel.shape)
    widths = [(n // 2, n - n // 2) for n in (rows, columns)]
    return right(np.pad(image, widths), kernel)


def full(image, kernel):
    """Return the sums for each place at which kernel and image share a pixel."""
    return right(np.pad(image, [(n - 1, n - 1) for n in kernel.shape]), kernel)


def _mistake(help_text, formula):
    return Mistake(lambda image, kernel: {"Z": formula(image, kernel)}, help_text)


MISTAKES = {
    "the kernel is turned": _mistake(
        "Your kernel lies upside down and left to right, as mathematicians define convolution. "
        "Here X[i + a, j + b] meets K[a, b].",
        lambda image, kernel: right(image, turned(kernel)),
    ),
    "the kernel is turned upside down": _mistake(
        "The first row of the kernel meets the upper row of the image.",
        lambda image, kernel: right(image, kernel[::-1]),
    ),
    "the kernel is turned left to right": _mistake(
        "The first column of the kernel meets the left column of the image.",
        lambda image, kernel: right(image, kernel[:, ::-1]),
    ),
    "one place too few in each direction": _mistake(
        "There are H - h + 1 places from top to bottom and W - w + 1 from left to right: the "
        "last one is missing.",
        lambda image, kernel: right(image, kernel)[:-1, :-1],
    ),
    "the mean instead of the sum": _mistake(
        "Add the products up; do not divide by their number.",
        lambda image, kernel: products(image, kernel).mean(axis=(2, 3)),
    ),
    "the largest product instead of the sum": _mistake(
        "The largest of a few pixels is pooling; a convolution adds all products up.",
        lambda image, kernel: products(image, kernel).max(axis=(2, 3)),
    ),
    "the image is summed, and the kernel not used": _mistake(
        "Each pixel is multiplied by the weight that lies on it, before it is added.",
        lambda image, kernel: right(image, np.ones_like(kernel)),
    ),
    "negative sums are set to zero": _mistake(
        "The ReLU comes after a convolution and is not a part of it.",
        lambda image, kernel: np.maximum(right(image, kernel), 0),
    ),
    "absolute values": _mistake(
        "A sum may be negative: leave it its sign.",
        lambda image, kernel: np.abs(right(image, kernel)),
    ),
    "the sums are cut to whole numbers": _mistake(
        "An array of whole numbers cuts what is written into it: make Z of float64, as "
        "np.zeros does without a dtype.",
        lambda image, kernel: np.trunc(right(image, kernel)),
    ),
    "the output is as large as the image": _mistake(
        "The kernel stays within the image: no zeros around it, so the output is smaller.",
        same,
    ),
    "the output is as large as the image, the kernel turned": _mistake(
        "The kernel stays within the image, and X[i + a, j + b] meets K[a, b].",
        lambda image, kernel: same(image, turned(kernel)),
    ),
    "the output is larger than the image": _mistake(
        "The kernel stays within the image: no zeros around it.", full
    ),
    "the output is larger than the image, the kernel turned": _mistake(
        "The kernel stays within the image, and X[i + a, j + b] meets K[a, b].",
        lambda image, kernel: full(image, turned(kernel)),
    ),
    "the kernel moves by its own size": _mistake(
        "Move the kernel by one pixel, not by its height and width.",
        lambda image, kernel: right(image, kernel)[:: kernel.shape[0], :: kernel.shape[1]],
    ),
    "the kernel moves by two pixels": _mistake(
        "Move the kernel by one pixel.",
        lambda image, kernel: right(image, kernel)[::2, ::2],
    ),
    "only zeros": _mistake(
        "An array of zeros comes back: is the sum written into it?",
        lambda image, kernel: 0 * right(image, kernel),
    ),
}
