"""A student does the lab in JupyterLab, in a real browser, with what a student installs."""

import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest
from browser import chromium
from jupyter_page import EXPOSED, Notebook, Server
from matrix import known_answers
from repository import ROOT, copy_course, nbgrader
from students import (
    HOLDS,
    NOTEBOOKS,
    POINTS,
    PROGRAMS,
    RELEASE,
    assignment,
    grade_id,
    hand_in,
    new_home,
    points,
    problems,
    read,
    released,
    run,
    solutions,
    solved,
    source,
)

from nbjudge.cells import is_grade, is_solution, judged_test

pytestmark = pytest.mark.usefixtures("needs_student_environment", "needs_browser")
# an answer of answers/ to the first task, and what the self-check says of it
MISTAKES = {
    "q2_momentum": ("reset", "0.8: the velocity was forgotten"),
    "q1_l1_backprop": (
        "the penalty on a second line that begins with +",
        "0: nothing of the penalty is left",
    ),
    "q3_pytorch_l2": ("no output sigmoid", "sigmoid"),
    "q4_height_weight": ("ReLU", "after each Linear comes one Sigmoid"),
    "q5_convolution": ("the mathematicians' convolution", "19 first: the kernel is turned"),
}
SVG = "{http://www.w3.org/2000/svg}"


def tasks(nb):
    """Return (grade_id, hidden test) of each cell that a student fills, in order.

    The hidden test is None of a written answer and where several cells answer one test.
    """
    found, waiting = [], []
    for cell in nb.cells:
        if is_grade(cell) and cell.cell_type == "code":
            test = judged_test(cell.source) if len(waiting) == 1 else None
            found += [(name, test) for name in waiting]
            waiting = []
        elif is_solution(cell):
            waiting.append(grade_id(cell))
    return found + [(name, None) for name in waiting]


def figures(nb):
    """Return all figures, as SVG."""
    return [
        output.data["image/svg+xml"]
        for cell in nb.cells
        for output in cell.get("outputs", ())
        if "image/svg+xml" in output.get("data", {})
    ]


def structure(figures):
    """Return of each pair of axes the lines, labels and legend, in one figure or in several."""
    return [_axes(group) for svg in figures for group in _groups(ET.fromstring(svg), "axes")]


def _groups(element, name):
    return [g for g in element.iter(f"{SVG}g") if re.fullmatch(rf"{name}_\d+", g.get("id", ""))]


def _axes(group):
    lines = [g for g in group if re.fullmatch(r"line2d_\d+", g.get("id", ""))]
    labels = [text for text in _texts(group, r"matplotlib\.axis") if not re.search(r"\d", text)]
    return {
        "lines": len(lines),
        "labels": sorted(labels),
        "in the legend": len(_texts(group, "legend")),
    }


def _texts(group, name):
    return [text.text for g in _groups(group, name) for text in g.iter(f"{SVG}text")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return what a student has: the released notebooks with their data, and a home."""
    folder = new_home(tmp_path_factory.mktemp("student"))
    shutil.copytree(RELEASE, folder, dirs_exist_ok=True)
    for name in POINTS:
        shutil.copy(released(name), folder)
    return folder


@pytest.fixture(scope="module")
def lab(folder):
    with Server(folder, PROGRAMS, "lab", [EXPOSED]) as server:
        yield server


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module", params=NOTEBOOKS)
def done(request, folder, lab, browser):
    """Return a notebook's name, what a student saw who did it, and the file that was saved."""
    name = request.param
    answers = known_answers(name)
    (first, test), *others = tasks(source(name))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    nb, seen = Notebook(page, lab, f"{name}.ipynb", patience=240), {}
    for above in nb.code_before(first):
        nb.run(above)
    seen["stub"] = nb.text(first), nb.run(first), nb.run(f"{first}_check")
    for which in ("wrong", "right"):
        nb.type_over(first, answer(answers, test, MISTAKES[name][0] if which == "wrong" else ""))
        nb.run(first)
        seen[which] = nb.run(f"{first}_check")
    seen["graded"] = nb.text(f"{first}_test"), nb.run(f"{first}_test")
    for grade_id_, test in others:
        nb.type_over(grade_id_, answer(answers, test) if test else solutions(name)[grade_id_])
    nb.run_all()
    seen["figures"] = nb.figures_on_screen()
    nb.save()
    page.close()
    return name, seen, folder / f"{name}.ipynb"


def answer(answers, test, name=""):
    """Return the source of the answer of this name, or of a right one, not the solution itself."""
    fits = [each for each in answers if each.test == test]
    return next(each.source for each in fits if (each.name == name if name else each.right))


def test_the_environment_is_what_the_readme_tells_students_to_install():
    (packages,) = re.findall(r"`pip install (jupyterlab [^`]*)`", (ROOT / "README.md").read_text())
    assert f"STUDENT_HAS := {packages}\n" in (ROOT / "Makefile").read_text()
    for judge in ("nbgrader", "nbjudge"):
        found = subprocess.run([PROGRAMS / "python", "-c", f"import {judge}"], capture_output=True)
        assert b"ModuleNotFoundError" in found.stderr


def test_the_stub_says_where_to_write_and_its_self_check_that_nothing_is_written(done):
    text, printed, check = done[1]["stub"]
    assert "# YOUR CODE HERE" in text
    assert not printed
    assert "not written yet" in check


def test_the_self_check_says_what_is_wrong_and_then_that_it_is_right(done):
    name, seen, _ = done
    assert MISTAKES[name][1] in seen["wrong"].split("✗")[1]
    assert HOLDS not in seen["wrong"]
    assert seen["right"].strip().endswith(HOLDS)


def test_a_graded_cell_says_what_it_is_and_looks_like_no_error(done):
    text, printed = done[1]["graded"]
    assert re.search(r"# Graded: Q\d task 1, .* \(\d points\)\. Filled in when you hand in\.", text)
    assert printed == ""


def test_all_cells_ran_and_every_self_check_holds(done):
    nb = read(done[2])
    assert all(cell.execution_count for cell in nb.cells if cell.cell_type == "code")
    assert not problems(nb)


def test_the_figures_are_those_of_the_solution(done, tmp_path):
    name, seen, file = done
    shutil.copytree(RELEASE / "data", tmp_path / "data")
    wanted = structure(figures(run(solved(name), new_home(tmp_path))))
    drawn = figures(read(file))
    assert wanted
    assert structure(drawn) == wanted
    assert seen["figures"] == len(drawn)


def test_the_saved_file_gets_all_points_that_need_no_grader(done, course):
    name, _, file = done
    hand_in(course, name, name, file)
    nbgrader(course, "autograde", assignment(name), f"--student={name}")
    assert points(course, name, name) == POINTS[name]


@pytest.fixture(scope="module")
def course(done, tmp_path_factory):
    """Return the course, ready to grade a notebook."""
    course = copy_course(tmp_path_factory.mktemp("course"))
    nbgrader(course, "generate_assignment", assignment(done[0]), "--force")
    return course
