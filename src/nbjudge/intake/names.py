"""Names: which student folders can be graded, and which file is which released notebook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

LONGEST_STUDENT = 100
# formgrader's addresses cannot hold some, its pages others, and * means all to nbgrader
REFUSED_MARKS = '"#%?<>*'
SLASHES = "/\\∕⁄／＼"
NOTEBOOK_ENDING = re.compile(
    r"\.ipynb(?:\.ipynb|\.txt|\.json|[\s_-]*\(\d{1,4}\)|[\s_-]*copy)?$", re.IGNORECASE
)


def shown(name: str, most: int = 80) -> str:
    """Return a name as it may be printed: no control characters, no surrogates, not too long."""
    text = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in name
    )
    return text if len(text) <= most else text[: most - 1] + "…"


def student_name_problem(name: str) -> str:
    """Return why nbgrader cannot work with a student folder of this name; empty if it can."""
    for holds, problem in (
        (not name, "the name is empty"),
        (re.search("[\ud800-\udfff]", name), "the name is not valid UTF-8"),
        (not name.isprintable(), "the name has a line end or another control character"),
        (len(name) > LONGEST_STUDENT, f"the name is longer than {LONGEST_STUDENT} characters"),
        (name.startswith("-"), "the name begins with a dash and would be read as an option"),
        (name.startswith("."), "the name begins with a dot"),
        (name != name.strip(), "the name begins or ends with a space"),
        ("+" in name, "the name has a '+', which nbgrader uses to separate names"),
        (any(c in SLASHES for c in name), "the name has a character that looks like a slash"),
    ):
        if holds:
            return problem
    for character in name:
        if character in REFUSED_MARKS:
            return f"the name has the character {character!r}, which nbgrader cannot handle"
    return ""


def is_notebook(file_name: str) -> bool:
    """Say whether a file's name is a notebook's, also as browsers and mail programs bend it."""
    return bool(NOTEBOOK_ENDING.search(file_name)) and not file_name.startswith(".")


def released_name(file_name: str, released: Sequence[str]) -> str | None:
    """Return which released notebook a file is, by its name; None if it does not tell.

    The words of the released name must stand in the file's name in one piece. Case, the kind of
    separators and what an LMS or a browser adds before and after do not matter; of two released
    names the one with more words wins, and where that decides nothing, none does.

    Args:
        file_name: without folders, such as ``smith_123_Q1 L1 Backprop (1).ipynb``.
        released: names without ending, such as ``q1_l1_backprop``.
    """
    stem = NOTEBOOK_ENDING.sub("", file_name)
    if stem in released:
        return stem
    words = _words(stem)
    found = [(len(_words(name)), name) for name in released if _holds(words, _words(name))]
    if not found:
        return None
    longest = max(length for length, _ in found)
    best = [name for length, name in found if length == longest]
    return best[0] if len(best) == 1 else None


def _words(name: str) -> list[str]:
    text = unicodedata.normalize("NFKC", name).casefold()
    return re.findall(r"[^\W_]+", text)


def _holds(words: list[str], part: list[str]) -> bool:
    size = len(part)
    return size > 0 and any(words[i : i + size] == part for i in range(len(words) - size + 1))
