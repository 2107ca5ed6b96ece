"""What one notebook may cost the grader itself: its own CPU time is limited.

Most of it goes into what kernels send, so the limit is looked at with each message (`check`). What
else takes too long is interrupted from outside, a little later: that may happen between any two
instructions, where it can be lost or leave a lock behind, so it is the second means and not the
first.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import threading
import time
from collections.abc import Iterator

from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import DeadKernelError

from nbjudge.errors import GraderLimitError

GRACE = 2.0  # CPU seconds after which what has not looked by itself is interrupted, and again
MOST_INTERRUPTS = 5
SECONDS_TO_END = 10  # for what is cancelled
_here = threading.local()


@contextlib.contextmanager
def cpu_limit(seconds: float) -> Iterator[None]:
    """Raise `GraderLimitError` in the block when this process has used so many CPU seconds in it.

    Waiting costs none. Holds in any thread, as a signal would in the main one only.
    """
    loop = ensure_event_loop()
    if not loop.is_running():
        loop.set_exception_handler(_no_word_of_dead_kernels)
    limit = _here.limit = _Limit(seconds)
    limit.start()
    try:
        yield
    finally:
        limit.end()


def check() -> None:
    """Raise `GraderLimitError` if this thread is in the block of a limit, and it is passed."""
    limit = getattr(_here, "limit", None)
    if limit is not None:
        limit.check()


class _Limit(threading.Thread):
    """Looks once a second at how much CPU time there is left for the thread that has made it."""

    def __init__(self, seconds: float):
        super().__init__(daemon=True)
        self._watched = ctypes.c_ulong(threading.get_ident())
        self._end = time.process_time() + seconds
        self._over, self._lock = threading.Event(), threading.Lock()

    def check(self) -> None:
        if not self._over.is_set() and time.process_time() >= self._end:
            raise GraderLimitError

    def run(self) -> None:
        for number in range(1, MOST_INTERRUPTS + 1):
            end = self._end + number * GRACE
            while not self._over.wait(min(1.0, max(0.05, end - time.process_time()))):
                if time.process_time() >= end:
                    break
            with self._lock:
                if self._over.is_set():
                    return
                self._interrupt(ctypes.py_object(GraderLimitError))

    def end(self) -> None:
        """Stop watching: nothing is raised after this."""
        while not self._over.is_set():
            # an interrupt that comes just now has nothing left to interrupt
            with contextlib.suppress(GraderLimitError), self._lock:
                self._over.set()
        self._interrupt(None)

    def _interrupt(self, error: ctypes.py_object | None) -> None:
        """Raise an error in the watched thread; None takes back what it has not noticed yet."""
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self._watched, error)


def _no_word_of_dead_kernels(loop: asyncio.AbstractEventLoop, context: dict) -> None:
    """Log what a task ended with that nobody asks any more, but not that its kernel is dead.

    A task that an interrupt has left behind may go on while its kernel is stopped, and finds out.
    """
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
        ended, _ = loop.run_until_complete(asyncio.wait(tasks, timeout=SECONDS_TO_END))
        for task in ended:
            if not task.cancelled():
                task.exception()  # has been looked at: nothing is logged of it
