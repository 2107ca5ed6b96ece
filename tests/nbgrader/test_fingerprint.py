"""Wrong answers without a name are grouped by their numbers, and no verdict depends on that."""

import json

import nbformat
import numpy as np
import pytest
import small_course
from bs4 import BeautifulSoup

from nbjudge import Case, HiddenTest
from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import Opaque, Tensor
from nbjudge.protocol.reply import Reply, StudentError
from nbjudge.verdict.answer_groups import CHARACTERS, common_seed, fingerprint
from nbjudge.verdict.compare import Between, OneOf

LINE = HiddenTest(
    title="Line",
    points=2,
    ask=lambda student, x: x,
    cases=lambda rng: [Case("a line", {"x": rng.normal(size=6)}) for _ in range(2)],
    expect=lambda x: {"y": 2 * x + 1, "the sum": float(np.sum(2 * x + 1))},
)
CASES = LINE.draw_cases(common_seed("digest", "line_test"))


def of(formula, test=LINE, cases=CASES):
    """Return the fingerprint of an answer that is computed by a formula."""
    return fingerprint(test, cases, [Reply(value=formula(**case.arguments)) for case in cases])


def wrong(x):
    return {"y": 2 * x, "the sum": float(np.sum(2 * x))}


# --- what it is --------------------------------------------------------------------------------


def test_the_same_wrong_numbers_have_the_same_fingerprint_however_they_are_written():
    single = of(lambda x: {"y": (2 * x).astype(np.float32), "the sum": wrong(x)["the sum"]})
    assert of(wrong)["group"] == single["group"]
    assert of(wrong)["group"] != of(lambda x: {**wrong(x), "y": 3 * x})["group"]


def test_what_is_right_beside_it_does_not_count():
    assert [a["property"] for a in of(lambda x: {**wrong(x), "y": 2 * x + 1})["answers"]] == [
        *["the sum"] * 2
    ]


def test_it_says_what_was_given_and_what_is_right():
    first = of(wrong)["answers"][0]
    assert first["case"] == "a line"
    assert first["got"].startswith("an array of shape (6,): [")
    assert first["wanted"].startswith("an array of shape (6,): [")
    assert first["got"] != first["wanted"]


@pytest.mark.parametrize(
    ("expected", "got", "wanted"),
    [
        (Between(0.5, 1), 0.25, "from 0.5 to 1"),
        (OneOf([3, 4]), 5, "3, or another right one"),
        ([1, 4, 9], [1, 2, 3], "[1, 4, 9]"),
        (None, 5, "None"),
        (True, False, "True"),
    ],
)
def test_every_kind_of_right_answer_is_told(expected, got, wanted):
    test = HiddenTest("T", 1, lambda student: 0, lambda rng: [Case("c")], lambda: expected)
    assert of(lambda: got, test, test.draw_cases(0))["answers"][0]["wanted"] == wanted


def test_a_right_answer_and_one_without_a_reply_have_none():
    assert of(lambda x: {"y": 2 * x + 1, "the sum": float(np.sum(2 * x + 1))}) is None
    lost = [Reply(value=wrong(**CASES[0].arguments)), Reply(problem=Outcome.KERNEL_DIED)]
    assert fingerprint(LINE, CASES, lost) is None


def test_of_an_error_only_the_name_of_one_of_pythons_is_kept():
    def raised(name):
        return fingerprint(LINE, CASES, [Reply(error=StudentError(name, "by Ada King"))] * 2)

    assert raised("TypeError")["answers"][0]["got"] == "raised TypeError"
    assert raised("AdaKing")["answers"][0]["got"] == "raised an error of another library"


@pytest.mark.parametrize(
    "value",
    [
        {"y": np.array([np.nan, np.inf]), "the sum": 10**400},
        {"y": [[[[[[1]]]]]], "the sum": {"a": {"b": "\u202e" * 900}}},
        {"y": Tensor(np.zeros((2, 0))), "the sum": "<script>" * 500},
        {"y": Opaque("x" * 200), "the sum": True},
        {"y": np.array(["1e308"], float), "the sum": -0.0},
        "\ud800",
        None,
    ],
)
def test_odd_answers_give_short_texts_that_can_be_written(value):
    found = fingerprint(LINE, CASES, [Reply(value=value)] * 2)
    assert all(len(t) <= CHARACTERS for answer in found["answers"] for t in answer.values())
    assert "\u202e" not in str(found["answers"])
    json.dumps(found).encode()


