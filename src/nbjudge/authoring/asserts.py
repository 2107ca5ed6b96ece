"""Which calls the asserts of a test cell make, and what they want: read, never run."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

LONGEST = 50_000  # characters of one cell; parsing takes a hundred times its memory
# (function of a library, where the value that is wanted stands)
_CLOSE = ("isclose", "allclose", "array_equal", "approx_equal")
_TESTING = ("assert_allclose", "assert_array_equal", "assert_array_almost_equal")
_TESTING += ("assert_almost_equal", "assert_equal", "assertEqual", "assertAlmostEqual", "eq_")
# which take a list for an array
_OF_ARRAYS = ("allclose", "array_equal", "assert_allclose", "assert_array_equal")
_OF_ARRAYS += ("assert_array_almost_equal",)
_FILLED = ("zeros", "ones", "eye")  # of NumPy, with so many elements at most:
LARGEST = 10_000
_MAKERS = ("array", "asarray", *_FILLED)
_BUILTINS = frozenset(("abs", "len", "round", "sum", "type", "isinstance", "hasattr", "callable"))
# whose asserts depend on more than their own text
_BLOCKS = ast.For | ast.While | ast.With | ast.If | ast.Try | ast.FunctionDef | ast.ClassDef
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Call:
    """One call of a student's function.

    Attributes:
        function: its name.
        text: as it stands in the cell.
        args: Python text of the arguments by position, a list.
        kwargs: Python text of those by name, a dictionary.
        expected: Python text of the value that is wanted.
    """

    function: str
    text: str
    args: str
    kwargs: str
    expected: str


def read_asserts(source: str) -> tuple[list[Call], list[str]]:
    """Return the calls of a test cell that are understood, and the text of what is not.

    Understood is a call with literal arguments (numbers, texts, lists, NumPy arrays of them, or
    names that the cell gives such a value), compared with a literal.
    """
    if len(source) > LONGEST:
        return [], [f"a cell of {len(source):,} characters, more than is read"]
    try:
        tree = ast.parse("\n".join(line for line in source.splitlines() if line[:1] not in "%!"))
        return _read(tree)
    except _UNREADABLE as error:
        return [], [f"a cell that is no Python ({type(error).__name__})"]


def _read(tree: ast.Module) -> tuple[list[Call], list[str]]:
    known, calls, others = _values(tree), [], []
    for statement in tree.body:
        if isinstance(statement, _BLOCKS):
            others += [ast.unparse(inner) for inner in ast.walk(statement) if _fails(inner)]
            continue
        for claim in _claims(statement):
            call = _call(claim, known)
            if call is None:
                others.append(ast.unparse(claim))
            else:
                calls.append(call)
    return calls, others


def _fails(node: ast.AST) -> bool:
    """Whether a statement is an assert, or raises what one would raise."""
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "AssertionError"
    return isinstance(node, ast.Assert)


def _values(tree: ast.Module) -> dict[str, str]:
    """Return names to which the cell gives one literal value, as Python text."""
    found: dict[str, str | None] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name):
                again = target.id in found
                found[target.id] = None if again else _literal(statement.value, {})
    return {name: value for name, value in found.items() if value is not None}


def _claims(statement: ast.stmt) -> list[ast.expr]:
    """Return what a statement says must be so."""
    if isinstance(statement, ast.Assert):
        test = statement.test
        both = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)
        return test.values if both else [test]
    if isinstance(statement, ast.Expr) and _name(statement.value) in _TESTING:
        return [statement.value]
    return []


def _call(test: ast.expr, known: Mapping[str, str]) -> Call | None:
    """Return the call of a claim such as ``f(2) == 4``; None if it is not understood."""
    call, expected = test, "True"
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        call, expected = test.operand, "False"
    elif isinstance(test, ast.Compare) and len(test.ops) == 1:
        sides = test.left, test.comparators[0]
        if isinstance(test.ops[0], ast.Eq | ast.Is):
            return _compared(*sides, known)
        if isinstance(test.ops[0], ast.Lt | ast.LtE) and _name(sides[0]) in ("abs", "fabs"):
            return _difference(sides[0], known)
        return None
    elif _name(test) in (*_CLOSE, *_TESTING) and len(test.args) >= 2:
        found = _compared(*test.args[:2], known)
        if found and _name(test) in _OF_ARRAYS and found.expected[0] in "[(":
            return replace(found, expected=f"np.array({found.expected})")
        return found
    return _students_call(call, expected, known)


def _compared(left: ast.expr, right: ast.expr, known: Mapping[str, str]) -> Call | None:
    for call, value in ((left, right), (right, left)):
        expected = _literal(value, known)
        if expected is not None:
            found = _students_call(call, expected, known)
            if found is not None:
                return found
    return None


def _difference(absolute: ast.Call, known: Mapping[str, str]) -> Call | None:
    """Return the call of ``abs(f(2) - 4)``."""
    inner = absolute.args[0] if len(absolute.args) == 1 else None
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub):
        return _compared(inner.left, inner.right, known)
    return None


def _students_call(call: ast.expr, expected: str, known: Mapping[str, str]) -> Call | None:
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
        return None
    name = call.func.id
    if name in (*_BUILTINS, *_CLOSE, *_TESTING):
        return None
    args = [_literal(each, known) for each in call.args]
    kwargs = {each.arg: _literal(each.value, known) for each in call.keywords}
    if None in args or None in kwargs or None in kwargs.values():
        return None
    named = ", ".join(f"{key!r}: {value}" for key, value in kwargs.items())
    return Call(name, ast.unparse(call), f"[{', '.join(args)}]", f"{{{named}}}", expected)


def _literal(node: ast.expr, known: Mapping[str, str]) -> str | None:
    """Return Python text of a value that is plain data; None if it is not."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Call):
        return _array(node, known)
    try:
        ast.literal_eval(node)
    except (*_UNREADABLE, TypeError):
        return None
    for each in ast.walk(node):
        odd = isinstance(each, ast.Constant) and isinstance(each.value, bytes | complex)
        if odd or isinstance(each, ast.Set):
            return None  # what a kernel cannot be sent
    return ast.unparse(node)


def _array(node: ast.Call, known: Mapping[str, str]) -> str | None:
    """Return the text of ``np.array([1, 2])`` and the like; None of anything else.

    It is run when the hidden test is loaded, so it may not be larger than it looks.
    """
    maker = node.func
    if not (isinstance(maker, ast.Attribute) and isinstance(maker.value, ast.Name)):
        return None
    if maker.value.id not in ("np", "numpy") or maker.attr not in _MAKERS or node.keywords:
        return None
    inner = [_literal(each, known) for each in node.args]
    if None in inner:
        return None
    numbers = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    sizes = [number for number in numbers if isinstance(number, int)]
    if maker.attr in _FILLED and (len(sizes) < len(numbers) or math.prod(sizes) > LARGEST):
        return None
    return f"np.{maker.attr}({', '.join(inner)})"


def _name(node: ast.expr) -> str:
    """Return the name of what a call calls, without its module; empty if it is no call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
