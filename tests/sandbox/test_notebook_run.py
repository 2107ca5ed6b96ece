"""One notebook as an object: what a `NotebookRun` is given, tells while it runs, and returns."""

import logging
import math
import os
import threading
import time

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from traitlets.config import Config

from nbjudge import Case, HiddenTest
from nbjudge.errors import GraderLimitError, HiddenTestError
from nbjudge.grading.notebook_records import NotebookRequest, RunSettings
from nbjudge.grading.notebook_run import NotebookRun
from nbjudge.grading.solutions import retry_with_solutions
from nbjudge.kernel.cpu_limit import cpu_limit
from nbjudge.kernel.executor import ExecutionLimits, KernelFactory
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.outcomes import Outcome

KERNELS = KernelFactory(Config({"BoxProvisioner": {"preload": ["numpy"]}}))
LIMITS = ExecutionLimits(timeout=60)
LOG = logging.getLogger("test")


def ask_area(student, r):
    return student.area(r)


def ask_volume(student, r, h):
    return student.volume(r, h)


TESTS = {
    "area_test": HiddenTest(
        title="Area",
        points=3,
        ask=ask_area,
        cases=lambda rng: [Case("a circle", {"r": rng.uniform(5, 9)})],
        expect=lambda r: math.pi * r**2,
    ),
    "volume_test": HiddenTest(
        title="Volume",
        points=2,
        ask=ask_volume,
        cases=lambda rng: [Case("a cylinder", {"r": rng.uniform(5, 9), "h": 2.0})],
        expect=lambda r, h: math.pi * r**2 * h,
        depends_on=["area_test"],
    ),
}
AREA = "import math\ndef area(r):\n    return math.pi * r**2"
WRONG_AREA = "def area(r):\n    return 3 * r**2"
VOLUME = "def volume(r, h):\n    return area(r) * h"


def cell(grade_id, source, **about):
    about = {"grade": False, "solution": False, "locked": False, "task": False, **about}
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": grade_id, **about}})


def notebook(*more, area=AREA, volume=VOLUME):
    """Return a notebook of two tasks; cells of `more` stand between them."""
    graded = {"grade": True, "locked": True}
    return new_notebook(
        cells=[
            cell("area", area, solution=True),
            cell("area_test", 'judge("area_test")', points=3, **graded),
            *(new_code_cell(source) for source in more),
            cell("volume", volume, solution=True),
            cell("volume_test", 'judge("volume_test")', points=2, **graded),
        ]
    )


def a_run(nb, on_scored=None, tests=TESTS, limits=LIMITS, **more):
    settings = RunSettings(limits, carry=0.5)
    request = NotebookRequest(nb, "anna", "lab1", "q1", **more)
    return NotebookRun(request, tests, KERNELS, settings, LOG, on_scored)


def points(result):
    return {scored.cell: scored.verdict.points for scored in result.scored}


def test_each_task_is_told_when_it_is_scored_and_before_the_next_cell_runs():
    told = []

    def on_scored(name, verdict):
        told.append((name, verdict.points, len(run.scored)))

    run = a_run(notebook(), on_scored)
    result = run.run()
    assert told == [("area_test", 3, 1), ("volume_test", 2, 2)]
    assert points(result) == {"area_test": 3, "volume_test": 2}
    assert [output.output_type for output in result.notebook.cells[1].outputs] == [
        "stream",
        "execute_result",
    ]
    assert result.notebook.metadata.language_info["name"] == "python"


def test_a_run_is_used_once_and_leaves_the_requests_notebook_as_it_was():
    nb = notebook()
    run = a_run(nb)
    run.run()
    assert all(each.outputs == [] for each in nb.cells)
    with pytest.raises(RuntimeError, match="used once"):
        run.run()


def test_the_seeds_of_a_request_repeat_its_inputs():
    first = a_run(notebook(area=WRONG_AREA)).run()
    seeds = {scored.cell: scored.seed for scored in first.scored}
    second = a_run(notebook(area=WRONG_AREA), seeds=seeds).run()
    assert [scored.replies for scored in second.scored] == [
        scored.replies for scored in first.scored
    ]


