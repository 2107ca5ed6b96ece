"""Many processes grade, one writes: the same rows and files as one process gives, whoever dies."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dask
import psutil
import pytest
from corpus import watch
from distributed.security import Security
from marks import slow
from small_course import (
    ASSIGNMENT,
    RIGHT,
    build,
    environment,
    files,
    forget_grading,
    hand_in,
    nbgrader,
    nbjudge,
    rows,
    run,
)

from nbjudge.cluster.scheduler_address import client_of
from nbjudge.errors import BadResultError, NoWorkerError
from nbjudge.record.results import RESULT_BYTES, GradedNotebook, GradedSubmission, from_bytes

STUDENTS = 8
# a machine on which nothing can be boxed
WITHOUT_BUBBLEWRAP = (
    *("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)), "sh", "-c"),
    'mount --bind /dev/null "$(command -v bwrap)" && exec "$@"',
    "sh",
)
# what a worker does with the submissions of two students, beside grading them
WORSE = """
import os, time
from nbjudge.grading.notebook_run import NotebookRun
from nbjudge.nbgrader_ext.execute import JudgeExecute

class WorseRun(NotebookRun):
    def run(self):
        if self.request.student == "deadly":
            os._exit(1)
        if self.request.student.startswith("slow"):
            time.sleep(3)
        return super().run()

class WorseExecute(JudgeExecute):
    run_class = WorseRun

c.JudgeExecute.seed = 7
"""
STEPS = """
steps = c.Autograde.autograde_preprocessors
steps[steps.index("nbjudge.nbgrader_ext.execute.JudgeExecute")] = WorseExecute
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in which a class has handed in, nobody is graded."""
    course = build(tmp_path_factory.mktemp("workers"), STUDENTS, WORSE)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(STEPS)
    # a hidden test that reads a file of the course, as others do
    test = course / "hidden_tests" / ASSIGNMENT / "area.py"
    reading = 'float((Path(__file__).resolve().parents[2] / "data" / "pi.txt").read_text())'
    text = test.read_text().replace("expect=lambda r: math.pi", f"expect=lambda r: {reading}")
    test.write_text(f"from pathlib import Path\n\n{text}")
    (course / "data").mkdir()
    (course / "data" / "pi.txt").write_text("3.141592653589793")
    hand_in(course, "late", RIGHT).joinpath("timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
    hand_in(course, "half", {"area": RIGHT["area"]})
    hand_in(course, "files", RIGHT).joinpath("own.txt").write_text("mine")
    path = course / "submitted" / "broken" / ASSIGNMENT
    path.mkdir(parents=True)
    (path / "area.ipynb").write_text("{")
    return course


@pytest.fixture(scope="module")
def alone(course):
    """Return what one process has written of the class."""
    nbgrader(course, "autograde", ASSIGNMENT)
    found = everything(course)
    forget_grading(course)
    return found


@contextlib.contextmanager
def temporary_folder():
    """Give a folder for temporary files that is this test's own."""
    with tempfile.TemporaryDirectory(prefix="w-") as temporary:
        os.chmod(temporary, 0o755)
        yield temporary


def everything(course):
    """Return the files, the rows by name, and all tables but for what is drawn or counted."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as db:
        tables = {}
        for (name,) in list(db.execute("select name from sqlite_master where type='table'")):
            columns = [row[1] for row in db.execute(f"pragma table_info({name})")]
            kept = [c for c in columns if c != "id" and not c.endswith("_id")] or ["1"]
            if name == "student":
                kept.append("id")
            tables[name] = sorted(map(repr, db.execute(f"select {','.join(kept)} from {name}")))
    return files(course), rows(course), tables


def test_two_workers_write_what_one_process_writes_and_leave_nothing_else(ungraded, alone):
    command = (sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, "--workers=2")
    with temporary_folder() as temporary:
        log = run(ungraded, *command, TMPDIR=temporary, XDG_RUNTIME_DIR="")
        assert [path.name for path in Path(temporary).glob("nbjudge-*")] == []
    assert f"{STUDENTS + 4} submissions graded" in log
    assert everything(ungraded) == alone


def test_what_is_graded_by_workers_is_not_graded_again_by_one_process(ungraded, alone):
    nbjudge(ungraded, "grade", ASSIGNMENT, "--workers=2")
    assert "Nothing was graded" in nbgrader(ungraded, "autograde", ASSIGNMENT)


def test_a_worker_that_is_killed_costs_nobody_anything(ungraded, alone):
    process, log = begin(ungraded, "--workers=2")
    victim = next(iter(workers_of(process)))
    victim.kill()
    assert process.wait(120) == 0, log.read_text()
    assert everything(ungraded) == alone


@pytest.mark.parametrize("seconds", [0, 0.15, 0.4])
@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_gets_ready_costs_nobody_anything(
    ungraded, alone, tmp_path, seconds
):
    log = tmp_path / "log"
    command = [sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, "--workers=2"]
    with log.open("w") as said:
        process = subprocess.Popen(
            command, cwd=ungraded, env=environment(), stdout=said, stderr=said
        )
        while not (workers := workers_of(process)):
            assert process.poll() is None, log.read_text()
            time.sleep(0.005)
        time.sleep(seconds)
        workers[0].kill()
        assert process.wait(120) == 0, log.read_text()
    assert everything(ungraded) == alone


# grades with a reporter that prints what it hears
LISTENS = """
import json, sys
from pathlib import Path
from nbjudge.nbgrader_ext.apps import GradeApp
from nbjudge.nbgrader_ext.autograde import JudgeAutograde
from nbjudge.reports.terminal.run_reporter import TerminalReporter

