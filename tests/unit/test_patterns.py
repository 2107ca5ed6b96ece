"""Patterns mean the same in every Python that the README names, and read what students write.

Python 3.11.2, which Debian 12 has, gets possessive and atomic groups wrong: an honest notebook with
lists in lists was read as damaged there.
"""

import json
import random
import re

import pytest
from repository import ROOT

from nbjudge.intake.json_text import BrokenJsonError, Cursor
from nbjudge.reports.class_page.tokens import pieces

# a group that is repeated possessively, or that is atomic
POSSESSIVE_GROUP = re.compile(r"\)(?:[*+?]|\{\d*,?\d*\})\+|\(\?>")


def test_no_pattern_has_a_possessive_group():
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("src", "hidden_tests", "bench", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if POSSESSIVE_GROUP.search(line.split("  #")[0]) and not line.lstrip().startswith("#")
    ]
    assert not found


@pytest.mark.parametrize("text", [r"(?:a|b)*+", r"(a)++", r"(?:a)?+", r"(?:a){2,3}+", r"(?>a)"])
def test_a_possessive_group_would_be_found(text):
    assert POSSESSIVE_GROUP.search(text)


def any_value(random, depth=0):
    """Return some JSON value, as Colab and JupyterLab write into a notebook's metadata."""
    kind = random.choice(["list", "dict", "text", "number"] if depth < 7 else ["text", "number"])
    if kind == "list":
        return [any_value(random, depth + 1) for _ in range(random.randint(0, 4))]
    if kind == "dict":
        return {f"k{n}": any_value(random, depth + 1) for n in range(random.randint(0, 3))}
    if kind == "text":
        return "".join(random.choice('ab"\\[]{}\n, é') for _ in range(random.randint(0, 9)))
    return random.choice([0, -1.5e-3, True, None])


@pytest.mark.parametrize("indent", [None, 1])
def test_every_value_is_stepped_over_to_its_end(indent):
    numbers = random.Random(5)
    for _ in range(3000):
        text = json.dumps(any_value(numbers), ensure_ascii=False, indent=indent).encode()
        cursor = Cursor(text + b" , next")
        cursor.skip()
        assert cursor.position == len(text), text


@pytest.mark.parametrize(
    "text",
    [
        b"[1, [2, [3]]]",
        b"[[1, [2, [3, []]]], {}]",
        b'["' + b'a\\"b\\n' * 5000 + b'"]',
        b'{"a": "' + b"\\\\" * 3001 + b'"}',
        b"[" + b"[1, 2], " * 3000 + b"[]]",
        b"[" + b"[[1], [2]], " * 3000 + b"[]]",
    ],
)
def test_lists_in_lists_and_long_strings_are_stepped_over(text):
    cursor = Cursor(text)
    cursor.skip()
    assert cursor.position == len(text)


@pytest.mark.parametrize("text", [b"[[1, 2]", b'["a', b'["a\\', b'["a\\"', b'"\\'])
def test_what_ends_too_early_is_damaged(text):
    cursor = Cursor(text)
    with pytest.raises(BrokenJsonError):
        cursor.skip()


PARTS = (
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\n",
    "{",
    "}",
    "{{",
    "f",
    "rb",
    "#",
    "%ls",
    " ",
    "a",
    "1.5e3",
)


def test_the_pieces_of_any_code_are_the_code():
    numbers = random.Random(7)
    for _ in range(20_000):
        code = "".join(numbers.choice(PARTS) for _ in range(numbers.randint(0, 12)))
        assert "".join(piece.text for piece in pieces(code)) == code


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("f'{a:{b}}' + 1", ["text", "blank", "sign", "blank", "number"]),
        ('f"{{{a}}}"', ["text"]),
        ("'it\\'s' x", ["text", "blank", "name"]),
        ('"""a "quoted" word\n""" y', ["text", "blank", "name"]),
        ("'open\nx = 1", ["text", "blank", "name", "blank", "sign", "blank", "number"]),
        ("0x1f 1e-3j .5", ["number", "blank", "number", "blank", "number"]),
    ],
)
def test_texts_and_numbers_are_whole_pieces(code, kinds):
    assert [piece.kind for piece in pieces(code)] == kinds