def test_a_task_without_a_hidden_test_is_an_error_that_says_where_it_belongs():
    with pytest.raises(HiddenTestError, match=r"write it in hidden_tests/lab1/q1\.py"):
        a_run(notebook(), tests={}).run()


def test_a_better_verdict_beside_a_right_task_is_told_too_and_the_run_is_another_object():
    told = []
    run = a_run(
        notebook(area=WRONG_AREA), lambda name, verdict: told.append((name, verdict.points))
    )
    assert points(run.run()) == {"area_test": 0, "volume_test": 0}
    solutions = {"area": AREA, "volume": VOLUME}
    result = retry_with_solutions(run, solutions, run.settings.carry)
    assert points(result) == {"area_test": 0, "volume_test": 1}
    assert told == [("area_test", 0), ("volume_test", 0), ("volume_test", 1)]
    # of the second run nothing else is in the first one's notebook
    assert [each.source for each in result.notebook.cells[::2]] == [WRONG_AREA, VOLUME]
    assert "With a right “Area”" in result.notebook.cells[3].outputs[0].text
    assert points(retry_with_solutions(run, {}, 1.0)) == points(result)


def test_a_notebook_that_is_not_run_gets_its_outcome_and_the_reason_and_starts_no_kernel():
    told = []
    run = a_run(notebook(), lambda name, verdict: told.append((name, verdict.outcome)))
    result = run.abandon(Outcome.UNREADABLE, "It is empty.")
    assert told == [("area_test", Outcome.UNREADABLE), ("volume_test", Outcome.UNREADABLE)]
    assert result.notebook.cells[1].outputs[0].text.endswith("\nIt is empty.\n")
    assert "language_info" not in result.notebook.metadata
    with pytest.raises(RuntimeError, match="used once"):
        run.run()


FLOOD = "import sys\nfor number in range(300_000):\n    print(number)\n    sys.stdout.flush()"


def test_what_an_interrupted_run_has_scored_stays_and_the_rest_gets_the_outcome():
    told = []
    limits = ExecutionLimits(timeout=60, sent_bytes=1 << 30)
    run = a_run(notebook(FLOOD), lambda name, verdict: told.append(name), limits=limits)
    with pytest.raises(GraderLimitError), cpu_limit(1):
        run.run()
    result = run.abandon(Outcome.TIMED_OUT, "It took too long.")
    assert points(result) == {"area_test": 3, "volume_test": 0}
    assert [scored.verdict.outcome for scored in result.scored][1] is Outcome.TIMED_OUT
    assert told == ["area_test", "volume_test"]
    assert result.notebook.cells[2].outputs == []
    assert "It took too long." not in result.notebook.cells[1].outputs[0].text
    assert "It took too long." in result.notebook.cells[4].outputs[0].text
    assert result.seconds >= 1


def test_a_run_in_a_thread_is_like_one_in_the_main_one():
    found = []
    thread = threading.Thread(target=lambda: found.append(a_run(notebook()).run()))
    thread.start()
    thread.join(120)
    assert points(found[0]) == {"area_test": 3, "volume_test": 2}


def test_its_kernel_knows_that_it_is_graded_and_this_process_is_as_before():
    before = os.environ.get("NBGRADER_EXECUTION")
    run = a_run(notebook("import os; print(os.environ['NBGRADER_EXECUTION'])"))
    assert run.run().notebook.cells[2].outputs[0].text == "autograde\n"
    assert os.environ.get("NBGRADER_EXECUTION") == before


def test_a_deadline_of_the_request_ends_the_notebook_before_its_limit():
    result = a_run(notebook(), deadline=time.monotonic() - 1).run()
    assert {scored.verdict.outcome for scored in result.scored} == {Outcome.TIMED_OUT}


def test_as_a_step_of_nbconverts_nothing_runs_without_box_and_judge():
    with pytest.raises(NotImplementedError, match="make_run"):
        JudgeExecute().preprocess(notebook(), {})