class Listening(TerminalReporter):
    def task_scored(self, student, notebook, cell, verdict):
        say("scored", student, notebook, cell, verdict["points"], verdict["outcome"])

    def submission_done(self, student, outcomes):
        super().submission_done(student, outcomes)
        say("done", student)

def say(*event):
    print("EVENT", json.dumps(event), flush=True)

class ListeningAutograde(JudgeAutograde):
    def reporter(self):
        return Listening(self.log, 1, Path(self.coursedir.root, "autograded"), self._refused)

if __name__ == "__main__":
    app = GradeApp.instance()
    app.initialize(sys.argv[1:])
    app.coursedir.assignment_id = sys.argv[1]
    ListeningAutograde(parent=app, coursedir=app.coursedir).start()
"""


def events_of(course, *options):
    """Grade; return what a reporter heard, in its order."""
    script = course / "listens.py"
    script.write_text(LISTENS)
    log = run(course, sys.executable, "listens.py", ASSIGNMENT, *options)
    return [json.loads(line[6:]) for line in log.splitlines() if line.startswith("EVENT ")]


@pytest.mark.parametrize("workers", [slow(0), 2])
def test_each_task_is_told_of_in_its_order_while_its_submission_is_graded(ungraded, workers):
    events = events_of(ungraded, f"--workers={workers}")
    done = [event[1] for event in events if event[0] == "done"]
    assert len(done) == len(set(done)) == STUDENTS + 4
    points = {key: row[0] for key, row in rows(ungraded).items() if key[1] != "words"}
    for student in done:
        own = [event for event in events if event[1] == student]
        assert own[-1] == ["done", student]
        scored = own[:-1]
        notebooks = {"half": ["area"], "broken": ["area"]}.get(student, ["area", "line"])
        assert [event[2:4] for event in scored] == [[n, f"{n}_test"] for n in notebooks]
        for _, _, notebook, cell, given, outcome in scored:
            assert given == points[student, cell]
            assert outcome in ("passed", "wrong value", "unreadable"), notebook


@pytest.fixture
def deadly(ungraded):
    """Return the course with one submission that no worker survives."""
    folder = hand_in(ungraded, "deadly", RIGHT)
    yield ungraded
    for path in sorted(folder.parent.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.parent.rmdir()


# kills the worker while it has nothing to do: after the first student
KILLS_AN_IDLE_WORKER = """
import os, signal, time
from nbjudge.cluster import pool

pool.WAITING_SECONDS = 2
asked = []

def before_a_student():
    asked.append(None)
    if len(asked) == 2:
        from distributed import default_client

        (worker,) = default_client().run(os.getpid).values()
        os.kill(worker, signal.SIGKILL)
        time.sleep(0.5)

