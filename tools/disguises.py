"""What somebody does who copies a solution and does not want it to be seen."""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Collection

from nbjudge.reports.class_page.tokens import names, pieces

KINDS = ("as it is", "renamed", "commented", "re-ordered", "all")
REMARKS = ("# here is what the text asks for", "# see the lecture", "# this took me a while")


def disguised(kind: str, code: str, given: str, rng: random.Random) -> str:
    """Return a solution in disguise, with what it does unchanged.

    Args:
        kind: one of `KINDS`.
        code: the solution.
        given: the course's own code, whose names nobody can change.
        rng: for what is drawn.
    """
    if kind in ("renamed", "all"):
        code = _renamed(code, names(given))
    if kind in ("re-ordered", "all"):
        code = _reordered(code)
    if kind in ("commented", "all"):
        code = _commented(code, rng)
    return code


def _renamed(code: str, given: Collection[str]) -> str:
    """Give new names to whatever the code itself has named."""
    own = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            own.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            own.add(node.attr)
    own -= {*given, *dir(builtins), "self"}
    new = {name: f"my_{name[::-1]}{number}" for number, name in enumerate(sorted(own))}
    return "".join(
        new.get(piece.text, piece.text) if piece.kind == "name" else piece.text
        for piece in pieces(code)
    )


def _commented(code: str, rng: random.Random) -> str:
    """Put remarks and empty lines between the lines."""
    lines = []
    for line in code.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() and rng.random() < 0.4:
            lines.append(f"{indent}{rng.choice(REMARKS)}")
        lines += [line, ""] if rng.random() < 0.3 else [line]
    return "\n".join(lines)


def _reordered(code: str) -> str:
    """Exchange neighbours that need nothing of each other, and lay all of it out anew."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for place in range(len(body) - 1):
            one, other = body[place : place + 2]
            if _independent(one, other):
                body[place], body[place + 1] = other, one
    return ast.unparse(tree)


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    if isinstance(one, ast.FunctionDef) and isinstance(other, ast.FunctionDef):
        return True
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    return not (_names(one, True) & _names(other) or _names(other, True) & _names(one))


def _names(statement: ast.stmt, stored: bool = False) -> set[str]:
    """Return the names of variables and attributes in a statement, or only those it binds."""
    return {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(statement)
        if isinstance(node, ast.Name | ast.Attribute)
        and (not stored or isinstance(node.ctx, ast.Store))
    }
