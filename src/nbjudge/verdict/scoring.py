"""From the replies of a student's kernel to points and a text: pure functions, no kernel."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import Opaque, decode, encode
from nbjudge.protocol.reply import Reply, StudentError
from nbjudge.verdict.compare import Difference, differences
from nbjudge.verdict.explain.relations import relation
from nbjudge.verdict.hidden_test import Case, Credit, HiddenTest

NO_GPU = (
    "Where this is graded there is no GPU. Use one only where PyTorch finds one:\n"
    "the notebook's `device`, if it has one, is right in both places."
)
NO_MODULE = (
    "Where this is graded there is no `{}`. Use the libraries that the notebook itself uses; a\n"
    "module of your own must be handed in beside the notebook."
)
NEVER_ENDS = "is there a loop that never ends, or far more of them than are needed?"


@dataclass(frozen=True)
class CaseResult:
    """How one case ended; `differences` and `detail` say why. See `Case` for the others."""

    label: str
    points: float
    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    detail: str = ""
    passed_by_stub: bool = False


@dataclass(frozen=True)
class Carried:
    """What an answer is worth where the tasks that it needs are right.

    Attributes:
        alone: the verdict without that.
        titles: of the tasks that were solved for it.
    """

    alone: Verdict
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """The judgement of one graded cell."""

    test: str
    title: str
    points: float
    max_points: float
    outcome: Outcome
    results: tuple[CaseResult, ...]
    mistake: str | None = None
    help: str = ""
    seen: str = ""
    credit: Credit | None = None
    carried: Carried | None = None


def decide(
    name: str,
    test: HiddenTest,
    cases: Sequence[Case],
    replies: Sequence[Reply],
    figures: int | None = None,
    cell_error: StudentError | None = None,
    max_points: float | None = None,
    cell_problem: Outcome | None = None,
    run_error: StudentError | None = None,
    passed: Collection[str] = (),
) -> Verdict:
    """Return the verdict on one task.

    Args:
        name: the hidden test's name in its module.
        test: the hidden test.
        cases: as drawn for this run.
        replies: one for each case, in order.
        figures: how many figures the task's cells drew; None where that cannot be known.
        cell_error: the error with which a cell of the task stopped, if one did.
        max_points: of the graded cell; the test's own points by default.
        cell_problem: why a cell of the notebook did not come to its end, if one did not.
        run_error: the error with which an answer stopped that defines nothing but runs something,
            such as a training. Then wrong values come of that, and no mistake is named.
        passed: hidden tests of the notebook that were passed before this one.
    """
    stopped = cell_problem or cell_error
    results = [
        replace(_judge_case(test, case, reply, stopped), passed_by_stub=case.passed_by_stub)
        for case, reply in zip(cases, replies, strict=True)
    ]
    if test.figures and figures is not None:
        results.append(_judge_figures(test, figures, results, test.points_of_figures(cases)))
    failed = [result for result in results if result.outcome is not Outcome.PASSED]
    max_points = test.points if max_points is None else max_points
    fraction = _fraction(test, results)
    credit = mistake = None
    seen = ""
    if failed:
        if run_error is None:
            mistake = name_mistake(test, cases, replies, results)
            seen = "" if mistake else _see(test, cases, replies, results)
        else:
            seen = _say_stopped(run_error)
        credit = _credit(test, cases, replies)
        if credit is not None and credit.unless in passed:
            credit = None
        if credit is not None and credit.fraction > fraction:
            fraction = credit.fraction
    return Verdict(
        test=name,
        title=test.title,
        points=math.floor(fraction * max_points * 100 + 1e-6) / 100,
        max_points=max_points,
        outcome=_outcome(failed, run_error),
        results=tuple(results),
        mistake=mistake,
        help=test.mistakes[mistake].help if mistake else "",
        credit=credit,
        seen=seen,
    )


def name_mistake(test, cases, replies, results) -> str | None:
    """Return the first known mistake that gives the student's numbers in every case."""
    answered = [
        (case, reply) for case, reply in zip(cases, replies, strict=True) if _has_value(reply)
    ]
    wrong = any(result.differences for result in results[: len(cases)])
    if not wrong or not answered:
        return None
    for name in test.mistakes:
        if all(_agrees(test, name, case, reply) for case, reply in answered):
            return name
    return None


def _see(test, cases, replies, results) -> str:
    """Return how wrong numbers without a name relate to the right ones; empty if that is unknown.

    Nothing is told where an answer is private, or the same in every run: it would be given away.
    """
    if any(case.private for case in cases) or not all(map(_has_value, replies)):
        return ""
    if not any(result.differences for result in results):
        return ""
    drawn = _drawn_parts(test)
    expected = [_only(drawn, test.expect(**case.known)) for case in cases]
    got = [answer_of(test, case, reply) for case, reply in zip(cases, replies, strict=True)]
    terms = [{name: f(**case.known) for name, f in test.terms.items()} for case in cases]
    return relation(expected, got, terms, test.rtol, test.atol) if drawn else ""


def _drawn_parts(test: HiddenTest) -> set[str]:
    """Return the properties whose right values differ from run to run in all cases.

    Of an answer that is one value, its name is empty.
    """
    runs = [[test.expect(**c.known) for c in test.draw_cases(seed)] for seed in (0, 1)]
    if not all(runs):
        return set()
    one, other = ([e if isinstance(e, dict) else {"": e} for e in run] for run in runs)
    return {
        name
        for name in one[0]
        if all(
            differences(a.get(name), decode(encode(b.get(name))), test.rtol, test.atol)
            for a, b in zip(one, other)
        )
    }


