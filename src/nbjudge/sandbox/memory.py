"""How much memory all processes of a box use together."""

import contextlib

import psutil


def box_memory(init_pid: int, kernel_pid: int, enough: int = 0) -> int:
    """Return bytes: each process's own share (PSS), so that pages shared by forks count once.

    Args:
        init_pid: process 1 of the box; what loses its parent in the box becomes its child.
        kernel_pid: the kernel, which came from outside and is not its child.
        enough: up to so many bytes, what is returned may be too much: the processes' resident
            memory, in which shared pages count each time. It costs much less to know.
    """
    pids = {kernel_pid}
    for root in (init_pid, kernel_pid):
        with contextlib.suppress(psutil.Error):
            pids |= {child.pid for child in psutil.Process(root).children(recursive=True)}
    resident = sum(_resident(pid) for pid in pids)
    return resident if resident <= enough else sum(_share(pid) for pid in pids)


def _resident(pid: int) -> int:
    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:  # it has ended
        return 0


def _share(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            lines = file.readlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
