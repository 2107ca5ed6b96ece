"""How far a run is: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_SECONDS = 30  # between two lines where there is no terminal


@contextlib.contextmanager
def progress(total: int, log: logging.Logger) -> Iterator[Callable[[str], None]]:
    """Give a function that is told which student comes next, and once more at the end.

    Args:
        total: how many submissions are graded.
        log: its lines appear above the bar.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(total, console)
        return
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[student]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar, _above(log):
        task = bar.add_task("", total=total, left="", student="")
        begin, done = time.monotonic(), -1

        def tell(student: str) -> None:
            nonlocal done
            done += 1
            left = time_left(done, total, time.monotonic() - begin)
            bar.update(task, completed=done, left=left, student=student[:30])

        yield tell


def _lines(total: int, console: Console) -> Callable[[str], None]:
    begin = said = time.monotonic()
    done = -1

    def tell(student: str) -> None:
        nonlocal done, said
        done += 1
        now = time.monotonic()
        if now - said >= LINE_SECONDS and done < total:
            said = now
            left = time_left(done, total, now - begin)
            console.print(f"{done} of {total} submissions are graded, {left}", highlight=False)

    return tell


def time_left(done: int, total: int, seconds: float) -> str:
    """Return how long the rest will take if it goes on like this, in words."""
    if done <= 0:
        return "time left not known yet"
    left = seconds / done * (total - done)
    if left < 90:
        return f"about {left:.0f} s left"
    return f"about {left / 60:.0f} min left"


@contextlib.contextmanager
def _above(log: logging.Logger) -> Iterator[None]:
    """Let log lines on the terminal go through the bar, which keeps itself below them."""
    handlers = [
        handler
        for handler in log.handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__
    ]
    for handler in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(sys.__stderr__)
