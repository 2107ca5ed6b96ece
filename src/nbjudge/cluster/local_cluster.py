"""Workers on this machine: as many processes as wanted, reached by nobody else."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
from collections.abc import Iterator

import dask
from distributed import Client, LocalCluster
from distributed.security import Security

from nbjudge.cluster import fork_server

TRIES = 3  # to start workers


@contextlib.contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """Give a client of so many workers, which end with the block or with this process.

    They speak TLS with a certificate that is made for this run and kept in memory: on a machine
    that others use, too, an open port of Dask would run anybody's code with the grader's rights.
    """
    settings = {
        "distributed.worker.multiprocessing-method": "forkserver",
        "distributed.admin.system-monitor.gil.enabled": False,
        "distributed.worker.profile.enabled": False,
        # each server of Dask's, two for a worker, looks fifty times a second whether it is late
        "distributed.admin.tick.interval": "1s",
        # Dask opens a port for its web pages in any case; there are none
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    fork_server.start()
    with dask.config.set(settings):
        cluster = _start(workers)
        client = Client(cluster)
        try:
            yield client
        finally:
            # what Dask says of what is broken off is no news
            for name in ("distributed", "tornado"):
                logging.getLogger(name).setLevel(logging.CRITICAL + 1)
            # they hold nothing that is not written, and may be in the middle of minutes of work
            for nanny in cluster.workers.values():
                nanny.auto_restart = False
                pid = getattr(nanny.process, "pid", None)
                if pid is not None:  # of one that has ended
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            for each in (client, cluster):
                with contextlib.suppress(TimeoutError):  # they end with this process
                    each.close(timeout=2)


def _start(workers: int) -> LocalCluster:
    """Start workers; again, where one was lost before it was there."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(RuntimeError):
            return _start_once(workers)
    return _start_once(workers)


def _start_once(workers: int) -> LocalCluster:
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        protocol="tls://",
        security=Security.temporary(),
        dashboard_address="127.0.0.1:0",
        memory_limit=0,
        silence_logs=logging.CRITICAL + 1,
    )
