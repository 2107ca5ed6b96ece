"""``nbjudge adopt``: the beginning of hidden tests, from the asserts of another course's notebook.

The notebook is read as a student's is: nothing of it runs, and what it holds becomes text or data.
"""

from __future__ import annotations

import keyword
import re

from nbjudge.authoring.asserts import Call, read_asserts
from nbjudge.errors import AdoptError
from nbjudge.intake.reader import read_notebook
from nbjudge.intake.records import IntakeLimits
from nbjudge.sanitize.text import inert_text

_HEAD = '''"""The beginning of hidden tests, from the asserts of {name}.

TODO marks what is left to do. `nbjudge check` says what is wrong; docs/authoring.md of nbjudge says
how a hidden test is made.
"""

import numpy as np

from nbjudge import Case, HiddenTest
'''
_TEST = """

# In the graded cell, in the place of its asserts:
#     ### BEGIN HIDDEN TESTS
#     from nbjudge import judge
#
#     judge("{name}")
#     ### END HIDDEN TESTS
def ask_{name}(student, function, args, kwargs):
    return student[function](*args, **kwargs)


{name} = HiddenTest(
    title={title!r},  # TODO: what students call the task
    points=1,  # TODO: the points of the graded cell
    ask=ask_{name},
    # TODO: these are the same for everybody; draw other numbers for each student, from rng
    cases=lambda rng: [
{cases}
    ],
    # TODO: with drawn numbers, the formula of the right answer
    expect=lambda function, args, kwargs, expected: expected,
    # TODO: mistakes={{"its name": Mistake(its formula, "what to tell the student")}}
)
"""


_TAKEN = ("np", "Case", "HiddenTest")  # names of the module


def adopt(data: bytes, file_name: str) -> str:
    """Return a module of hidden tests, one for each cell with asserts.

    Args:
        data: the notebook file.
        file_name: for its sentences.

    Raises `AdoptError` if it is no notebook, or has no cell with asserts that are understood.
    """
    limits = IntakeLimits()
    if len(data) > limits.raw_bytes:
        raise AdoptError(f"{file_name} is larger than {limits.raw_bytes >> 20} MB.")
    nb = read_notebook(data, file_name, limits)
    if nb.problem:
        raise AdoptError(nb.problem)
    parts, names = [], set()
    for cell in nb.cells:
        if cell.kind != "code" or "assert" not in cell.source.lower():
            continue
        calls, others = read_asserts(cell.source)
        if calls or (others and cell.grade_id):
            name = _free(cell.grade_id or "test", names)
            parts.append(_part(name, cell.grade_id or name, calls, others))
    if not any("HiddenTest(" in part for part in parts):
        raise AdoptError(
            f"{file_name} has no assert that calls a function with plain data and compares with "
            "plain data, such as assert area(2) == 4."
        )
    return _HEAD.format(name=_comment(file_name)) + "".join(parts)


def _part(name: str, title: str, calls: list[Call], others: list[str]) -> str:
    text = ""
    if calls:
        text = _TEST.format(
            name=name,
            title=inert_text(title),
            cases="\n".join(map(_case, calls)),
        )
    notes = "".join(f"# TODO: not understood in {_comment(title)}: {_comment(o)}\n" for o in others)
    return text + (f"\n{notes}" if notes else "")


def _case(call: Call) -> str:
    arguments = f'{{"function": {call.function!r}, "args": {call.args}, "kwargs": {call.kwargs}}}'
    label = inert_text(call.text[:100])
    return (
        f"        Case({label!r}, {arguments},\n"
        f'             private={{"expected": {call.expected}}}),'
    )


def _free(grade_id: str, names: set[str]) -> str:
    """Return a name for Python that no other test has."""
    name = re.sub(r"\W|[^\x00-\x7f]", "_", grade_id)[:60]
    if not name or name[0].isdigit() or keyword.iskeyword(name) or name in _TAKEN:
        name = f"test_{name}"
    number, free = 2, name
    while free in names:
        free, number = f"{name}_{number}", number + 1
    names.add(free)
    return free


def _comment(text: str) -> str:
    """Return text that stays in one comment or docstring."""
    return inert_text(" ".join(text.split()))[:300].replace('"""', "'''").replace("\\", "/")
