"""What a forked process gives up before it becomes a student's kernel."""

import os
import resource
import shutil
from pathlib import Path

from nbjudge.sandbox import landlock, linux, seccomp
from nbjudge.sandbox.bubblewrap import SOCKETS, WRITABLE

_STANDARD_STREAMS = (0, 1, 2)
_PAGE = os.sysconf("SC_PAGE_SIZE")


def forget_the_grader(environment: dict[str, str], folder: str) -> None:
    """Close everything inherited, and take on a student's environment and work folder."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in _STANDARD_STREAMS:
        os.dup2(nowhere, stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)


def copy_files(files: str, home: str, room: int) -> None:
    """Copy what the notebook finds beside it into its home, the small ones first.

    What would take more than `room` bytes in all, a large data set, is linked: it can be read, and
    not be written anew as the copies can.
    """
    found = []
    for folder, _, names in os.walk(files):
        Path(home, os.path.relpath(folder, files)).mkdir(exist_ok=True)
        found += [Path(folder, name) for name in names]
    for path in sorted(found, key=lambda path: path.stat().st_size):
        target = Path(home, path.relative_to(files))
        room -= -(-path.stat().st_size // _PAGE) * _PAGE  # in memory, so in whole pages
        if room >= 0:
            shutil.copyfile(path, target)
        else:
            target.symlink_to(path)


def set_limits(limits: dict[str, int]) -> None:
    """Set resource limits, by the names of Python's `resource` module, such as ``RLIMIT_AS``.

    Each holds for one process and is inherited; RLIMIT_NPROC counts all processes in the box,
    because the box has a user namespace of its own (Linux 5.14 and newer).
    """
    for name, value in limits.items():
        number = getattr(resource, name)
        _, most = resource.getrlimit(number)
        if most != resource.RLIM_INFINITY:
            value = min(value, most)
        resource.setrlimit(number, (value, value))


def lock() -> None:
    """Give up capabilities and system calls, for good; in `SOCKETS`, only sockets can be made."""
    linux.forbid_new_privileges()
    if not landlock.version():
        raise OSError("Landlock is not enabled in this Linux kernel (5.13 or newer has it).")
    landlock.restrict([folder for folder in WRITABLE if os.path.isdir(folder)], SOCKETS)
    linux.drop_capabilities()
    seccomp.refuse()
