"""Classes of any size: the same seed makes the same class, and it is as classes are."""

import copy
import csv
import json
import random
import shutil
from collections import Counter
from dataclasses import astuple

import light_course
import nbformat
import pytest
from lab1_answers import FACTS, MOST_BYTES, lab1
from light_answers import RIGHT, WRONG
from make_class import MIX, MOST_MISTAKES, Deck, Maker, main, make_class
from marks import slow
from material import Handed
from matrix import known_answers
from small_course import nbjudge

NAMED = {"gradients add up", "the weights go uphill", "half the gradient"}


@pytest.fixture(scope="module")
def material():
    """Return what a class of lab1 is made from."""
    return lab1()


@pytest.fixture(scope="module", params=[12, slow(60)])
def graded(request, tmp_path_factory):
    """Return a course with a class of the light course, graded but for who is slow or hostile."""
    course = light_course.build(tmp_path_factory.mktemp("light") / "course", judged=True)
    students = make_class(course / "submitted", "light", students=request.param, seed=2)
    for student in students:
        if student.kind in ("slow", "hostile"):
            shutil.rmtree(course / "submitted" / student.name)
    nbjudge(course, "grade", "light")
    return course, students


def files(folder):
    """Return all files of a folder, by path."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("course", ["lab1", "light"])
def test_the_same_seed_makes_the_same_class_and_another_seed_another(tmp_path, course):
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        make_class(tmp_path / name, course, students=30, seed=seed)
    assert files(tmp_path / "one") == files(tmp_path / "again")
    assert files(tmp_path / "one") != files(tmp_path / "other")


def test_of_a_hundred_students_as_many_are_of_each_kind_as_the_mix_says(tmp_path):
    students = make_class(tmp_path / "class", "light", students=100, seed=3)
    assert Counter(student.kind for student in students) == MIX


def test_what_each_student_has_done_is_written_beside_the_class(tmp_path):
    students = make_class(tmp_path / "class", "light", students=20, seed=1)
    with open(tmp_path / "class" / "class.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [tuple(row.values()) for row in rows] == [astuple(student) for student in students]


def test_a_card_comes_again_only_when_all_have_been_there():
    deck = Deck(random.Random(1), range(10))
    assert [sorted(deck.deal() for _ in range(10)) for _ in range(3)] == [list(range(10))] * 3


def test_every_known_mistake_of_lab1_can_be_dealt(material):
    answers = [answer for name in material.released for answer in known_answers(name)]
    known = {answer.source for answer in answers if not answer.right}
    assert known == {text for task in material.tasks for text in task.wrong.values()}


def test_a_mistake_stands_in_its_cell(tmp_path, material):
    maker = Maker(material, seed=4)
    students = [maker.make(tmp_path / str(number), str(number)) for number in range(30)]
    mistaken = [student for student in students if student.kind == "mistaken"]
    tasks = {task.cell: task for task in material.tasks}
    for student in mistaken:
        mistakes = [mistake.split(": ", 1) for mistake in student.done.split("; ")]
        assert 1 <= len(mistakes) <= MOST_MISTAKES
        for cell, name in mistakes:
            path = tmp_path / student.name / f"{tasks[cell].notebook}.ipynb"
            cells = nbformat.read(path, as_version=4).cells
            about = {c.metadata.get("nbgrader", {}).get("grade_id"): c.source for c in cells}
            assert about[cell] == tasks[cell].wrong[name]


def test_odd_submissions_of_lab1_are_changed_and_small(tmp_path, material):
    nb = material.released["q2_momentum"]
    for number, act in enumerate([*material.broken.values(), *material.hostile.values()]):
        folder = tmp_path / str(number)
        folder.mkdir()
        handed = Handed(folder, copy.deepcopy(nb), FACTS, notebook="q2_momentum")
        act(handed)
        assert handed.written or any(folder.iterdir()) or handed.nb != nb
        assert all(path.is_dir() or path.lstat().st_size < MOST_BYTES for path in folder.iterdir())


def test_light_students_get_what_they_deserve(graded):
    course, students = graded
    for student in students:
        folder = course / "autograded" / student.name / "light"
        if student.kind in ("slow", "hostile"):
            assert not folder.exists()
            continue
        (line,) = [json.loads(text) for text in (folder / "light.audit.jsonl").open()]
        assert (line["points"] == 10) == (student.kind == "right"), student
        mistake = student.done.removeprefix("train: ")
        assert line["mistake"] == (mistake if mistake in NAMED else None), student


def test_the_light_class_has_every_right_and_wrong_answer(tmp_path):
    students = make_class(tmp_path / "class", "light", students=60, seed=2)
    mistakes = {student.done for student in students if student.kind == "mistaken"}
    assert mistakes == {f"train: {name}" for name in WRONG}
    assert sum(student.kind == "right" for student in students) > len(RIGHT)


def test_a_folder_that_is_there_is_left_alone(tmp_path, capsys):
    (tmp_path / "student00000").mkdir()
    asked = ["--students", "3", "--seed", "1", "--course", "light", str(tmp_path)]
    assert main(asked) == 1
    assert "is there already" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["student00000"]
