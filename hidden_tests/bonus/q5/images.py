"""Draws the images of Q5: the same lines as in the notebook, which a test compares."""

import numpy as np

SHAPES = ("ring", "square", "plus", "cross")


def draw_images(n, rng):
    """Draw n images of 16 × 16 pixels, each with one shape at a random place, under noise.

    Returns: images, float32 array of shape (n, 1, 16, 16), 0 = dark and 1 = bright but for noise;
        labels, whole numbers of shape (n,), places in SHAPES
    """
    labels = rng.integers(len(SHAPES), size=n)
    rows, columns = np.mgrid[0:16, 0:16]
    images = np.empty((n, 1, 16, 16), dtype=np.float32)
    for image, label in zip(images, labels):
        size = rng.uniform(2.5, 5)
        y, x = rng.uniform(size, 15 - size, 2)
        down, across = np.abs(rows - y), np.abs(columns - x)
        far, near = np.maximum(down, across), np.minimum(down, across)
        distance = (  # of each pixel from the lines of the shape
            np.abs(np.hypot(down, across) - size),
            np.abs(far - size),
            np.where(far < size, near, 9),
            np.where(far < size, (far - near) / 2**0.5, 9),
        )[label]
        line = rng.uniform(0.6, 1) * np.clip(1.3 - distance, 0, 1)
        image[0] = line + rng.normal(0, 0.2, line.shape)
    return images, labels
