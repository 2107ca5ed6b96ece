"""What a notebook costs the grader itself is bounded, whatever its kernel does."""

import time

import nbformat
import pytest
from marks import slow
from nbformat.v4 import new_code_cell
from small_course import ASSIGNMENT, RIGHT, build, files, hand_in, nbgrader, nbjudge, rows

from nbjudge.kernel import cpu_limit as limit
from nbjudge.record.audit import read_audit, seconds_of

# each message costs the grader more than it costs the kernel
FLOOD = "import sys\nfor number in range(300_000):\n    print(number)\n    sys.stdout.flush()"
CONFIG = "c.JudgeAutograde.grader_seconds = 2\nc.JudgeExecute.sent_bytes = 1 << 30"


@pytest.fixture(scope="module", params=[slow("autograde"), "grade"])
def course(request, tmp_path_factory):
    """Return a course in which one of three students keeps the grader busy, twice."""
    course = build(tmp_path_factory.mktemp("limit"), 0, CONFIG)
    for student in ("a_before", "busy", "c_after"):
        hand_in(course, student, RIGHT)
    for notebook, place in (("area", 3), ("line", 0)):
        path = course / "submitted" / "busy" / ASSIGNMENT / f"{notebook}.ipynb"
        nb = nbformat.read(path, as_version=4)
        nb.cells.insert(place, new_code_cell(FLOOD))
        nbformat.write(nb, path)
    if request.param == "grade":
        log = nbjudge(course, "grade", ASSIGNMENT, "--workers=2")
    else:
        log = nbgrader(course, "autograde", ASSIGNMENT, "--log-level=WARN")
    return course, log


def test_it_is_said_of_whom_and_why(course):
    assert "busy, area: given up, because it kept the grader busy for more than 2 s" in course[1]
    assert "Traceback" not in course[1]


def test_what_was_judged_before_keeps_its_points_and_the_rest_timed_out(course):
    assert rows(course[0])["busy", "area_test"][0] == 3
    assert rows(course[0])["busy", "line_test"][0] == 0
    lines = files(course[0])[f"busy/{ASSIGNMENT}/line.audit.jsonl"]
    assert [line["outcome"] for line in lines] == ["timed out"]


def test_the_time_that_it_took_until_then_is_in_its_audit(course):
    lines = read_audit(course[0] / "autograded" / "busy" / ASSIGNMENT, "line")
    assert seconds_of(lines) >= 2


def test_the_student_reads_what_happened(course):
    path = course[0] / "autograded" / "busy" / ASSIGNMENT / "line.ipynb"
    assert "took too long, so it was not run to its end" in path.read_text()


def test_everybody_else_is_graded(course):
    for student in ("a_before", "c_after"):
        assert [rows(course[0])[student, cell][0] for cell in ("area_test", "line_test")] == [3, 2]


def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_work_that_never_looks_at_the_limit_is_interrupted(monkeypatch):
    monkeypatch.setattr(limit, "GRACE", 0.1)
    begin = time.process_time()
    with pytest.raises(limit.GraderLimitError), limit.cpu_limit(0.1):
        work(20)
    assert time.process_time() - begin < 5


def work_whatever_is_raised(seconds):
    try:
        work(seconds)
    except limit.GraderLimitError:
        work(seconds)


def test_an_interrupt_that_was_lost_comes_again(monkeypatch):
    monkeypatch.setattr(limit, "GRACE", 0.1)
    with pytest.raises(limit.GraderLimitError), limit.cpu_limit(0.1):
        work_whatever_is_raised(20)


def test_after_its_block_a_limit_raises_nothing(monkeypatch):
    monkeypatch.setattr(limit, "GRACE", 0.01)
    for _ in range(30):
        with limit.cpu_limit(0.05):
            work(0.045)
        limit.check()
        work(0.05)
