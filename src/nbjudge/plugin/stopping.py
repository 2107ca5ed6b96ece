"""Being stopped: a signal ends a run between two steps, and one line says how to go on."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator

from jupyter_core.utils import ensure_event_loop

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """Somebody stopped the run; `number` is the signal's."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in the block when a signal asks this process to end.

    A second signal ends the process at once. For a command's own process: what runs inside of
    another program, such as formgrader's server, leaves signals to that.
    """
    usual = {number: signal.getsignal(number) for number in SIGNALS}

    def stop(number, frame):
        usual.clear()
        for each in SIGNALS:
            signal.signal(each, signal.SIG_DFL)
        # what the event loop and Python say of work that is broken off is no news
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        warnings.simplefilter("ignore")
        sys.unraisablehook = lambda unraisable: None
        raise Stopped(number)

    for number in SIGNALS:
        if usual[number] is not signal.SIG_IGN:  # such as nohup's
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


class GraderLimitError(KeyboardInterrupt):
    """The grader itself has worked too long.

    A kind of interrupt, because an event loop lets nothing else out of its callbacks.
    """


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise `GraderLimitError` in the block when this process has used so many CPU seconds in it.

    Waiting costs none. Holds in any thread, as a signal would in the main one only.
    """
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.set_exception_handler(_no_word_of_dead_kernels)
    watch = _Watch(seconds)
    watch.start()
    try:
        yield
    finally:
        watch.end()


class _Watch(threading.Thread):
    """Looks once a second at how much CPU time there is left for the thread that has made it."""

    def __init__(self, seconds: float):
        super().__init__(daemon=True)
        self._watched = threading.get_ident()
        self._end = time.process_time() + seconds
        self._over, self._lock = threading.Event(), threading.Lock()

    def run(self) -> None:
        while not self._over.wait(min(1.0, max(0.05, self._end - time.process_time()))):
            if time.process_time() >= self._end:
                break
        with self._lock:
            if not self._over.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self._watched), ctypes.py_object(GraderLimitError)
                )

    def end(self) -> None:
        """Stop watching: nothing is raised after this."""
        with self._lock:
            self._over.set()


def _no_word_of_dead_kernels(loop: asyncio.AbstractEventLoop, context: dict) -> None:
    """Log what a task ended with that nobody asks any more, but not that its kernel is dead.

    A task that an interrupt has left behind may go on while its kernel is stopped, and finds out.
    """
    from nbclient.exceptions import DeadKernelError  # here, as it takes its time

    if not isinstance(context.get("exception"), DeadKernelError):
        loop.default_exception_handler(context)


def drop_tasks() -> None:
    """Cancel what an interrupt has left unfinished in this thread's event loop."""
    loop = ensure_event_loop()
    if loop.is_running():  # inside of another program, the loop is not ours
        return
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    if tasks:
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
