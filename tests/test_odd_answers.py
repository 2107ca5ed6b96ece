"""A hidden test that stops at an odd answer costs that answer its points, and stops nobody else."""

from nbjudge import Case, Credit, HiddenTest
from nbjudge.outcome import Outcome
from nbjudge.question.reply import Reply
from nbjudge.verdict.decide import decide

test = HiddenTest(
    title="Mean",
    points=2,
    ask=lambda numbers: None,
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
