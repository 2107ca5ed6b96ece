"""Makes the lab's two synthetic data sets; DATASHEET.md beside this file describes them.

    python make_data.py [FOLDER]        # writes four CSV files, next to this file by default

The same seeds give the same bytes. Importing this module draws nothing and writes nothing:
grading imports `draw_height_weight` to draw private rows from the same distribution.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

# One seed for each data set: stream [seed, 0] makes the training rows, [seed, 1] the test rows.
# Both were chosen, not taken at random; DATASHEET.md says by what rule.
HEIGHT_WEIGHT_SEED = 2283
STUDY_HOURS_SEED = 16

# Davis (1990), Appetite 15, 13-21. A row per sex code (0 = woman, 1 = man), columns cm and kg.
GROUP_MEANS = np.array([[164.7, 56.9], [178.0, 75.9]])
GROUP_SDS = np.array([[5.7, 6.9], [6.4, 11.9]])
HEIGHT_WEIGHT_CORRELATION = 0.4  # within each group


def draw_height_weight(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Draw `n` adults, half of them women, in random order.

    Each group is a bivariate normal. With an odd `n` there is one woman more than men.

    Returns: columns height_cm and weight_kg (float, 1 decimal) and sex (int, 0 woman, 1 man).
    """
    sex = rng.permutation(np.arange(n) % 2)
    z = rng.standard_normal((n, 2))
    r = HEIGHT_WEIGHT_CORRELATION
    z[:, 1] = r * z[:, 0] + np.sqrt(1 - r**2) * z[:, 1]
    height, weight = (GROUP_MEANS[sex] + GROUP_SDS[sex] * z).round(1).T
    return pd.DataFrame({"height_cm": height, "weight_kg": weight, "sex": sex})


def draw_study_hours(n: int, rng: np.random.Generator, noise_sd: float = 8.0) -> pd.DataFrame:
    """Draw `n` invented students: two columns that matter for the score and three that do not.

    score = 100 / (1 + exp(-u)), u = 0.6 (study - 4) + 0.4 (sleep - 7), plus normal noise of
    `noise_sd` points, then held within 0 to 100.

    Returns: columns sleep_hours, study_hours, score (float, 1 decimal) and
    house_number, birth_day, bus_line (int), which are drawn independently of everything else.
    """
    sleep = rng.uniform(4, 10, n).round(1)
    study = rng.uniform(0, 8, n).round(1)
    nuisance = {
        "house_number": rng.integers(1, 121, n),
        "birth_day": rng.integers(1, 32, n),
        "bus_line": rng.integers(1, 41, n),
    }
    u = 0.6 * (study - 4) + 0.4 * (sleep - 7)
    score = 100 / (1 + np.exp(-u)) + rng.normal(0, noise_sd, n)
    return pd.DataFrame(
        {
            "sleep_hours": sleep,
            "study_hours": study,
            **nuisance,
            "score": score.clip(0, 100).round(1),
        }
    )


def main(folder: Path = Path(__file__).parent) -> None:
    """Write the four CSV files into `folder`, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw, seed, sizes in [
        ("height_weight", draw_height_weight, HEIGHT_WEIGHT_SEED, (240, 100)),
        ("study_hours", draw_study_hours, STUDY_HOURS_SEED, (8, 40)),
    ]:
        for stream, (part, n) in enumerate(zip(("train", "test"), sizes, strict=True)):
            rows = draw(n, np.random.default_rng([seed, stream]))
            path = folder / f"{name}_{part}.csv"
            rows.to_csv(path, index=False, float_format="%.1f", lineterminator="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
