"""A grader that is killed loses nothing: whatever the moment, the same command goes on.

make kills      # at 100 moments; `make test` tries 3
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from corpus import watch
from marks import slow
from small_course import ASSIGNMENT, build, environment, files, forget_grading, nbjudge, rows

STUDENTS = 10
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
ALONE = [sys.executable, "-m", "nbjudge", "autograde", ASSIGNMENT, "--log-level=WARN"]
WORKERS = [sys.executable, "-m", "nbjudge", "grade", ASSIGNMENT, "--workers=2"]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course in which a class has handed in."""
    return build(tmp_path_factory.mktemp("killed"), STUDENTS, "c.JudgeExecute.seed = 7")


@pytest.fixture(scope="module")
def undisturbed(course):
    """Return the rows and the files of a run that nobody disturbs."""
    nbjudge(course, *ALONE[3:])
    found = rows(course), files(course)
    forget_grading(course)
    return found


FEW = [(ALONE, signal.SIGKILL), (WORKERS, signal.SIGTERM), (ALONE, signal.SIGINT)]
# each signal for both commands, in turn
MANY = [((ALONE, WORKERS)[n % 2], SIGNALS[n // 2 % len(SIGNALS)]) for n in range(100)]


@pytest.fixture(scope="module", params=[pytest.param(FEW, id="3"), slow(MANY, id="100")])
def kills(request, course, undisturbed):
    """Kill the grader again and again; return (signal, status, output, what was wrong then)."""
    moments = random.Random(20261124)
    forget_grading(course)
    with tempfile.TemporaryDirectory(prefix="k-") as temporary:
        os.chmod(temporary, 0o755)
        found = [
            _kill_once(course, undisturbed, command, number, moments, temporary)
            for command, number in request.param
        ]
        yield found, temporary


def _kill_once(course, undisturbed, command, number, moments, temporary):
    if len(_graded(course)) > STUDENTS - 7:  # so that it is killed in the middle
        forget_grading(course)
    log = Path(temporary, "log.txt")
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=course,
            env={**environment(), "TMPDIR": temporary, "XDG_RUNTIME_DIR": ""},
            stdout=output,
            stderr=output,
            preexec_fn=_as_in_a_terminal,
        )
        _wait_for_a_moment(course, process, moments)
        process.send_signal(number)
        status = process.wait(60)
    survivors = _survivors(temporary)
    wrong = _wrong(course, undisturbed)
    return number, status, log.read_text(), wrong + survivors


def _as_in_a_terminal():
    """Let all signals do what they usually do, also where `nohup make test &` ignores some."""
    for number in SIGNALS[1:]:
        signal.signal(number, signal.SIG_DFL)


def _wait_for_a_moment(course, process, moments):
    """Wait for a random time: from the start, or from when the first student is being graded."""
    if moments.random() < 0.8:
        before, begin = _written(course), time.monotonic()
        while process.poll() is None and time.monotonic() < begin + 60:
            if _written(course) - before:
                break
            time.sleep(0.005)
    time.sleep(moments.uniform(0, 1.2))


def _written(course):
    """Return which folders there are by now, finished or not, each with what tells it apart."""
    found = set()
    for path in course.glob("autograded/*/*small*"):
        with contextlib.suppress(OSError):
            found.add((path.parent.name, path.stat().st_ino))
    return found


def _graded(course):
    return [path.parent.name for path in course.glob(f"autograded/*/{ASSIGNMENT}")]


def _wrong(course, undisturbed):
    """Return what an instructor could see at this moment that is not as it should be."""
    right_rows, right_files = undisturbed
    there, entered = files(course), rows(course)
    wrong = []
    for student in _graded(course):
        begin = f"{student}/{ASSIGNMENT}/"
        expected = {name: value for name, value in right_files.items() if name.startswith(begin)}
        if {name: value for name, value in there.items() if name.startswith(begin)} != expected:
            wrong.append(f"the folder of {student} is not whole")
        if not any(key[0] == student for key in entered):
            wrong.append(f"{student} is graded and not in the gradebook")
    for key, row in entered.items():
        if row != right_rows[key]:
            wrong.append(f"{key} has {row}")
    return wrong


def _survivors(temporary):
    """Return the processes that are left, after a moment in which they may end."""
    until = time.monotonic() + 20
    while (found := watch.survivors([temporary])) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def test_whenever_it_is_killed_what_is_there_is_whole_and_no_process_is_left(kills):
    assert [wrong for _, _, _, wrong in kills[0] if wrong] == []


def test_the_kills_came_in_the_middle(kills):
    disturbed = [number for number, status, _, _ in kills[0] if status != 0]
    assert len(disturbed) >= len(kills[0]) * 2 / 3
    if len(kills[0]) > len(FEW):
        assert set(disturbed) == set(SIGNALS)


def test_whoever_stops_it_reads_how_many_are_done_and_how_to_go_on_and_no_traceback(kills):
    stopped = [each for each in kills[0] if each[1] == 128 + each[0]]
    assert len(stopped) >= len(kills[0]) / 3
    for number, _, log, _ in stopped:
        last = log.strip().splitlines()[-1]
        assert "Stopped." in last, (number, log)
        assert "run the same command again" in last, log
        assert "Traceback" not in log, log


def test_what_was_half_written_is_graded_again_and_that_is_said(course, kills, undisturbed):
    forget_grading(course)
    half = course / "autograded" / "student03" / ".small.grading"
    half.mkdir(parents=True)
    (half / "area.ipynb").write_text("{")
    log = nbjudge(course, *ALONE[3:])
    assert "student03: the last run ended in the middle" in log
    assert (rows(course), files(course)) == undisturbed


def test_a_run_that_is_not_disturbed_brings_the_class_to_its_end(course, kills, undisturbed):
    nbjudge(course, *ALONE[3:])
    assert (rows(course), files(course)) == undisturbed


def test_temporary_folders_of_killed_graders_are_cleaned_up(course, kills):
    assert len(list(Path(kills[1]).glob("nbjudge-warm-*"))) <= 2
