"""How the points of a task are made is told from the hidden test itself."""

import re
from dataclasses import replace
from fractions import Fraction

import marking_page
import nbformat
import pytest
from repository import ROOT

from nbjudge import Case, HiddenTest
from nbjudge.errors import HiddenTestError
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.points_table import folded, shares, table

NOTEBOOKS = sorted(path.stem for path in (ROOT / "source" / "lab1").glob("*.ipynb"))
TASKS = [
    (notebook, name)
    for notebook in NOTEBOOKS
    for name in load_hidden_tests(ROOT / "hidden_tests", "lab1", notebook)
]


def task(*cases, **more):
    return HiddenTest("", 6, lambda student: None, lambda rng: list(cases), lambda: None, **more)


def test_each_case_and_the_figure_earn_their_share():
    test = task(Case("one", points=1), Case("two", points=4), figures=1)
    assert shares(test) == [("one", 1), ("two", 4), ("the figure", 1)]


def test_who_does_not_say_its_points_has_an_equal_share_of_what_is_left():
    assert shares(task(Case("a"), Case("b"))) == [("a", 3), ("b", 3)]
    assert shares(task(Case("a"), Case("b"), figures=1)) == [("a", 2), ("b", 2), ("the figure", 2)]
    some = task(Case("a", points=2), Case("b"), Case("c"), figures=2, figure_points=1)
    half = Fraction(3, 2)
    assert shares(some) == [("a", 2), ("b", half), ("c", half), ("the 2 figures", 1)]
    assert shares(task(*map(Case, "abcdefg")))[6] == ("g", Fraction(6, 7))


@pytest.mark.parametrize(
    ("cases", "more", "words"),
    [
        ([Case("a", points=2), Case("b", points=3)], {}, "add up to 5; make that 6"),
        ([Case("a", points=6)], {"figures": 1}, "have 6 of 6 points, so nothing is left"),
        ([Case("a", points=7), Case("b")], {}, "have 7 of 6 points, so nothing is left"),
        ([Case("a", points=3)], {"figures": 1, "figure_points": 2}, "its cases and figures add up"),
        ([], {}, "cases must return Case objects, one or more"),
        ([{"label": "a"}], {}, "cases must return Case objects, one or more"),
    ],
)
def test_points_that_do_not_add_up_are_said_when_cases_are_drawn(cases, more, words):
    with pytest.raises(HiddenTestError, match=words):
        task(*cases, **more).draw_cases(0)


def test_what_was_given_is_marked():
    test = task(Case("plain", points=1, passed_by_stub=True), Case("new", points=5))
    assert "| plain (only together with another line) | 1 |" in table(test, {})


def test_all_or_nothing_is_one_line():
    test = task(Case("a"), Case("b"), partial_credit=False)
    assert shares(test) == [("all of these: a; b", 6)]


def test_the_sentence_of_the_test_stands_below_the_table():
    assert table(task(Case("a"), marking="Because."), {}).endswith("| a | 6 |\n\nBecause.")


def test_the_tasks_that_it_needs_are_named_by_their_titles():
    tests = {name: replace(task(Case("a")), title=name.title()) for name in ("x", "y", "z")}
    text = table(task(Case("a"), depends_on=["x", "y", "z"]), tests)
    assert "If “X”, “Y” or “Z” is wrong" in text


def tasks_of(notebook, name):
    return load_hidden_tests(ROOT / "hidden_tests", "lab1", notebook)[name]


@pytest.mark.parametrize(("notebook", "name"), TASKS)
def test_every_share_of_the_lab_is_a_quarter_point_or_a_multiple(notebook, name):
    rows = shares(tasks_of(notebook, name))
    assert sum(points for _, points in rows) == tasks_of(notebook, name).points
    assert all((points / Fraction(1, 4)).denominator == 1 for _, points in rows), rows


@pytest.mark.parametrize(("notebook", "name"), TASKS)
def test_the_labels_are_the_same_for_every_seed(notebook, name):
    test = tasks_of(notebook, name)
    labels = [[case.label for case in test.draw_cases(seed)] for seed in range(5)]
    assert all(each == labels[0] for each in labels)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_students_read_it_in_the_released_notebook(notebook):
    nb = nbformat.read(ROOT / "release" / "lab1" / f"{notebook}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in nb.cells)
    assert not re.search("@MARKING", text)
    tests = load_hidden_tests(ROOT / "hidden_tests", "lab1", notebook)
    for test in tests.values():
        assert folded(test, tests) in text, test.title


def test_the_page_about_it_is_the_one_that_is_made_from_the_hidden_tests():
    assert (ROOT / "docs" / "marking.md").read_text(encoding="utf-8") == marking_page.page()
