"""The few Linux system calls that Python does not wrap: namespaces, capabilities, mounts.

Every function raises `OSError` with the name of the call. Numbers are from the kernel's
user-space headers: linux/sched.h, linux/prctl.h, linux/capability.h, sys/mount.h.
"""

import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
ALL_NAMESPACES = (
    CLONE_NEWNS
    | 0x02000000  # CLONE_NEWCGROUP
    | 0x04000000  # CLONE_NEWUTS
    | 0x08000000  # CLONE_NEWIPC
    | 0x10000000  # CLONE_NEWUSER
    | 0x20000000  # CLONE_NEWPID
    | 0x40000000  # CLONE_NEWNET
)
_MS_BIND, _MS_REC, _MS_PRIVATE = 0x1000, 0x4000, 0x40000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 36, 38, 47
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, what: str, *arguments) -> int:
    """Make a system call by number; `arguments` are ctypes values, bytes or None."""
    return _check(_libc.syscall(number, *arguments), what)


def enter_namespaces(pidfd: int) -> None:
    """Move this single-threaded process into all namespaces of the process behind `pidfd`.

    Only children forked afterwards are in its pid namespace.
    """
    _check(_libc.setns(pidfd, ALL_NAMESPACES), "setns")


def own_mounts() -> None:
    """Give this process mounts of its own, which nobody else sees."""
    _check(_libc.unshare(CLONE_NEWNS), "unshare")
    _check(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None), "mount")


def bind_mount(source: str, target: str) -> None:
    """Make the folder `source` visible at the folder `target` as well."""
    flags = _MS_BIND | _MS_REC
    _check(_libc.mount(os.fsencode(source), os.fsencode(target), None, flags, None), "mount")


def reap_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    _check(_libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")


def allow_inspection() -> None:
    """Let the process's owner see its entries in /proc again after a change of user."""
    _check(_libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0), "prctl")


def forbid_new_privileges() -> None:
    """Make set-user-id programs and file capabilities useless to this process and its children."""
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def drop_capabilities() -> None:
    """Give up every capability, for this process and all that it will start."""
    number = 0
    while _libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) == 0:
        number += 1
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
