"""Whether a step takes a time that is linear in what it is given; other people's steps, too."""

import gc
import time

import pytest

TIMES, MOST = 10, 15
TRIES = 15  # only what takes too long is measured so often
FLOOR = 0.006  # seconds: of less, the ratio tells more of caches than of the step


USUAL = 0.04  # seconds for `_count` to a million on a machine of 2024


def _count(number):
    found = 0
    for k in range(number):
        found += k


def slowness():
    """Return how many times as long as on a usual machine things take on this one, now; 1 at least.

    Other people's programs take from a core that is shared, and that is counted as our CPU time.
    """
    return max(1, seconds(_count, 1_000_000) / USUAL)


def seconds(step, thing):
    """Return the CPU seconds that a step takes."""
    begin = time.process_time()
    step(thing)
    return time.process_time() - begin


def check(step, make, small):
    """Fail if `step` takes more than `MOST` times as long for `TIMES` times the size."""
    one, ten = make(small), make(small * TIMES)
    gc.disable()  # it walks over all that other tests have made, at times of its own
    try:
        short, long = [seconds(step, one)], []
        for _ in range(TRIES):
            short.append(seconds(step, one))
            long.append(seconds(step, ten))
            if min(long) <= MOST * max(min(short), FLOOR):
                return
    finally:
        gc.enable()
    ratio = min(long) / min(short)
    pytest.fail(f"{TIMES} times the size takes {ratio:.0f} times as long: {min(long):.3f} s")
