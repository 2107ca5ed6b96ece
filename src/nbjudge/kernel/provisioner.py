"""The Jupyter kernel provisioner: a kernel is a fork of the warm process, in a box of its own.

Jupyter finds it by the entry point ``nbjudge-box``; `manager.BoxKernelManager` asks for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import select
import shutil
import signal
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, Float, Instance, Integer, List, Unicode, default

from nbjudge.errors import BoxError
from nbjudge.outcomes import Outcome
from nbjudge.sandbox.bubblewrap import HOME, SOCKETS, BoxPlan
from nbjudge.sandbox.memory import box_memory
from nbjudge.sandbox.staging import has_files, stage_files, state_of
from nbjudge.sandbox.zygote_client import ENVIRONMENT, Order, StartedKernel
from nbjudge.sandbox.zygote_messages import READY
from nbjudge.sandbox.zygote_pool import RUN_AS, ZygotePool, process_pool

# with the ipc transport, ports are only numbers in the sockets' names
CHANNELS = {
    f"{channel}_port": number
    for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), start=1)
}


class ForkedProcess:
    """The part of `subprocess.Popen` that Jupyter uses, for a process that is not our child."""

    stdin = stdout = stderr = None

    def __init__(self, started: StartedKernel):
        self.pid = started.pid
        self.returncode: int | None = None
        self._pidfd = started.pidfd

    def poll(self) -> int | None:
        """Return None while it runs; its exit status is not known to us, so then -1."""
        if self.returncode is None and select.select([self._pidfd], [], [], 0)[0]:
            self.let_go()
        return self.returncode

    def let_go(self) -> None:
        """Ask no more after a process that has ended, or is ending."""
        if self.returncode is None:
            self.returncode = -1
            os.close(self._pidfd)

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._pidfd, number)


class BoxProvisioner(LocalProvisioner):
    """Starts kernels in boxes. Limits hold for each kernel; a course sets them in its config."""

    preload = List(
        Unicode(),
        help="Modules that the warm process imports: what the course's own solutions import.",
    ).tag(config=True)
    run_as = Unicode(
        RUN_AS,
        help="Account to run students' code under if the grader is root; never root itself.",
    ).tag(config=True)
    course_files = Unicode(
        "",
        help="Folder whose files and folders, but for notebooks, lie in the student's work folder.",
    ).tag(config=True)
    memory = Integer(2 << 30, help="Bytes of memory, for all processes of a kernel together.").tag(
        config=True
    )
    processes = Integer(128, help="Processes and threads of one kernel.").tag(config=True)
    open_files = Integer(512, help="Open files of one process.").tag(config=True)
    disk = Integer(
        256 << 20,
        help="Bytes that a student can write into each of home, /tmp and /dev/shm, and the most "
        "that one file can hold.",
    ).tag(config=True)
    cpu_seconds = Integer(3600, help="CPU seconds of one process.").tag(config=True)
    own_proc = Bool(
        True, help="Give the box a /proc; off where a container's masked /proc forbids it."
    ).tag(config=True)
    start_seconds = Float(30, help="Seconds for a kernel to get ready.").tag(config=True)
    environment = Dict(help="Environment variables of students' code.").tag(config=True)
    ahead = Bool(True, help="Start the next kernel while the student's code runs in this one.").tag(
        config=True
    )

    zygotes = Instance(ZygotePool, help="Where its kernels come from; see `BoxKernelManager`.")

    stopped_because: Outcome | None = None
    _started: StartedKernel | None = None
    _order: Order | None = None
    _watch: asyncio.Task | None = None

    @default("zygotes")
    def _zygotes_default(self) -> ZygotePool:
        return process_pool()

    @property
    def warm_process(self) -> tuple[tuple[str, ...], str]:
        """What tells one warm process from another: what it imports, and its account."""
        return tuple(self.preload), self.run_as

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose a kernel, and its sockets; see Jupyter's `KernelProvisionerBase`."""
        self._zygote = self.zygotes.get(*self.warm_process)
        self._order = self._take_spare(kwargs.get("cwd")) or self._ask(kwargs.get("cwd"))
        manager = self.parent
        manager.transport = "ipc"
        manager.ip = str(self._order.sockets / "k")
        manager.session.key = self._order.key.encode()
        manager.cache_ports = False
        for channel, number in CHANNELS.items():
            setattr(manager, channel, number)
        manager.connection_file = str(self._order.folder / "connection.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict:
        """Wait until the kernel in its box answers; returns its connection."""
        self._started = self._zygote.take(self._order)
        self.process = ForkedProcess(self._started)
        self.pid = self._started.pid
        self.pgid = None
        self.stopped_because = None
        await self._until_ready(self._started.ready)
        self._watch = asyncio.ensure_future(self._watch_memory(self._started))
        if self.ahead:
            self._zygote.spare = self._ask(None)
        return self.connection_info

    def _ask(self, submission: str | os.PathLike | None) -> Order:
        """Ask for a kernel whose home has the files of a submission's folder, if there is one."""
        wanted = self._wanted()  # before files are copied: what changes meanwhile is not missed
        folder, sockets = self._zygote.new_folder()
        key = secrets.token_hex(16)
        stage_files(folder / "files", submission, self.course_files)
        plan = BoxPlan(
            sockets=str(sockets),
            files=str(folder / "files"),
            libraries=self._zygote.libraries,
            size=self.disk,
            own_proc=self.own_proc,
        )
        connection = {
            **CHANNELS,
            "transport": "ipc",
            "ip": f"{SOCKETS}/k",
            "key": key,
            "signature_scheme": "hmac-sha256",
        }
        request = {"box": plan.to_json(), "connection": connection, **self._given()}
        order = Order(folder, sockets, key, request, wanted)
        self._zygote.ask(order)
        return order

    def _take_spare(self, submission: str | os.PathLike | None) -> Order | None:
        """Return the kernel that was started ahead, if it is as one for this submission would be.

        One that is not, or has not lived, is gone afterwards.
        """
        spare, self._zygote.spare = self._zygote.spare, None
        if spare is None:
            return None
        if spare.wanted == self._wanted() and not has_files(submission):
            with contextlib.suppress(BoxError):
                if not select.select([self._zygote.take(spare).pidfd], [], [], 0)[0]:
                    return spare
        self._zygote.forget(spare)
        return None

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel itself."""
        if self.process:
            self.process.send_signal(signum)

    @property
    def abandoned(self) -> bool:
        """Whether the warm process has ended."""
        return not self._zygote.alive

    def stop(self, reason: Outcome) -> None:
        """End the box at once, and remember why."""
        self.stopped_because = self.stopped_because or reason
        if self._started:
            os.close(self._started.lifeline)
            self._started = None

    async def kill(self, restart: bool = False) -> None:
        """End the box. Linux ends every process in it; that takes a moment, and nobody waits."""
        self.stop(Outcome.KERNEL_DIED)
        if self.process:
            self.process.let_go()
            self.process = None

    async def terminate(self, restart: bool = False) -> None:
        """End the box."""
        await self.kill(restart)

    async def wait(self) -> int | None:
        """Return when the kernel has ended."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.002)
        self.process = None
        return 0

    async def cleanup(self, restart: bool = False) -> None:
        """Remove everything that is left of the kernel."""
        await self.kill(restart)
        if self._watch:
            self._watch.cancel()
        if self._order and not restart:
            shutil.rmtree(self._order.folder, ignore_errors=True)

    def _wanted(self) -> tuple:
        """Return all that tells a kernel for one submission without files from another such."""
        return self._given(), self.own_proc, self.disk, state_of(self.course_files)

    def _given(self) -> dict[str, dict]:
        """Return what a kernel is given beside its box: its environment and its limits."""
        own = {
            "HOME": HOME,
            "USER": "student",
            "LOGNAME": "student",
            "TMPDIR": "/tmp",
            "IPYTHONDIR": f"{HOME}/.ipython",
            "MPLCONFIGDIR": f"{HOME}/.matplotlib",
            "NBGRADER_EXECUTION": os.environ.get("NBGRADER_EXECUTION", ""),
        }
        limits = {
            # address space holds thread stacks, too, which cost little memory; that of the
            # libraries in the warm process, gigabytes with CUDA, is added there
            "RLIMIT_AS": self.memory + (4 << 30),
            "RLIMIT_DATA": self.memory,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_CORE": 0,
        }
        return {"environment": {**ENVIRONMENT, **own, **self.environment}, "limits": limits}

    async def _until_ready(self, ready: int) -> None:
        """Return when the kernel answers; raises `BoxError` if it says that it cannot start."""
        loop = asyncio.get_running_loop()
        told = loop.create_future()
        loop.add_reader(ready, lambda: told.done() or told.set_result(os.read(ready, 2000)))
        try:
            said = await asyncio.wait_for(told, self.start_seconds)
        except TimeoutError:
            said = b"it took too long"
        finally:
            loop.remove_reader(ready)
            os.close(ready)
        if said != READY:
            await self.kill()
            raise BoxError(f"A kernel could not start in its box: {said.decode(errors='replace')}")

    async def _watch_memory(self, started: StartedKernel) -> None:
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.25)
            if box_memory(started.init_pid, started.pid, self.memory) > self.memory:
                self.stop(Outcome.OUT_OF_MEMORY)
