"""A mistake costs once: a task is asked again beside the teacher's solution of what it needs."""

import json
from dataclasses import replace

import nbformat
import pytest
import small_course
from nbformat.v4 import new_code_cell, new_notebook

from nbjudge import Case, HiddenTest
from nbjudge.verdict.error_carried_forward import all_needs, to_ask_again

SOURCE = [
    ("half", "def half(x):\n    return x / 2  # by-the-teacher"),
    ("quarter", "def quarter(x):\n    return half(half(x))"),
    ("study", "found = [quarter(k) for k in range(4)]\nplot(found)"),
]
HIDDEN_TESTS = """
from nbjudge import Case, HiddenTest


def ask_half(student, x):
    return student.half(x)


def ask_quarter(student, x):
    return student.quarter(x)


def ask_study(student):
    return {"found": student.found}


def cases(rng):
    return [Case("a number", {"x": 8.0 + rng.uniform()}), Case("another", {"x": -rng.uniform()})]


half_test = HiddenTest(
    title="Half", points=4, ask=ask_half, cases=cases, expect=lambda x: x / 2
)
quarter_test = HiddenTest(
    title="Quarter", points=3, ask=ask_quarter, cases=cases, expect=lambda x: x / 4,
    depends_on=["half_test"],
)
study_test = HiddenTest(
    title="Study", points=2, ask=ask_study, cases=lambda rng: [Case("the list")],
    expect=lambda: {"found": [0, 0.25, 0.5, 0.75]}, depends_on=["quarter_test"], figures=1,
)
"""
RIGHT = dict(SOURCE)
PLOT = "import matplotlib.pyplot as plt\ndef plot(y):\n    plt.plot(y)\n    plt.show()"
WRONG_HALF = "def half(x):\n    return x / 3"
LOOK = (  # what may be found of a function, in every way that a value can leave
    "import inspect\n"
    "def seen():\n"
    "    texts = [str(f.__code__.co_consts) for f in [half]]\n"
    "    texts += [cell for cell in get_ipython().user_ns.get('In', [])]\n"
    "    try:\n        texts.append(inspect.getsource(half))\n    except Exception: pass\n"
    "    return 'LOOT ' + ' '.join(texts)\n"
)
ATTACKS = {
    "returned": LOOK + "def quarter(x):\n    return seen()",
    "raised": LOOK + "def quarter(x):\n    raise RuntimeError(seen())",
    "printed": LOOK + "def quarter(x):\n    print(seen())\n    return x\nprint(seen())",
    "named": LOOK + "def quarter(x):\n    raise type(seen()[:400], (Exception,), {})()",
    "written": LOOK + "open('loot.txt', 'w').write(seen())\ndef quarter(x):\n    return x",
    "shown": LOOK + "from IPython.display import display\ndisplay(seen())\n"
    "def quarter(x):\n    return {seen(): x}",
    "drawn": LOOK + "import matplotlib.pyplot as plt\nplt.title(seen()[:50]); plt.show()\n"
    "def quarter(x):\n    return x",
}


def build(folder, more_config=""):
    """Make a course of one notebook with three tasks, each building on the one before."""
    source = folder / "source" / "small"
    source.mkdir(parents=True)
    cells = [_cell("setup", PLOT, locked=True)]
    for name, text in SOURCE:
        head, _, body = text.rpartition("\n")
        indent = " " * (len(body) - len(body.lstrip()))
        marked = f"{indent}### BEGIN SOLUTION\n{body}\n{indent}### END SOLUTION"
        cells.append(_cell(name, f"{head}\n{marked}".lstrip("\n"), solution=True))
        judge = f'from nbjudge import judge\n\njudge("{name}_test")'
        hidden = f"# Graded.\n### BEGIN HIDDEN TESTS\n{judge}\n### END HIDDEN TESTS"
        points = {"half": 4, "quarter": 3, "study": 2}[name]
        cells.append(_cell(f"{name}_test", hidden, grade=True, locked=True, points=points))
    nbformat.write(new_notebook(cells=cells), source / "steps.ipynb")
    tests = folder / "hidden_tests" / "small"
    tests.mkdir(parents=True)
    (tests / "steps.py").write_text(HIDDEN_TESTS)
    config = small_course.CONFIG.format(more=more_config)
    (folder / "nbgrader_config.py").write_text(config)
    small_course.nbgrader(folder, "generate_assignment", "small", "--log-level=ERROR")
    return folder


def _cell(grade_id, source, **about):
    about = {"solution": False, "grade": False, "locked": False, "schema_version": 3} | about
    metadata = {"nbgrader": {"grade_id": grade_id, "task": False, **about}}
    return new_code_cell(source, id=grade_id.replace("_", "-"), metadata=metadata)


def hand_in(folder, student, **answers):
    nb = nbformat.read(folder / "release" / "small" / "steps.ipynb", as_version=4)
    for cell in nb.cells:
        cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    target = folder / "submitted" / student / "small"
    target.mkdir(parents=True)
    nbformat.write(nb, target / "steps.ipynb")


