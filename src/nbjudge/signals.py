"""Being stopped: a signal ends a run between two steps, and one line says how to go on."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import warnings
from collections.abc import Iterator

from nbjudge.errors import Stopped

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
