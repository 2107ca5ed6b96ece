"""The Jupyter kernel provisioner: a kernel is a fork of the warm process, in a box of its own.

Jupyter finds it by the entry point ``nbjudge-box``; `manager.BoxKernelManager` asks for it.
"""

from __future__ import annotations

import asyncio
import os
import select
import shutil
import signal
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner
from traitlets import Bool, Dict, Float, Integer, List, Unicode

from nbjudge.kernel.box import HOME, SOCKETS, BoxError, BoxPlan
from nbjudge.kernel.memory import box_memory
from nbjudge.kernel.warm import ENVIRONMENT, StartedKernel, get_zygote
from nbjudge.kernel.zygote import READY
from nbjudge.outcome import Outcome

# what every kernel imports sooner or later, whatever the course
KERNEL_MODULES = (
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.pylabtools",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.zmqshell",
)


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
            self.returncode = -1
            os.close(self._pidfd)
        return self.returncode

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
        "nobody",
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

    stopped_because: Outcome | None = None
    _started: StartedKernel | None = None
    _folder: Path | None = None
    _watch: asyncio.Task | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Give the kernel a folder for its sockets; see Jupyter's `KernelProvisionerBase`."""
        self._zygote = get_zygote((*KERNEL_MODULES, *self.preload), self.run_as)
        self._folder, self._sockets = self._zygote.new_folder()
        manager = self.parent
        manager.transport = "ipc"
        manager.ip = str(self._sockets / "k")
        # with the ipc transport, ports are only numbers in the sockets' names
        manager.cache_ports = False
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), start=1):
            setattr(manager, f"{channel}_port", number)
        manager.connection_file = str(self._folder / "connection.json")
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> dict:
        """Fork a kernel into a new box and wait until it answers; returns its connection."""
        plan = BoxPlan(
            sockets=str(self._sockets),
            files=self._stage_files(kwargs.get("cwd")),
            libraries=self._zygote.libraries,
            size=self.disk,
            own_proc=self.own_proc,
        )
        connection = {
            key: value.decode() if isinstance(value, bytes) else value
            for key, value in self.connection_info.items()
        }
        connection["ip"] = f"{SOCKETS}/{Path(self.parent.ip).name}"
        self._started = self._zygote.start_kernel(
            plan, connection, self._environment(), self._limits()
        )
        self.process = ForkedProcess(self._started)
        self.pid = self._started.pid
        self.pgid = None
        self.stopped_because = None
        await self._until_ready(self._started.ready)
        self._watch = asyncio.ensure_future(self._watch_memory(self._started))
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel itself."""
        if self.process:
            self.process.send_signal(signum)

    @property
    def abandoned(self) -> bool:
        """Whether the warm process has ended, and all boxes with it."""
        return not self._zygote.alive

    def stop(self, reason: Outcome) -> None:
        """End the box at once, and remember why."""
        self.stopped_because = self.stopped_because or reason
        if self._started:
            os.close(self._started.lifeline)
            self._started = None

    async def kill(self, restart: bool = False) -> None:
        """End the box: every process in it ends with it. Returns when the kernel is gone."""
        self.stop(Outcome.KERNEL_DIED)
        for _ in range(1000):
            if not self.process or self.process.poll() is not None:
                return
            await asyncio.sleep(0.002)

    async def terminate(self, restart: bool = False) -> None:
        """End the box."""
        await self.kill(restart)

    async def wait(self) -> int | None:
        """Return when the kernel has ended."""
        while self.process and self.process.poll() is None:
            await asyncio.sleep(0.002)
        returncode = self.process.returncode if self.process else 0
        self.process = None
        return returncode

    async def cleanup(self, restart: bool = False) -> None:
        """Remove everything that is left of the kernel."""
        await self.kill(restart)
        if self._watch:
            self._watch.cancel()
        if self._folder and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        own = {
            "HOME": HOME,
            "USER": "student",
            "LOGNAME": "student",
            "TMPDIR": "/tmp",
            "IPYTHONDIR": f"{HOME}/.ipython",
            "MPLCONFIGDIR": f"{HOME}/.matplotlib",
            "NBGRADER_EXECUTION": os.environ.get("NBGRADER_EXECUTION", ""),
        }
        return {**ENVIRONMENT, **own, **self.environment}

    def _limits(self) -> dict[str, int]:
        return {
            # address space holds libraries and thread stacks, too, which cost little memory
            "RLIMIT_AS": self.memory + (4 << 30),
            "RLIMIT_DATA": self.memory,
            "RLIMIT_NPROC": self.processes,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_CORE": 0,
        }

    def _stage_files(self, submission: str | os.PathLike | None) -> tuple[tuple[str, str], ...]:
        """Copy what lies beside the notebook to where the box can reach it.

        The course's own files come last: no file of a student's takes the place of one.
        """
        staged = self._folder / "files"
        for folder in (submission, self.course_files):
            if folder and os.path.isdir(folder):
                shutil.copytree(folder, staged, ignore=_not_for_students, dirs_exist_ok=True)
        if not staged.exists():
            return ()
        for path in (staged, *staged.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return tuple((str(path), path.name) for path in sorted(staged.iterdir()))

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
            if box_memory(started.init_pid, started.pid) > self.memory:
                self.stop(Outcome.OUT_OF_MEMORY)
            await asyncio.sleep(0.25)


def _not_for_students(folder: str, names: list[str]) -> list[str]:
    """Notebooks hold other people's answers, and audit lines the seeds; neither is for the box."""
    endings = (".ipynb", ".audit.jsonl")
    return [name for name in names if name.endswith(endings) or name == "timestamp.txt"]