c.JudgeAutograde.pre_convert_hook = before_a_student
"""


@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_waits_costs_nobody_anything(tmp_path):
    course = build(tmp_path, 3, KILLS_AN_IDLE_WORKER)
    nbjudge(course, "grade", ASSIGNMENT, "--workers=1")
    points = {who: each[0] for (who, cell), each in rows(course).items() if cell == "line_test"}
    assert points == {"student00": 0, "student01": 2, "student02": 2}


@pytest.mark.slow
def test_a_submission_that_no_worker_survives_is_given_up_and_costs_nobody_else(deadly, alone):
    log = nbjudge(deadly, "grade", ASSIGNMENT, "--workers=2")
    assert log.count("deadly: the worker was lost; graded again.") == 2
    assert "deadly: given up, because it lost its worker 3 times." in log
    lines = files(deadly)["deadly/small/area.audit.jsonl"]
    assert [(line["points"], line["outcome"]) for line in lines] == [(0, "kernel died")]
    others = {name: text for name, text in files(deadly).items() if not name.startswith("deadly")}
    assert others == alone[0]


def test_a_result_that_cannot_be_read_is_no_result():

    right = GradedSubmission(
        {"area": GradedNotebook('{"cells": []}', ('{"cell": null}',))}, ((30, "hm"),)
    )
    assert from_bytes(right.to_bytes(), ["area"]) == right
    for wrong in (
        b"",
        b"[]",
        b"{}",
        "[" * 100_000,
        right.to_bytes().replace(b"area", b"line"),
        GradedSubmission({"area": GradedNotebook("no json", ())}).to_bytes(),
        GradedSubmission({"area": GradedNotebook(None, ("[]",))}).to_bytes(),
        GradedSubmission({"area": GradedNotebook(None, ('{"cell": \n null}',))}).to_bytes(),
    ):
        with pytest.raises(BadResultError):
            from_bytes(wrong, ["area"])


def begin(course, *options, **more):
    """Start to grade, wait until somebody is graded; return the process and its log.

    `more` is what its environment has beside the usual.
    """
    log = course / "log.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, *options],
            cwd=course,
            env=environment() | more,
            stdout=output,
            stderr=output,
        )
    until = time.monotonic() + 60
    while not list(course.glob(f"autograded/*/{ASSIGNMENT}")):
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.01)
    return process, log


def workers_of(process):
    """Return the worker processes of a run: forks of a fork of it, each with threads of its own."""
    command, found = psutil.Process(process.pid), []
    for child in command.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child.cmdline() == command.cmdline() and child.num_threads() > 2:
                found.append(child)
    return found


class Cluster:
    """A scheduler and workers as processes of their own, with certificates, without a course."""

    def __init__(self, folder, tls=True):
        self.folder, self._processes = folder, []
        self.options, self.environment = [], {}
        if tls:
            self._write_certificates()
        self.file = folder / "scheduler.json"
        here = ("--host=127.0.0.1", "--port=0", f"--scheduler-file={self.file}")
        self._start("scheduler", *here)
        until = time.monotonic() + 60
        while not self.file.exists() or not self.file.read_text():
            assert time.monotonic() < until
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text())["address"]

    def _write_certificates(self):
        security = Security.temporary()
        (self.folder / "ca.pem").write_text(security.tls_ca_file)
        (self.folder / "cert.pem").write_text(security.tls_worker_cert)
        key = self.folder / "key.pem"
        key.write_text(security.tls_worker_key)
        names = {"ca-file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}
        self.options = [f"--tls-{name}={self.folder / file}" for name, file in names.items()]
        self.environment = {
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": str(self.folder / "ca.pem"),
            **{
                f"DASK_DISTRIBUTED__COMM__TLS__{role}__{what}": str(self.folder / file)
                for role in ("CLIENT", "SCHEDULER", "WORKER")
                for what, file in (("CERT", "cert.pem"), ("KEY", "key.pem"))
            },
            "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        }

    def add_worker(self, name, *prefix):
        """Start one worker in a folder of its own; `prefix` is a command that starts commands."""
        folder = self.folder / name
        folder.mkdir()
        options = ("--nthreads=1", "--no-dashboard")
        self._start("worker", self.address, *options, cwd=folder, prefix=prefix)

    def _start(self, kind, *arguments, cwd=None, prefix=()):
        python = (*prefix, sys.executable, "-m", f"distributed.cli.dask_{kind}")
        process = subprocess.Popen(
            [*python, *arguments, *self.options],
            cwd=cwd or self.folder,
            env={
                **environment(),
                **self.environment,
                "TMPDIR": str(self.folder),
                "XDG_RUNTIME_DIR": "",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)

    @property
    def scheduler(self):
        return self._processes[0]

    def close(self):
        for process in self._processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        child.kill()
            process.kill()
            process.wait()


@pytest.fixture
def cluster():
    """Return a scheduler with certificates and without a worker."""
    with tempfile.TemporaryDirectory(prefix="cl-") as folder:
        os.chmod(folder, 0o755)
        cluster = Cluster(Path(folder))
        yield cluster
        cluster.close()


def grade_with(course, cluster, status=0):
    """Grade with a cluster's workers; return what is printed."""
    command = (sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, "--scheduler", cluster.address)
    return run(course, *command, status=status, **cluster.environment)


