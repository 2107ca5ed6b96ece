"""Who is graded first: who takes longest, by what is known of it."""

from nbjudge.plugin.plan import Plan, expected_seconds, longest_first


def plan(seconds=None, sizes=None, entered=True):
    """Return a plan that grades the notebooks of these sizes."""
    sizes = sizes or {}
    return Plan(dict.fromkeys(sizes, "not graded yet"), entered, seconds or {}, sizes)


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
