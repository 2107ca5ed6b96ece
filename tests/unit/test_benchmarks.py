"""The page of the benchmarks says what was measured, and what is not reached."""

import pytest
from benchmarks_page import Measured, targets, write_page
from graders import GRADERS, ONE, ONE_CORE, OTTER, PLAIN, TWO
from many_workers import _steady

START, MORE = 3.0, {PLAIN.name: 2.5, OTTER.name: 3.0, TWO.name: 0.08, ONE_CORE.name: 0.25}

LAB = {"students": 60, "workers": 2, "seconds": 116.0, "own": {"ada": 3.3}, "least": 100.0}


def measured(**other):
    """Return what `benchmarks.py` would keep of graders that cost `START` and `MORE` a student."""
    runs = [
        {
            "grader": grader.name,
            "students": size,
            "seconds": START + MORE.get(grader.name, 0.15) * size,
            "first": 2.0,
            "each": [0.15] * (size - 1),
            "memory": memory,
        }
        for grader in GRADERS
        for size in ((10, 40) if grader.fast else (10,))
        for memory in (None, 500_000_000)
    ]
    simulated = [
        {
            "workers": workers,
            "students": 100,
            "ideal": workers / 0.15,
            "whole": min(workers / 0.16, 150.0),
            "handed_out": workers / 0.155,
            "command": 0.5,
            "scheduler": 0.1,
        }
        for workers in (1, 16, 64)
    ]
    return {
        "machine": {"processor": "P", "cores": 2, "memory": 8 << 30, "system": "Linux"},
        "versions": {"Python": "3.11"},
        "load": 0.1,
        "rounds": 1,
        "runs": runs,
        "kernels": {"plain": [0.4], "boxed": [0.1], "ahead": [0.02], "memory": 5e7, "own": [0.01]},
        "writer": {"results": 1000, "seconds": 6.7, "tenths": [0.67] * 10, "tenth": 100},
        "simulated": simulated,
        "lab": {
            "students": 60,
            "workers": 2,
            "own": {"1": {"ada": 3.3}, "2": {"ada": 3.8}},
            "least": {"1": 100.0, "2": 114.0},
            "graded": {"seconds": 116.0, "slower": 1.02, "least": 116.0},
            "without_second_runs": {"seconds": 104.0, "slower": 0.99, "least": 113.0},
        },
        "minutes": 5.0,
        **other,
    }


def test_what_is_not_reached_is_written_as_not_reached(tmp_path):
    text = write_page(measured(), tmp_path)
    rows = [line for line in text.splitlines() if "200 students a second" in line]
    assert len(rows) == 1
    assert "| 149 | **not reached** |" in rows[0]
    assert (tmp_path / "benchmarks.md").read_text(encoding="utf-8") == text
    assert (tmp_path / "benchmarks.png").read_bytes().startswith(b"\x89PNG")


def test_a_class_of_this_lab_is_compared_with_its_own_compute(tmp_path):
    text = write_page(measured(), tmp_path)
    assert "by their own compute ÷ 2 | at most 1.15 × | 1.16 × | **not reached** |" in text
    assert "the same, the own compute taken 2 at once | at most 1.15 × | 1.02 × |" in text
    assert "at the speed that the machine had meanwhile | at most 1.15 × | 1.00 × |" in text
    assert "without the second runs of notebooks | at most 1.15 × | 0.92 × | reached" in text
    assert "| 2 | 3.8 s | 114 s |" in text
    assert "A class of this lab" not in write_page(measured(lab=None), tmp_path)


def test_graders_are_compared_by_the_largest_class_that_both_have_graded():
    plain, workers, cores, *_ = targets(Measured(measured()))
    assert plain.what.endswith("10 students")
    assert plain.value.startswith("7.4 times")  # 28 s and 3.8 s
    assert workers.what.endswith("40 students")
    assert workers.value == "1.5 times (one more student alone: 1.9)"
    assert not workers.reached
    assert cores.value == "2.1 times (one more student alone: 3.1)"
    assert cores.reached


def test_what_was_not_measured_has_no_value():
    small = [run for run in measured()["runs"] if run["students"] == 10]
    found = {target.what: target.row for target in targets(Measured(measured(runs=small)))}
    row = found["one more notebook with one worker, beyond the student's own compute"]
    assert row[2:] == ["not measured", ""]


def test_the_limit_is_the_writer_where_handing_out_would_go_on(tmp_path):
    text = write_page(measured(), tmp_path)
    assert "at most 150 results a second, with 64 workers" in text
    assert "**So the limit is the writer, with what is read for it**, from 22 workers on" in text
    simulated = [{**each, "handed_out": each["whole"]} for each in measured()["simulated"]]
    text = write_page(measured(simulated=simulated), tmp_path)
    assert "**So the limit is handing out by Dask**" in text
    simulated = [{**each, "whole": each["ideal"]} for each in simulated]
    text = write_page(measured(simulated=simulated), tmp_path)
    assert "Up to 64 workers nothing but the workers is the limit." in text


def test_start_and_end_of_a_run_do_not_count_in_its_rate():
    times = [5.0, *(6 + 0.1 * n for n in range(100)), 40.0]
    assert _steady(times)[2] == pytest.approx(10)


def test_no_slow_grader_grades_the_largest_class(tmp_path):
    text = write_page(measured(), tmp_path)
    assert "40 would take nbgrader autograde" not in text  # one size gives no cost of one more
    assert f"| `{PLAIN.name}` | 28.0 s | – |" in text
    assert f"| `{ONE.name}` | 4.5 s | 9.0 s |" in text
