"""Imported first where a second counts: what need not be loaded, and what can be begun early."""

from __future__ import annotations

import importlib.util
import multiprocessing
import multiprocessing.forkserver
import os
import signal
import sys
import tempfile
import threading

import psutil

from nbjudge.own_folder import LONGEST_TEMPORARY

# jsonschema builds a grammar of internationalised addresses where it finds this package, for a
# second; no schema of a notebook speaks of them.
sys.modules.setdefault("rfc3987_syntax", None)


MEMORY_OF_A_WORKER = 1 << 30  # bytes: itself, and a kernel that trains something


def begin() -> None:
    """Let the warm process and that of the workers import their libraries while this one does."""
    from nbjudge.kernel.warm import start_early

    start_early()
    if usual_workers():
        start_fork_server()


def usual_workers() -> int:
    """Return how many workers a run gets that names no number: 0 where Dask is not installed.

    As many as there are cores for this process, if there is memory for so many.
    """
    if importlib.util.find_spec("distributed") is None:
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(cores, psutil.virtual_memory().available // MEMORY_OF_A_WORKER))


def start_fork_server() -> None:
    """Start the process that workers on this machine are forks of, if it is not there."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["nbjudge.quick", "nbjudge.cluster.worker", "distributed"])
    if threading.current_thread() is not threading.main_thread():
        return  # Dask starts it, and a server that grades in another thread gets no Ctrl-C
    if len(tempfile.gettempdir()) > LONGEST_TEMPORARY:
        tempfile.tempdir = "/tmp"
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader alone
    try:
        multiprocessing.forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, usual)