# --- in a course -------------------------------------------------------------------------------

ONCE = "calls = []\ndef line(x, slope):\n    calls.append(1)\n    if len(calls) > 1:\n        {}\n"
LINES = {
    "plain": "def line(x, slope):\n    return slope * x",
    "loop": "def line(x, slope):\n    return np.array([slope * v for v in x])\nimport numpy as np",
    "another": "def line(x, slope):\n    return slope * x + 2",
    "error": "def line(x, slope):\n    return slop",
    "dies": ONCE.format("import os; os._exit(1)") + "    return slope * x",
    "hangs": ONCE.format("while True: pass") + "    return slope * x",
    "floods": ONCE.format("return list(range(90_000))") + "    return slope * x",
    "right": small_course.RIGHT["line"],
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the small course, graded without fingerprints, then with them by two workers."""
    folder = small_course.build(
        tmp_path_factory.mktemp("fingerprints"),
        more_config="import os\n"
        "c.JudgeExecute.fingerprint_seconds = int(os.environ.get('FINGERPRINTS', 2))\n"
        "c.JudgeExecute.interrupt_seconds = 1",
    )
    for student, line in LINES.items():
        small_course.hand_in(folder, student, {"line": line})
    return folder


@pytest.fixture(scope="module")
def graded(course):
    """Return (points and files) of the class without and with fingerprints."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for seconds, way in (("0", ()), ("2", ("--workers=2", "--force"))):
            patch.setenv("FINGERPRINTS", seconds)
            small_course.nbjudge(course, "grade", "small", *way)
            found.append((small_course.rows(course), small_course.files(course)))
    return found


def lines(files):
    """Return the one audit line of each student's judged cell."""
    return {name: files[f"{name}/small/line.audit.jsonl"][0] for name in LINES}


def test_fingerprints_change_no_points_no_outcome_and_no_output(graded):
    (rows, files), (rows_with, files_with) = graded
    assert rows == rows_with
    for name, content in files_with.items():
        if name.endswith(".audit.jsonl"):
            assert _verdicts(content) == _verdicts(files[name]), name
        elif name.endswith(".ipynb"):
            assert _outputs(content) == _outputs(files[name]), name


def _verdicts(lines):
    """Return audit lines without fingerprints and numbers: each run draws other inputs."""
    found = json.loads(json.dumps(lines))
    for line in found:
        line.pop("fingerprint", None)
        for case in line.get("shown", {}).get("cases", []):
            case["answers"] = [answer["property"] for answer in case["answers"]]
    return found


def _outputs(notebook):
    cells = nbformat.reads(notebook.decode(), as_version=4).cells
    shown = [o.get("data", o.get("text")) for c in cells for o in c.get("outputs", [])]
    return [line for o in shown for line in str(o).splitlines() if "got" not in line]


def test_who_made_the_same_mistake_is_in_one_group(graded):
    found = {name: line.get("fingerprint") for name, line in lines(graded[1][1]).items()}
    groups = {name: each["group"] for name, each in found.items() if each}
    assert groups.keys() == {"plain", "loop", "another", "error"}
    assert groups["plain"] == groups["loop"]
    assert len(set(groups.values())) == 3
    assert not any("fingerprint" in line for line in lines(graded[0][1]).values())


def test_a_kernel_that_is_lost_while_it_is_asked_again_costs_nothing(graded):
    rows = graded[1][0]
    for name in ("dies", "hangs", "floods"):
        assert rows[name, "line_test"] == rows["plain", "line_test"]
        assert "fingerprint" not in lines(graded[1][1])[name]


def test_the_student_reads_nothing_of_it(graded):
    for name, content in graded[1][1].items():
        if name.endswith(".ipynb"):
            assert b"fingerprint" not in content
    assert all("fingerprint" not in line["shown"] for line in lines(graded[1][1]).values())


def test_the_report_shows_the_group_and_names_nobody(course, graded):
    small_course.nbjudge(course, "report", "small", "-o", "r.html", "--csv", "r.csv")
    page = (course / "r.html").read_text(encoding="utf-8")
    text = " ".join(BeautifulSoup(page, "html.parser").find(id="nameless").text.split())
    assert "Group 1: 2 students" in text
    assert "right is an array of shape (3,)" in text
    assert not [name for name in ("plain", "floods") if name in text]
    assert "without a name,line,Line,group 1,2" in (course / "r.csv").read_text(encoding="utf-8")
