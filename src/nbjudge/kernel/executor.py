"""Runs the cells of one notebook in a boxed kernel: no cell stops the notebook or the class."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from jupyter_core.utils import ensure_async, run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from traitlets.config import Config

from nbjudge.errors import WarmProcessError
from nbjudge.kernel.cpu_limit import check
from nbjudge.kernel.manager import BoxKernelManager, OpenKernelManager, PromptKernelManager
from nbjudge.kernel.output_collector import KeptOutputs
from nbjudge.outcomes import Outcome

_OUTPUTS = ("stream", "display_data", "execute_result", "error")
_NO_HISTORY = "--HistoryManager.hist_file=:memory:"
_TIMEOUT = "CellTimeoutError"  # the name of the error in the outputs of a cell that took too long


@dataclass(frozen=True)
class ExecutionLimits:
    """What one notebook may take; each is a setting of the course, see `JudgeExecute`.

    A `timeout` of None, or nothing above 0, leaves a cell to the notebook's limit. Of
    `startup_timeout`, seconds for a kernel to answer, nbclient has a setting.
    """

    timeout: Annotated[int | None, "Seconds for one cell."] = 300
    notebook_timeout: Annotated[int, "Seconds for one notebook."] = 1200
    fresh_kernels: Annotated[int, "How often a lost kernel is replaced."] = 1
    outputs_seconds: Annotated[
        int, "Seconds for a cell's last outputs to arrive when the cell has ended."
    ] = 60
    interrupt_seconds: Annotated[
        int, "Seconds for a cell that is interrupted to end; then its kernel is given up."
    ] = 10
    kept_bytes: Annotated[
        int,
        "Characters that are kept of what one cell prints to stdout, as many of stderr, and as "
        "many of its other outputs; images do not count.",
    ] = 1 << 20
    sent_bytes: Annotated[int, "Bytes that one cell may send before its kernel is stopped."] = (
        64 << 20
    )
    startup_timeout: int = 60


@dataclass(frozen=True)
class KernelFactory:
    """Makes managers of boxed kernels, or of plain ones where the instructor wants that.

    Attributes:
        config: of the course: it says what a box is like.
        boxed: False runs students' code with all rights of the grader.
        kernel_name: of the kernel's specification; python3 if empty.
        arguments: of the command that starts a kernel without a box.
    """

    config: Config
    boxed: bool = True
    kernel_name: str = ""
    arguments: tuple[str, ...] = ()

    def __call__(self, course_files: str = "") -> PromptKernelManager:
        """Return a manager whose kernels have the files of a folder; none if it is empty."""
        kind = BoxKernelManager if self.boxed else OpenKernelManager
        config = Config(self.config)
        config.BoxProvisioner.course_files = config.OpenKernelManager.course_files = course_files
        return kind(kernel_name=self.kernel_name or "python3", config=config)


class NotebookExecutor:
    """Runs the cells of one notebook within limits; a kernel that is lost is replaced.

    The fresh kernel replays the cells that had run, without the one that killed it, so that one
    deadly cell costs only the tasks that needed it.

    Attributes:
        lost: why nothing can run any more; None as long as it can.
    """

    def __init__(
        self,
        kernels: KernelFactory,
        limits: ExecutionLimits,
        log: logging.Logger,
        folder: str = "",
        course_files: str = "",
        deadline: float | None = None,
    ):
        """Get ready; nothing is started.

        Args:
            kernels: makes the kernel's manager, and one for each fresh kernel.
            limits: of the notebook.
            log: is told what an instructor may want to know.
            folder: of the student's own files beside the notebook; none if empty.
            course_files: folder of the course's files; none if empty.
            deadline: of `time.monotonic`, after which no cell begins; by default the notebook's
                limit, from now on.
        """
        self._kernels, self._limits, self._log = kernels, limits, log
        self._log_of_questions = _WithoutDebug(log)
        self._folder, self._course_files = folder, course_files
        end = time.monotonic() + limits.notebook_timeout
        self._deadline = end if deadline is None else deadline
        self._fresh_left = limits.fresh_kernels
        self._ran: list[str] = []
        self._manager: PromptKernelManager | None = None
        self._client = None
        self.lost: Outcome | None = None

    def start(self) -> dict:
        """Start the kernel; return what it says of its language.

        Raises `BoxError` if no box can be had, `RuntimeError` if the kernel does not answer.
        """
        return run_sync(self._start)()

    def run(self, cell: NotebookNode) -> Outcome | None:
        """Run a student's cell; return why it did not come to its end, or None.

        An error that the cell raised is an end like any other, and stands in its outputs.
        """
        problem = self._execute(cell)
        if problem is None:
            self._ran.append(cell.source)
        else:
            cell.outputs = [*cell.get("outputs", []), _note(problem, self.lost is None)]
        return problem

    def ask(self, source: str, take: Callable[[dict], None]) -> Outcome | None:
        """Run the judge's own code; return why it did not come to its end, or None.

        Nothing that is published meanwhile is kept.

        Args:
            source: the code.
            take: is given the data of each display, by type, while they arrive. It may not raise.
        """
        return self._execute(new_code_cell(source), take)

    def limit_rest(self, seconds: float) -> None:
        """Let the rest take at most so many seconds; a kernel that is lost is not replaced."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)
        self._fresh_left = 0

    def give_up(self, reason: Outcome) -> None:
        """End the kernel at once, if there is one; whatever is to run ends for this reason."""
        self.lost = reason
        _stop(self._manager, reason)

    def close(self) -> None:
        """End the kernel, if there is one, and remove what is left of it."""
        try:
            run_sync(self._end)()
        except BaseException:  # such as an interrupt
            _stop(self._manager, Outcome.KERNEL_DIED)
            raise

    def _execute(
        self, cell: NotebookNode, take: Callable[[dict], None] | None = None
    ) -> Outcome | None:
        if self.lost is None and time.monotonic() > self._deadline:
            self.lost = Outcome.TIMED_OUT
        if self.lost is not None:
            cell.outputs = []
            return self.lost
        problem, alive = self._try_execute(cell, take)
        if not alive:
            self._replace_kernel(problem)
        return problem

    def _try_execute(self, cell: NotebookNode, take) -> tuple[Outcome | None, bool]:
        """Return what went wrong, and whether the kernel can go on."""
        log = self._log if take is None else self._log_of_questions
        one = _OneCell(self._manager, self._client, self._limits, self._seconds(), log, take)
        try:
            one.execute_cell(cell, 0)
        except DeadKernelError:
            return self._why_dead(), False
        except Exception as error:
            # nbclient trusts what kernels send; a forged message can raise almost anything here.
            # A kernel that ignores interrupts arrives here, too, as a CellTimeoutError.
            late = _timed_out(cell) or "imeout" in type(error).__name__
            self._log.warning("The kernel is given up: %r", error)
            self._log.debug("Given up because of:", exc_info=True)
            return (Outcome.TIMED_OUT if late else self._why_dead()), False
        finally:
            one.finish()
        if _timed_out(cell):
            return Outcome.TIMED_OUT, True
        return None, True

    def _seconds(self) -> int:
        """Return how long the next cell may take."""
        left, most = max(1, int(self._deadline - time.monotonic())), self._limits.timeout
        return left if most is None or most <= 0 else min(left, most)

    def _why_dead(self) -> Outcome:
        """Return why the kernel has ended; `WarmProcessError` if not by its own doing."""
        provisioner = self._manager.provisioner
        if getattr(provisioner, "abandoned", False):
            raise WarmProcessError(
                "The warm process was ended from outside; is there memory enough?"
            )
        return getattr(provisioner, "stopped_because", None) or Outcome.KERNEL_DIED

    def _replace_kernel(self, problem: Outcome) -> None:
        run_sync(self._end)()
        if self._fresh_left == 0:
            self.lost = problem
            return
        self._fresh_left -= 1
        self.start()
        replayed, self._ran = self._ran, []
        for source in replayed:  # their outputs are there already
            if self.ask(source, lambda data: None) is None:
                self._ran.append(source)

    async def _start(self) -> dict:
        manager = self._manager = self._kernels(self._course_files)
        arguments = [*self._kernels.arguments, *([_NO_HISTORY] if manager.ipykernel else [])]
        where = {"cwd": self._folder} if self._folder else {}
        await manager.start_kernel(extra_arguments=arguments, **where)
        client = self._client = manager.client()
        client.start_channels()
        await client.wait_for_ready(timeout=self._limits.startup_timeout)
        client.allow_stdin = False
        reply = await client.kernel_info(reply=True, timeout=self._limits.startup_timeout)
        return reply["content"]["language_info"]

    async def _end(self) -> None:
        manager, client = self._manager, self._client
        if manager is None:
            return
        try:
            if await manager.is_alive():
                await manager.shutdown_kernel(now=True)
        except RuntimeError as error:  # jupyter_client's, which says it in its text only
            if "No kernel is running!" not in str(error):
                raise
        finally:  # also of one that had ended, or could not be stopped
            await manager.cleanup_resources()
            if client is not None:
                client.stop_channels()
            self._manager = self._client = None


