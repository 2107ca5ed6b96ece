"""The grader's end of a zygote: starts it, and asks it for kernels."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import socket
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from traitlets.log import get_logger

from nbjudge.errors import BoxError, WarmProcessError
from nbjudge.sandbox.zygote_messages import MESSAGE_BYTES
from nbjudge.temp_folders import WARM, OwnFolder, remove_abandoned

# torch and BLAS keep to one thread: forked kernels of a many-threaded process hang, and two
# kernels on two cores should not fight
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # pandas imports pyarrow where it is installed, whose allocator would start a thread
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}


@dataclass(frozen=True)
class StartedKernel:
    """One kernel in its box: process ids on this machine, and descriptors that are ours to close.

    Attributes:
        pid: of the kernel.
        init_pid: of process 1 of the box.
        pidfd: of the kernel; readable when it has ended.
        lifeline: closing it ends the box and all in it.
        ready: a pipe; one byte, or its end, tells that the kernel answers, or never will.
    """

    pid: int
    init_pid: int
    pidfd: int
    lifeline: int
    ready: int


@dataclass
class Order:
    """A kernel that is to be started.

    Attributes:
        folder: its own, on this machine.
        sockets: the folder of its sockets, in `folder`.
        key: its messages are signed with it.
        request: what the warm process is told, see `nbjudge.sandbox.zygote_messages`.
        wanted: what one kernel's user may want otherwise than another's.
        started: the kernel, as soon as the warm process has answered; or why there is none.
    """

    folder: Path
    sockets: Path
    key: str
    request: dict
    wanted: tuple
    started: StartedKernel | BoxError | None = None


@dataclass(frozen=True)
class Warm:
    """How another process of the same grader gets a zygote that is a fork of this one's.

    Attributes:
        address: of a socket.
        libraries: as in `BoxPlan`.
    """

    address: str
    libraries: tuple[tuple[str, str], ...]


class _Process:
    """A warm process that this one has started."""

    def __init__(self):
        remove_abandoned()
        self.own = OwnFolder(WARM)
        self.folder = self.own.path
        self.address = str(self.folder / "join")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(self.address)
        os.chmod(self.address, 0o600)
        listener.listen()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        given = [theirs.fileno(), listener.fileno()]
        script = Path(__file__).with_name("zygote_main.py")
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(script), str(script.parents[2]), *map(str, given)],
            pass_fds=given,
            env={**ENVIRONMENT, "MPLCONFIGDIR": str(self.folder), "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        theirs.close()
        listener.close()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        self.control.close()
        self.process.kill()
        self.process.wait()
        self.own.remove()


class _Fork:
    """A warm process that another process's has forked for this one."""

    def __init__(self, warm: Warm):
        self.own = OwnFolder(WARM)
        self.folder = self.own.path
        self.control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.connect(warm.address)

    @property
    def alive(self) -> bool:
        """Whether its end of the socket is there; it never says anything that was not asked."""
        with contextlib.suppress(OSError):
            return not select.select([self.control], [], [], 0)[0] or bool(
                self.control.recv(1, socket.MSG_PEEK)
            )
        return False

    def close(self) -> None:
        self.control.close()
        self.own.remove()


