"""A PostgreSQL server of these tests' own: started in a temporary folder, gone after them."""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from ports import free_port

INSTALL = (
    "tests/nbgrader/test_postgresql.py needs PostgreSQL's server. Run this line, then the tests "
    "again:\n  sudo apt-get install postgresql      (Fedora: sudo dnf install postgresql-server)"
)
USER, PASSWORD = "teacher", "not/to:be told"
START_SECONDS = 60
# nothing of these tests has to outlive the machine, and others are busy on it
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "30",
    "dynamic_shared_memory_type": "mmap",  # a container's /dev/shm may be small
    "autovacuum": "off",
}


def find_program(name: str) -> str:
    """Return the path of one of the server's programs; fail with the line that installs it."""
    debian = Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = sorted(debian, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))])
    found = str(newest[-1]) if newest else shutil.which(name)
    if found is None:
        pytest.fail(INSTALL, pytrace=False)
    return found


class Server:
    """A server in a folder; `start` and `stop` may follow each other."""

    def __init__(self, folder: Path):
        """Make the server's files, of a user who is not root: the server refuses root."""
        self.folder, self.port, self._process = folder, None, None
        self._user = _somebody() if os.geteuid() == 0 else None
        secret = folder / "password"
        secret.write_text(PASSWORD)
        if self._user:
            for path in (folder, secret):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        done = self._run(
            [
                *(find_program("initdb"), "--no-sync", "--no-locale", "--encoding=UTF8"),
                *("--auth=scram-sha-256", f"--username={USER}", f"--pwfile={secret}"),
                *("--pgdata", str(folder / "data")),
            ]
        )
        output = done.communicate(timeout=START_SECONDS)[0]
        assert done.returncode == 0, output

    def _run(self, command: list[str], **more) -> subprocess.Popen:
        if self._user:
            own = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
            more = {**own, **more}
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen(command, cwd=self.folder, env=environment, **{**output, **more})

    def start(self) -> None:
        """Start it, and wait until it answers."""
        for _ in range(5):  # another program may take a free port first
            self.port = self.port or free_port()
            with (self.folder / "log").open("a") as log:
                settings = [f"--{name}={value}" for name, value in self._settings().items()]
                command = [find_program("postgres"), "-D", str(self.folder / "data"), *settings]
                # whatever ends the tests ends it, too
                self._process = self._run(
                    ["setpriv", "--pdeathsig", "INT", *command, f"--port={self.port}"],
                    stdout=log,
                )
            if self._answers():
                return
            self.port = None
        pytest.fail(f"PostgreSQL does not start:\n{(self.folder / 'log').read_text()[-3000:]}")

    def _settings(self) -> dict[str, str]:
        return {**SETTINGS, "unix_socket_directories": str(self.folder)}

    def _answers(self) -> bool:
        until = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError), self.connect():
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def stop(self, number: int = signal.SIGINT) -> None:
        """Stop it, with everybody's connections; SIGQUIT is as if its machine had crashed."""
        if self._process is not None:
            self._process.send_signal(number)
            try:
                self._process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def connect(self, database: str = "postgres", **options) -> psycopg.Connection:
        """Connect to a database, apart from nbgrader."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
            **options,
        )

    def make_database(self, name: str, like: str = "template1") -> None:
        """Make a database, which holds what another one does."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')

    def url(self, database: str) -> str:
        """Return a gradebook's address, without a password."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Give a running server; it is stopped and removed after the block, whatever happens there."""
    find_program("postgres")
    # a short path for its socket, in a folder that its user can reach
    with tempfile.TemporaryDirectory(prefix="pg-") as name:
        made = Server(Path(name))
        made.start()
        try:
            yield made
        finally:
            made.stop(signal.SIGQUIT)


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    pytest.fail("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'.")
