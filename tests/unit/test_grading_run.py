"""One run: who is graded, held and told of, whatever happens to a submission or to the run."""

import contextlib
import errno
import logging
from collections import deque

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_course import HIDDEN_TESTS

from nbjudge.errors import GradebookError, InUseError, RunEndedError, Stopped
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.interfaces import Hooks
from nbjudge.grading.plan import GradingOptions, make_grading_plan
from nbjudge.grading.run import GradingRun
from nbjudge.grading.serial_grader import SerialGrader, as_student_view
from nbjudge.intake import IntakeLimits
from nbjudge.outcomes import Outcome
from nbjudge.record.results import GradedNotebook, GradedSubmission
from nbjudge.verdict.scoring import Verdict

STUDENTS = ["anna", "bob", "cem", "dora"]
GRADED = GradedSubmission({"area": GradedNotebook("{}", ('{"cell": "a", "outcome": "passed"}',))})


@pytest.fixture
def assignment(tmp_path):
    """Return an assignment of one notebook, which all students have handed in."""
    about = {"grade_id": "a", "grade": True, "solution": False, "locked": True, "points": 3}
    cell = new_code_cell('judge("area_test")', metadata={"nbgrader": about})
    notebook = new_notebook(cells=[cell])
    for student in STUDENTS:
        folder = tmp_path / "submitted" / student / "small"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "area.ipynb")
    hidden_tests = tmp_path / "hidden_tests"
    (hidden_tests / "small").mkdir(parents=True)
    (hidden_tests / "small" / "area.py").write_text(HIDDEN_TESTS["area"])
    return Assignment(
        name="small",
        submitted=tmp_path / "submitted",
        release=tmp_path / "release",
        notebooks={"area": notebook},
        files={},
        kept={"area": {"a": (cell.source, "")}},
        solutions={"area": {}},
        own_cells={"area": []},
        hidden_tests=hidden_tests,
        limits=IntakeLimits(),
        settings="",
    )


class Kept:
    """A writer that keeps results in memory; it knows who is locked."""

    def __init__(self, folder, events):
        self.changes, self.results, self.locked_now = [], {}, []
        self.known, self.in_use, self.finished_with = {}, set(), []
        self._folder, self._events = folder, events

    def graded_folder(self, student):
        return self._folder / student

    @contextlib.contextmanager
    def locked(self, student):
        if student in self.in_use:
            raise InUseError(f"{student} is being graded by another process.")
        self.locked_now.append(student)
        try:
            yield
        finally:
            self.locked_now.remove(student)

    def entered_points(self, student=None):
        return {}

    def known_result(self, task):
        return self.known.get(task.student)

    def write(self, task, graded):
        assert task.student in self.locked_now
        self._events.append(("written", task.student))
        self.results[task.student] = graded

    def enter(self, student):
        self._events.append(("entered", student))

    def finish(self, all_graded):
        self.finished_with.append(all_graded)
        return {"anna": (1.0, 2.0)}


class Heard:
    """A reporter that keeps what it hears in a list."""

    def __init__(self, events):
        self.events, self.result, self.errors = events, None, {}

    def started(self, plan):
        self.events.append(("started", len(plan.submissions)))

    def task_scored(self, student, notebook, cell, verdict):
        self.events.append(("scored", student, notebook, cell, verdict["points"]))

    def submission_done(self, student, outcomes):
        self.events.append(("done", student, dict(outcomes)))

    def submission_failed(self, student, error):
        self.errors[student] = error
        self.events.append(("failed", student))

    def finished(self, result):
        self.result = result


class Workers:
    """A grader of several workers, which hand in what they have when they are asked."""

    def __init__(self, capacity, grade, events):
        self.capacity, self._grade, self._events = 0, grade, events
        self._workers, self.waiting, self.most = capacity, deque(), 0

    def submit(self, task):
        self._events.append(("submitted", task.student))
        self.waiting.append(task)
        self.most = max(self.most, len(self.waiting))

    def results(self):
        if self.capacity < self._workers:  # as workers that get ready one by one
            self.capacity += 1
            return
        while self.waiting:
            task = self.waiting.pop()  # who came last is ready first
            yield task, self._grade(task)

    def close(self):
        raise AssertionError("the grader is not the run's")