def test_workers_elsewhere_need_no_course_and_one_that_cannot_box_refuses_once(
    ungraded, alone, cluster
):
    cluster.add_worker("good")
    cluster.add_worker("without_bubblewrap", *WITHOUT_BUBBLEWRAP)
    log = grade_with(ungraded, cluster)
    assert everything(ungraded) == alone
    assert log.count("does not grade: bubblewrap (bwrap) cannot be started") == 1
    assert list((cluster.folder / "good").glob("**/hidden_tests")) == []


@pytest.mark.slow
def test_where_no_worker_can_box_it_is_said_why_nothing_is_graded(ungraded, cluster):
    cluster.add_worker("without_bubblewrap", *WITHOUT_BUBBLEWRAP)
    log = grade_with(ungraded, cluster, status=1)
    assert "No worker can grade: bubblewrap (bwrap) cannot be started" in log
    assert "Traceback" not in log
    assert not list(ungraded.glob(f"autograded/*/{ASSIGNMENT}"))


@pytest.mark.slow
def test_a_scheduler_that_is_gone_is_named_and_the_same_command_goes_on(ungraded, alone, cluster):
    cluster.add_worker("good")
    scheduler = f"--scheduler={cluster.address}"
    process, log = begin(ungraded, scheduler, **cluster.environment)
    cluster.scheduler.send_signal(signal.SIGKILL)
    assert process.wait(120) == 1, log.read_text()
    assert "The connection to the scheduler is lost." in log.read_text()
    assert "run the same command again" in log.read_text()
    assert "Traceback" not in log.read_text()
    nbjudge(ungraded, "grade", ASSIGNMENT, "--workers=2")
    assert everything(ungraded) == alone


@pytest.mark.slow
def test_what_a_killed_command_has_left_on_a_cluster_goes_with_the_next_run(
    ungraded, alone, cluster
):
    cluster.add_worker("good")
    scheduler = f"--scheduler={cluster.address}"
    process, _ = begin(ungraded, scheduler, **cluster.environment)
    process.kill()
    process.wait()
    assert list(cluster.folder.glob("nbjudge-course-*")) != []
    grade_with(ungraded, cluster)
    assert everything(ungraded) == alone
    assert list(cluster.folder.glob("nbjudge-*")) == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://grader.example.org:8786", "is on another machine and not reached by TLS"),
        slow("tcp://127.0.0.1:9", "There is no scheduler at tcp://127.0.0.1:9"),
        ("tls://[::1", "is no address"),
    ],
)
def test_a_scheduler_that_cannot_be_used_is_refused_in_a_sentence(ungraded, address, sentence):
    log = nbjudge(ungraded, "grade", ASSIGNMENT, f"--scheduler={address}", status=1)
    assert sentence in log
    assert "Traceback" not in log


def test_certificates_that_cannot_be_read_are_named():
    names = ("ca-file", "client.cert", "client.key")
    with (
        dask.config.set({f"distributed.comm.tls.{name}": "/nowhere.pem" for name in names}),
        pytest.raises(NoWorkerError, match="cannot be used"),
        client_of("tls://127.0.0.1:9"),
    ):
        pass


def test_what_hidden_tests_read_elsewhere_is_not_sent_to_workers(ungraded):
    options = ("--scheduler=tcp://127.0.0.1:9", "--JudgeExecute.reads=../shared")
    log = nbjudge(ungraded, "grade", ASSIGNMENT, *options, status=1)
    assert "'../shared', which is not below the course's folder" in log
    assert "Traceback" not in log


def test_where_all_is_graded_no_scheduler_is_needed(ungraded, alone):
    nbgrader(ungraded, "autograde", ASSIGNMENT, "--log-level=ERROR")
    log = nbjudge(ungraded, "grade", ASSIGNMENT, "--scheduler=tcp://127.0.0.1:9")
    assert "all is graded already" in log


def test_a_result_that_is_too_large_is_not_read():
    with pytest.raises(BadResultError, match="larger than"):
        from_bytes(b" " * (RESULT_BYTES + 1), [])


@pytest.mark.slow
def test_a_run_whose_workers_are_told_to_end_with_it_ends_with_its_last_word(ungraded):
    process, log = begin(ungraded, "--workers=2")
    for each in (*workers_of(process), process):  # as `timeout` and batch systems do
        each.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert "Traceback" not in log.read_text()
    assert "run the same command again" in log.read_text().strip().splitlines()[-1]


def test_no_process_is_left_when_a_run_with_workers_is_killed(ungraded):
    with temporary_folder() as temporary:
        process, _ = begin(ungraded, "--workers=2", TMPDIR=temporary, XDG_RUNTIME_DIR="")
        process.kill()
        process.wait()
        until = time.monotonic() + 20
        while watch.survivors([temporary]) and time.monotonic() < until:
            time.sleep(0.1)
        assert watch.survivors([temporary]) == []
