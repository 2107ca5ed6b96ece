"""`nbjudge adopt`: hidden tests begun from another course's asserts, without running anything."""

import shutil

import nbformat
import pytest
from linear import check
from nbformat.v4 import new_code_cell, new_notebook
from small_course import CONFIG, nbjudge

from nbjudge.authoring.adopt import adopt
from nbjudge.authoring.asserts import read_asserts
from nbjudge.errors import AdoptError
from nbjudge.verdict.loader import load_hidden_tests

SOLUTION = """import numpy as np


def square(x):
    ### BEGIN SOLUTION
    return x**2
    ### END SOLUTION


def is_even(n):
    ### BEGIN SOLUTION
    return n % 2 == 0
    ### END SOLUTION
"""
ASSERTS = '''"""Check that square works."""
x = [1, 2, 3]
assert square(3) == 9
assert 16 == square(4), "four"
assert np.isclose(square(0.5), 0.25)
assert abs(square(1.5) - 2.25) < 1e-6
assert np.allclose(square(np.array(x)), [1, 4, 9])
assert square(2) == 4 and is_even(4)
assert not is_even(3)
np.testing.assert_allclose(square(x=np.zeros((2, 2))), np.zeros((2, 2)))
assert type(square(2)) is int
for i in range(3):
    assert square(i) == i * i
'''


def notebook(source=ASSERTS, solution=SOLUTION):
    about = {"schema_version": 3, "cell_type": "code", "task": False}
    mine = {**about, "grade_id": "square", "grade": False, "solution": True, "locked": False}
    test = {**about, "grade_id": "test-square", "grade": True, "solution": False, "locked": True}
    cells = [
        new_code_cell(solution, id="square", metadata={"nbgrader": mine}),
        new_code_cell(source, id="test", metadata={"nbgrader": {**test, "points": 1}}),
    ]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": python})


def adopted(source):
    return adopt(nbformat.writes(notebook(source)).encode(), "hw.ipynb")


def test_calls_and_the_values_they_are_compared_with_become_cases():
    calls, others = read_asserts(ASSERTS)
    assert [(call.text, call.expected) for call in calls] == [
        ("square(3)", "9"),
        ("square(4)", "16"),
        ("square(0.5)", "0.25"),
        ("square(1.5)", "2.25"),
        ("square(np.array(x))", "np.array([1, 4, 9])"),
        ("square(2)", "4"),
        ("is_even(4)", "True"),
        ("is_even(3)", "False"),
        ("square(x=np.zeros((2, 2)))", "np.zeros((2, 2))"),
    ]
    assert calls[4].args == "[np.array([1, 2, 3])]"
    assert others == ["type(square(2)) is int", "assert square(i) == i * i"]


def test_the_module_loads_and_says_what_is_left_to_do(tmp_path):
    (tmp_path / "week").mkdir()
    (tmp_path / "week" / "hw.py").write_text(adopted(ASSERTS))
    (test,) = load_hidden_tests(tmp_path, "week", "hw").values()
    assert len(test.draw_cases(1)) == 9
    text = adopted(ASSERTS)
    assert '#     judge("test_square")' in text
    assert "# TODO: not understood in test-square: type(square(2)) is int" in text


def test_what_is_adopted_judges_the_notebook_it_came_from(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG.format(more=""))
    for folder in ("source/small", "hidden_tests/small"):
        (tmp_path / folder).mkdir(parents=True)
    path = tmp_path / "source" / "small" / "hw.ipynb"
    nbformat.write(notebook(), path)
    module = "hidden_tests/small/hw.py"
    said = nbjudge(tmp_path, "adopt", str(path), "-o", module)
    assert "hw.py: 1 hidden tests, 7 things left to do" in said
    judged = notebook('### BEGIN HIDDEN TESTS\njudge("test_square")\n### END HIDDEN TESTS')
    nbformat.write(judged, path)
    assert "in order: solutions get all points" in nbjudge(tmp_path, "check", "small")
    wrong = SOLUTION.replace("x**2", "2 * x")
    nbformat.write(notebook(judged.cells[1].source, wrong), path)
    said = nbjudge(tmp_path, "check", "small", status=1)
    assert "failed  square(3): wrong value" in said
    kept = (tmp_path / module).read_text()
    shutil.copy(path, tmp_path / "again.ipynb")
    nbformat.write(notebook(), path)
    assert "File exists" in nbjudge(tmp_path, "adopt", str(path), "-o", module, status=1)
    assert (tmp_path / module).read_text() == kept


@pytest.mark.parametrize(
    "source",
    [
        "assert f(open('/etc/passwd')) == 1",
        "assert f(np.zeros(10**12)) == 1",
        "assert f(np.zeros(1000000000)) is None",
        "assert f(np.array(__import__('os').getpid())) == 1",
        "x = evil()\nassert f(x) == 1",
        "x = 1\nx = 2\nassert f(x) == 1",
        "assert f({1, 2}) == 1",
        "assert f(b'1') == 1",
        "assert f(*a, **b) == 1",
        "assert a.f(1) == 1",
        "assert f(1) != 1",
        "assert f(1) == g(1)",
        "this is no Python: assert",
        "assert f(" + "[" * 3000 + "]" * 3000 + ") == 1",
        "assert f(1) == 1\n" * 20_000,
    ],
)
def test_what_is_no_call_with_plain_data_is_left_to_the_author(source):
    with pytest.raises(AdoptError, match="has no assert that calls a function with plain data"):
        adopted(source)


def test_a_cell_that_fails_without_an_assert_is_not_lost():
    cell = "try:\n    square('x')\nexcept TypeError:\n    pass\n"
    cell += "else:\n    raise AssertionError('did not raise')"
    module = adopted(f"assert square(2) == 4\n{cell}")
    assert "TODO: not understood" in module
    assert "did not raise" in module


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\x03\x04", b"\x00" * 50, b'{"cells": 5}'])
def test_what_is_no_notebook_is_said_in_a_sentence(data):
    with pytest.raises(AdoptError, match=r"hw\.ipynb"):
        adopt(data, "hw.ipynb")


def test_signs_that_mean_something_to_python_stay_text():
    nb = notebook('assert f("""a\\n"b\\u202e""") == 1')
    nb.cells[1].metadata.nbgrader.grade_id = 'x"""\n\nimport os #'
    text = adopt(nbformat.writes(nb).encode(), 'hw"""\n\nimport os\n.ipynb')
    compile(text, "hw.py", "exec")
    assert not [line for line in text.splitlines() if line.startswith("import os")]


def test_a_long_notebook_takes_a_time_that_is_linear():
    def make(number):
        cells = [new_code_cell("assert f(1) == 1\n" * 100) for _ in range(number)]
        return nbformat.writes(new_notebook(cells=cells)).encode()

    check(lambda data: adopt(data, "hw.ipynb"), make, 10)