STUDENTS = {
    "right": RIGHT,
    "first_wrong": {**RIGHT, "half": WRONG_HALF},
    "first_missing": {k: v for k, v in RIGHT.items() if k != "half"},
    "second_wrong": {**RIGHT, "quarter": "def quarter(x):\n    return half(x)"},
    "both_wrong": {**RIGHT, "half": WRONG_HALF, "quarter": "def quarter(x):\n    return half(x)"},
    "only_first_and_wrong": {"half": WRONG_HALF},
    "no_figure": {**RIGHT, "half": WRONG_HALF, "study": RIGHT["study"].replace("plot(found)", "")},
    "figure_elsewhere": {
        **RIGHT,
        "half": WRONG_HALF + "\n\n\nplot([1, 2])",
        "study": RIGHT["study"].replace("plot(found)", ""),
    },
    "copies": {**RIGHT, "half": WRONG_HALF, "quarter": "quarter = half"},
    **{f"attack_{n}": {"half": WRONG_HALF, "quarter": text} for n, text in ATTACKS.items()},
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    preload = 'c.BoxProvisioner.preload = ["numpy", "matplotlib.pyplot"]'
    folder = build(tmp_path_factory.mktemp("carry"), preload)
    for student, answers in STUDENTS.items():
        hand_in(folder, student, **answers)
    small_course.nbgrader(folder, "autograde", "small")
    return folder


def lines_of(course, student):
    """Return the audit lines of a student's three tasks."""
    path = course / "autograded" / student / "small" / "steps.audit.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def points_of(course, student):
    return [line["points"] for line in lines_of(course, student)]


@pytest.mark.parametrize(
    ("student", "points"),
    [
        ("right", [4, 3, 2]),
        ("first_wrong", [0, 3, 2]),
        ("first_missing", [0, 3, 2]),
        ("second_wrong", [4, 0, 2]),
        ("both_wrong", [0, 0, 2]),
        ("only_first_and_wrong", [0, 0, 0]),
    ],
)
def test_a_mistake_costs_its_own_task_only_and_nobody_gets_what_they_did_not_write(
    course, student, points
):
    assert points_of(course, student) == points


@pytest.mark.parametrize("student", ["no_figure", "figure_elsewhere"])
def test_a_figure_of_another_cell_counts_no_more_beside_the_teachers_solution(course, student):
    assert points_of(course, student) == [0, 3, 1]


def test_another_tasks_solution_in_the_place_of_the_own_one_is_wrong(course):
    assert points_of(course, "copies") == [0, 0, 2]


def test_the_text_says_what_counts_and_why(course):
    nb = nbformat.read(course / "autograded" / "first_wrong" / "small" / "steps.ipynb", 4)
    text = next(c for c in nb.cells if c.metadata.nbgrader.grade_id == "quarter_test").outputs[0]
    assert "With a right “Half”, your answer here is right: so 3 of 3 points count" in text.text
    assert "Likely mistake" not in text.text


def test_a_task_after_a_stub_is_not_called_unwritten(course):
    nb = nbformat.read(course / "autograded" / "first_missing" / "small" / "steps.ipynb", 4)
    cells = {c.metadata.nbgrader.grade_id: c for c in nb.cells}
    text = cells["quarter_test"].outputs[0].text
    assert "so 3 of 3 points count" in text
    assert "Not attempted" not in text


def test_the_audit_line_keeps_both_results(course):
    line = lines_of(course, "first_wrong")[1]
    assert (line["points"], line["outcome"]) == (3, "passed")
    alone = {"points": 0, "outcome": "wrong value", "mistake": None}
    assert line["carried"] == {"solved": ["Half"], "alone": alone}


def test_all_lines_of_a_notebook_say_the_same_seconds(course):
    (seconds,) = {line["seconds"] for line in lines_of(course, "first_wrong")}
    assert 0 < seconds < 60


@pytest.mark.parametrize(
    ("task", "cells"),
    [
        ([], ["half_test", "quarter_test", "study_test"]),
        (["Quarter"], ["quarter_test"]),
        (["study_test"], ["study_test"]),
    ],
)
def test_the_tasks_that_are_asked_for_are_explained(course, task, cells):
    text = small_course.nbjudge(course, "explain", "first_wrong", "steps", *task)
    assert [line.split()[1] for line in text.splitlines() if ", seed " in line] == [
        f"{cell}," for cell in cells
    ]


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_the_teachers_solution_comes_out(course, attack):
    student = course / "autograded" / f"attack_{attack}"
    for path in student.rglob("*"):
        assert path.is_dir() or b"by-the-teacher" not in path.read_bytes(), path
        assert path.is_dir() or b"/ 2" not in path.read_bytes(), path
    assert points_of(course, f"attack_{attack}")[:2] == [0, 0]


def test_again_repeats_a_carried_verdict(course):
    text = small_course.nbjudge(course, "again", "first_wrong", "steps", "quarter_test")
    assert "3 of 3 points" in text
    assert "another verdict" not in text


def test_a_factor_of_the_course_counts_and_0_turns_it_off(tmp_path):
    for factor, points in ((0.5, [0, 1.5, 1]), (0, [0, 0, 1])):
        folder = build(tmp_path / str(factor), f"c.JudgeExecute.carry = {factor}")
        hand_in(folder, "first_wrong", **STUDENTS["first_wrong"])
        small_course.nbgrader(folder, "autograde", "small")
        assert points_of(folder, "first_wrong") == points


def make_test(*needs):
    make = HiddenTest("", 1, lambda student: None, lambda rng: [Case("")], lambda: None)
    return replace(make, depends_on=needs)


def test_needs_are_followed_to_their_ends_and_a_circle_ends_too():
    tests = {"a": make_test("c"), "b": make_test("a"), "c": make_test("b", "unknown")}
    assert all_needs(tests, "b") == {"a", "c"}
    assert to_ask_again(tests, [], []) == {}
