"""nbgrader's Execute step on boxed kernels: nothing a cell does stops the notebook or the class."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from jupyter_core.utils import ensure_async
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.preprocessors import Execute
from traitlets import Bool, Integer
from traitlets.config import Config

from nbjudge.errors import WarmProcessError
from nbjudge.kernel.cpu_limit import check
from nbjudge.kernel.manager import BoxKernelManager, OpenKernelManager
from nbjudge.kernel.output_collector import KeptOutputs
from nbjudge.outcomes import Outcome

_OUTPUTS = ("stream", "display_data", "execute_result", "error")


def _not_a_source(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Executing cell:")  # what nbclient writes


class BoxedExecute(Execute):
    """Runs cells within limits; a kernel that is lost is replaced once.

    The fresh kernel replays the cells that had run, without the one that killed it, so that one
    deadly cell costs only the tasks that needed it.
    """

    timeout = Integer(300, allow_none=True, help="Seconds for one cell.").tag(config=True)
    notebook_timeout = Integer(1200, help="Seconds for one notebook.").tag(config=True)
    fresh_kernels = Integer(1, help="How often a lost kernel is replaced.").tag(config=True)
    outputs_seconds = Integer(
        60, help="Seconds for a cell's last outputs to arrive when the cell has ended."
    ).tag(config=True)
    interrupt_seconds = Integer(
        10, help="Seconds for a cell that is interrupted to end; then its kernel is given up."
    ).tag(config=True)
    kept_bytes = Integer(
        1 << 20,
        help="Characters that are kept of what one cell prints to stdout, as many of stderr, and "
        "as many of its other outputs; images do not count.",
    ).tag(config=True)
    sent_bytes = Integer(
        64 << 20, help="Bytes that one cell may send before its kernel is stopped."
    ).tag(config=True)
    boxed = Bool(
        True,
        help="Run students' code in boxes. False runs it with all rights of the grader: only for "
        "submissions of people you trust.",
    ).tag(config=True)

    coalesce_streams = False  # `KeptOutputs` does it: nbclient's way takes a line's length squared
    shutdown_kernel = "immediate"

    def create_kernel_manager(self):
        """Return a manager of boxed kernels, or of plain ones where the instructor wants that."""
        kind = BoxKernelManager if self.boxed else OpenKernelManager
        config = Config(self.config)
        course_files = self.resources.get("course_files", "")
        config.BoxProvisioner.course_files = config.OpenKernelManager.course_files = course_files
        self.km = kind(kernel_name=self.kernel_name or "python3", config=config)
        return self.km

    def start_run(self) -> None:
        """Forget the last notebook. To be called before the first cell."""
        self.lost: Outcome | None = None
        self._fresh_left = self.fresh_kernels
        self._deadline = time.monotonic() + self.notebook_timeout
        self._ran: list[str] = []
        self._take: Callable[[dict], None] | None = None

    def run(self, cell: NotebookNode, index: int) -> Outcome | None:
        """Run a student's cell; return why it did not come to its end, or None.

        An error that the cell raised is an end like any other, and stands in its outputs.
        """
        problem = self._execute(cell, index)
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
        cell = new_code_cell(source)
        # nbclient files outputs in self.nb by the cell's number: give it a notebook of this cell
        submission, self.nb = self.nb, new_notebook(cells=[cell])
        self._take = take
        # a debug log, which formgrader shows, would have thousands of lines of the judge's own code
        self.log.addFilter(_not_a_source)
        try:
            return self._execute(cell, 0)
        finally:
            self.log.removeFilter(_not_a_source)
            self.nb, self._take = submission, None

    def _execute(self, cell: NotebookNode, index: int) -> Outcome | None:
        if self.lost is None and time.monotonic() > self._deadline:
            self.lost = Outcome.TIMED_OUT
        if self.lost is not None:
            cell.outputs = []
            return self.lost
        problem, alive = self._try_execute(cell, index)
        if not alive:
            self._replace_kernel(problem)
        return problem

    def _try_execute(self, cell: NotebookNode, index: int) -> tuple[Outcome | None, bool]:
        """Return what went wrong, and whether the kernel can go on."""
        self._kept: KeptOutputs | None = None
        self._received_before = self._received()
        self.iopub_timeout = self.outputs_seconds
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            return self._why_dead(), False
        except Exception as error:
            # nbclient trusts what kernels send; a forged message can raise almost anything here.
            # A kernel that ignores interrupts arrives here, too, as a CellTimeoutError.
            late = _timed_out(cell) or "imeout" in type(error).__name__
            self.log.warning("The kernel is given up: %r", error)
            self.log.debug("Given up because of:", exc_info=True)
            return (Outcome.TIMED_OUT if late else self._why_dead()), False
        finally:
            if self._kept is not None:
                self._kept.finish()
        if _timed_out(cell):
            return Outcome.TIMED_OUT, True
        return None, True

    def _why_dead(self) -> Outcome:
        """Return why the kernel has ended; `WarmProcessError` if not by its own doing."""
        if getattr(self.km.provisioner, "abandoned", False):
            raise WarmProcessError(
                "The warm process was ended from outside; is there memory enough?"
            )
        return getattr(self.km.provisioner, "stopped_because", None) or Outcome.KERNEL_DIED

    def _replace_kernel(self, problem: Outcome) -> None:
        self._cleanup_kernel()
        if self._fresh_left == 0:
            self.lost = problem
            return
        self._fresh_left -= 1
        self._start_kernel()
        replayed, self._ran = self._ran, []
        for source in replayed:
            self.run_again(source)

    def _start_kernel(self) -> None:
        self.create_kernel_manager()
        self.start_new_kernel()
        self.start_new_kernel_client()

    def run_again(self, source: str) -> None:
        """Run a cell once more in a fresh kernel; its outputs are already there."""
        if self.ask(source, lambda data: None) is None:
            self._ran.append(source)

    def _cleanup_kernel(self) -> None:
        if self.km is not None:
            super()._cleanup_kernel()

    async def _async_check_alive(self) -> None:
        # nbclient would log an error, also of a kernel that ends because the run is stopped; why a
        # kernel has ended is in the cell's outcome
        if not await ensure_async(self.kc.is_alive()):
            raise DeadKernelError("Kernel died")

    def _get_timeout(self, cell: NotebookNode | None) -> int | None:
        left = max(1, int(self._deadline - time.monotonic()))
        return left if self.timeout is None else min(left, self.timeout)

    async def _async_handle_timeout(self, timeout, cell=None):
        # what an interrupted cell says comes soon, or never; nbclient asks for this afterwards
        self.iopub_timeout = self.interrupt_seconds
        return await super()._async_handle_timeout(timeout, cell)

    def process_message(self, msg, cell, cell_index):
        """Take one message of the kernel, within the limits on outputs and time; see nbclient.

        Messages that would reach into earlier cells' outputs, or that only a browser answers, are
        left out.
        """
        check()
        kind, content = msg["msg_type"], msg["content"]
        if self._received() - self._received_before > self.sent_bytes:
            self.stop_kernel(Outcome.TOO_MUCH_OUTPUT)
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
            self._kept = KeptOutputs(cell.outputs, self.kept_bytes)
        if kind == "clear_output":
            self._kept.clear(wait=bool(content.get("wait")))
        else:
            self._kept.add(kind, content)

    def _received(self) -> int:
        return self.kc.iopub_channel.received

    def stop_kernel(self, reason: Outcome) -> None:
        """End the kernel at once, if there is one."""
        provisioner = self.km and self.km.provisioner
        if hasattr(provisioner, "stop"):
            provisioner.stop(reason)
        elif provisioner and provisioner.process:
            provisioner.process.kill()


def _timed_out(cell: NotebookNode) -> bool:
    return any(
        output.output_type == "error" and output.ename == "CellTimeoutError"
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
