"""Whether a hidden test can be asked at all: cases drawn, answers expected, mistakes told apart."""

from __future__ import annotations

import builtins
import dis
import inspect
from collections.abc import Iterator
from types import CodeType

from nbjudge.errors import HiddenTestError
from nbjudge.protocol.codec import decode, encode
from nbjudge.verdict.compare import differences
from nbjudge.verdict.hidden_test import HiddenTest, Mistake

SEEDS = (0, 1, 2)


def problems(test: HiddenTest) -> Iterator[str]:
    """Return what is wrong with a hidden test, a sentence each; what its formulas raise is one."""
    if isinstance(test.depends_on, str):
        yield f'depends_on is one text; write a list: depends_on=["{test.depends_on}"]'
    for name, mistake in test.mistakes.items():
        if not isinstance(mistake, Mistake):
            yield f"mistake {name!r} is no Mistake(formula, help)"
            return
    labels = []
    try:
        test.sources()
    except (OSError, TypeError) as error:
        yield f"its ask, or a helper, has no source text that can be sent: {error}"
        return
    for function, name in _unknown_names(test):
        yield (
            f"{function} uses `{name}`, which is not sent with it: write student.{name} for what "
            "students write, import a module inside the function, and list a function in helpers"
        )
    for seed in SEEDS:
        try:
            cases = test.draw_cases(seed)
        except HiddenTestError as error:
            yield str(error)
            return
        except Exception as error:
            yield f"its cases cannot be drawn (seed {seed}): {_said(error)}"
            return
        labels.append([case.label for case in cases])
        if labels[0] != labels[-1]:
            yield "its cases have other labels for another seed, so the table of points is not true"
            return
        found = list(_problems_of_cases(test, cases))
        if found:
            yield from found
            return


def _unknown_names(test: HiddenTest) -> Iterator[tuple[str, str]]:
    """Return ask or a helper, and a name that it uses and that is not there in a kernel."""
    functions = [function for function in (*test.helpers, test.ask) if inspect.isfunction(function)]
    known = {function.__name__ for function in functions} | set(dir(builtins))
    for function in functions:
        for name in dict.fromkeys(_globals_of(function.__code__)):
            if name not in known:
                yield function.__name__, name


def _globals_of(code: CodeType) -> Iterator[str]:
    """Return the global names that code reads, and what is defined within it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_of(inner)


def _problems_of_cases(test: HiddenTest, cases) -> Iterator[str]:
    for case in cases:
        if test.points and not case.points > 0:
            yield f"case {case.label!r}: its points are {case.points}, so it counts for nothing"
        try:
            inspect.signature(test.ask).bind(None, **case.arguments)
        except TypeError as error:
            yield f"case {case.label!r}: ask cannot be called with its arguments: {error}"
        try:
            encode(dict(case.arguments))
            test.expect(**case.known)
        except Exception as error:
            yield f"case {case.label!r}: expect raises {_said(error)}"
            return
        for name, term in test.terms.items():
            try:
                term(**case.known)
            except Exception as error:
                yield f"term {name!r}: its function raises {_said(error)}"
                return
    if all(case.passed_by_stub for case in cases) and not test.figures:
        yield "all of its cases are passed by what was given, so nobody earns a point"
    for name in test.mistakes:
        yield from _problems_of_mistake(test, name, cases)


def _problems_of_mistake(test: HiddenTest, name: str, cases) -> Iterator[str]:
    if not test.mistakes[name].help.strip():
        yield f"mistake {name!r}: it has no help"
    same = True
    for case in cases:
        try:
            wrong = test.mistaken(name, case)
        except Exception as error:
            yield f"mistake {name!r}: its formula raises {_said(error)} (case {case.label!r})"
            return
        same = same and _agree(test, test.expect(**case.known), wrong)
    if same:
        yield f"mistake {name!r}: it gives the right answer in all cases, so nobody is told of it"


def _agree(test: HiddenTest, right: object, wrong: object) -> bool:
    """Whether a wrong answer of plain numbers passes for the right one."""
    try:
        given = decode(encode(wrong))
        return not differences(right, given, test.rtol, test.atol)
    except Exception:  # a description of many answers is no answer
        return False


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
