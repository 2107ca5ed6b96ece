"""What a cell's text defines and needs, read without running it; also of text that is no Python."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# statements that hold others, which run later
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LONGEST_PARSED = 50_000  # characters; parsing a million takes six seconds and a lot of memory
MAGIC = re.compile(r"^([ \t]*)(?:[%!].*|\?.*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
CELL_MAGIC = re.compile(r"\s*%%(\w+)")
RUNS_PYTHON = {"capture", "time", "prun"}  # cell magics after which the names are there
# possessive (*+), so that a long line is tried once and not once for each of its spaces
ASSIGNED_MAGIC = re.compile(r"^([ \t]*+\w[\w, \t]*+=)[ \t]*+[%!].*$", re.MULTILINE)
DEFINITION = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)
ASSIGNMENT = re.compile(r"^([^\W\d][\w.]*)[ \t]*=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class CellText:
    """What is known of a text.

    Attributes:
        defined: names of functions and classes, and attributes that are set, as ``Class.method``.
        assigned: other names that are bound at the top.
        is_python: whether the text could be parsed.
        only_defines: whether it does nothing but define functions, classes and constants.
    """

    defined: frozenset[str]
    assigned: frozenset[str]
    is_python: bool = False
    only_defines: bool = False

    @property
    def bound(self) -> frozenset[str]:
        """All names that it binds at the top."""
        return self.defined | self.assigned


def read_text(text: str) -> CellText:
    """Return what a text defines; magics and shell commands count as empty statements."""
    statements = parse(text)
    if statements is None:
        return skim_text(text)
    defined, assigned = bound_names(statements)
    only_defines = all(is_definition(statement) for statement in statements)
    return CellText(frozenset(defined), frozenset(assigned), True, only_defines)


def skim_text(text: str) -> CellText:
    """Return what the beginnings of its lines tell of a text that is not parsed."""
    if CELL_MAGIC.match(text):
        return CellText(frozenset(), frozenset())
    names = set(ASSIGNMENT.findall(text))
    dotted = {name for name in names if "." in name}
    return CellText(frozenset({*DEFINITION.findall(text), *dotted}), frozenset(names - dotted))


def bound_names(statements: Iterable[ast.stmt]) -> tuple[set[str], set[str]]:
    """Return what statements define, and what else they assign; see `CellText`."""
    defined, assigned = set(), set()
    for statement in statements:
        _bound(statement, defined, assigned)
    return defined, assigned


def first_line(statement: ast.stmt) -> int:
    """Return the number of a statement's first line, decorators included; from 1."""
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def parse(text: str) -> tuple[ast.stmt, ...] | None:
    """Return the top-level statements, whose line numbers are those of `text`; None if it fails."""
    if len(text) > LONGEST_PARSED:
        return None
    if (magic := CELL_MAGIC.match(text)) and magic[1] not in RUNS_PYTHON:
        return None
    found = _parse(text)
    if found is None:
        found = _parse(ASSIGNED_MAGIC.sub(r"\1 None", MAGIC.sub(r"\1pass", text)))
    return found


