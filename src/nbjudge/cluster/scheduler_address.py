"""A scheduler elsewhere: reached by TLS, or only on this machine."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from distributed import Client
from distributed.security import Security

from nbjudge.errors import NoWorkerError

NO_TLS = (
    "{address} is on another machine and not reached by TLS: whoever can reach such a scheduler "
    "can run code on every worker, and read hidden tests and submissions. Start scheduler and "
    "workers with certificates, name these in Dask's configuration, and use tls://…; "
    "docs/cluster.md shows how."
)

NO_CERTIFICATES = (
    "{address} is reached by TLS, and Dask's configuration here names no certificates for it "
    "(distributed.comm.tls): docs/cluster.md shows how."
)


@contextlib.contextmanager
def client_of(address: str) -> Iterator[Client]:
    """Give a client of the scheduler at an address such as ``tls://grader.example.org:8786``.

    Certificates are those of Dask's configuration (``distributed.comm.tls``). Raises
    `NoWorkerError` if there is no such scheduler, or it may not be used.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = None
    if parts is None or "://" not in address:
        raise NoWorkerError(
            f"{address} is no address: begin it with tls://, or tcp:// on this machine."
        )
    if parts.scheme != "tls" and not _is_here(parts.hostname or ""):
        raise NoWorkerError(NO_TLS.format(address=address))
    security = Security()
    if parts.scheme == "tls" and not _has_certificates(security):
        raise NoWorkerError(NO_CERTIFICATES.format(address=address))
    try:
        client = Client(address, security=security, timeout=10, set_as_default=False)
    # what Dask raises for what it cannot reach, or may not without TLS
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        raise NoWorkerError(f"There is no scheduler at {address}: {error}") from error
    try:
        yield client
    finally:
        with contextlib.suppress(TimeoutError):  # nothing is lost with it
            client.close(timeout=2)


def _has_certificates(security: Security) -> bool:
    try:
        return bool(security.get_connection_args("client").get("ssl_context"))
    except (OSError, ValueError) as error:  # ssl's own errors among them
        raise NoWorkerError(
            f"The certificates that Dask's configuration names (distributed.comm.tls) cannot be "
            f"used: {error}"
        ) from error


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