class Trial:
    """A run in memory, and what was seen of it."""

    def __init__(self, assignment, folder, students=STUDENTS, **options):
        self.events = []
        self.writer, self.reporter = Kept(folder, self.events), Heard(self.events)
        asked = GradingOptions(assignment, ["area"], whole_class=True, **options)
        failed = self.reporter.submission_failed
        self.plan = make_grading_plan(asked, students, self.writer.graded_folder, {}, failed)

    def run(self, grader, **more):
        """Run; return the result also of a run that ends early, and with what it ended."""
        run = GradingRun(self.plan, grader, self.writer, self.reporter, **more)
        error = None
        try:
            assert run.run() is run.result
        except (RunEndedError, Stopped) as caught:
            error = caught
        assert self.reporter.result is run.result
        assert self.writer.locked_now == []
        return run.result, error


@pytest.fixture
def trial(assignment, tmp_path):
    return Trial(assignment, tmp_path / "graded")


def failing(student, error):
    """Return a grade function that raises for one student."""

    def grade(task):
        if task.student == student:
            raise error
        return GRADED

    return grade


def test_all_are_graded_and_told_of_in_their_order(trial):
    result, error = trial.run(SerialGrader(lambda task: GRADED))
    assert error is None
    assert (result.total, result.graded, result.failed, result.complete) == (4, 4, [], True)
    assert trial.writer.results == dict.fromkeys(STUDENTS, GRADED)
    assert trial.events == [
        ("started", 4),
        *(
            event
            for student in STUDENTS
            for event in (("written", student), ("done", student, {Outcome.PASSED: 1}))
        ),
    ]
    assert trial.writer.finished_with == [True]
    assert result.penalties == {"anna": (1.0, 2.0)}


def test_one_process_finishes_a_student_before_it_reads_the_next(trial):
    seen = []
    hooks = Hooks(lambda who: seen.append(("before", who)), lambda who: seen.append(("after", who)))
    trial.run(SerialGrader(lambda task: GRADED), hooks=hooks)
    assert seen == [(when, who) for who in STUDENTS for when in ("before", "after")]


def test_workers_get_their_next_submission_before_a_result_is_written(trial):
    grader = Workers(1, lambda task: GRADED, trial.events)
    trial.run(grader)
    assert grader.most == 1
    kinds = [event[:2] for event in trial.events if event[0] in ("submitted", "written")]
    assert kinds == [
        ("submitted", "anna"),
        ("submitted", "bob"),
        ("written", "anna"),
        ("submitted", "cem"),
        ("written", "bob"),
        ("submitted", "dora"),
        ("written", "cem"),
        ("written", "dora"),
    ]


def test_no_more_is_submitted_than_workers_are_ready_and_more_when_they_come(trial):
    grader = Workers(3, lambda task: GRADED, trial.events)
    result, _ = trial.run(grader)
    assert grader.most == 3
    assert result.graded == 4
    first = next(event[1] for event in trial.events if event[0] == "written")
    assert first == "cem"  # the last of the three that were in work


def test_an_empty_queue_holds_up_no_result(trial):
    """What is ready is told of though nobody else has anything to submit, or ever will."""
    told_when_last_began = []

    def grade(task):
        if task.student == "dora":
            told_when_last_began.extend(e[1] for e in trial.events if e[0] == "done")
        return GRADED

    trial.run(SerialGrader(grade))
    assert told_when_last_began == ["anna", "bob", "cem"]

    grader = SerialGrader(lambda task: GRADED)
    assert list(grader.results()) == []  # nothing is waited for


def test_a_service_may_submit_one_after_the_other_to_one_grader(trial, assignment, tmp_path):
    grader = SerialGrader(lambda task: GRADED)
    for student in STUDENTS:
        one = Trial(assignment, tmp_path / "graded", [student], force=True)
        result, _ = one.run(grader)
        assert (result.graded, list(one.writer.results)) == (1, [student])


@pytest.mark.parametrize("many", [False, True])
def test_a_submission_that_fails_stops_no_other(trial, many):
    grade = failing("bob", ValueError("odd"))

    def caught(task):
        try:
            return grade(task)
        except ValueError as error:
            return error

    grader = Workers(2, caught, trial.events) if many else SerialGrader(grade)
    result, error = trial.run(grader)
    assert error is None
    assert (result.graded, result.failed) == (3, ["bob"])
    assert sorted(trial.writer.results) == ["anna", "cem", "dora"]
    assert str(trial.reporter.errors["bob"]) == "odd"
    assert trial.writer.finished_with == [False]  # something of the class is not graded


