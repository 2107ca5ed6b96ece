"""Hidden tests are a package: its modules import each other, and no two loadings meet."""

import gc
import sys

import pytest

from nbjudge.errors import HiddenTestError
from nbjudge.verdict.loader import load_hidden_tests, load_with_files

HEAD = "from nbjudge import Case, HiddenTest, Mistake\n"
TASK = """
def ask(student, x):
    return helper(student, x)


task = HiddenTest(
    title="Task",
    points=1,
    ask=ask,
    helpers=[helper],
    cases=lambda rng: [Case("a number", {"x": SCALE})],
    expect=lambda x: x,
    mistakes=lambda: MISTAKES,
)

MISTAKES = {"twice": Mistake(lambda x: 2 * x, "Not twice.")}
"""
FILES = {
    "lab/nb.py": HEAD + "from .parts.one import task\nfrom .parts import one\nagain = one.task\n",
    "lab/parts/one.py": HEAD
    + "from ...shared.scale import SCALE\nfrom .two import helper\nfrom ..other import UNUSED\n"
    + TASK,
    "lab/parts/two.py": "def helper(student, x):\n    return student.f(x)  # in its own file\n",
    "lab/other.py": HEAD + "UNUSED = 0\n",
    "lab/unrelated.py": HEAD,
    "shared/scale.py": "SCALE = 1.0\n",
}


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def loaded():
    """Return what loadings have left: names of modules, and folders whose files are known."""
    gc.collect()
    names = [name for name in sys.modules if name.startswith("hidden_tests_")]
    return names + [place for place in sys.path_importer_cache if "pytest-of" in place]


def names(files, folder):
    return sorted(path.relative_to(folder).as_posix() for path in files)


@pytest.mark.parametrize("inits", [[], ["__init__.py", "lab/__init__.py", "lab/parts/__init__.py"]])
def test_modules_import_each_other_whether_or_not_there_are_init_files(tmp_path, inits):
    write(tmp_path, {**FILES, **dict.fromkeys(inits, "READ = True\n")})
    tests, files = load_with_files(tmp_path, "lab", "nb")
    assert list(tests) == ["task", "again"]
    assert tests["task"].draw_cases(1)[0].arguments == {"x": 1.0}
    assert list(tests["task"].mistakes) == ["twice"]
    assert names(files, tmp_path) == sorted({*FILES, *inits} - {"lab/unrelated.py"})


def test_sources_are_those_of_the_files_they_stand_in(tmp_path):
    test = load_hidden_tests(write(tmp_path, FILES), "lab", "nb")["task"]
    helper, ask = test.sources()
    assert "return student.f(x)  # in its own file" in helper
    assert "return helper(student, x)" in ask


def test_a_file_that_was_edited_is_read_again(tmp_path):
    first = load_hidden_tests(write(tmp_path, FILES), "lab", "nb")["task"]
    write(tmp_path, {"shared/scale.py": "SCALE = 20.0\n", "lab/parts/new.py": "MORE = 1\n"})
    text = FILES["lab/nb.py"] + "from .parts.new import MORE\n"
    write(tmp_path, {"lab/nb.py": text})
    second = load_hidden_tests(tmp_path, "lab", "nb")["task"]
    assert [t.draw_cases(0)[0].arguments["x"] for t in (first, second)] == [1.0, 20.0]


def test_courses_and_copies_of_one_do_not_meet(tmp_path):
    tests = []
    for scale in (1, 2, 3):
        folder = write(tmp_path / str(scale), {**FILES, "shared/scale.py": f"SCALE = {scale}\n"})
        tests.append(load_hidden_tests(folder, "lab", "nb")["task"])
    assert [test.draw_cases(0)[0].arguments["x"] for test in tests] == [1, 2, 3]


LATE = """
def cases(rng):
    from .late import LABEL

    return [Case(LABEL, {"x": 1})]


def expect(x):
    from ..shared.scale import SCALE

    return SCALE


def ask(student, x):
    return student.f(x)


late = HiddenTest(title="Late", points=1, ask=ask, cases=cases, expect=expect)
"""


def test_what_is_imported_while_cases_are_drawn_counts_as_well(tmp_path):
    write(tmp_path, {**FILES, "lab/nb.py": HEAD + LATE, "lab/late.py": "LABEL = 'late'\n"})
    tests, files = load_with_files(tmp_path, "lab", "nb")
    assert names(files, tmp_path) == ["lab/late.py", "lab/nb.py"]
    assert tests["late"].expect(x=1) == 1.0


def test_a_file_outside_the_package_counts_too(tmp_path):
    text = "from pathlib import Path\nfrom nbjudge import load_module\n" + HEAD + LATE
    data = "Path(__file__).parents[2] / 'data' / 'draw.py'"
    text = text.replace("from .late import LABEL", f"LABEL = load_module({data}).LABEL")
    write(tmp_path, {"tests/lab/nb.py": text, "data/draw.py": "LABEL = 'drawn'\n"})
    tests, files = load_with_files(tmp_path / "tests", "lab", "nb")
    assert names(files, tmp_path) == ["data/draw.py", "tests/lab/nb.py"]
    assert tests["late"].draw_cases(0)[0].label == "drawn"


def test_a_loading_goes_with_the_last_of_its_tests(tmp_path):
    before = loaded()
    tests = load_hidden_tests(write(tmp_path, FILES), "lab", "nb")
    one = tests.pop("task")
    del tests
    assert len(loaded()) > len(before)
    del one
    assert loaded() == before


def test_a_module_that_cannot_be_imported_leaves_nothing(tmp_path):
    before = loaded()
    write(tmp_path, {**FILES, "shared/scale.py": "SCALE = 1 / 0\n"})
    with pytest.raises(ZeroDivisionError):
        load_hidden_tests(tmp_path, "lab", "nb")
    assert loaded() == before


def test_names_with_dots_and_blanks_are_names(tmp_path):
    text = HEAD + "from .parts_1.one import SCALE\ndef helper(student, x): return x\n" + TASK
    write(tmp_path, {"ps 1.2/hw-3.1.py": text, "ps 1.2/parts_1/one.py": "SCALE = 7\n"})
    tests = load_hidden_tests(tmp_path, "ps 1.2", "hw-3.1")
    assert tests["task"].draw_cases(0)[0].arguments == {"x": 7}


def test_a_data_class_with_annotations_as_texts_is_one(tmp_path):
    text = "from __future__ import annotations\n\nfrom dataclasses import dataclass\n\n"
    text += "@dataclass\nclass Row:\n    x: float = 3.0\n"
    shared = text + "\n\nSCALE = Row().x\n"
    tests = load_hidden_tests(write(tmp_path, {**FILES, "shared/scale.py": shared}), "lab", "nb")
    assert tests["task"].draw_cases(0)[0].arguments == {"x": 3.0}


@pytest.mark.parametrize("ask", ["ask(x)", "ask()", "ask(x, student)"])
def test_a_test_that_does_not_ask_a_student_is_refused_in_one_sentence(tmp_path, ask):
    parts = FILES["lab/parts/one.py"].replace("ask(student, x)", ask)
    write(tmp_path, {**FILES, "lab/parts/one.py": parts})
    with pytest.raises(HiddenTestError, match="task: its ask must be a function whose first") as e:
        load_hidden_tests(tmp_path, "lab", "nb")
    assert "write def ask(student, x): return student.area(x)" in str(e.value)