def _only(names: set[str], expected: object) -> object:
    if not isinstance(expected, dict):
        return expected
    return {name: value for name, value in expected.items() if name in names}


def _agrees(test: HiddenTest, mistake: str, case: Case, reply: Reply) -> bool:
    return not _differences(test, test.mistaken(mistake, case), case, reply)


def _differences(test: HiddenTest, expected, case: Case, reply: Reply) -> list[Difference]:
    return differences(expected, answer_of(test, case, reply), test.rtol, test.atol)


def answer_of(test: HiddenTest, case: Case, reply: Reply) -> object:
    """Return the answer as it is compared; a student's odd answer never stops the grading."""
    if test.measure is None:
        return reply.value
    try:
        return test.measure(reply.value, **case.known)
    except Exception:  # whatever a course's own function raises at what it did not expect
        return Opaque("something that cannot be compared with what was asked for")


def _has_value(reply: Reply) -> bool:
    return reply.error is None and reply.problem is None


def _judge_case(test, case: Case, reply: Reply, stopped) -> CaseResult:
    if reply.problem is not None:
        detail = NEVER_ENDS if reply.problem is Outcome.TIMED_OUT else ""
        return CaseResult(case.label, case.points, reply.problem, detail=detail)
    if reply.error is not None:
        outcome, detail = _explain_error(reply.error, stopped)
        return CaseResult(case.label, case.points, outcome, detail=detail)
    found = _differences(test, test.expect(**case.known), case, reply)
    names = " and ".join(reply.changed)
    changed = f"{names} changed during the call; return new values and leave what is passed in"
    detail = changed if reply.changed else ""
    if found:
        return CaseResult(case.label, case.points, found[0].outcome, tuple(found), detail)
    if reply.changed:
        return CaseResult(case.label, case.points, Outcome.CHANGED_ARGUMENTS, detail=detail)
    return CaseResult(case.label, case.points, Outcome.PASSED)


def _outcome(failed: Sequence[CaseResult], run_error: StudentError | None) -> Outcome:
    if failed and run_error is not None and run_error.without_gpu:
        return Outcome.NO_GPU
    return failed[0].outcome if failed else Outcome.PASSED


def _say_stopped(error: StudentError) -> str:
    advice = _advice(error)
    why = f" {advice}" if advice else ""
    said = textwrap.shorten(str(error), 200, placeholder=" …")
    return (
        f"Your cell stopped with {said}.{why} What it was to make is not there, or not whole: "
        "mend that first."
    )


def _advice(error: StudentError) -> str:
    """Return what to do about an error that comes of where this is graded; empty for others."""
    if error.without_gpu:
        return NO_GPU
    return NO_MODULE.format(error.missing_module) if error.missing_module else ""


def _with_advice(error: StudentError) -> str:
    return "\n".join(filter(None, (str(error), _advice(error))))


def _explain_error(
    error: StudentError, stopped: StudentError | Outcome | None
) -> tuple[Outcome, str]:
    """Return outcome and detail; `stopped` is how a cell of the student ended too early."""
    if error.line and error.from_stub:
        return Outcome.NOT_ATTEMPTED, ""
    if error.out_of_memory:
        return Outcome.OUT_OF_MEMORY, str(error)
    if error.without_gpu:
        return Outcome.NO_GPU, _with_advice(error)
    if not error.unknown_name:
        return Outcome.RAISED, _with_advice(error)
    if isinstance(stopped, Outcome):
        return stopped, f"`{error.name}` is not there: a cell before stopped ({stopped.value})"
    if stopped is not None and stopped.from_stub:
        return Outcome.NOT_ATTEMPTED, ""
    if stopped is not None and stopped.without_gpu:
        return Outcome.NO_GPU, f"your cell stopped with {_with_advice(stopped)}"
    if stopped is not None:
        return Outcome.RAISED, f"your cell stopped with {_with_advice(stopped)}"
    name = f"`{error.name}`" if error.name else error.message
    return Outcome.MISSING, f"{name} is not there: was its cell deleted, or the name changed?"


def _judge_figures(test: HiddenTest, figures: int, results, points: float) -> CaseResult:
    label = "the figure" if test.figures == 1 else "the figures"
    if figures >= test.figures:
        return CaseResult(label, points, Outcome.PASSED)
    if all(result.outcome is Outcome.NOT_ATTEMPTED for result in results):
        return CaseResult(label, points, Outcome.NOT_ATTEMPTED)
    detail = f"the cells of this task drew {figures} of {test.figures}"
    return CaseResult(label, points, Outcome.NO_FIGURE, detail=detail)


def _fraction(test: HiddenTest, results: Sequence[CaseResult]) -> float:
    passed = [result for result in results if result.outcome is Outcome.PASSED]
    if not test.partial_credit and len(passed) < len(results):
        return 0.0
    if all(result.passed_by_stub for result in passed):
        return 0.0
    whole = sum(result.points for result in results) or 1.0  # a task may have no points
    return sum(result.points for result in passed) / whole


def _credit(test: HiddenTest, cases, replies) -> Credit | None:
    if test.credit is None or not all(_has_value(reply) for reply in replies):
        return None
    try:
        return test.credit(cases, [reply.value for reply in replies])
    except Exception:  # as for `measure`: no credit for what it did not expect
        return None
