"""Pairs of solutions worth a look: what counts of code, what is shown of it, and who is found."""

import alike as bench
import pytest
from disguises import KINDS, disguised
from linear import check
from many_hands import TASKS, solution

from nbjudge.reports.class_page.mistakes import CHARACTERS
from nbjudge.reports.class_page.similarity import alike_pairs, is_short
from nbjudge.reports.class_page.tokens import masked, pieces, symbols

CODE = """
def step(w, grad):  # as in the lecture
    '''Moves w.'''
    velocity = [0.9 * v - 0.1 * g for v, g in zip(w, grad)]
    result = np.sum(velocity) + helper(w)
    return result


def helper(w):
    return w
"""
RENAMED = """
def step(w, d):
    s = [0.9 * a - 0.1 * b
         for a, b in zip(w, d)]

    # a remark
    z = np.sum(s) + other(w)
    return z
def other(w):
    return w
"""


def texts(code, given=()):
    return [symbol.text for symbol in symbols(code, given)]


# --- what counts -------------------------------------------------------------------------------


def test_names_comments_texts_and_layout_do_not_count():
    docstring = [text for text in texts(CODE) if text != "text"]
    assert docstring == texts(RENAMED)


def test_names_of_the_course_of_python_and_of_a_librarys_functions_count():
    found = texts("total = np.sum(self.W1) + len(mine) + self.mine", given={"W1", "np"})
    assert found == ["name", "=", "np", ".", "sum", "(", "self", ".", "W1", ")", "+", "len", "(",
                     "name", ")", "+", "self", ".", "name"]  # fmt: skip


def test_any_text_is_cut_into_pieces_that_are_the_text():
    for code in (CODE, '\'\n"""x\n', "f'{a[\"b\"]} {c!r:>{d}}' x", "a\\\n\x00 é 1_0.5e-3j", ""):
        assert "".join(piece.text for piece in pieces(code)) == code


NASTY = (
    *('"', "'", 'f"{', 'f"', "\\", '"""\\', " ", "\n ", "0", "0x", "1e", "_", "."),
    *(
        "rb",
        "é",
        "%",
        "\n%",
        'f"{a}',
        "f'''{",
        'f"\\{',
        'f"{{',
        '"\\\n',
        "x\n",
        "(",
        "A",
        "aB",
        "x=1\n",
    ),
)


@pytest.mark.parametrize("unit", NASTY)
def test_the_time_is_linear_in_any_text(unit):
    def step(code):
        masked(code, ["ada"])
        alike_pairs({"t": {f"s{n}": code for n in range(10)}}, {})

    check(step, lambda size: (unit * size)[:size], CHARACTERS // 20)


# --- what is shown -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("x = 1  # by Ada", "x = 1  # …"),
        ("x = 'Ada' + \"Ada\"", 'x = "…" + "…"'),
        ("'''Ada\nKing'''", '"…"'),
        ("f'{x} Ada {y[\"Ada\"]}'", '"…"'),
        ("f'{x['Ada']}' + y", '"…" + y'),
        ("f'{ Ada", '"…"'),
        ("x = 'Ada", 'x = "…"'),
        ("  %time Ada\n!echo Ada", "  # …\n# …"),
        ("rb'Ada' if u'Ada' else Rb\"Ada\"", '"…" if "…" else "…"'),
        ("ada_loss + adaLoss + AdaLoss + lambda_", "NAME_loss + NAMELoss + NAMELoss + lambda_"),
        ("d['loss'] = 'Ada'", "d['loss'] = \"…\""),
    ],
)
def test_what_a_student_says_in_words_is_left_out(code, shown):
    assert masked(code, ["Ada"], {"loss"}) == shown


# --- who is found ------------------------------------------------------------------------------


def class_of(rng, students=30):
    return {t: {f"s{n:02}": solution(t, rng) for n in range(students)} for t in TASKS}


@pytest.fixture
def rng():
    import random

    return random.Random(7)


@pytest.mark.parametrize("kind", KINDS)
def test_who_copies_all_is_found_in_any_disguise(rng, kind):
    codes = class_of(rng)
    given = {task: bench.given_code(task) for task in codes}
    for task, answers in codes.items():
        answers["copier"] = disguised(kind, answers["s00"], given[task], rng)
    pairs = [pair.students for pair in alike_pairs(codes, given)]
    assert pairs == [("copier", "s00")]


def test_both_answers_have_their_lines_in_common(rng):
    codes = class_of(rng)
    for answers in codes.values():
        answers["copier"] = "\n\n" + answers["s00"]
    (pair,) = alike_pairs(codes, {})
    for answer in pair.answers:
        copied, own = answer.lines
        assert copied == {line + 2 for line in own}


def test_nobody_stands_out_of_a_class_that_writes_the_same():
    same = {task: {f"s{n}": CODE for n in range(30)} for task in "abc"}
    assert alike_pairs(same, {}) == []


def test_what_the_course_has_given_says_nothing(rng):
    codes = {task: {f"s{n}": solution(task, rng) for n in range(20)} for task in TASKS}
    for answers in codes.values():
        answers["a"], answers["b"] = CODE, CODE
    assert [pair.students for pair in alike_pairs(codes, {})] == [("a", "b")]
    assert alike_pairs(codes, dict.fromkeys(codes, CODE)) == []


def test_very_few_answers_and_short_ones_are_not_compared():
    assert alike_pairs({task: {"a": CODE, "b": CODE} for task in "abc"}, {}) == []
    assert is_short(["# a\n\nx = 1\ny = 2\nz = 3"] * 10, "")
    assert is_short([CODE] * 10, CODE)
    assert not is_short([CODE] * 10, "")
    assert is_short([], "")


def test_copies_are_found_and_little_else_is_in_classes_that_were_not_seen_before():
    seeds = range(300, 303)
    everything = bench.measure([bench.of_many_hands(60, 5, 3, seed) for seed in seeds])
    assert everything.recall >= 0.85
    assert everything.precision >= 0.85
    honest = bench.measure([bench.of_many_hands(60, 0, 0, seed) for seed in seeds])
    assert honest.others <= 1
    answers = bench.measure([bench.of_answers(4, 5, seed) for seed in seeds])
    assert answers.recall >= 0.85
    assert answers.precision >= 0.5
