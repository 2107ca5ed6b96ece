"""The client that asks a kernel: it counts what comes, and does not wait longer than it must."""

from __future__ import annotations

import time
from collections.abc import Sequence
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

MESSAGE_COST = 200  # bytes that a message counts beyond its content, so that empty ones count, too
USUAL_HEADERS = 1000  # bytes of an ordinary message that are not its content


class CountedChannel(AsyncZMQSocketChannel):
    """A channel that knows how much has come through it.

    Attributes:
        received: bytes so far, of all messages whoever they answer; an ordinary message counts
            `MESSAGE_COST` beside its content.
    """

    received = 0

    async def get_msg(self, timeout: float | None = None) -> dict:
        """Return the next message; raises `Empty` after so many seconds, see jupyter_client."""
        if not await self.socket.poll(None if timeout is None else int(timeout * 1000)):
            raise Empty
        parts = await self.socket.recv_multipart()
        self.received += MESSAGE_COST + max(0, sum(map(len, parts)) - USUAL_HEADERS)
        _, parts = self.session.feed_identities(parts)
        return self.session.deserialize(parts)


class PromptClient(AsyncKernelClient):
    """A client that is ready as soon as the kernel answers and its outputs are heard."""

    iopub_channel_class = Type(CountedChannel)
    _opened: Sequence = ()  # channels

    def start_channels(
        self,
        shell: bool = True,
        iopub: bool = True,
        stdin: bool = False,
        hb: bool = False,
        control: bool = False,
    ) -> None:
        """Open two of a kernel's five channels; the others are for who sits in front of one."""
        wanted = {"shell": shell, "iopub": iopub, "stdin": stdin, "hb": hb, "control": control}
        super().start_channels(**wanted)
        self._opened = [getattr(self, f"{name}_channel") for name in wanted if wanted[name]]

    def stop_channels(self) -> None:
        """Close the channels that were opened; jupyter_client would open the others to do so."""
        for channel in self._opened:
            channel.stop()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when one request has had its reply and its output.

        jupyter_client waits for a fifth of a second of silence instead, which bounds how fast any
        kernel can start.
        """
        deadline = time.monotonic() + (30 if timeout is None else timeout)
        while time.monotonic() < deadline:
            self.kernel_info()
            try:
                await self.shell_channel.get_msg(timeout=1)
                await self.iopub_channel.get_msg(timeout=0.2)
                return
            except Empty:
                if not await self.parent.is_alive():
                    raise RuntimeError("The kernel died before it answered.") from None
        raise RuntimeError("The kernel did not answer in time.")
