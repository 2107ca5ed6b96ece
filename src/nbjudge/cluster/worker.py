"""What a Dask worker does: it gets a course once, then submissions, and gives back bytes.

Nothing else of the grader travels to it, and it needs nbjudge installed, no gradebook and no
course folder. Dask runs this in threads of its own; all grading of a process is done in one
thread, because an event loop and the environment's variables belong to it.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import platform
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version

from distributed import Worker, WorkerPlugin, get_worker

from nbjudge.cluster.course_bundle import Course
from nbjudge.cluster.scored_messages import ScoredMessages
from nbjudge.errors import BoxError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.serial_grader import as_student_view
from nbjudge.kernel.manager import check_box
from nbjudge.kernel.provisioner import BoxProvisioner
from nbjudge.record.results import RESULT_BYTES, GradedSubmission, GradingTask
from nbjudge.sandbox.zygote_pool import process_pool
from nbjudge.temp_folders import COURSE, OwnFolder
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.validation import problems

RUN = "nbjudge-"  # how the names of runs begin; the id of the command's client follows
SECONDS_TO_TELL = 60  # that a submission has begun
SECONDS_TO_COOL_DOWN = 1  # a worker in the middle of a submission is not waited for
# what a verdict may depend on, beside what the course's solutions import
PACKAGES = ("nbjudge", "distributed", "ipykernel", "nbclient", "nbconvert", "nbgrader", "numpy")


@functools.cache
def grading_thread() -> ThreadPoolExecutor:
    """Return the one thread of this process that grades, whatever the run."""
    return ThreadPoolExecutor(1, thread_name_prefix="nbjudge")


class WorkerGrader:
    """One course on one worker."""

    def __init__(self, course: Course, send: Callable[[dict], None]):
        """Unpack it and get warm; `send` hands a message to Dask.

        Raises `BoxError` where students' code cannot be boxed.
        """
        self._send = send
        self._folder = OwnFolder(COURSE)
        self._log = logging.Logger("nbjudge.worker", course.log_level)
        self._said = _Kept()
        self._log.addHandler(self._said)
        self._warm = BoxProvisioner(config=course.config).warm_process
        try:
            assignment = course.unpack(self._folder.path)
            if course.files is not None:
                _try_hidden_tests(assignment)
            tell = as_student_view(self._tell_scored, self._log)
            self._grader = course.make_grader(assignment, self._log, tell)
            if course.boxed:
                if course.warm is not None:
                    process_pool().attach(*self._warm, course.warm)
                check_box(course.config)
        except BaseException:
            self.close()
            raise
        gc.collect()
        gc.freeze()  # as in a process that grades alone

    def grade(self, number: int, task: GradingTask) -> bytes:
        """Return a graded submission as `nbjudge.record.results.from_bytes` reads it.

        Args:
            number: of Dask's task.
            task: the submission.
        """
        self._said.records.clear()
        self._messages = ScoredMessages(number, self._send)
        graded = self._grader.grade(task)
        data = GradedSubmission(graded.notebooks, tuple(self._said.records)).to_bytes()
        if len(data) > RESULT_BYTES:
            raise ValueError(f"what it gives is larger than {RESULT_BYTES:,} bytes")
        return data

    def cool_down(self) -> None:
        """End the warm process. To be called in the thread that grades."""
        process_pool().detach(*self._warm)

    def close(self) -> None:
        """Remove what was unpacked."""
        self._folder.remove()

    def _tell_scored(self, student: str, notebook: str, cell: str, verdict: Mapping) -> None:
        self._messages.tell(student, notebook, cell, verdict)


def _try_hidden_tests(assignment: Assignment) -> None:
    """Raise what is wrong with hidden tests that were right where they came from."""
    for notebook in assignment.notebooks:
        tests = load_hidden_tests(assignment.hidden_tests, assignment.name, notebook)
        for name, test in tests.items():
            for problem in problems(test):
                raise RuntimeError(f"hidden test {name} of {notebook}: {problem}")


class _Kept(logging.Handler):
    """Keeps what is said, to be said by the process that the instructor sees."""

    def __init__(self):
        super().__init__()
        self.records: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append((record.levelno, record.getMessage()))


class GiveCourse(WorkerPlugin):
    """Gives a course to each worker that there is or will be.

    A worker that can grade takes on the resource of the run's name, which its tasks ask for; one
    that cannot says why, and is given none.
    """

    def __init__(self, run: str, course: Course):
        """Name the run; see `nbjudge.cluster.pool`."""
        self.name = run
        self._course = course
        self._grader: WorkerGrader | None = None  # on a worker that can grade

    async def setup(self, worker: Worker) -> None:
        """Get ready; see Dask."""
        loop = asyncio.get_running_loop()
        told = {"worker": worker.address, "versions": versions(self._course)}
        send = functools.partial(worker.log_event, self.name)
        try:
            self._grader = await loop.run_in_executor(
                grading_thread(), WorkerGrader, self._course, send
            )
        except BoxError as error:
            told["refused"] = str(error)
        except Exception as error:  # whatever a course's modules raise on another machine
            told["refused"] = f"{type(error).__name__}: {error}"
        else:
            await worker.set_resources(**{self.name: 1})
        worker.log_event(self.name, told)

    async def teardown(self, worker: Worker) -> None:
        """Forget the course, and leave nothing of it on this machine."""
        grader, self._grader = self._grader, None
        if grader is not None:
            grader.close()
            loop = asyncio.get_running_loop()
            cooling = loop.run_in_executor(grading_thread(), grader.cool_down)
            await asyncio.wait([cooling], timeout=SECONDS_TO_COOL_DOWN)

    def grade(self, number: int, task: GradingTask) -> bytes:
        """Return a graded submission, see `WorkerGrader.grade`; for any thread."""
        if self._grader is None:
            raise RuntimeError("this worker has forgotten the course")
        return grading_thread().submit(self._grader.grade, number, task).result()


def grade(run: str, number: int, task: GradingTask) -> bytes:
    """Grade one submission on a worker; `number` is its task's. Raises what went wrong, as text."""
    worker = get_worker()
    told = worker.scheduler.log_event(topic=run, msg={"worker": worker.address, "began": number})
    # not by the worker's own `log_event`: what ends the worker at once would end the message, too
    asyncio.run_coroutine_threadsafe(told, worker.loop.asyncio_loop).result(SECONDS_TO_TELL)
    try:
        return worker.plugins[run].grade(number, task)
    except Exception as error:
        # an exception of a library's own class need not be one that can be sent
        said = f"{type(error).__name__}: {error}"
        if isinstance(error, OSError) and error.errno:
            raise OSError(error.errno, said) from None
        raise RuntimeError(said) from None


def count_losses_here(dask_scheduler=None) -> None:
    """Let a scheduler report each lost task, so that the one that did it is told from the others.

    Dask would try again, and blame what waited on the lost worker as well.
    """
    dask_scheduler.allowed_failures = 0


def abandoned_runs(dask_scheduler=None) -> list[str]:
    """Return the runs whose command was killed: workers still hold the course for them."""
    clients = dask_scheduler.clients
    return [
        name
        for name in dask_scheduler.worker_plugins
        if name.startswith(RUN) and not any(client in name for client in clients)
    ]


def has_plugin(name: str, dask_scheduler=None) -> bool:
    """Return whether a scheduler gives this plugin to workers that come."""
    return name in dask_scheduler.worker_plugins


def versions(course: Course) -> dict[str, str]:
    """Return the versions of Python and of the packages here that verdicts depend on."""
    found = {"Python": platform.python_version()}
    preloaded = {name.split(".")[0] for name in BoxProvisioner(config=course.config).preload}
    for name in sorted({*PACKAGES, *preloaded}):
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # missing, or its package has another name than its module
            continue
    return found
