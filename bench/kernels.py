"""What one kernel costs: its start, its memory, and the work that is the student's own."""

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
from nbjudge.kernel.memory import box_memory

CONFIG = Config({"BoxProvisioner": {"preload": ["numpy", "torch", "torch._dynamo"]}})
TRAIN = (
    "import torch\nmodel = torch.nn.Linear(5, 1)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nX = torch.randn(200, 5)\n"
    "for _ in range(200):\n    optimizer.zero_grad()\n    model(X).pow(2).mean().backward()\n"
    "    optimizer.step()"
)


def first_answers(times: int) -> dict[str, list[float]]:
    """Start kernels in turn; return seconds from each start to its first answer."""
    kinds = {"plain": (AsyncKernelManager, Config()), "boxed": (BoxKernelManager, CONFIG)}
    run_sync(_first_answer)(*kinds["boxed"])  # the warm process gets warm
    found = {kind: [] for kind in kinds}
    for _ in range(times):
        for kind, how in kinds.items():
            found[kind].append(run_sync(_first_answer)(*how))
    return found


async def _first_answer(kind, config: Config) -> float:
    begin = time.perf_counter()
    async with running(kind(kernel_name="python3", config=config)) as client:
        await client.execute_interactive("1 + 1", output_hook=lambda message: None)
        return time.perf_counter() - begin


def memory_of_a_kernel() -> int:
    """Return bytes (PSS) that a kernel that has trained adds to what the warm process takes."""
    return run_sync(_memory_of_a_kernel)()


async def _memory_of_a_kernel() -> int:
    manager = BoxKernelManager(kernel_name="python3", config=CONFIG)
    async with running(manager) as client:
        await client.execute_interactive(TRAIN, output_hook=lambda message: None)
        provisioner = manager.provisioner
        zygote = provisioner._zygote.pid
        both = box_memory(provisioner._started.init_pid, provisioner.pid) + _pss(zygote)
    return both - _pss(zygote)  # alone again, all that was shared is the warm process's own


def _pss(pid: int) -> int:
    return psutil.Process(pid).memory_full_info().pss


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
