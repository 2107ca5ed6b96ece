"""The process that workers on this machine are forks of: one thread, everything imported.

multiprocessing starts it as a new program, which imports for a second what ``nbjudge grade`` is
importing, too. So there, as long as nothing else has begun, it is a fork of the command.
"""

from __future__ import annotations

import atexit
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from multiprocessing import connection, forkserver, resource_tracker

from nbjudge.quick import without_collection
from nbjudge.sandbox.zygote_client import let_go
from nbjudge.signals import SIGNALS
from nbjudge.temp_folders import LONGEST_TEMPORARY

PRELOAD = ["nbjudge.quick", "nbjudge.cluster.worker", "distributed"]
# later Pythons do more to start it: they have a key for those who ask for a worker
FORKED = sys.version_info < (3, 14)


def start() -> None:
    """Start the process as a new program, if it is not there."""
    if threading.current_thread() is not threading.main_thread():
        return  # Dask starts it, and a server that grades in another thread gets no Ctrl-C
    _get_ready()
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader alone
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, usual)


def fork() -> None:
    """Let the process be a fork of this one, which has begun nothing but its warm process.

    What that needs of multiprocessing is not public: see ``ForkServer.ensure_running``, which does
    the same, and which takes over if the process should end.
    """
    with without_collection():
        for name in PRELOAD:
            importlib.import_module(name)
    if not FORKED or threading.active_count() > 1:
        start()
        return
    _get_ready()
    resource_tracker.ensure_running()
    alive, ours = os.pipe()  # whoever may ask for a worker holds its other end
    with socket.socket(socket.AF_UNIX) as listener:
        address = connection.arbitrary_address("AF_UNIX")
        listener.bind(address)
        os.chmod(address, 0o600)
        listener.listen()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            _serve(listener, alive)
    os.close(alive)
    server = forkserver._forkserver
    server._forkserver_address = address
    server._forkserver_alive_fd = ours
    server._forkserver_pid = pid


def _get_ready() -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOAD)
    if len(tempfile.gettempdir()) > LONGEST_TEMPORARY:
        tempfile.tempdir = "/tmp"


def _serve(listener: socket.socket, alive: int) -> None:
    """Be the process; ends when nobody is alive who may ask."""
    try:
        atexit._clear()  # what the command does at its end is not for its forks
        let_go()
        tempfile.tempdir = None  # short for this process's sockets; workers have what they are told
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        forkserver.main(listener.detach(), alive, [])
    finally:
        os._exit(0)
