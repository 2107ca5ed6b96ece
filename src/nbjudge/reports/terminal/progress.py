"""How far a run is: a bar on a terminal, a line now and then elsewhere, with the same facts."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from nbjudge.outcomes import Outcome

LINE_SECONDS = 30  # between two lines where there is no terminal
WIDTH = 80  # cells of a terminal
TASKS = "tasks: "

Tell = Callable[[str, Mapping[Outcome, int]], None]


class Run:
    """What is known of a run while it goes on.

    Attributes:
        total: how many submissions are graded.
        done: how many of them are done.
        outcomes: how many of their tasks ended in which outcome.
    """

    def __init__(self, total: int, expected: Mapping[str, float], workers: int):
        """Begin; see `progress`."""
        self.total, self.done = total, 0
        self.outcomes: Counter[Outcome] = Counter()
        self._expected, self._workers = expected, min(workers, total)
        # seconds that were expected of those who are done, and of all
        self._done_seconds, self._all_seconds = 0.0, sum(expected.values())
        self._begin = self._last = time.monotonic()

    def tell(self, student: str, outcomes: Mapping[Outcome, int]) -> None:
        """Count a student who is done."""
        self._last = time.monotonic()
        self._done_seconds += self._expected.get(student, 0.0)
        self.done += 1
        self.outcomes = self.outcomes + Counter(outcomes)  # another thread may read the old one

    @property
    def elapsed(self) -> float:
        """Seconds since the begin."""
        return time.monotonic() - self._begin

    @property
    def facts(self) -> str:
        """How fast it goes and how long the rest will take, in words, by when the last was done."""
        seconds = self._last - self._begin
        # of workers that began together none has told anything of the others before all are done
        if self.done < self._workers or not seconds:
            return "time left not known yet"
        left = seconds * self._share_left()
        return f"{_rate(60 * self.done / seconds)} a minute, {_words(left)} left"

    def _share_left(self) -> float:
        """Return how much there is to do for each bit that is done.

        Counted in seconds if those are expected, so that who is graded first may take longest.
        """
        done = self._done_seconds
        if done > 0:
            return max(0.0, self._all_seconds - done) / done
        return (self.total - self.done) / self.done

    @property
    def tasks(self) -> str:
        """How the tasks ended so far, in a line of a terminal."""
        return TASKS + outcomes_text(self.outcomes, WIDTH - len(TASKS)) if self.outcomes else ""


@contextlib.contextmanager
def progress(
    total: int, log: logging.Logger, expected: Mapping[str, float] | None = None, workers: int = 1
) -> Iterator[Tell]:
    """Give a function that is told each student who is done, and how their tasks ended.

    Args:
        total: how many submissions are graded.
        log: its lines appear above the bar.
        expected: by student the seconds that grading should take, as far as they are known.
        workers: how many submissions are graded at the same time.
    """
    console, run = Console(stderr=True), Run(total, expected or {}, workers)
    if console.is_terminal:
        with _bar(run, console, log) as tell:
            yield tell
    else:
        with _lines(run, console):
            yield run.tell


@contextlib.contextmanager
def _bar(run: Run, console: Console, log: logging.Logger) -> Iterator[Tell]:
    columns = (
        TextColumn("grading"),
        BarColumn(bar_width=15),
        MofNCompleteColumn(),
        TextColumn("{task.fields[facts]}"),
        TimeElapsedColumn(),
    )
    with _Bar(run, *columns, console=console, transient=True) as bar, _above(log):
        task = bar.add_task("", total=run.total, facts=run.facts)

        def tell(student: str, outcomes: Mapping[Outcome, int]) -> None:
            run.tell(student, outcomes)
            bar.update(task, completed=run.done, facts=run.facts)

        yield tell


class _Bar(Progress):
    """A bar with the outcomes in a line below."""

    def __init__(self, run: Run, *columns, **more):
        self._of = run
        super().__init__(*columns, **more)

    def get_renderables(self):
        yield self.make_tasks_table(self.tasks)
        yield Text(self._of.tasks, no_wrap=True, overflow="ellipsis")


@contextlib.contextmanager
def _lines(run: Run, console: Console) -> Iterator[None]:
    """Print lines while the block runs, also while one submission takes long."""
    end = threading.Event()

    def say() -> None:
        while not end.wait(LINE_SECONDS):
            elapsed = timedelta(seconds=int(run.elapsed))
            text = f"{elapsed} {run.done} of {run.total} submissions done, {run.facts}"
            tasks = f"\n  {run.tasks}" if run.tasks else ""
            console.print(text + tasks, highlight=False, markup=False, soft_wrap=True)

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def outcomes_text(outcomes: Mapping[Outcome, int], cells: int) -> str:
    """Return how tasks ended in so many cells: the most frequent outcomes, the number of others."""
    often = sorted(filter(outcomes.get, Outcome), key=lambda outcome: -outcomes[outcome])
    parts = [f"{outcomes[outcome]:,} {outcome.value}" for outcome in often]
    for kept in range(len(parts), 0, -1):
        others = sum(outcomes[outcome] for outcome in often[kept:])
        text = ", ".join([*parts[:kept], *([f"{others:,} others"] if others else [])])
        if len(text) <= cells:
            return text
    return f"{sum(outcomes.values()):,}"


def _rate(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"


def _words(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} s"
    if seconds < 90 * 60:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


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
