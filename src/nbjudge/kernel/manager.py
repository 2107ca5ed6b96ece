"""The kernel managers that `JudgeExecute` uses: of boxed kernels and of plain ones."""

from __future__ import annotations

import contextlib
import copy
import functools
import logging
import os
import socket
from collections.abc import AsyncIterator

import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets import Instance, Integer, Type, Unicode, default
from traitlets.config import Config

from nbjudge.kernel.client import PromptClient
from nbjudge.sandbox.staging import stage_files
from nbjudge.sandbox.zygote_pool import ZygotePool, process_pool
from nbjudge.temp_folders import OPEN, OwnFolder

PROVISIONER = "nbjudge-box"


@functools.cache
def _shared_context(pid: int, message_bytes: int) -> zmq.asyncio.Context:
    """Return a process's one context: two for each kernel would cost a millisecond."""
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, message_bytes)
    context.setsockopt(zmq.RCVHWM, 8)  # as many of the largest may wait in the grader's memory
    return context


class PromptKernelManager(AsyncKernelManager):
    """A manager whose clients take no message larger than a set size.

    A larger one breaks the connection of the kernel that sent it, and costs the grader nothing.
    """

    # private: jupyter_client KernelManager.start_kernel.__wrapped__, shutdown_kernel.__wrapped__,
    # the wrapper sleeps 10 ms each time, so that a test of its own can see a kernel get ready
    start_kernel = AsyncKernelManager.start_kernel.__wrapped__
    shutdown_kernel = AsyncKernelManager.shutdown_kernel.__wrapped__

    client_factory = Type(PromptClient)
    message_bytes = Integer(32 << 20, help="Largest message taken from a kernel.").tag(config=True)

    @default("context")
    def _context_default(self) -> zmq.asyncio.Context:
        return _shared_context(os.getpid(), self.message_bytes)

    def client(self, **kwargs) -> PromptClient:
        """Return a client in the same context; see jupyter_client's `KernelManager`."""
        return super().client(context=self.context, **kwargs)


class BoxKernelManager(PromptKernelManager):
    """A manager whose kernels are boxed, whatever the notebook's kernel is called.

    They are forks of the zygotes of one pool, which the provisioner is given in its configuration,
    Jupyter's way to hand something to a provisioner.
    """

    zygotes = Instance(ZygotePool, help="Where kernels come from; usually the process's own pool.")

    @default("zygotes")
    def _zygotes_default(self) -> ZygotePool:
        return process_pool()

    @property
    def kernel_spec(self) -> KernelSpec:
        """Return the kernel's spec, with our provisioner in the place of the usual one."""
        spec = copy.copy(super().kernel_spec)
        spec.metadata = {
            **spec.metadata,
            "kernel_provisioner": {
                "provisioner_name": PROVISIONER,
                "config": {"zygotes": self.zygotes},
            },
        }
        return spec


class OpenKernelManager(PromptKernelManager):
    """A manager of kernels without a box, in a new folder that holds what a box's home would."""

    course_files = Unicode(help="As of `BoxProvisioner`.").tag(config=True)

    async def start_kernel(self, **kwargs) -> None:
        """Start a kernel beside copies of the files; see jupyter_client's `KernelManager`."""
        self._folder = OwnFolder(OPEN)
        home = self._folder.path / "home"
        stage_files(home, kwargs.get("cwd"), self.course_files)
        if hasattr(socket, "AF_UNIX"):  # ipykernel warns of TCP, and rightly
            self.transport, self.ip = "ipc", str(home.with_name("k"))
        await super().start_kernel(**{**kwargs, "cwd": str(home)})

    async def shutdown_kernel(self, *args, **kwargs) -> None:
        """End the kernel, and its folder with it."""
        await super().shutdown_kernel(*args, **kwargs)
        self._folder.remove()

    async def cleanup_resources(self, *args, **kwargs) -> None:
        """Remove what a kernel has left that had ended by itself."""
        await super().cleanup_resources(*args, **kwargs)
        self._folder.remove()


@contextlib.asynccontextmanager
async def running(manager: AsyncKernelManager, **kwargs) -> AsyncIterator[AsyncKernelClient]:
    """Start the manager's kernel, give a client that is ready, and stop the kernel afterwards.

    Keyword arguments are `start_kernel`'s, such as ``cwd``. Raises `BoxError` if no box can be had.
    """
    client = None
    try:
        await manager.start_kernel(**kwargs)
        client = manager.client()
        client.start_channels()
        await client.wait_for_ready(60)
        yield client
    finally:
        if client is not None:
            client.stop_channels()
        if manager.has_kernel:
            await manager.shutdown_kernel(now=True)


async def _start_and_stop(config: Config) -> None:
    quiet = logging.Logger("nbjudge.check")  # the caller says what happened, without a traceback
    quiet.addHandler(logging.NullHandler())
    async with running(BoxKernelManager(kernel_name="python3", config=config, log=quiet)):
        pass


def check_box(config: Config) -> None:
    """Start one boxed kernel and stop it; raises `BoxError` if none can be had."""
    run_sync(_start_and_stop)(config)
