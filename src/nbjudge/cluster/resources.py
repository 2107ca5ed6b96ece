"""What this process may use of the machine: all of it, or what a container leaves it."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import psutil

CGROUP = Path("/sys/fs/cgroup")  # in a container, its own
MEMORY_OF_A_WORKER = 1 << 30  # bytes: itself, and a kernel that trains something


def usual_workers() -> int:
    """Return how many workers a run gets that names no number: 0 where Dask is not installed.

    As many as there are cores for this process, if there is memory for so many.
    """
    if importlib.util.find_spec("distributed") is None:
        return 0
    return max(1, min(cores(), free_memory() // MEMORY_OF_A_WORKER))


def cores(cgroup: Path = CGROUP) -> int:
    """Return how many cores there are, at least one; a part of one counts for none."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    first = cgroup / "cpu"  # of the first version of cgroups
    limit = _words(cgroup / "cpu.max") or [
        *_words(first / "cpu.cfs_quota_us"),
        *_words(first / "cpu.cfs_period_us"),
    ]
    if len(limit) == 2 and all(word.isdigit() for word in limit):  # not "max", not -1
        found = min(found, int(limit[0]) // max(1, int(limit[1])))
    return max(1, found)


def free_memory(cgroup: Path = CGROUP) -> int:
    """Return the bytes of memory that are free, or can be had by dropping copies of files."""
    found = psutil.virtual_memory().available
    for limit, used, stat, copies in (
        ("memory.max", "memory.current", "memory.stat", "inactive_file"),
        (
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
            "memory/memory.stat",
            "total_inactive_file",
        ),
    ):
        numbers = [*_words(cgroup / limit), *_words(cgroup / used)]
        if len(numbers) == 2 and all(number.isdigit() for number in numbers):
            words = _words(cgroup / stat)
            dropped = int(words[words.index(copies) + 1]) if copies in words else 0
            found = min(found, int(numbers[0]) - int(numbers[1]) + dropped)
    return max(0, found)


def _words(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # there is no such limit
        return []
