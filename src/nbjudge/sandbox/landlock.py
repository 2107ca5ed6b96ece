"""Landlock: what a process may do to files, by folder (Linux 5.13 and newer).

Used for one rule that mounts cannot express: in the folder of the kernel's sockets, which is a
folder of the grader's machine, nothing but sockets may be made. Without it a student could fill
the disk there or plant links. Numbers are from linux/landlock.h.
"""

import ctypes
import os
import struct

from nbjudge.sandbox import linux

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _RULE_PATH_BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR, _MAKE_SOCKET = 1, 4, 8, 512
# how many file rights each version of the interface knows, from version 1
_FILE_RIGHTS = (13, 14, 15, 15, 16)


def version() -> int:
    """Return the kernel's Landlock version, 0 where there is none."""
    try:
        return linux.syscall(
            _CREATE_RULESET, "landlock", None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)
        )
    except OSError:
        return 0


def restrict(writable: list[str], sockets: str) -> None:
    """Let this process read everywhere, write in `writable`, and only make sockets in `sockets`.

    To be called after `linux.forbid_new_privileges`. Holds for all later children.
    """
    known = _FILE_RIGHTS[min(version(), len(_FILE_RIGHTS)) - 1]
    every_right = (1 << known) - 1
    read = _EXECUTE | _READ_FILE | _READ_DIR
    ruleset = linux.syscall(
        _CREATE_RULESET,
        "landlock_create_ruleset",
        struct.pack("Q", every_right),
        ctypes.c_size_t(8),
        ctypes.c_uint32(0),
    )
    _allow(ruleset, "/", read)
    for folder in writable:
        _allow(ruleset, folder, every_right)
    _allow(ruleset, sockets, _READ_FILE | _READ_DIR | _MAKE_SOCKET)
    linux.syscall(
        _RESTRICT_SELF, "landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint32(0)
    )
    os.close(ruleset)


def _allow(ruleset: int, folder: str, rights: int) -> None:
    path = os.open(folder, os.O_PATH)
    try:
        linux.syscall(
            _ADD_RULE,
            "landlock_add_rule",
            ctypes.c_int(ruleset),
            ctypes.c_int(_RULE_PATH_BENEATH),
            struct.pack("=Qi", rights, path),
            ctypes.c_uint32(0),
        )
    finally:
        os.close(path)
