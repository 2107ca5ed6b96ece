"""Measures grading side by side: plain nbgrader, and nbgrader with nbjudge. Writes docs/speed.md.

    make bench            # or: python bench/speed.py [ROUNDS] [STUDENTS]

Both grade the same class of light submissions (see `light_course`), turn by turn, so that what
else the machine does falls on both. What a notebook costs beyond the student's own compute is the
time of a whole run, less nbgrader's and the warm process's start, divided by the notebooks.
"""

import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import run_sync
from light_course import build, nbgrader
from traitlets.config import Config

from nbjudge.kernel.manager import BoxKernelManager, running
from nbjudge.kernel.memory import box_memory

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Config({"BoxProvisioner": {"preload": ["numpy", "torch", "torch._dynamo"]}})
TRAIN = (
    "import torch\nmodel = torch.nn.Linear(5, 1)\n"
    "optimizer = torch.optim.SGD(model.parameters(), lr=0.1)\nX = torch.randn(200, 5)\n"
    "for _ in range(200):\n    optimizer.zero_grad()\n    model(X).pow(2).mean().backward()\n"
    "    optimizer.step()"
)


def grade(course: Path) -> float:
    """Grade a class from nothing; return seconds."""
    shutil.rmtree(course / "autograded", ignore_errors=True)
    begin = time.perf_counter()
    nbgrader(course, "autograde", "light")
    return time.perf_counter() - begin


async def first_answer(kind, config: Config) -> float:
    """Start a kernel and run one cell; return seconds until it was answered."""
    begin = time.perf_counter()
    async with running(kind(kernel_name="python3", config=config)) as client:
        await client.execute_interactive("1 + 1", output_hook=lambda message: None)
        return time.perf_counter() - begin


async def memory_of_a_kernel() -> int:
    """Return bytes (PSS) that a kernel that has trained adds to what the warm process takes."""
    manager = BoxKernelManager(kernel_name="python3", config=CONFIG)
    async with running(manager) as client:
        await client.execute_interactive(TRAIN, output_hook=lambda message: None)
        provisioner = manager.provisioner
        zygote = provisioner._zygote.pid
        both = box_memory(provisioner._started.init_pid, provisioner.pid) + _pss(zygote)
    return both - _pss(zygote)  # alone again, all that was shared is the warm process's own


def _pss(pid: int) -> int:
    return psutil.Process(pid).memory_full_info().pss


def own_compute(students: int) -> float:
    """Return seconds that the student's cells and the judge's questions take in a warm process."""
    import light_course
    import numpy as np

    namespace = {}
    lines = [line for line in light_course.SOLUTION.splitlines() if "SOLUTION" not in line]
    exec("\n".join(lines), namespace)
    tests = {}
    exec(light_course.HIDDEN_TEST, tests)

    def work():
        exec(light_course.USE, namespace)
        for case in tests["cases"](np.random.default_rng(0)):
            namespace["train"](**case.arguments)

    work()
    times = []
    for _ in range(students):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def main(rounds: int = 3, students: int = 20) -> None:
    """Measure, print and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        plain = build(Path(folder, "plain"), judged=False, students=students)
        judged = build(Path(folder, "judged"), judged=True, students=students)
        few = build(Path(folder, "few"), judged=True, students=1)
        times = {"plain": [], "judged": [], "few": []}
        for _ in range(rounds):
            for name, course in (("plain", plain), ("judged", judged), ("few", few)):
                times[name].append(grade(course))
                print(f"{name}: {times[name][-1]:.2f} s", flush=True)
    run_sync(first_answer)(BoxKernelManager, CONFIG)  # the warm process gets warm
    starts = {"plain": [], "judged": []}
    for _ in range(3 * rounds):
        starts["plain"].append(run_sync(first_answer)(AsyncKernelManager, Config()))
        starts["judged"].append(run_sync(first_answer)(BoxKernelManager, CONFIG))
    median = {name: statistics.median(values) for name, values in times.items()}
    start = {name: statistics.median(values) for name, values in starts.items()}
    notebook = (median["judged"] - median["few"]) / (students - 1)
    compute = own_compute(10)
    rows = [
        ("plain nbgrader, whole class", f"{median['plain']:.1f} s", ""),
        ("with nbjudge, whole class", f"{median['judged']:.1f} s", ""),
        ("times faster", f"{median['plain'] / median['judged']:.1f}", "at least 6"),
        ("kernel to first answer, plain", f"{start['plain']:.2f} s", ""),
        ("kernel to first answer, boxed", f"{start['judged']:.3f} s", "under 0.25 s"),
        ("one more notebook", f"{notebook:.3f} s", ""),
        ("… of that, the student's own compute", f"{compute:.3f} s", ""),
        ("… beyond it", f"{notebook - compute:.3f} s", "under 0.3 s"),
        (
            "memory of a kernel beyond the warm process (PSS)",
            f"{run_sync(memory_of_a_kernel)() / 1e6:.0f} MB",
            "under 60 MB",
        ),
    ]
    text = report(rows, rounds, students)
    print(text)
    (ROOT / "docs" / "speed.md").write_text(text, encoding="utf-8")


def report(rows, rounds: int, students: int) -> str:
    """Return the measurements as a Markdown page."""
    cores = psutil.cpu_count()
    lines = [
        "# How fast it grades",
        "",
        f"Medians of {rounds} rounds, a class of {students} light submissions (import torch, train "
        f"a little, be tested), {cores} cores, Python {platform.python_version()}. "
        "`make bench` measures this anew.",
        "",
        "| measured | value | wanted |",
        "|---|---|---|",
        *(f"| {name} | {value} | {wanted} |" for name, value, wanted in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:]))
