"""Places for servers that tests start."""

import socket


def free_port() -> int:
    """Return a port of this machine that nobody listens on; another program may take it first."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]
