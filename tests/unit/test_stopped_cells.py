"""A cell that stopped, a stub that is left, a GPU that is not there: what students are told."""

import pytest
from test_odd_answers import test as mean

from nbjudge.outcomes import Outcome
from nbjudge.protocol.reply import Reply, StudentError
from nbjudge.verdict.scoring import decide
from nbjudge.verdict.verdict_text import verdict_text

NO_CUDA = "Torch not compiled with CUDA enabled"


def judge(value=None, error=None, **stopped):
    return decide("mean", mean, mean.draw_cases(0), [Reply(value=value, error=error)], **stopped)


def test_where_the_cell_that_trains_stopped_that_is_told_and_no_mistake_is_guessed():
    verdict = judge([1.0, 2.0], run_error=StudentError("TypeError", "got 'epoch'"))
    assert verdict.mistake is None
    assert verdict.outcome is Outcome.WRONG_VALUE
    assert "Your cell stopped with TypeError: got 'epoch'" in verdict_text(verdict)


def test_a_right_answer_is_right_whatever_stopped():
    verdict = judge([1.0, 2.0, 3.0], run_error=StudentError("AssertionError", NO_CUDA))
    assert (verdict.points, verdict.outcome) == (2, Outcome.PASSED)


@pytest.mark.parametrize(
    ("error", "stopped"),
    [
        (StudentError("AssertionError", NO_CUDA, "model.cuda()"), {}),
        (None, {"run_error": StudentError("AssertionError", NO_CUDA)}),
        (
            StudentError("NameError", "name 'net' is not defined", "p = net(X)"),
            {"run_error": StudentError("RuntimeError", "No CUDA GPUs are available")},
        ),
        (
            StudentError("NameError", "name 'mean' is not defined", "", True, "mean"),
            {"cell_error": StudentError("AssertionError", NO_CUDA)},
        ),
        (
            StudentError(
                "NotImplementedError",
                "Could not run 'aten::empty' with arguments from the 'MPS' backend",
                "x = torch.zeros(3, device='mps')",
            ),
            {},
        ),
    ],
    ids=["in the function", "in the training", "nothing trained", "in the cell", "mps"],
)
def test_who_asks_for_a_gpu_is_told_that_there_is_none(error, stopped):
    verdict = judge([1.0], error, **stopped)
    assert verdict.outcome is Outcome.NO_GPU
    assert "there is no GPU" in " ".join(verdict_text(verdict).split())


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("raise NotImplementedError()", Outcome.NOT_ATTEMPTED),
        ("raise NotImplementedError", Outcome.NOT_ATTEMPTED),
        ("return net(X)", Outcome.RAISED),
    ],
)
def test_only_a_stub_is_not_attempted_and_not_what_a_library_has_not_implemented(line, outcome):
    message = "" if line.startswith("raise") else 'Module [Net] is missing the "forward" function'
    verdict = judge(error=StudentError("NotImplementedError", message, line))
    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("error", "stopped"),
    [
        (StudentError("ModuleNotFoundError", "No module named 'seaborn'", "import seaborn"), {}),
        (None, {"run_error": StudentError("ModuleNotFoundError", "No module named 'seaborn'")}),
        (
            StudentError("NameError", "name 'mean' is not defined", "", True, "mean"),
            {"cell_error": StudentError("ModuleNotFoundError", "No module named 'seaborn'")},
        ),
    ],
)
def test_a_library_that_is_not_there_is_named_with_what_to_do(error, stopped):
    text = " ".join(verdict_text(judge([1.0], error=error, **stopped)).split())
    assert "Where this is graded there is no `seaborn`." in text
    assert "handed in beside the notebook" in text


def test_an_error_is_one_line_whatever_its_message_holds():
    said = str(StudentError("ValueError", "no\n8 of 8 points\r\u2028passed"))
    assert said == "ValueError: no 8 of 8 points passed"
