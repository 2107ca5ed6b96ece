"""What is watched while a class is graded: files, processes, connections, planted secrets."""

from __future__ import annotations

import contextlib
import hashlib
import os
import site
import socket
import stat
import sys
import threading
from collections.abc import Collection
from pathlib import Path

import psutil

SHARED = ("/tmp", "/var/tmp", "/dev/shm", "/etc", "/run")


class Listeners:
    """Servers that a submission might reach: TCP, UDP, and unix sockets by name and by path."""

    def __init__(self, folder: Path):
        """Start them; `folder` gets the unix socket."""
        self.reached: list[str] = []
        self.abstract = f"nbjudge-corpus-{os.getpid()}-{id(self)}"
        self._open: list[socket.socket] = []
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        here = os.getcwd()
        by_path, by_name = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
        os.chdir(folder)  # a socket's name is short
        by_path.bind("listen.sock")
        os.chdir(here)
        by_name.bind("\0" + self.abstract)
        for server in (by_path, by_name):
            server.listen()
        self.tcp, self.udp = tcp.getsockname()[1], udp.getsockname()[1]
        for name, server in (("tcp", tcp), ("path", by_path), ("name", by_name)):
            self._watch(name, server, server.accept)
        self._watch("udp", udp, lambda: udp.recvfrom(100))

    def _watch(self, name, server, wait):
        def listen():
            with contextlib.suppress(OSError):
                while True:
                    wait()
                    self.reached.append(name)

        self._open.append(server)
        threading.Thread(target=listen, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        for server in self._open:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()


def fingerprints(*folders: Path, without: tuple[str, ...] = ()) -> dict[str, str]:
    """Return a fingerprint of every file below `folders`, by path; links and pipes are not read."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            if relative.parts[0].startswith(without):
                continue
            status = path.lstat()
            kind = stat.S_IFMT(status.st_mode)
            text = f"{status.st_mode} {status.st_size} {status.st_mtime_ns}"
            if kind == stat.S_IFDIR:
                text = f"{status.st_mode}"
            if kind == stat.S_IFREG and status.st_size < 10_000_000 and status.st_mode & 0o400:
                text = f"{status.st_mode} {hashlib.sha256(path.read_bytes()).hexdigest()}"
            found[str(path)] = text
    return found


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return the paths that are new, gone or different."""
    return sorted(
        path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
    )


def marks() -> list[str]:
    """Return files that only a submission's code would have made, wherever it may have."""
    folders = [*SHARED, *site.getsitepackages(), sys.prefix, str(Path.home())]
    found = []
    for folder in folders:
        with contextlib.suppress(OSError):
            found += [os.path.join(folder, n) for n in os.listdir(folder) if n.startswith("pwned")]
    return found


def survivors(folders: list[str], words: Collection[str] = ()) -> list[str]:
    """Return processes that a graded submission has left behind.

    Args:
        folders: for temporary files, one for each run; sockets and boxes have them in their names.
        words: what only the command lines of these runs' own processes have in them.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if any(text in command for text in (*words, *folders)):
                found.append(f"{process.pid} {command[:100]}")
                continue
            if any(folder in str(process.environ()) for folder in folders):
                found.append(f"{process.pid} {command[:100]}")
    return found
