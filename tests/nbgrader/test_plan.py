"""Who is graded first: who takes longest, by what is known of it."""

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from small_course import ASSIGNMENT, RIGHT, build, db_url, hand_in, nbgrader

from nbjudge.grading.plan import Plan, expected_seconds, longest_first, make_plan
from nbjudge.intake import IntakeLimits
from nbjudge.nbgrader_ext.course import load_assignment


def plan(seconds=None, sizes=None, entered=True):
    """Return a plan that grades the notebooks of these sizes."""
    sizes = sizes or {}
    handed_in = dict.fromkeys(seconds or {}, 9) | sizes
    return Plan(dict.fromkeys(sizes, "not graded yet"), entered, seconds or {}, handed_in)


def test_a_notebook_that_was_not_handed_in_takes_nothing():
    plans = {
        "anna": Plan({"q1": "not graded yet"}, True, {}, {}),
        "bob": plan({"q1": 2.0}, {"q1": 9}),
    }
    assert expected_seconds(plans) == {"anna": 0, "bob": 2}


def test_who_took_longest_last_time_comes_first_and_others_follow_by_name():
    plans = {
        "anna": plan({"q1": 3.0, "q2": 1.0}, {"q1": 9, "q2": 9}),
        "dora": plan({"q1": 2.0, "q2": 9.0}, {"q1": 9, "q2": 9}),
        "cem": plan({"q1": 4.0}, {"q1": 900}),
        "bob": plan({"q1": 4.0}, {"q1": 9}),
    }
    assert list(longest_first(plans)) == ["dora", "anna", "bob", "cem"]


def test_only_the_notebooks_that_are_graded_now_count():
    plans = {
        "anna": plan({"q1": 1.0, "q2": 600.0}, {"q1": 9}),
        "bob": plan({"q1": 2.0}, {"q1": 9}),
    }
    assert list(longest_first(plans)) == ["bob", "anna"]


def test_a_notebook_that_a_student_hands_in_first_takes_what_it_took_the_class():
    plans = {
        "graded1": plan({"q1": 1.0, "q2": 10.0}),
        "graded2": plan({"q1": 1.0, "q2": 20.0}),
        "graded3": plan({"q1": 1.0, "q2": 600.0}),
        "new": plan({}, {"q1": 9, "q2": 9}),
        "slower": plan({"q1": 1.0, "q2": 20.5}, {"q1": 9, "q2": 9}),
        "faster": plan({"q1": 1.0, "q2": 19.5}, {"q1": 9, "q2": 9}),
    }
    assert list(longest_first(plans)) == ["slower", "new", "faster"]
    assert expected_seconds(plans) == {"new": 21.0, "slower": 21.5, "faster": 20.5}


def test_where_no_seconds_are_known_the_longest_notebooks_come_first():
    plans = {
        "anna": plan({}, {"q1": 100, "q2": 10}),
        "bob": plan({}, {"q1": 100, "q2": 11}),
        "cem": plan({}, {"q2": 110}),
    }
    assert list(longest_first(plans)) == ["bob", "anna", "cem"]


def test_sizes_tell_only_of_notebooks_that_nobody_was_graded_in():
    plans = {
        "anna": plan({"q1": 1.0}, {"q1": 9_000, "new": 10}),
        "bob": plan({"q1": 1.0}, {"q1": 9, "new": 11}),
    }
    assert list(longest_first(plans)) == ["bob", "anna"]


def test_who_needs_nothing_is_left_out_and_who_is_only_to_be_entered_comes_last():
    plans = {
        "nothing": plan({"q1": 600.0}),
        "entered": plan({"q1": 600.0}, entered=False),
        "zoe": plan({"q1": 1.0}, {"q1": 9}),
    }
    assert list(longest_first(plans)) == ["zoe", "entered"]
    assert longest_first(plans)["zoe"] is plans["zoe"]


def test_what_was_graded_tells_its_seconds_and_what_is_handed_in_its_size(tmp_path):
    course = build(tmp_path / "course")
    hand_in(course, "whole", {**RIGHT, "area": "import time\ntime.sleep(1)\n" + RIGHT["area"]})
    hand_in(course, "half", {"line": RIGHT["line"]})
    nbgrader(course, "autograde", ASSIGNMENT, "--log-level=WARN")
    hand_in(course, "half", {"area": RIGHT["area"]})
    hand_in(course, "new", {"line": RIGHT["line"]})
    with Gradebook(db_url(course), "small") as gradebook:
        coursedir = CourseDirectory(root=str(course), assignment_id=ASSIGNMENT)
        assignment = load_assignment(coursedir, gradebook, "hidden_tests", IntakeLimits(), {})
    plans = {}
    for student in ("half", "new", "whole"):
        graded = course / "autograded" / student / ASSIGNMENT
        wanted = list(assignment.notebooks)
        plans[student] = make_plan(assignment, assignment.read(student), graded, wanted, {}, True)
    assert {student: plan.seconds.keys() for student, plan in plans.items()} == {
        **{"half": {"line"}, "new": set(), "whole": {"area", "line"}}
    }
    assert 1 <= plans["whole"].seconds["area"] < 60
    assert plans["new"].sizes.keys() == {"line"}  # of the other nothing runs
    released = nbformat.read(course / "release" / ASSIGNMENT / "line.ipynb", as_version=4)
    judged = [cell.source for cell in released.cells if cell.metadata.nbgrader.grade]
    assert plans["new"].sizes["line"] == len(RIGHT["line"]) + sum(map(len, judged))
    assert list(longest_first(plans))[-1] == "new"
