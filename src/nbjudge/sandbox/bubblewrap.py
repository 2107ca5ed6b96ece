"""The box: namespaces made by bubblewrap, held open by one idle process.

``bwrap … cat`` sets up what a kernel may see; `cat`, process 1 of the box, only waits. When its
standard input closes, because the grader closed it or is gone, `cat` ends, and Linux kills every
process that is left in the box, however it forked or detached. Linux lets nobody in the box stop or
kill its process 1.

Nothing else ends a box. bubblewrap's inner half waits for a word from its outer half, for ever if
need be; so nothing may end that early: no ``--die-with-parent``, no pipe to it that may break.
"""

import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from nbjudge.errors import BoxError

HOME = "/home/student"
# Where the kernel sees the folder of its sockets: below no folder that it may write to, or the
# Landlock rule for that folder would be void.
SOCKETS = "/sockets"
FILES = "/files"
# of /etc, only what libraries read: where shared objects lie, fonts, the time zone, file types
_ETC = ("ld.so.cache", "alternatives", "fonts", "localtime", "mime.types")
TWO_WAYS_ON = (
    "Two ways on: grade on a machine with Linux 5.14 or newer, bubblewrap, libseccomp and user "
    "namespaces; or, for submissions of people you trust, give nbjudge grade, check and explain "
    "--unboxed."
)
WRITABLE = (HOME, "/tmp", "/dev", "/proc")
# Orphans become children of process 1, which does not ask how they ended; as it ignores the signal,
# Linux forgets them, and they do not count against the limit of processes.
_PROCESS_1 = ("/usr/bin/env", "--ignore-signal=CHLD", "/usr/bin/cat")


@dataclass(frozen=True)
class BoxPlan:
    """What is inside one box.

    Attributes:
        sockets: folder of the kernel's sockets, seen as `SOCKETS` inside.
        files: folder of what is to lie in the student's home, seen as `FILES` inside, read-only;
            the kernel copies it, so that a notebook may write its own files anew.
        libraries: further folders that are visible, read-only: (path outside, path inside).
        size: bytes that each writable folder can hold; they are in memory.
        own_proc: whether the box gets a /proc of its own; where the machine masks /proc, none.
    """

    sockets: str
    files: str
    libraries: tuple[tuple[str, str], ...] = ()
    size: int = 256 << 20
    own_proc: bool = True

    def to_json(self) -> dict:
        """Return the plan as plain data."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: dict) -> "BoxPlan":
        """Return the plan that `to_json` wrote."""
        return cls(**{**data, "libraries": tuple(map(tuple, data["libraries"]))})

    def arguments(self) -> list[str]:
        """Return bubblewrap's arguments, up to the program that it is to run."""
        size = str(self.size)
        arguments = [
            *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc"),
            *("--unshare-uts", "--unshare-cgroup-try"),
            *("--as-pid-1", "--new-session", "--clearenv", "--cap-drop", "ALL"),
            *("--hostname", "box", "--ro-bind", "/usr", "/usr"),
        ]
        for name in ("bin", "sbin", "lib", "lib32", "lib64"):
            arguments += _top_folder(Path("/", name))
        for name in _ETC:
            arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        # before the libraries: an instructor's own may lie below these two
        arguments += ["--size", size, "--tmpfs", "/tmp", "--size", size, "--tmpfs", HOME]
        for outside, inside in self.libraries:
            arguments += ["--ro-bind", outside, inside]
        if self.own_proc:
            arguments += ["--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys"]
            # by a setting in /proc; `seccomp` refuses user namespaces in any case
            arguments += ["--disable-userns"]
        arguments += [
            "--dev",
            "/dev",
            "--size",
            size,
            "--tmpfs",
            "/dev/shm",
            "--remount-ro",
            "/dev",
        ]
        arguments += ["--ro-bind", self.files, FILES, "--bind", self.sockets, SOCKETS]
        arguments += ["--remount-ro", "/", "--chdir", HOME]
        return arguments


def _top_folder(path: Path) -> list[str]:
    if path.is_symlink():
        return ["--symlink", os.readlink(path), str(path)]
    return ["--ro-bind", str(path), str(path)] if path.is_dir() else []


@dataclass
class Box:
    """An open box; closing `lifeline` ends it and everything in it."""

    init_pidfd: int  # process 1 of the box, by which its namespaces are joined
    init_pid: int
    lifeline: int
    holder: subprocess.Popen = field(repr=False)


def open_box(plan: BoxPlan) -> Box:
    """Start bubblewrap and return when everything in the box is in its place.

    Raises `BoxError` with bubblewrap's own words if it cannot make the box.
    """
    # not a pipe, which breaks when this process is killed
    with os.fdopen(os.memfd_create("box"), "r+b") as information:
        number = information.fileno()
        command = ["bwrap", "--info-fd", str(number), *plan.arguments(), "--", *_PROCESS_1]
        try:
            holder = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[number],
                env={"PATH": "/usr/bin:/bin"},
                start_new_session=True,
            )
        except OSError as error:
            raise BoxError(
                f"bubblewrap (bwrap) cannot be started: {error.strerror}. Is it installed? Its "
                "package is called bubblewrap."
            ) from error
        _wait_until_ready(holder)
        information.seek(0)
        init_pid = json.load(information)["child-pid"]
    lifeline = os.dup(holder.stdin.fileno())
    for pipe in (holder.stdin, holder.stdout, holder.stderr):
        pipe.close()
    return Box(os.pidfd_open(init_pid), init_pid, lifeline, holder)


def _wait_until_ready(holder: subprocess.Popen) -> None:
    # what `cat` repeats was read by it, so all mounts before it are done
    holder.stdin.write(b"ready\n")
    _flush(holder.stdin)
    if holder.stdout.readline() != b"ready\n":
        said = holder.stderr.read().decode(errors="replace").strip()
        if "proc" in said:
            said += " (In a container with a masked /proc: c.BoxProvisioner.own_proc = False.)"
        raise BoxError(f"bubblewrap could not make a box: {said}")


def _flush(pipe) -> None:
    try:
        pipe.flush()
    except BrokenPipeError:  # bubblewrap has ended; its words are read by the caller
        return
