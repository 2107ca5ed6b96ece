"""The warm process: it imports the course's libraries once, and every kernel is a fork of it.

    python -I zygote.py SOCKET ORDER

It imports and forks, and runs nothing of a student's: student code runs in forks that have
entered a box. It keeps to one thread, because a fork copies only the thread that forks.

The grader (`warm.py`) speaks to it over a SOCK_SEQPACKET socket, one JSON object a message:

- first it says ``{"missing": [...]}``, the modules it could not import, or ``{"error": text}``;
- each request ``{"box", "connection", "environment", "limits"}`` asks for one kernel; the answer is
  ``{"pid", "init_pid"}`` with three descriptors (the kernel's pidfd, the box's lifeline, a pipe
  that tells when the kernel is ready), or ``{"error": text}``.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pwd
import signal
import socket
import sys

MESSAGE_BYTES = 200_000
READY = b"ready"  # what a kernel writes into its pipe when it answers


def main(control: socket.socket, order: dict) -> None:
    """Get warm, then serve; returns only in a fork, when its kernel has ended."""
    try:
        missing = preload(order["modules"])
        if order["user"]:
            become(order["user"], order["hidden_libraries"])
        check_single_thread()
    except Exception as error:
        say(control, {"error": f"{error}"})
        return
    say(control, {"missing": missing})
    request = serve(control)
    if request is not None:
        from nbjudge.kernel.student_kernel import run_kernel

        run_kernel(request)


def preload(modules: list[str]) -> list[str]:
    """Import modules by name; return those that could not be imported."""
    missing = []
    for name in modules:
        try:
            importlib.import_module(name)
        except Exception:  # a library that fails to import here fails in the student's code, too
            missing.append(name)
    return missing


def become(user: str, hidden_libraries: list[list[str]]) -> None:
    """Change from root to `user`, for good.

    `hidden_libraries` are pairs (folder, empty folder): libraries below a folder that `user` may
    not enter are made visible at the second one, in mounts that only this process and the boxes
    see.
    """
    from nbjudge.kernel import linux

    account = pwd.getpwnam(user)
    if hidden_libraries:
        linux.own_mounts()
    for source, target in hidden_libraries:
        linux.bind_mount(source, target)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    linux.allow_inspection()


def check_single_thread() -> None:
    """Raise `RuntimeError` if an imported library has started a thread."""
    threads = len(os.listdir("/proc/self/task"))
    if threads != 1:
        raise RuntimeError(
            f"a preloaded library started threads ({threads - 1}); kernels forked from such a "
            "process can hang: take it out of BoxProvisioner.preload"
        )


def serve(control: socket.socket) -> dict | None:
    """Answer requests until the grader is gone; in a fork, return the request it is for."""
    from nbjudge.kernel import linux
    from nbjudge.kernel.box import BoxPlan, open_box

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader
    linux.reap_orphans()
    gc.collect()
    gc.freeze()  # a collection in a fork would touch, and so copy, the shared memory
    while True:
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


def reap() -> None:
    """Forget the children that have ended.

    Not by ignoring SIGCHLD: bubblewrap would inherit that, and never hear of its own child's end.
    """
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def enter(control: socket.socket, request: dict, box) -> dict:
    """Enter the box and fork once more, so that the pid namespace holds; return in that fork."""
    from nbjudge.kernel import linux

    try:
        os.setsid()
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


def keep_only(descriptor: int) -> int:
    """Close every descriptor but the standard three and this one; return its new number."""
    os.dup2(descriptor, 3, inheritable=False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    return 3


def hear(control: socket.socket) -> bytes:
    """Return the next request; empty when the grader is gone, in whichever way."""
    try:
        return control.recv(MESSAGE_BYTES)
    except ConnectionError:
        return b""


def say(control: socket.socket, message: dict) -> None:
    """Send one message; a grader that is gone is not an error."""
    with contextlib.suppress(OSError):
        control.send(json.dumps(message).encode())


if __name__ == "__main__":
    _control, _order = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    sys.path.insert(0, _order["package_folder"])
    importlib.import_module("nbjudge.kernel.student_kernel")  # and with it all of this folder
    sys.path.remove(_order["package_folder"])
    atexit._clear()
    main(_control, _order)
