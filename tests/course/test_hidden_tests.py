"""The tests of the hidden tests: right answers get all points, mistakes lose some and are named."""

from zlib import crc32

import matrix
import numpy as np
import pytest
from marks import slow
from repository import ROOT

from nbjudge import AnyNumber, Anything, Between, OneOf
from nbjudge.cells import judged_test
from nbjudge.protocol.codec import decode, encode
from nbjudge.protocol.probe import ask_once
from nbjudge.protocol.reply import read_body
from nbjudge.verdict.compare import differences
from nbjudge.verdict.loader import load_hidden_tests, load_with_files

SEED = 2  # of the hidden inputs, so that a run can be repeated
NOTEBOOKS = {p.stem: p.parent.name for p in sorted((ROOT / "source").glob("*/q*.ipynb"))}


def some(answers):
    """Return two right answers to each task and two wrong ones: other mistakes, by their hash."""
    found = []
    for test in dict.fromkeys(answer.test for answer in answers):
        here = sorted(
            (answer for answer in answers if answer.test == test),
            key=lambda answer: crc32(answer.name.encode()),
        )
        wrong = {answer.wanted: answer for answer in here if not answer.right}
        found += [answer for answer in here if answer.right][:2] + [*wrong.values()][:2]
    return found


def _parameter(notebook, which):
    marks = [pytest.mark.xdist_group(f"hidden tests of {notebook}")]
    if which == "all":
        marks.append(pytest.mark.slow)
    return pytest.param((notebook, which), id=f"{notebook}, {which}", marks=marks)


@pytest.fixture(
    scope="module", params=[_parameter(n, which) for which in ("some", "all") for n in NOTEBOOKS]
)
def rows(request):
    """Return known answers of one notebook, judged; they are printed as one matrix."""
    notebook, which = request.param
    answers = matrix.known_answers(notebook)
    found = matrix.run_matrix(notebook, answers if which == "all" else some(answers), seed=SEED)
    print(f"\n{notebook}\n{matrix.table(found)}")  # pytest -rA shows it
    return found


def test_every_answer_gets_what_it_deserves_and_every_mistake_its_name(rows):
    wrong = [f"{row.answer.test}: {row.answer.name}\n{row.text}" for row in rows if not row.holds]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_task_has_three_right_answers_or_more(notebook):
    answers = matrix.known_answers(notebook)
    for test in {answer.test for answer in answers}:
        right = [answer for answer in answers if answer.test == test and answer.right]
        assert len(right) >= 3, f"{test}: fewer than three right answers"


def test_self_checks_hold_for_right_answers_only_but_where_a_secret_is_in_the_way(rows):
    wrong = [row for row in rows if not row.agrees]
    texts = [f"{row.answer.test}: {row.answer.name}\n{row.self_check}" for row in wrong]
    assert not wrong, "\n".join(texts)


@pytest.mark.parametrize("which", ["some", slow("all")])
@pytest.mark.parametrize("notebook", ["q2_momentum"])  # whose answers keep a state
def test_no_verdict_depends_on_whether_the_self_checks_ran(notebook, which):
    answers = matrix.known_answers(notebook)
    answers = answers if which == "all" else some(answers)
    found = matrix.run_matrix(notebook, answers, self_checks=False, seed=SEED)
    wrong = [f"{row.answer.name}\n{row.text}" for row in found if not row.holds]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_points_of_the_graded_cells_are_those_of_the_hidden_tests(notebook):
    import nbformat

    from nbjudge.cells import is_grade

    tests = load_tests(notebook)
    nb = nbformat.read(ROOT / "source" / NOTEBOOKS[notebook] / f"{notebook}.ipynb", as_version=4)
    cells = [c for c in nb.cells if is_grade(c) and c.cell_type == "code"]
    assert {judged_test(c.source): c.metadata.nbgrader.points for c in cells} == {
        name: test.points for name, test in tests.items()
    }


def test_every_file_of_the_hidden_tests_counts_for_some_notebook():
    folder = ROOT / "hidden_tests"
    used = [load_with_files(folder, where, notebook)[1] for notebook, where in NOTEBOOKS.items()]
    assert set(folder.rglob("*.py")) <= set().union(*used)


def load_tests(notebook):
    """Return the hidden tests of a notebook."""
    return load_hidden_tests(ROOT / "hidden_tests", NOTEBOOKS[notebook], notebook)


