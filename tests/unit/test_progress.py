"""What an instructor reads while a run goes on: how far, how fast, how long yet, how it ended."""

import contextlib
import fcntl
import logging
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

import pytest

from nbjudge.outcomes import Outcome
from nbjudge.reports.terminal import progress as module
from nbjudge.reports.terminal.progress import Run, outcomes_text, progress

LOG = logging.getLogger("test_progress")


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """Return the clock that runs are timed by."""
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def after(clock, run, *seconds, students=None):
    """Let a student be done after each so many seconds; return the facts then."""
    for number, more in enumerate(seconds):
        clock.now += more
        run.tell(students[number] if students else f"s{number}", {Outcome.PASSED: 1})
    return run.facts


def test_nothing_is_said_of_the_time_left_before_anybody_is_done(clock):
    assert Run(10, {}, 1).facts == "time left not known yet"


def test_the_rest_takes_as_long_for_each_as_those_who_are_done(clock):
    assert after(clock, Run(10, {}, 1), 20, 40) == "2 a minute, about 4 min left"
    assert after(clock, Run(62, {}, 1), 20, 40) == "2 a minute, about 30 min left"
    assert after(clock, Run(722, {}, 1), 20, 40) == "2 a minute, about 6.0 h left"
    assert after(clock, Run(3, {}, 1), 20, 40) == "2 a minute, about 30 s left"


def test_several_workers_are_as_fast_as_what_they_have_done_together(clock):
    run = Run(40, {}, 8)
    assert after(clock, run, 20) == "time left not known yet"  # seven others are nearly done
    assert after(clock, run, *[0] * 7) == "24 a minute, about 80 s left"


def test_a_class_smaller_than_its_workers_is_told_of_too(clock):
    assert after(clock, Run(2, {}, 8), 20, 10) == "4 a minute, about 0 s left"


def test_who_was_expected_to_take_long_and_came_first_makes_nobody_else_long(clock):
    expected = {"long": 600.0, **{f"s{n}": 20.0 for n in range(9)}}
    run = Run(10, expected, 1)
    assert after(clock, run, 240, students=["long"]) == "0.25 a minute, about 72 s left"


def test_what_is_expected_of_nobody_who_is_done_is_not_asked(clock):
    run = Run(4, {"a": 0.0, "b": 60.0}, 1)
    assert after(clock, run, 10, students=["a"]) == "6 a minute, about 30 s left"


COUNTS = {Outcome.TIMED_OUT: 1, Outcome.PASSED: 41, Outcome.WRONG_VALUE: 3}


def test_outcomes_are_told_in_their_own_words_the_most_frequent_first():
    assert outcomes_text(COUNTS, 80) == "41 passed, 3 wrong value, 1 timed out"


@pytest.mark.parametrize("cells", range(8, 80))
def test_outcomes_fit_and_what_is_left_out_is_counted(cells):
    counts = {outcome: 1000 + 7 * number for number, outcome in enumerate(Outcome)}
    text = outcomes_text(counts, cells)
    assert len(text) <= cells
    told = [int(n.replace(",", "")) for n in re.findall(r"\d{1,3}(?:,\d{3})*", text)]
    assert sum(told) == sum(counts.values())


def test_where_there_is_no_terminal_lines_come_though_nobody_is_done(monkeypatch, capfd):
    monkeypatch.setattr(module, "LINE_SECONDS", 0.1)
    with progress(60, LOG) as tell:
        time.sleep(0.5)
        tell("anna", COUNTS)
        tell("bob", {})
        time.sleep(0.5)
    time.sleep(0.3)
    lines = capfd.readouterr().err.splitlines()
    assert lines[0] == "0:00:00 0 of 60 submissions done, time left not known yet"
    assert re.fullmatch(
        r"0:00:0\d 2 of 60 submissions done, \d+ a minute, about \d+ s left", lines[-2]
    )
    assert lines[-1] == "  tasks: 41 passed, 3 wrong value, 1 timed out"
    assert 4 <= len(lines) < 20
    assert max(map(len, lines)) <= 80


def on_a_terminal(code, columns=80):
    """Run Python code on a terminal of so many columns; return what came, without its codes."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm"},
    )
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while piece := os.read(ours, 65536):
            said += piece
    os.close(ours)
    assert process.wait() == 0, said
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode())


ON_A_TERMINAL = """
import logging, sys, time
from nbjudge.outcomes import Outcome
from nbjudge.reports.terminal.progress import progress

log = logging.getLogger("grade")
log.addHandler(logging.StreamHandler(sys.__stderr__))
with progress(1000, log) as tell:
    for number in range(999):
        tell(f"student{number}", {outcome: 9 for outcome in Outcome})
    log.warning("A word of somebody.")
    time.sleep(0.5)
"""


def test_a_terminal_of_80_columns_shows_a_bar_and_the_outcomes_below_it():
    lines = re.split(r"[\r\n]+", on_a_terminal(ON_A_TERMINAL))
    bar = [line for line in lines if line.startswith("grading")][-1]
    assert "999/1000" in bar
    assert "a minute, about 0 s left 0:00:0" in bar
    assert "…" not in bar
    (tasks,) = {line for line in lines if "8,991 passed" in line}
    assert tasks.startswith("tasks: 8,991 passed, 8,991 wrong value")
    assert "others" in tasks
    assert "A word of somebody." in lines
    assert max(len(line.rstrip()) for line in lines) <= 80