class _OneCell(NotebookClient):
    """nbclient's way to run one cell, in a kernel that is there, within limits on outputs.

    Its own notebook is of one cell, which takes the place of whatever runs.
    """

    allow_errors = True  # they stand in the outputs
    interrupt_on_timeout = True
    raise_on_iopub_timeout = True
    record_timing = False
    error_on_timeout: ClassVar = {
        "ename": _TIMEOUT,
        "evalue": "",
        "traceback": [f"\x1b[0;31m{_TIMEOUT}\x1b[0m: No reply from kernel before timeout"],
    }

    def __init__(
        self,
        manager: PromptKernelManager,
        client,
        limits: ExecutionLimits,
        seconds: int,
        log: logging.Logger | logging.LoggerAdapter,
        take: Callable[[dict], None] | None,
    ):
        """Get ready; with `take`, displays go there, and no output is kept."""
        super().__init__(
            new_notebook(cells=[new_code_cell()]),
            manager,
            timeout=seconds,
            iopub_timeout=limits.outputs_seconds,
            log=log,
        )
        self.kc = client
        self._limits, self._take = limits, take
        self._kept: KeptOutputs | None = None
        self._received_before = client.iopub_channel.received

    def finish(self) -> None:
        """Write what the cell printed into its outputs."""
        if self._kept is not None:
            self._kept.finish()

    async def _async_check_alive(self) -> None:
        # nbclient would log an error, also of a kernel that ends because the run is stopped; why a
        # kernel has ended is in the cell's outcome
        if not await ensure_async(self.kc.is_alive()):
            raise DeadKernelError("Kernel died")

    async def _async_handle_timeout(self, timeout, cell=None):
        # what an interrupted cell says comes soon, or never; nbclient asks for this afterwards
        self.iopub_timeout = self._limits.interrupt_seconds
        return await super()._async_handle_timeout(timeout, cell)

    def on_cell_executed(self, cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        """Add the error with which the kernel has replied, if the outputs have none of its name.

        As nbgrader does: so a cell that took too long says so.
        """
        reply = execute_reply["content"]
        if reply["status"] != "error" or any(
            output.output_type == "error" and output.ename == reply["ename"]
            for output in cell.outputs
        ):
            return
        lines = reply["traceback"] or ["ERROR: An error occurred while showtraceback was disabled"]
        cell.outputs.append(
            NotebookNode(
                output_type="error",
                ename=reply["ename"],
                evalue=reply["evalue"],
                traceback=lines,
            )
        )

    def process_message(self, msg, cell, cell_index):
        """Take one message of the kernel, within the limits on outputs and time; see nbclient.

        Messages that would reach into earlier cells' outputs, or that only a browser answers, are
        left out.
        """
        check()
        kind, content = msg["msg_type"], msg["content"]
        received = self.kc.iopub_channel.received - self._received_before
        if received > self._limits.sent_bytes:
            _stop(self.km, Outcome.TOO_MUCH_OUTPUT)
            return None
        if self._take is not None:
            if kind == "display_data" and isinstance(content.get("data"), dict):
                self._take(content["data"])
        elif kind in _OUTPUTS or kind == "clear_output":
            self._file(kind, content, cell)
        elif kind == "execute_input" and type(content.get("execution_count")) is int:
            cell.execution_count = content["execution_count"]
        if kind == "status" and content.get("execution_state") == "idle":
            raise CellExecutionComplete()

    def _file(self, kind: str, content: dict, cell: NotebookNode) -> None:
        if self._kept is None:
            self._kept = KeptOutputs(cell.outputs, self._limits.kept_bytes)
        if kind == "clear_output":
            self._kept.clear(wait=bool(content.get("wait")))
        else:
            self._kept.add(kind, content)


class _WithoutDebug(logging.LoggerAdapter):
    """A log without nbclient's debug lines, in which the source of each cell stands.

    formgrader shows them, and of the judge's own code there would be thousands.
    """

    def isEnabledFor(self, level: int) -> bool:
        return level > logging.DEBUG and super().isEnabledFor(level)


def _stop(manager: PromptKernelManager | None, reason: Outcome) -> None:
    """End a manager's kernel at once, if there is one."""
    provisioner = manager and manager.provisioner
    if hasattr(provisioner, "stop"):
        provisioner.stop(reason)
    elif provisioner and provisioner.process:
        provisioner.process.kill()


def _timed_out(cell: NotebookNode) -> bool:
    return any(
        output.output_type == "error" and output.ename == _TIMEOUT
        for output in cell.get("outputs", [])
    )


def _note(problem: Outcome, fresh: bool) -> NotebookNode:
    after = (
        "The cells after it ran in a fresh kernel, without this one."
        if fresh
        else "The cells after it did not run."
    )
    if problem is Outcome.TIMED_OUT:
        after = ""
    return new_output("stream", text=f"This cell stopped: {problem.value}. {after}".rstrip() + "\n")
