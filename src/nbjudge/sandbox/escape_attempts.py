"""What hostile code would try, each as a harmless trial; `nbjudge doctor` runs them in a kernel.

The source of this file is sent into a student's kernel. Every trial returns True where it got
through, that is, where nothing protects the machine. Facts of the grader's machine, such as a
listening port, come as keyword arguments.
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import sys
import tempfile

AF_VSOCK = 40


def tcp_to_the_grader(port, **_):
    """Connect to a server on this machine."""
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        return True


def abstract_socket_of_the_grader(abstract, **_):
    """Connect to an abstract unix socket of this machine."""
    with socket.socket(socket.AF_UNIX) as end:
        end.connect("\0" + abstract)
        return True


def vsock(**_):
    """Open a socket to the host of a virtual machine (AF_VSOCK)."""
    socket.socket(AF_VSOCK, socket.SOCK_STREAM).close()
    return True


def netlink_other_than_route(**_):
    """Open a netlink socket for the kernel's audit log."""
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9).close()
    return True


def read_the_graders_file(secret_path, **_):
    """Read a file of the grader's."""
    with open(secret_path) as file:
        return bool(file.read())


def see_the_graders_process(grader_pid, grader_name, **_):
    """Find the grader among the processes in /proc."""
    if os.path.exists(f"/proc/self/task/{grader_pid}"):
        return False  # a box counts from 1: here the number is one of this process's threads
    with open(f"/proc/{grader_pid}/cmdline", "rb") as file:
        return grader_name.encode() in file.read()


def read_the_graders_environment(variable, **_):
    """Find an environment variable of the grader's."""
    return variable in os.environ


def signal_the_grader(grader_pid, secret_path, **_):
    """Signal the grader's process."""
    if os.path.exists(secret_path):  # not boxed: the number means the same process
        os.kill(grader_pid, 0)
        return True
    return False


def write_to_libraries(**_):
    """Write where Python's libraries lie."""
    return _can_write(os.path.dirname(os.__file__))


def write_to_system_folder(**_):
    """Write into the system's folders."""
    return any(_can_write(folder) for folder in ("/", "/usr", "/etc", "/dev", "/var", "/run"))


def change_kernel_settings(**_):
    """Open a kernel setting for writing (/proc/sys/kernel/core_pattern)."""
    with open("/proc/sys/kernel/core_pattern", "a"):
        return True


def file_among_the_sockets(sockets, **_):
    """Leave a file in the folder of the kernel's sockets, which is on the grader's disk."""
    return _can_write(sockets)


def link_among_the_sockets(sockets, **_):
    """Leave a symbolic link in the folder of the kernel's sockets."""
    path = os.path.join(sockets, "link")
    os.symlink("/etc/passwd", path)
    os.unlink(path)
    return True


def be_root(**_):
    """Run with the rights of the real root."""
    return _is_real_root() or _capabilities() != 0


def _is_real_root():
    try:
        with open("/proc/self/uid_map") as file:
            inside, outside, length = (int(number) for number in file.read().split())
    except FileNotFoundError:  # a box without a /proc
        return os.getuid() == 0
    return os.getuid() - inside + outside == 0 and length > 1


def _capabilities():
    header, sets = struct.pack("Ii", 0x20080522, 0), ctypes.create_string_buffer(24)
    if ctypes.CDLL(None).capget(header, sets) != 0:
        raise OSError("capget")
    effective_low, _, _, effective_high, _, _ = struct.unpack("6I", sets.raw)
    return effective_high << 32 | effective_low


def new_user_namespace(**_):
    """Make a user namespace, and with it capabilities."""
    child = os.fork()  # what is made ends with the child
    if child == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 1)
    return os.waitpid(child, 0)[1] == 0


def new_user_namespace_of_a_child(**_):
    """Start a process in a user namespace of its own (clone, clone3)."""
    flags, ended = 0x10000000, 17  # CLONE_NEWUSER, SIGCHLD
    if os.uname().machine == "x86_64":
        child = ctypes.CDLL(None).syscall(56, flags | ended, None, None, None, None)
        if child == 0:
            os._exit(0)
        if child > 0:
            os.waitpid(child, 0)
            return True
    arguments = (ctypes.c_uint64 * 8)(flags, 0, 0, 0, ended, 0, 0, 0)
    child = ctypes.CDLL(None).syscall(435, arguments, ctypes.c_size_t(64))
    if child == 0:
        os._exit(0)
    return child > 0 and os.waitpid(child, 0)[0] == child


def mount(**_):
    """Mount a file system."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.fsencode(folder)
        mounted = ctypes.CDLL(None).mount(b"none", target, b"tmpfs", 0, None) == 0
        if mounted:
            ctypes.CDLL(None).umount2(target, 0)
    return mounted


def trace_a_process(**_):
    """Trace another process (ptrace)."""
    with subprocess.Popen([sys.executable, "-S", "-c", "input()"], stdin=subprocess.PIPE) as child:
        attached = ctypes.CDLL(None).ptrace(16, child.pid, None, None) == 0
        child.kill()
    return attached


def gain_rights_by_set_user_id(**_):
    """Use programs that would change the user (no_new_privs)."""
    get_no_new_privs = 39
    return ctypes.CDLL(None).prctl(get_no_new_privs, 0, 0, 0, 0) != 1


def more_memory_than_allowed(memory, **_):
    """Take more memory than the limit."""
    block = ctypes.CDLL(None, use_errno=True).mmap
    block.restype = ctypes.c_void_p
    block.argtypes = [ctypes.c_void_p, *[ctypes.c_size_t] * 5]
    private_and_anonymous, read_and_write = 0x22, 3
    address = block(None, 2 * memory, read_and_write, private_and_anonymous, 2**64 - 1, 0)
    return address != 2**64 - 1


def more_disk_than_allowed(disk, **_):
    """Write more than the limit into /tmp."""
    with tempfile.TemporaryFile(dir="/tmp") as file:
        os.posix_fallocate(file.fileno(), 0, disk + (64 << 20))
        return True


def more_processes_than_allowed(processes, **_):
    """Start more processes than the limit."""
    children = []
    try:
        for _ in range(processes + 1):
            child = os.fork()
            if child == 0:
                import signal

                signal.pause()
            children.append(child)
        return True
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)


def _can_write(folder):
    with contextlib.suppress(OSError), tempfile.NamedTemporaryFile(dir=folder):
        return True
    return False


def try_all(facts):
    """Return (title, got through?, what happened) of every trial, in the order of this file."""
    results = []
    for trial in TRIALS:
        try:
            through, said = bool(trial(**facts)), ""
        except Exception as error:
            through, said = False, f"{type(error).__name__}: {error}"
        results.append([trial.__doc__, through, said])
    return results


TRIALS = [
    thing
    for name, thing in list(globals().items())
    if callable(thing)
    and not name.startswith("_")
    and name != "try_all"
    and thing.__doc__
    and getattr(thing, "__code__", None) is not None
    and thing.__globals__ is globals()
]