def _parse(text: str) -> tuple[ast.stmt, ...] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the student's own backslashes
            return tuple(ast.parse(text).body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def squashed(text: str) -> str:
    """Return the text without white space: two texts that agree in it are the same cell."""
    return "".join(text.split())


def words(text: str) -> frozenset[str]:
    """Return the words and names of a text."""
    return frozenset(re.findall(r"\w+", text))


def similarity(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of common words, from 0 to 1."""
    return len(first & second) / len(first | second) if first or second else 1.0


def loaded_names(node: ast.AST) -> set[str]:
    """Return all names that a piece of code reads, in functions and classes too."""
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
    }


def needed_at_once(statement: ast.stmt) -> set[str]:
    """Return the names that a statement reads when it runs: of a function only its head."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        heads = [*statement.decorator_list, *statement.args.defaults]
        heads += [default for default in statement.args.kw_defaults if default is not None]
        return set().union(*(loaded_names(head) for head in heads)) if heads else set()
    if isinstance(statement, ast.ClassDef):
        heads = [*statement.decorator_list, *statement.bases, *statement.keywords]
        found = set().union(*(loaded_names(head) for head in heads)) if heads else set()
        for inner in statement.body:
            found |= needed_at_once(inner)
        return found
    return loaded_names(statement)


def needed_in_turn(statements: Iterable[ast.stmt]) -> set[str]:
    """Return the names that statements read, one after another, before they make them."""
    found, made = set(), set()
    for statement in statements:
        found |= loaded_names(statement) - made - _own_names(statement)
        made |= set().union(*bound_names([statement]))
    return found


def needed_when_called(
    definition: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
) -> set[str]:
    """Return the names that a function, or a class with its methods, reads and does not make."""
    if not isinstance(definition, ast.ClassDef):
        return loaded_names(definition) - _own_names(definition)
    parts = (
        needed_when_called(part) if isinstance(part, DEFINITIONS) else loaded_names(part)
        for part in definition.body
    )
    return set().union(*parts)


def _own_names(statement: ast.stmt) -> set[str]:
    """Return the names that a statement makes before it reads them: of loops, with, arguments.

    In ``x = x + 1`` that is none.
    """
    assigns = isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign)
    nodes = list(ast.walk(statement.value if assigns and statement.value else statement))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {n.arg for n in nodes if isinstance(n, ast.arg)}


def is_definition(statement: ast.stmt) -> bool:
    """Whether a statement only gives names a meaning and does no work: it may run early."""
    if isinstance(
        statement,
        ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom,
    ):
        return True
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Assign):
        return isinstance(statement.value, ast.Constant | ast.Lambda) or (
            isinstance(statement.value, ast.Name)
            and isinstance(statement.targets[0], ast.Attribute)
        )
    return False


def _bound(statement: ast.stmt, defined: set[str], assigned: set[str]) -> None:
    """Add the names that one statement binds at the top of the cell."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        defined.add(statement.name)
    elif isinstance(statement, ast.ClassDef):
        defined.add(statement.name)
        defined.update(
            f"{statement.name}.{inner.name}"
            for inner in statement.body
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
        )
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            assigned.add(alias.asname or alias.name.split(".")[0])
    elif isinstance(statement, ast.Expr):
        defined.update(_set_attribute(statement.value))
    else:
        is_function = isinstance(getattr(statement, "value", None), ast.Lambda)
        for target in _targets(statement):
            name = _dotted(target)
            if name and ("." in name or is_function):
                defined.add(name)
            elif name:
                assigned.add(name)
        for inner in _inner_statements(statement):
            _bound(inner, defined, assigned)


def _inner_statements(statement: ast.stmt) -> Iterator[ast.stmt]:
    """Yield the statements inside an if, for, while, with, try or match."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for inner in getattr(statement, part, []):
            if isinstance(inner, ast.stmt):
                yield inner
            else:
                yield from inner.body  # an except clause, or a case


def _targets(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield what a statement assigns to: the single names of tuples too."""
    found = list(getattr(statement, "targets", []))
    found.append(getattr(statement, "target", None))
    found += [item.optional_vars for item in getattr(statement, "items", [])]
    while found:
        target = found.pop()
        if isinstance(target, ast.Tuple | ast.List):
            found += target.elts
        elif isinstance(target, ast.Starred):
            found.append(target.value)
        elif target is not None:
            yield target


def _dotted(node: ast.expr) -> str | None:
    """Return ``name`` or ``name.attribute`` of an expression that is that simple."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return None


def _set_attribute(call: ast.expr) -> set[str]:
    """Return ``Class.method`` for ``setattr(Class, "method", …)``."""
    if (
        isinstance(call, ast.Call)
        and _dotted(call.func) == "setattr"
        and len(call.args) == 3
        and isinstance(call.args[0], ast.Name)
        and isinstance(call.args[1], ast.Constant)
    ):
        return {f"{call.args[0].id}.{call.args[1].value}"}
    return set()
