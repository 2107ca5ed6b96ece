"""A student's code in pieces, whatever it is: it need not be Python that can be parsed.

The time is linear in its length: each alternative below either takes what it has looked at, or
gives up within a line, once.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

COMMENT, TEXT = "# …", '"…"'  # what stands for a comment and for a text
OWN_NAME = "NAME"  # what stands for a part of the student's own name
KNOWN_NAMES = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {"self", "cls"}

# In an f-string, braces may hold other strings. One that is not closed ends with its line, so that
# nothing of it is taken for code. Groups are repeated in only one possible way, and what follows
# them always matches, so nothing is tried twice; they are not possessive (…)*+, because Python
# 3.11.2 gets possessive groups wrong.
_BRACES = r"\{[^{}\n]*(?:\{[^{}\n]*\}[^{}\n]*)*\}"
_PIECE = re.compile(
    rf"""
    (?P<command>^[ \t]*+[%!?][^\n]*+)  # of IPython
    | (?P<comment>\#[^\n]*+)
    | (?P<text>
        [rbfutRBFUT]{{0,3}}(?:
            \"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*(?:\"\"\"|\\?\Z)
            | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\\?\Z)
        )
        | (?:[fFtT][rR]?|[rR][fFtT])(?:
            "[^"\\{{\n]*(?:(?:\\.|\{{\{{|{_BRACES})[^"\\{{\n]*)*(?:"|[^\n]*+)
            | '[^'\\{{\n]*(?:(?:\\.|\{{\{{|{_BRACES})[^'\\{{\n]*)*(?:'|[^\n]*+)
        )
        | [rbuRBU]{{0,2}}(?:
            "[^"\\\n]*(?:\\.[^"\\\n]*)*(?:"|\\?(?=\n|\Z))
            | '[^'\\\n]*(?:\\.[^'\\\n]*)*(?:'|\\?(?=\n|\Z))
        )
      )
    | (?P<number>(?:0[xXoObB][\da-fA-F_]++|(?:\d[\d_]*+\.?|\.\d)[\d_]*+(?:[eE][+-]?\d++)?)[jJ]?)
    | (?P<name>[^\W\d]\w*+)
    | (?P<sign>\*\*=?|//=?|>>=?|<<=?|->|[=!<>+\-*/%&|^@:]=|[^\s\w]|\d)
    | (?P<blank>\n|[^\S\n]++)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_NAME_PARTS = re.compile(r"[^\W\d_][^\W\d_A-Z]*+|[A-Z]++(?![a-z])")


@dataclass(frozen=True)
class Piece:
    """A piece of code.

    Attributes:
        kind: ``command``, ``comment``, ``text``, ``number``, ``name``, ``sign`` or ``blank``.
        text: as it is written.
        line: where it begins, from 0.
    """

    kind: str
    text: str
    line: int


def pieces(code: str) -> Iterator[Piece]:
    """Return all pieces of the code; together they are the code."""
    line = 0
    for found in _PIECE.finditer(code):
        yield Piece(found.lastgroup, found[0], line)
        line += found[0].count("\n")


def masked(code: str, own_names: Collection[str] = (), given_texts: Collection[str] = ()) -> str:
    """Return the code without what a student says in words: comments, texts, commands.

    Args:
        code: as the student wrote it.
        own_names: words of the student's own name; parts of identifiers that are one go, too.
        given_texts: what stands between quotes in the course's own code; these texts stay.
    """
    own = {name.casefold() for name in own_names}
    kept = []
    for piece in pieces(code):
        if piece.kind == "comment":
            kept.append(COMMENT)
        elif piece.kind == "command":
            kept.append(f"{piece.text[: -len(piece.text.lstrip())]}{COMMENT}")
        elif piece.kind == "text" and _content(piece) not in given_texts:
            kept.append(TEXT)
        elif piece.kind == "name" and own:
            kept.append(_NAME_PARTS.sub(lambda part: _unless_own(part[0], own), piece.text))
        else:
            kept.append(piece.text)
    return "".join(kept)


def _unless_own(part: str, own: Collection[str]) -> str:
    return OWN_NAME if part.casefold() in own else part


def texts(code: str) -> set[str]:
    """Return what stands between quotes in the code."""
    return {_content(piece) for piece in pieces(code) if piece.kind == "text"}


def _content(piece: Piece) -> str:
    return piece.text.lstrip("rbfutRBFUT").strip("\"'")


def names(code: str) -> set[str]:
    """Return all identifiers in the code."""
    return {piece.text for piece in pieces(code) if piece.kind == "name"}


def symbols(code: str, given: Collection[str]) -> list[Piece]:
    """Return what is left of code when names, texts, comments and layout do not count.

    In the place of a text or of a name of the student's own stands the same word for all. A name
    stays if it is Python's, the course's (`given`) or that of a library's function, as in
    ``np.sum(``: nobody can rename these.
    """
    counted = [p for p in pieces(code) if p.kind not in ("command", "comment", "blank")]
    defined = {after.text for before, after in pairwise(counted) if before.text in ("def", "class")}
    found = []
    for place, piece in enumerate(counted):
        text = piece.text
        if piece.kind == "text":
            text = "text"
        elif piece.kind == "name" and not (text in KNOWN_NAMES or text in given):
            method = place and counted[place - 1].text == "." and _is_called(counted, place)
            text = text if method and text not in defined else "name"
        found.append(Piece(piece.kind, text, piece.line))
    return found


def _is_called(counted: list[Piece], place: int) -> bool:
    return place + 1 < len(counted) and counted[place + 1].text == "("