def test_a_submission_that_cannot_be_read_fails_alone(assignment, tmp_path, monkeypatch):
    read = Assignment.read
    monkeypatch.setattr(
        Assignment,
        "read",
        lambda self, student: read(self, student) if student != "cem" else no_file(student),
    )
    trial = Trial(assignment, tmp_path / "graded")
    assert trial.events == [("failed", "cem")]  # while the run is planned
    result, _ = trial.run(SerialGrader(lambda task: GRADED))
    assert (result.total, result.graded, result.failed) == (3, 3, ["cem"])


def no_file(student):
    raise PermissionError(errno.EACCES, "no", student)


def test_a_submission_that_cannot_be_read_any_more_fails_alone(trial, monkeypatch):
    monkeypatch.setattr(Assignment, "read", lambda self, student: no_file(student))
    result, _ = trial.run(SerialGrader(lambda task: GRADED))
    assert (result.graded, result.failed) == (0, STUDENTS)


def test_a_student_whom_another_process_holds_is_left_to_it(trial, caplog):
    trial.writer.in_use.add("bob")
    result, error = trial.run(SerialGrader(lambda task: GRADED))
    assert error is None
    assert (result.graded, result.skipped, result.failed) == (3, ["bob"], [])
    assert "bob is being graded by another process. Left to it." in caplog.text
    assert ("done", "bob") not in [event[:2] for event in trial.events]


def test_what_is_known_is_written_and_not_graded_again(trial):
    trial.writer.known["bob"] = known = GradedSubmission({}, ((logging.WARNING, "a word"),))
    grader = Workers(1, lambda task: GRADED, trial.events)
    result, _ = trial.run(grader)
    assert result.graded == 4
    assert trial.writer.results["bob"] is known
    assert ("submitted", "bob") not in trial.events


def test_what_a_worker_said_is_said_here(trial, caplog):
    said = GradedSubmission(GRADED.notebooks, ((logging.WARNING, "a word"),))
    trial.run(SerialGrader(lambda task: said))
    assert caplog.messages == ["a word"] * 4


def test_a_file_of_another_name_is_named(trial, assignment):
    folder = assignment.submitted / "bob" / "small"
    (folder / "area.ipynb").rename(folder / "area (1).ipynb")
    result, _ = trial.run(SerialGrader(lambda task: GRADED))
    assert result.misnamed == ["bob: area (1).ipynb"]


@pytest.mark.parametrize("many", [False, True])
def test_an_interrupt_leaves_the_result_of_what_is_done(trial, many):
    def grade(task):
        if task.student == "cem":
            raise Stopped(15)
        return GRADED

    grader = Workers(2, grade, trial.events) if many else SerialGrader(grade)
    result, error = trial.run(grader)
    assert isinstance(error, Stopped)
    assert result.total == 4
    assert result.graded == len(trial.writer.results) == (1 if many else 2)
    assert not result.complete
    assert trial.writer.finished_with == []


def test_an_interrupt_while_results_are_written_counts_what_is_kept(trial, monkeypatch):
    write = trial.writer.write

    def stopping(task, graded):
        write(task, graded)
        if task.student == "bob":
            raise Stopped(2)

    monkeypatch.setattr(trial.writer, "write", stopping)
    result, error = trial.run(SerialGrader(lambda task: GRADED))
    assert isinstance(error, Stopped)
    assert (result.graded, result.failed) == (1, [])


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (OSError(errno.ENOSPC, "no"), "The disk is full: make room."),
        (GradebookError("It is locked."), "It is locked."),
    ],
)
def test_what_the_whole_run_needs_ends_it_and_what_is_kept_counts(
    trial, monkeypatch, cause, sentence
):
    write = trial.writer.write

    def full(task, graded):
        if task.student == "cem":
            raise cause
        write(task, graded)

    monkeypatch.setattr(trial.writer, "write", full)
    result, error = trial.run(SerialGrader(lambda task: GRADED))
    assert str(error) == sentence
    assert error.__cause__ is cause
    assert (result.graded, result.failed, result.complete) == (2, [], False)


def test_verdicts_are_told_as_students_may_read_them_and_a_listener_costs_nothing(caplog):
    heard = []
    verdict = Verdict("area_test", "Area", 2.0, 3.0, Outcome.WRONG_VALUE, (), mistake="a name")
    log = logging.getLogger("listener")
    tell = as_student_view(lambda *event: heard.append(event), log)
    tell("anna", "area", "a", verdict)
    ((student, notebook, cell, view),) = heard
    assert (student, notebook, cell) == ("anna", "area", "a")
    assert (view["points"], view["outcome"], view["mistake"]) == (2.0, "wrong value", "a name")
    as_student_view(lambda *event: 1 / 0, log)("anna", "area", "a", verdict)  # raises nothing