TASKS = [(notebook, name) for notebook in NOTEBOOKS for name in load_tests(notebook)]


def test_the_private_images_of_q5_are_drawn_as_those_of_the_notebook():
    import nbformat

    cells = nbformat.read(ROOT / "source" / "bonus" / "q5_convolution.ipynb", as_version=4).cells
    given = next(cell.source for cell in cells if cell.id == "q5_images")
    private = (ROOT / "hidden_tests" / "bonus" / "q5" / "images.py").read_text()
    assert given.startswith(private[private.index("SHAPES =") :].rstrip() + "\n")


@pytest.mark.parametrize("seeds", [range(3), slow(range(3, 20))])
@pytest.mark.parametrize(("notebook", "name"), TASKS)
def test_no_two_mistakes_of_a_task_are_confused_for_any_seed(notebook, name, seeds):
    test = load_tests(notebook)[name]
    for seed in seeds:
        cases = test.draw_cases(seed)
        known = {m: [test.mistaken(m, case) for case in cases] for m in test.mistakes}
        numbers = {mistake: some_numbers(given) for mistake, given in known.items()}
        right = [test.expect(**case.known) for case in cases]
        for mistake, given in known.items():
            if not is_fixed(given):
                continue
            given = decode(encode(given))  # as it would come from a student's kernel
            assert not agree(test, right, given), f"seed {seed}: {mistake!r} passes"
            assert agree(test, known[mistake], given), f"seed {seed}: {mistake!r} is not itself"
            named = next(
                other
                for other in known
                if not far_apart(numbers[other], numbers[mistake])
                and agree(test, known[other], given)
            )
            assert named == mistake, f"seed {seed}: {mistake!r} is called {named!r}"


@pytest.mark.parametrize("kept", ["a property that cannot be set", "a tensor", "a number"])
def test_a_lmbda_of_q3_that_is_right_is_left_as_it_is(kept):
    import torch

    class TorchNetwork(torch.nn.Module):
        def __init__(self, inputs, hidden, outputs, lmbda):
            super().__init__()
            self.given = lmbda
            self.one, self.two = torch.nn.Linear(inputs, hidden), torch.nn.Linear(hidden, outputs)
            if not kept.startswith("a property"):
                self.lmbda = torch.tensor(lmbda) if kept == "a tensor" else lmbda

        def loss(self, yHat, y):
            penalty = sum((p**2).sum() for p in self.parameters())
            lmbda = self.lmbda if kept == "a tensor" else torch.tensor(self.lmbda)
            return 0.5 * ((y - yHat) ** 2).sum() + lmbda.mul(penalty)

    if kept.startswith("a property"):
        TorchNetwork.lmbda = property(lambda self: self.given)
    test = load_tests("q3_pytorch_l2")["l2_loss"]
    for case in test.draw_cases(SEED):
        names, arguments = {"TorchNetwork": TorchNetwork}, encode(dict(case.arguments))
        reply = read_body(ask_once(names, test.sources(), test.ask.__name__, arguments))
        assert reply.error is None, reply
        assert not reply.changed
        given = test.measure(reply.value, **case.arguments)
        assert agree(test, [test.expect(**case.known)], [given])


def is_fixed(value):
    """Whether a value is numbers and arrays, and not a description of many possible answers."""
    if isinstance(value, dict):
        return all(is_fixed(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(is_fixed(item) for item in value)
    return not isinstance(value, (AnyNumber, Anything, Between, OneOf))


def some_numbers(given):
    """Return a number of each case and property, as one array; nan for anything else."""
    found = []
    for case in given:
        for value in case.values() if isinstance(case, dict) else [case]:
            value = decode(encode(value)) if is_fixed(value) else None
            while isinstance(value, list) and value:
                value = value[-1]
            array = np.asarray(getattr(value, "array", value))
            plain = array.dtype.kind in "fiu" and array.size
            found.append(float(array.ravel()[0]) if plain else np.nan)
    return np.array(found)


def far_apart(one, other):
    """Whether two answers differ by so much that no tolerance lets them agree: quick to see."""
    if one.shape != other.shape:
        return False
    difference = np.abs(one - other)  # nan, of what is no number, is never large
    return bool((difference > 0.05 + 0.05 * np.abs(one)).any())


def agree(test, expected, given):
    """Whether the answers `given` are the ones expected, in every case."""
    return all(
        not differences(e, g, test.rtol, test.atol) for e, g in zip(expected, given, strict=True)
    )
