"""The pool of workers by itself: Dask's scheduler and workers in this process, which only wait."""

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from distributed import Client
from traitlets.config import Config

from nbjudge.cluster import worker
from nbjudge.cluster.pool import Pool
from nbjudge.cluster.scored_messages import (
    MESSAGE_CHARACTERS,
    MOST_MESSAGES,
    ScoredMessages,
    read_scored,
)
from nbjudge.intake import Submission
from nbjudge.outcomes import Outcome
from nbjudge.record.results import GradedNotebook, GradedSubmission, GradingTask
from nbjudge.verdict.scoring import Verdict
from nbjudge.verdict.student_view import shown

VIEW = shown(Verdict("area_test", "Area", 2.0, 3.0, Outcome.PASSED, ()))
WAIT = 30  # seconds, for what takes a blink


class Gate:
    """Lets each student's grading end when the test says so."""

    open: dict

    def __init__(self, course, send):
        self._send = send

    def grade(self, number, task):
        messages = ScoredMessages(number, self._send)
        messages.tell(task.student, "area", "a", VIEW)
        assert self.open[task.student].wait(WAIT)
        if task.student == "bad":
            raise ValueError("odd")
        messages.tell(task.student, "area", "b", VIEW)
        return GradedSubmission({"area": GradedNotebook('{"cells": []}', ())}).to_bytes()

    def cool_down(self):
        pass

    def close(self):
        pass


@pytest.fixture
def heard():
    """Return what is heard, in its order."""
    return []


@pytest.fixture
def pool(monkeypatch, heard):
    """Return the pool of two workers whose grading waits for `Gate.open`."""
    threads = ThreadPoolExecutor(4)
    monkeypatch.setattr(worker, "WorkerGrader", Gate)
    monkeypatch.setattr(worker, "grading_thread", lambda: threads)
    monkeypatch.setattr(
        Gate, "open", {name: threading.Event() for name in ("anna", "bob", "bad")}, raising=False
    )
    with Client(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as dask:
        pool = Pool(
            dask,
            SimpleNamespace(config=Config(), files=None),
            give_up=None,
            log=logging.getLogger("pool"),
            on_scored=lambda *event: heard.append(event[:3]),
        )
        yield pool
        for gate in Gate.open.values():
            gate.set()
        pool.close()


def task(student):
    submission = Submission(student, "small", {}, {}, None, ())
    return GradingTask(submission, {"area": {}})


def test_an_empty_queue_holds_up_no_result_and_another_thread_may_submit(pool, heard):
    assert pool.capacity == 0
    assert list(pool.results()) == []  # it waited for a worker, and for nothing else
    assert pool.capacity >= 1
    pool.submit(task("anna"))
    results = []

    def collect():
        while len(results) < 2:
            for each, graded in pool.results():
                results.append((each.student, graded, time.monotonic()))

    collecting = threading.Thread(target=collect, daemon=True)
    collecting.start()
    until = time.monotonic() + WAIT
    while ("anna", "area", "a") not in heard:  # in work, and what is known of it is told
        assert time.monotonic() < until
        time.sleep(0.01)
    assert results == []
    pool.submit(task("bob"))  # while another thread waits for results
    Gate.open["bob"].set()
    while not results:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert [student for student, _, _ in results] == ["bob"]  # nobody waited for anna
    Gate.open["anna"].set()
    collecting.join(WAIT)
    assert [student for student, _, _ in results] == ["bob", "anna"]
    assert all(isinstance(graded, GradedSubmission) for _, graded, _ in results)


def test_tasks_are_told_of_in_their_order_before_their_submission_is_done(pool, heard):
    for gate in Gate.open.values():
        gate.set()
    told_before = {}
    list(pool.results())
    for student in ("anna", "bad", "bob"):
        pool.submit(task(student))
    while len(told_before) < 3:
        for each, graded in pool.results():
            told_before[each.student] = [event for event in heard if event[0] == each.student]
            assert isinstance(graded, Exception) == (each.student == "bad")
    both = {who: [(who, "area", "a"), (who, "area", "b")] for who in ("anna", "bob")}
    assert told_before == {**both, "bad": [("bad", "area", "a")]}
    assert list(pool.results()) == []  # nothing is in work, and nothing is waited for


def test_messages_of_one_submission_are_few_and_short():
    sent = []
    messages = ScoredMessages(7, sent.append)
    for number in range(MOST_MESSAGES + 5):
        messages.tell("anna", "area", f"cell{number}", VIEW)
    messages = ScoredMessages(8, sent.append)
    messages.tell("anna", "area", "a", {**VIEW, "hint": "x" * MESSAGE_CHARACTERS})
    assert len(sent) == MOST_MESSAGES
    assert max(len(json.dumps(message)) for message in sent) < MESSAGE_CHARACTERS + 500
    assert read_scored(sent[0], ["area"]) == ("area", "cell0", VIEW)


def test_what_no_connection_could_carry_is_carried():
    sent = []
    odd = {**VIEW, "hint": "\ud800 \x00 ä"}
    ScoredMessages(1, sent.append).tell("anna", "area", "a", odd)
    assert sent[0]["verdict"].isascii()
    assert read_scored(sent[0], ["area"]) == ("area", "a", odd)


@pytest.mark.parametrize(
    "change",
    [
        {"notebook": "line"},  # which is not graded
        {"notebook": ["area"]},
        {"cell": None},
        {"cell": "x" * 1000},
        {"verdict": "{"},
        {"verdict": "[" * 5000},
        {"verdict": json.dumps({**VIEW, "points": "3"})},
        {"verdict": " " * (MESSAGE_CHARACTERS + 1)},
        {"verdict": None},
    ],
)
def test_a_damaged_message_is_no_message(change):
    message = {"scored": 1, "notebook": "area", "cell": "a", "verdict": json.dumps(VIEW)}
    assert read_scored(message, ["area"]) is not None
    assert read_scored({**message, **change}, ["area"]) is None
