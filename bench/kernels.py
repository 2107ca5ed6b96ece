"""What one kernel costs: its start, its memory, and the work that is the student's own."""

import asyncio
import contextlib
import io
import time

import light_course
import numpy as np
import psutil
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from traitlets.config import Config

from nbjudge.kernel.manager import BoxKernelManager, running

AHEAD = Config({"BoxProvisioner": {"preload": ["numpy", "torch", "torch._dynamo"]}})
# each kernel is started when it is asked for
BOXED = Config(AHEAD, BoxProvisioner=Config(AHEAD.BoxProvisioner, ahead=False))
WORK_SECONDS = 0.5  # of a kernel, while which the next one is started ahead
TRAIN = (
    "import torch\nmodel = torch.nn.Linear(5, 1)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nX = torch.randn(200, 5)\n"
    "for _ in range(200):\n    optimizer.zero_grad()\n    model(X).pow(2).mean().backward()\n"
    "    optimizer.step()"
)


def first_answers(times: int) -> dict[str, list[float]]:
    """Start kernels in turn; return seconds from each start to its first answer.

    "ahead" are kernels that were started while another one ran, as in a class.
    """
    kinds = {"plain": (AsyncKernelManager, Config()), "boxed": (BoxKernelManager, BOXED)}
    run_sync(_first_answer)(*kinds["boxed"])  # the warm process gets warm
    found = {kind: [] for kind in kinds}
    for _ in range(times):
        for kind, how in kinds.items():
            found[kind].append(run_sync(_first_answer)(*how))
    ahead = [run_sync(_first_answer)(BoxKernelManager, AHEAD) for _ in range(times + 1)]
    return {**found, "ahead": ahead[1:]}  # the first one was not


async def _first_answer(kind, config: Config) -> float:
    begin = time.perf_counter()
    async with running(kind(kernel_name="python3", config=config)) as client:
        await client.execute_interactive("1 + 1", output_hook=lambda message: None)
        found = time.perf_counter() - begin
        await asyncio.sleep(WORK_SECONDS)
        return found


def memory_of_a_kernel() -> int:
    """Return bytes of a kernel that has trained, with its box, that it shares with nobody (USS)."""
    return run_sync(_memory_of_a_kernel)()


async def _memory_of_a_kernel() -> int:
    manager = BoxKernelManager(kernel_name="python3", config=BOXED)
    async with running(manager) as client:
        await client.execute_interactive(TRAIN, output_hook=lambda message: None)
        kernel = psutil.Process(manager.provisioner.pid)
        box = psutil.Process(manager.provisioner._started.init_pid)
        processes = {kernel, box, *kernel.children(recursive=True), *box.children(recursive=True)}
        return sum(process.memory_full_info().uss for process in processes)


def own_compute(times: int) -> list[float]:
    """Return seconds that the student's cells and the judge's questions take in a warm process."""
    namespace, tests = {}, {}
    exec(light_course.STUDENTS_ANSWER, namespace)
    exec(light_course.HIDDEN_TEST, tests)

    def work():
        with contextlib.redirect_stdout(io.StringIO()):
            exec(light_course.USE, namespace)
        for case in tests["cases"](np.random.default_rng(0)):
            namespace["train"](**case.arguments)

    work()
    found = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return found
