"""The process that workers on this machine are forks of: one thread, everything imported.

multiprocessing starts it as a new program, which imports for a second what ``nbjudge grade`` is
importing, too. So there, as long as nothing else has begun, it is a fork of the command: the first
result comes a second sooner.
"""

from __future__ import annotations

import gc
import importlib
import multiprocessing
import os
import signal
import socket
import sys
import tempfile
import threading
from multiprocessing import connection, forkserver, resource_tracker

from nbjudge.sandbox.zygote_pool import ZygotePool, process_pool
from nbjudge.signals import SIGNALS
from nbjudge.temp_folders import LONGEST_TEMPORARY

PRELOAD = ["nbjudge.cluster.worker", "distributed"]
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
    """Let the process be a fork of this one, which has begun nothing but its zygote."""
    gc.disable()  # while it imports: it would look again and again at what stays
    for name in PRELOAD:
        importlib.import_module(name)
    gc.enable()
    if not FORKED or threading.active_count() > 1:
        start()
        return
    _get_ready()
    resource_tracker.ensure_running()
    pool = process_pool()
    alive, ours = os.pipe()  # whoever may ask for a worker holds its other end
    with socket.socket(socket.AF_UNIX) as listener:
        address = connection.arbitrary_address("AF_UNIX")
        listener.bind(address)
        os.chmod(address, 0o600)
        listener.listen()
        pid = os.fork()
        if pid == 0:
            os.close(ours)
            _serve(listener, alive, pool)
    os.close(alive)
    # private: multiprocessing forkserver._forkserver with its _forkserver_address,
    # _forkserver_alive_fd and _forkserver_pid (and undocumented: forkserver.main), there is no way
    # to name a server that is there. ensure_running does the same, and takes over if it should end
    server = forkserver._forkserver
    server._forkserver_address = address
    server._forkserver_alive_fd = ours
    server._forkserver_pid = pid


def _get_ready() -> None:
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOAD)
    if len(tempfile.gettempdir()) > LONGEST_TEMPORARY:
        tempfile.tempdir = "/tmp"


def _serve(listener: socket.socket, alive: int, pool: ZygotePool) -> None:
    """Be the process; ends when nobody is alive who may ask.

    `pool` is that of the command.
    """
    try:
        pool.close_inherited()
        tempfile.tempdir = None  # short for this process's sockets; workers have what they are told
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        forkserver.main(listener.detach(), alive, [])
    finally:
        os._exit(0)
