"""The zygote: it imports the course's libraries once, and every kernel is a fork of it.

It imports and forks, and runs nothing of a student's: student code runs in forks that have
entered a box. It keeps to one thread, because a fork copies only the thread that forks: if a module
of the course starts another one, it begins anew and leaves that module to the kernels.

`zygote_main` starts it, `zygote_client` is the grader's end, `zygote_messages` says what they say.
"""

import contextlib
import gc
import importlib
import json
import os
import pwd
import select
import signal
import socket
import sys
from collections.abc import Iterable

from nbjudge.sandbox import linux
from nbjudge.sandbox.bubblewrap import Box, BoxPlan, open_box
from nbjudge.sandbox.student_kernel import run_kernel
from nbjudge.sandbox.zygote_messages import MESSAGE_BYTES

# A kernel forgets the judge's own modules, and matplotlib's inline backend, which hooks into the
# running kernel when it is imported; imported before, it would never draw.
FORGOTTEN = ("nbjudge", "matplotlib_inline")
# what every kernel imports sooner or later, whatever the course
KERNEL_MODULES = (
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "faulthandler",
    "ipykernel.debugger",
    "ipykernel.zmqshell",
    "pdb",
    "tornado.platform.asyncio",
)


def main(control: socket.socket, listener: socket.socket, left_out: list[str]) -> None:
    """Get warm, then serve; returns only in a fork, when its kernel has ended.

    Modules in `left_out` are not imported.
    """
    # ipykernel does without debugpy where it is not installed. Nobody steps through these kernels,
    # and debugpy takes its time and warns of a Python that it would not step through well.
    sys.modules["debugpy"] = None
    try:
        preload(KERNEL_MODULES)
        order = json.loads(hear(control, socket.MSG_PEEK) or "null")
        if order is None:  # the grader is gone
            return
        modules = [name for name in order["modules"] if not _is_within(name, left_out)]
        starter = preload(modules)
        if starter:
            begin_anew_without(starter)
        hear(control)
        if order["user"]:
            become(order["user"], order["hidden_libraries"])
        if count_threads() != 1:
            raise RuntimeError("what every kernel imports, IPython or ipykernel, started a thread")
    except Exception as error:
        say(control, {"error": f"{error}"})
        return
    # found here, because a kernel that looks through all names copies the memory they lie in
    forgotten = [name for name in sys.modules if _is_within(name, FORGOTTEN)]
    request = serve(control, listener, left_out)
    if request is not None:
        run_kernel(request, forgotten)


def preload(modules: Iterable[str]) -> str | None:
    """Import modules by name; return the first one that has started a thread which is still there.

    A library that fails to import here fails in the student's code, too.
    """
    threads = [(None, count_threads())]
    for name in modules:
        with contextlib.suppress(Exception, SystemExit, KeyboardInterrupt):
            importlib.import_module(name)
        threads.append((name, count_threads()))
    if count_threads() == 1:
        return None
    return next((name for name, number in threads if number > 1), None)


def _is_within(name: str, modules: Iterable[str]) -> bool:
    """Return whether a module is one of these, or in a package of these."""
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def count_threads() -> int:
    """Return the number of this process's threads."""
    return len(os.listdir("/proc/self/task"))


def begin_anew_without(module: str) -> None:
    """Become the same process from its beginning; its grader's order is still there to be heard."""
    os.execv(sys.executable, [*sys.orig_argv, module])


def become(user: str, hidden_libraries: list[list[str]]) -> None:
    """Change from root to `user`, for good.

    `hidden_libraries` are pairs (folder, empty folder): libraries below a folder that `user` may
    not enter are made visible at the second one, in mounts that only this process and the boxes
    see.
    """
    account = pwd.getpwnam(user)
    if hidden_libraries:
        linux.own_mounts()
    for source, target in hidden_libraries:
        linux.bind_mount(source, target)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    linux.allow_inspection()


def serve(control: socket.socket, listener: socket.socket, left_out: list[str]) -> dict | None:
    """Answer requests until the grader is gone; in a fork, return the request it is for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader
    linux.reap_orphans()
    gc.freeze()  # a collection in a fork would touch, and so copy, the shared memory
    gc.enable()
    say(control, {"left_out": left_out, "pid": os.getpid()})
    forked = False
    while True:
        heard, _, _ = select.select([control] if forked else [control, listener], [], [])
        if listener in heard:
            forked = multiply(control, listener, left_out)
            continue
        message = hear(control)
        if not message:
            return None
        reap()
        try:
            request = json.loads(message)
            box = open_box(BoxPlan.from_json(request["box"]))
        except Exception as error:
            say(control, {"error": str(error)})
            continue
        if os.fork() == 0:
            return enter(control, request, box)
        os.close(box.init_pidfd)
        os.close(box.lifeline)


def multiply(control: socket.socket, listener: socket.socket, left_out: list[str]) -> bool:
    """Fork a warm process for who has connected; return whether this is that process.

    There, `control` leads to whoever has connected, and `listener` is closed.
    """
    connection, _ = listener.accept()
    with connection:
        if os.fork() != 0:
            return False
        # the same object, which lives as long as the process: closed by the garbage collector in a
        # kernel, it would close whatever has its number there
        os.dup2(connection.fileno(), control.fileno(), inheritable=False)
    listener.close()
    linux.reap_orphans()
    say(control, {"left_out": left_out, "pid": os.getpid()})
    return True


def reap() -> None:
    """Forget the children that have ended.

    Not by ignoring SIGCHLD: bubblewrap would inherit that, and never hear of its own child's end.
    """
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def enter(control: socket.socket, request: dict, box: Box) -> dict:
    """Enter the box and fork once more, so that the pid namespace holds; return in that fork."""
    try:
        os.setsid()
        request["limits"]["RLIMIT_AS"] += address_space()
        linux.enter_namespaces(box.init_pidfd)
        ready, ready_end = os.pipe()
        pid = os.fork()
    except Exception as error:
        say(control, {"error": f"the box could not be entered: {error}"})
        os._exit(1)
    if pid:
        descriptors = [os.pidfd_open(pid), box.lifeline, ready]
        answer = json.dumps({"pid": pid, "init_pid": box.init_pid}).encode()
        with contextlib.suppress(OSError):  # the grader is gone, and with it the box
            socket.send_fds(control, [answer], descriptors)
        os._exit(0)
    os.setsid()
    request["ready"] = keep_only(ready_end)
    return request


def address_space() -> int:
    """Return the bytes of address space that this process has: libraries above all."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def keep_only(descriptor: int) -> int:
    """Close every descriptor but the standard three and this one; return its new number."""
    os.dup2(descriptor, 3, inheritable=False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return 3


def hear(control: socket.socket, flags: int = 0) -> bytes:
    """Return the next request; empty when the grader is gone, in whichever way."""
    try:
        return control.recv(MESSAGE_BYTES, flags)
    except ConnectionError:
        return b""


def say(control: socket.socket, message: dict) -> None:
    """Send one message; a grader that is gone is not an error."""
    with contextlib.suppress(OSError):
        control.send(json.dumps(message).encode())
