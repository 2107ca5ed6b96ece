"""seccomp: which system calls a boxed kernel may not make (through libseccomp).

Refused calls give an error, they do not kill: an honest library that probes for one goes on.
"""

import errno
import socket

import pyseccomp

# Ways to change the box, to look into other processes, or into the kernel's rarely used corners.
REFUSED = [
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "setns",
    "unshare",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_getfd",
    "keyctl",
    "add_key",
    "request_key",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "open_by_handle_at",
    "name_to_handle_at",
    "personality",
    "quotactl",
    "quotactl_fd",
    "swapon",
    "swapoff",
    "reboot",
    "acct",
    "settimeofday",
    "clock_settime",
    "adjtimex",
    "clock_adjtime",
    "iopl",
    "ioperm",
    "lookup_dcookie",
    "nfsservctl",
    "vhangup",
    "syslog",
    "memfd_create",
    "memfd_secret",
    "shmget",
    "semget",
    "msgget",
    "mq_open",
    "fanotify_init",
    "sethostname",
    "setdomainname",
]
# In an empty network namespace these reach nothing, and libzmq aborts without them and without
# a route-netlink socket. All others go, above all AF_VSOCK, which no network namespace confines.
_KEPT_FAMILIES = (socket.AF_UNIX, socket.AF_INET)
_NETLINK = 16
_NETLINK_ROUTE = 0
_TIOCSTI = 0x5412  # would type into the grader's terminal
_CLONE_NEWUSER = 0x10000000


def refuse() -> None:
    """Load the filter into this process; it holds for all later children."""
    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    for name in REFUSED:
        _refuse_call(rules, name)
    for family in range(_NETLINK):
        if family not in _KEPT_FAMILIES:
            _refuse_family(rules, pyseccomp.Arg(0, pyseccomp.EQ, family))
    _refuse_family(rules, pyseccomp.Arg(0, pyseccomp.GT, _NETLINK))
    _refuse_family(
        rules,
        pyseccomp.Arg(0, pyseccomp.EQ, _NETLINK),
        pyseccomp.Arg(2, pyseccomp.NE, _NETLINK_ROUTE),
    )
    refused = pyseccomp.ERRNO(errno.EPERM)
    low_half = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, _TIOCSTI)
    rules.add_rule(refused, "ioctl", low_half)
    user_namespace = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_NEWUSER, _CLONE_NEWUSER)
    rules.add_rule(refused, "clone", user_namespace)
    # its flags are in memory, where a filter cannot look; libraries go on with clone
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()


def _refuse_call(rules, name: str) -> None:
    try:
        rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
    except (OSError, RuntimeError):  # a call that this libseccomp or this machine does not know
        return


def _refuse_family(rules, *arguments) -> None:
    rules.add_rule(pyseccomp.ERRNO(errno.EAFNOSUPPORT), "socket", *arguments)
