"""A hidden test that stops at an odd answer costs that answer its points, and stops nobody else."""

from dataclasses import replace

from nbformat.v4 import new_code_cell, new_markdown_cell

from nbjudge import Case, Credit, HiddenTest
from nbjudge.cells import test_of as hidden_test_of
from nbjudge.outcomes import Outcome
from nbjudge.protocol.reply import Reply
from nbjudge.verdict.scoring import decide

test = HiddenTest(
    title="Mean",
    points=2,
    ask=lambda student, numbers: None,
    cases=lambda rng: [Case("three numbers", {"numbers": [1.0, 2.0, 3.0]})],
    expect=lambda numbers: {"the sum": sum(numbers)},
    measure=lambda answer, numbers: {"the sum": sum(a * 1.0 for a in answer)},
    credit=lambda cases, answers: Credit(answers[0][5], "six numbers"),
)


def judge(value):
    return decide("mean", test, test.draw_cases(0), [Reply(value=value)])


def test_an_answer_that_it_can_measure_is_judged_as_always():
    assert judge([1.0, 2.0, 3.0]).points == 2


def test_an_answer_that_it_cannot_measure_is_wrong():
    for odd in (None, 7, ["x"], {"a": 1}):
        verdict = judge(odd)
        assert verdict.points == 0
        assert verdict.outcome is Outcome.WRONG_TYPE


def test_a_credit_can_depend_on_a_task_before():
    half = replace(test, credit=lambda cases, answers: Credit(0.5, "its own sum", unless="sum"))
    cases, reply = half.draw_cases(0), Reply(value=[7.0])
    assert decide("mean", half, cases, [reply]).points == 1
    assert decide("mean", half, cases, [reply], passed=["other"]).points == 1
    verdict = decide("mean", half, cases, [reply], passed=["sum"])
    assert (verdict.points, verdict.credit) == (0, None)


def test_a_written_answer_names_no_hidden_test_whatever_is_written():
    about = {"nbgrader": {"grade": True, "solution": True}}
    for text in ("judge('mean')", "-" * 100_000 + "a", "*a" * 60_000, "~" * 100_000):
        assert hidden_test_of(new_markdown_cell(text, metadata=about)) is None
        assert hidden_test_of(new_code_cell(text, metadata=about)) is None
    about["nbgrader"]["solution"] = False
    assert hidden_test_of(new_code_cell("judge('mean')", metadata=about)) == "mean"
    assert hidden_test_of(new_code_cell("-" * 100_000 + "a", metadata=about)) is None
