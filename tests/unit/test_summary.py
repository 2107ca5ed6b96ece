"""The closing table: every outcome by notebook, who needs a look, what took long; always short."""

import json
from collections import Counter

import pytest
from rich.cells import cell_len
from rich.console import Console

from nbjudge.intake import Refusal
from nbjudge.outcomes import Outcome
from nbjudge.record.class_outcomes import summarise
from nbjudge.reports.terminal.summary import show_summary

NOTEBOOKS = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
PASSED, WRONG, LATE = Outcome.PASSED, Outcome.WRONG_VALUE, Outcome.TIMED_OUT


@pytest.fixture
def course(tmp_path):
    """Return a function that writes what one student has in one notebook."""

    def write(student, notebook, *outcomes, seconds=1.0, **more):
        for step in ("autograded", "submitted"):
            (tmp_path / step / student / "lab1").mkdir(parents=True, exist_ok=True)
        lines = [
            {"cell": f"c{n}", "test": "t", "outcome": o.value, "seconds": seconds, **more}
            for n, o in enumerate(outcomes)
        ]
        path = tmp_path / "autograded" / student / "lab1" / f"{notebook}.audit.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))

    write.folder = tmp_path
    return write


def shown(course, capsys, notebooks=NOTEBOOKS, graded=1, refused=(), width=80):
    """Return the lines of the summary."""
    summary = summarise(
        course.folder / "autograded", "lab1", course.folder / "submitted", notebooks
    )
    show_summary(summary, graded, graded > 0, refused, [], Console(width=width))
    return capsys.readouterr().out.splitlines()


def row(lines, label):
    """Return the numbers of one row of the table."""
    (line,) = [line for line in lines if line.startswith(label)]
    return [int(word) for word in line.removeprefix(label).split()]


def test_outcomes_stand_by_notebook_with_their_sums(course, capsys):
    course("anna", "q1_l1_backprop", PASSED, PASSED, WRONG)
    course("anna", "q2_momentum", PASSED)
    course("bob", "q1_l1_backprop", PASSED, WRONG, Outcome.CHANGED_ARGUMENTS)
    course("bob", "q4_height_weight", WRONG)
    lines = shown(course, capsys)
    assert lines[0] == "2 submissions graded, 1 of them now"
    assert row(lines, "passed") == [3, 1, 4]
    assert row(lines, "wrong value") == [2, 1, 3]
    assert row(lines, "changed its arguments in place") == [1, 1]
    assert row(lines, "all") == [6, 1, 1, 8]
    header, numbers = (line for line in lines if line.startswith(("tasks", "wrong value")))
    assert header.index("weight") + len("weight") == numbers.index("1") + 1
    assert not [line for line in lines if "look" in line or "slowest" in line]


def test_who_needs_a_look_is_named_with_the_reason_and_the_notebook(course, capsys):
    course("anna", "q1_l1_backprop", PASSED, LATE, LATE)
    course("bob", "q1_l1_backprop", LATE)
    course("bob", "q2_momentum", LATE, Outcome.KERNEL_DIED)
    lines = shown(course, capsys)
    assert "  timed out        anna (q1_l1_backprop), bob (2 notebooks)" in lines
    assert "  kernel died      bob (q2_momentum)" in lines


def test_of_many_three_are_named_and_the_rest_is_counted(course, capsys):
    for number in range(15):
        course(f"s{number:02}", "q2_momentum", LATE)
    text = " ".join(" ".join(shown(course, capsys)).split())
    assert "timed out s00 (q2_momentum), s01 (q2_momentum), s02 (q2_momentum) and 12 more" in text


def test_the_three_slowest_notebooks_are_told_if_they_took_more_than_half_a_minute(course, capsys):
    for student, seconds in (("a", 31.0), ("b", 400.25), ("c", 30.0), ("d", 90.0), ("e", 1e5)):
        course(student, "q4_height_weight", PASSED, PASSED, seconds=seconds)
    lines = shown(course, capsys)
    place = lines.index("The slowest notebooks:")
    assert [line.split() for line in lines[place + 1 : place + 5]] == [
        ["100000.0", "s", "e", "(q4_height_weight)"],
        ["400.2", "s", "b", "(q4_height_weight)"],
        ["90.0", "s", "d", "(q4_height_weight)"],
        [],
    ]


def test_a_line_without_seconds_or_with_an_outcome_that_nobody_knows_stops_nothing(course, capsys):
    course("older", "q1_l1_backprop", PASSED, seconds=None)
    course("odd", "q1_l1_backprop", PASSED, seconds="long", outcome="splendid")
    assert row(shown(course, capsys), "all") == [1, 1]


def test_a_class_of_a_thousand_has_a_short_summary_in_which_every_number_is_right(course, capsys):
    wanted = Counter()
    for number in range(1000):
        for place, notebook in enumerate(NOTEBOOKS):
            found = [list(Outcome)[(number * 7 + n + place) % len(Outcome)] for n in range(6)]
            wanted.update((notebook, outcome) for outcome in found)
            course(f"student_{number:04}", notebook, *found, seconds=number)
    refused = [Refusal(f"x+{n}", f"The folder 'x+{n}' is not graded.") for n in range(300)]
    lines = shown(course, capsys, refused=refused)
    for outcome in Outcome:
        counts = [wanted[notebook, outcome] for notebook in NOTEBOOKS]
        assert row(lines, f"{outcome.value}  ") == [*counts, sum(counts)]
    assert row(lines, "all") == [6000] * 4 + [24000]
    assert len(lines) < 60
    assert max(map(cell_len, lines)) <= 80
    assert "Not graded: The folder 'x+9' is not graded." in lines
    assert "Not graded: 290 more folders. Mend these, and the next run names others." in lines


@pytest.mark.parametrize("name", ["x" * 100, "李雷" * 20, "[red]Jo\u0301se\u0301" * 8])
def test_it_fits_80_columns_whatever_students_and_notebooks_are_called(course, capsys, name):
    for number in range(9):
        for notebook in (name[:60], "q2"):
            course(f"{name[:60]}{number}", notebook, *Outcome, seconds=100)
    for gone in range(4):
        (course.folder / "submitted" / f"{name[:60]}{gone}" / "lab1").rmdir()
    lines = shown(course, capsys, notebooks=(name[:60], "q2"))
    assert max(map(cell_len, lines)) <= 80
    assert row(lines, "passed") == [9, 9, 18]


def test_notebooks_that_do_not_fit_leave_the_sums(course, capsys):
    notebooks = [f"problem_{number}" for number in range(15)]
    for notebook in notebooks:
        course("anna", notebook, PASSED, WRONG)
    lines = shown(course, capsys, notebooks)
    assert row(lines, "passed") == [15]
    assert max(map(cell_len, lines)) <= 80


def test_one_notebook_needs_no_sums(course, capsys):
    course("anna", "q2_momentum", PASSED, WRONG)
    assert row(shown(course, capsys, ["q2_momentum"]), "passed") == [1]