class Zygote:
    """A warm process; see `nbjudge.sandbox.zygote_server`."""

    def __init__(self, modules: tuple[str, ...], user: str, warm: Warm | None = None):
        """Start it, or let `warm` fork it; imports go on while the caller does other things."""
        self._user = user if os.geteuid() == 0 else ""
        self.account = self._account()
        if warm is None:
            self._process = _Process()
        else:
            self._process = _Fork(warm)
        self.folder, self._control = self._process.folder, self._process.control
        if self._user:
            self.folder.chmod(0o711)  # the account must pass through, and see nothing
        self._asked: deque[Order] = deque()  # the process answers in the order it is asked
        self.spare: Order | None = None  # a kernel that is started before somebody needs it
        self.left_out: list[str] | None = None  # modules that each kernel imports itself
        self.pid: int | None = None
        self._kernels = 0
        if warm is not None:
            self.libraries = warm.libraries
            return
        self.libraries, hidden = self._libraries()
        order = {"modules": list(modules), "user": self._user, "hidden_libraries": hidden}
        with contextlib.suppress(OSError):  # it has ended, and whoever asks for a kernel hears it
            self._control.send(json.dumps(order).encode())

    @property
    def warm(self) -> Warm:
        """What other processes of this grader need to know, to have a fork of this one."""
        return Warm(self._process.address, self.libraries)

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.alive

    def wait_until_warm(self) -> None:
        """Return when the imports are done.

        Raises `BoxError` if the process could not start as it should.
        """
        if self.left_out is None:
            said = self._answer()[0]
            self.left_out, self.pid = said["left_out"], said["pid"]
            if self.left_out and isinstance(self._process, _Process):
                get_logger().warning(
                    "Each kernel imports these itself, which takes longer, because they start "
                    "threads: %s",
                    ", ".join(self.left_out),
                )

    def new_folder(self) -> tuple[Path, Path]:
        """Return a kernel's own folder and, in it, the folder for its sockets."""
        self._kernels += 1
        folder = self.folder / f"kernel-{self._kernels}"
        sockets = folder / "s"
        sockets.mkdir(parents=True)
        folder.chmod(0o711 if self._user else 0o700)
        sockets.chmod(0o700)
        if self._user:
            os.chown(sockets, *self.account)
        return folder, sockets

    def ask(self, order: Order) -> None:
        """Ask for a kernel in a box of its own; returns before there is one.

        Raises `BoxError` if the process could not start as it should.
        """
        self.wait_until_warm()
        self._asked.append(order)
        with contextlib.suppress(ConnectionError):  # it has ended, and `take` says so
            self._control.send(json.dumps(order.request).encode())

    def take(self, order: Order) -> StartedKernel:
        """Return the kernel that was asked for. Raises `BoxError` if it cannot be had."""
        while order.started is None:
            asked = self._asked.popleft()
            try:
                answer, descriptors = self._answer()
                asked.started = StartedKernel(answer["pid"], answer["init_pid"], *descriptors)
            except BoxError as error:
                asked.started = error
        if isinstance(order.started, BoxError):
            raise order.started
        return order.started

    def forget(self, order: Order) -> None:
        """End a kernel that nobody has used."""
        with contextlib.suppress(BoxError):
            started = self.take(order)
            for descriptor in (started.lifeline, started.pidfd, started.ready):
                os.close(descriptor)
        shutil.rmtree(order.folder, ignore_errors=True)

    def close(self) -> None:
        """End the process, and with it kernels that nobody has taken."""
        self._process.close()

    def close_inherited(self) -> None:
        """In a fork of the process that started it: close the copies of what leads to it."""
        self._control.close()
        self._process.own.let_go()

    def _answer(self) -> tuple[dict, list[int]]:
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 3)
        except ConnectionError:
            message = b""
        if not message:
            raise WarmProcessError(
                "The warm process has ended; is there memory enough?"
                if self.left_out is not None
                else "The warm process ended while it got ready. Is there memory enough, and does "
                "importing one of the modules in c.BoxProvisioner.preload end a program?"
            )
        answer = json.loads(message)
        if "error" in answer:
            raise BoxError(answer["error"])
        return answer, descriptors

    def _account(self) -> tuple[int, int] | None:
        if not self._user:
            return None
        import pwd

        try:
            account = pwd.getpwnam(self._user)
        except KeyError as error:
            raise BoxError(
                f"Grading as root needs an unprivileged account to run students' code under; "
                f"{self._user!r} is none. Name one in c.BoxProvisioner.run_as, or grade as an "
                "ordinary user."
            ) from error
        if account.pw_uid == 0:
            raise BoxError("c.BoxProvisioner.run_as names root: name an unprivileged account.")
        return account.pw_uid, account.pw_gid

    def _libraries(self) -> tuple[tuple[tuple[str, str], ...], list[list[str]]]:
        """Return (path outside, path inside) of Python's folders, and those to be made visible."""
        given = {sys.prefix, sys.base_prefix, *_other_libraries()}
        libraries, hidden = [], []
        for number, prefix in enumerate(sorted({os.path.realpath(name) for name in given})):
            if Path(prefix).is_relative_to("/usr"):
                continue
            outside = prefix
            if self._user and not _open_to_all(Path(prefix)):
                outside = str(self.folder / f"library-{number}")
                os.mkdir(outside)
                hidden.append([prefix, outside])
            # the same folder under each of its names: an environment may be a link
            names = {prefix, *(name for name in given if os.path.realpath(name) == prefix)}
            libraries += [(outside, name) for name in sorted(names)]
        return tuple(libraries), hidden


def _other_libraries() -> list[str]:
    """Return folders of libraries that lie elsewhere, such as those of `pip install --user`."""
    own = [os.path.realpath(prefix) for prefix in (sys.prefix, sys.base_prefix)]
    return [
        name
        for name in sys.path
        if Path(name).name in ("site-packages", "dist-packages")
        and Path(name).is_dir()
        and not any(Path(os.path.realpath(name)).is_relative_to(prefix) for prefix in own)
    ]


def _open_to_all(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents))
