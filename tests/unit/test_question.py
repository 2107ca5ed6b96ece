"""Asking: what a student's function changed of what it was given is noticed, whatever it is."""

import json

import numpy as np
import pytest
import torch

from nbjudge.protocol.codec import decode, encode
from nbjudge.protocol.probe import LARGE, MAX_SNAPSHOTS, Student, ask_once, parts
from nbjudge.protocol.reply import read_body

ASK_NUMPY = """
def ask(student, W):
    class Network:
        pass
    network = Network()
    network.W = W
    network.Lambda = 0.5
    with student.snapshot(self=network):
        return student.answer(network)
"""
ASK_TORCH = """
def ask(student, W):
    import torch
    model = torch.nn.Linear(2, 1)
    model.lmbda = 0.5
    with student.snapshot(model=model):
        return student.answer(model)
"""


def changed_by(answer, ask):
    """Return what is found to be changed by a student's function `answer`."""
    arguments = encode({"W": np.ones((2, 2))})
    return list(read_body(ask_once({"answer": answer}, [ask], "ask", arguments)).changed)


def rebind(network):
    network.W = np.abs(network.W) * 2


def set_number(network):
    network.Lambda = 0


def keep_a_result(network):
    network.J = 1.0


def delete(network):
    del network.W


@pytest.mark.parametrize(
    ("answer", "changed"),
    [(rebind, ["self.W"]), (set_number, ["self.Lambda"]), (delete, ["self.W"])],
)
def test_an_attribute_that_is_bound_anew_is_a_change(answer, changed):
    assert changed_by(answer, ASK_NUMPY) == changed


def test_a_new_attribute_is_none():
    assert changed_by(keep_a_result, ASK_NUMPY) == []


def halve(model):
    with torch.no_grad():
        model.weight.mul_(0.5)


def differentiate(model):
    model(torch.ones(1, 2)).sum().backward()


def evaluate(model):
    model.eval()


def forget_lmbda(model):
    model.lmbda = 0.0


@pytest.mark.parametrize(
    ("answer", "changed"),
    [
        (halve, ["model.weight"]),
        (differentiate, ["the gradient of model.weight", "the gradient of model.bias"]),
        (evaluate, ["the mode of model (train or eval)"]),
        (forget_lmbda, ["model.lmbda"]),
        (lambda model: None, []),
    ],
)
def test_parameters_gradients_mode_and_attributes_of_a_model_are_watched(answer, changed):
    assert changed_by(answer, ASK_TORCH) == changed


def keep_results(thing):
    thing.yHat = thing.J = np.ones(3)


@pytest.mark.parametrize(
    ("answer", "ask", "changed"),
    [
        (rebind, ASK_NUMPY, ["self.W"]),
        (delete, ASK_NUMPY, ["self.W"]),
        (set_number, ASK_NUMPY, []),
        (keep_results, ASK_NUMPY, []),
        (halve, ASK_TORCH, ["model.weight"]),
        (evaluate, ASK_TORCH, ["the mode of model (train or eval)"]),
        (forget_lmbda, ASK_TORCH, ["model.lmbda"]),
        (keep_results, ASK_TORCH, []),
    ],
)
def test_of_an_objects_own_attributes_those_that_are_named_are_watched(answer, ask, changed):
    named = "W" if ask is ASK_NUMPY else "lmbda"
    ask = ask.replace("network.Lambda =", "network.yHat = network.J = network.Lambda =")
    ask = ask.replace("model.lmbda =", "model.yHat = model.J = model.lmbda =")
    ask = ask.replace("snapshot(", f"snapshot(attributes=['{named}'], ")
    assert changed_by(answer, ask) == changed


@pytest.mark.filterwarnings("error")
def test_a_gradient_is_watched_and_one_that_torch_does_not_keep_is_not_asked_for():
    leaf = torch.ones(2, requires_grad=True)
    made = leaf * 2
    before = parts("leaf", leaf), parts("made", made)
    made.sum().backward()
    after = parts("leaf", leaf), parts("made", made)
    assert before[1] == after[1]
    assert [name for name in before[0] if before[0][name] != after[0][name]] == [
        "the gradient of leaf"
    ]


@pytest.mark.parametrize("how", ["while True: pass", "raise SystemExit", "raise KeyboardInterrupt"])
def test_what_is_asked_beside_a_task_ends_and_does_not_cost_the_task(how):
    reached = []
    with Student({}).time_limit(0.2):
        exec(how)
        reached.append("the end")
    assert reached == []
    with Student({}).time_limit(0.2):
        reached.append("the end")
    assert reached == ["the end"]


def test_a_name_of_the_student_is_read_as_an_attribute_or_by_its_text():
    student = Student({"area": abs, "snapshot": "theirs", "max": min})
    assert student.area(-2) == student["area"](-2) == 2
    assert student["snapshot"] == "theirs"
    assert student.max(1, 2) == 1
    assert ["area" in student, "volume" in student] == [True, False]


@pytest.mark.parametrize(
    ("asking", "name"),
    [
        ("student.volume(W)", "volume"),
        ("student['volume'](W)", "volume"),
        ("[student.volume for _ in W]", "volume"),
        ("W.volume", "volume"),
    ],
)
def test_a_name_that_the_notebook_does_not_define_is_told_by_its_name(asking, name):
    source = f"def ask(student, W):\n    return {asking}"
    error = read_body(ask_once({}, [source], "ask", encode({"W": np.ones(2)}))).error
    assert (error.unknown_name, error.name) == (True, name)


def test_what_a_students_function_does_not_find_is_an_error_of_theirs():
    source = "def ask(student, W):\n    return student.answer()"
    names = {"answer": lambda: eval("undefined")}
    error = read_body(ask_once(names, [source], "ask", encode({"W": 1}))).error
    assert not error.unknown_name
    assert (error.type, error.name) == ("NameError", "undefined")


def test_nothing_of_the_notebook_is_in_the_way_of_an_asking_function():
    names = {"sum": None, "list": 3, "np": "mine", "ask": "mine", "answer": lambda: 5}
    source = "def ask(student, W):\n    return sum(list(W)) + student.answer()"
    assert read_body(ask_once(names, [source], "ask", encode({"W": [1, 2]}))).value == 8


def snapshots_of(value):
    """Return the snapshots of an argument that a student's function adds 1 to."""
    source = "def ask(student, W):\n    with student.snapshot(W=W):\n        student.answer(W)"

    def answer(W):
        W += 1

    return ask_once({"answer": answer}, [source], "ask", encode({"W": value}))["snapshots"]


def test_a_snapshot_holds_the_numbers_before_and_after_in_the_wire_format():
    (name, before, after), of_argument = snapshots_of(np.ones(2))
    assert of_argument == [name, before, after]
    assert decode(json.loads(before)).tolist() == [1, 1]
    assert decode(json.loads(after)).tolist() == [2, 2]


def test_of_much_data_a_snapshot_holds_digests():
    ((_, before, after), _) = snapshots_of(np.ones(LARGE))
    assert before != after
    assert len(before + after) < 200


def test_many_snapshots_of_one_case_are_bounded_and_changes_among_them_are_seen():
    source = """
def ask(student, W):
    for number in range(2000):
        with student.snapshot(**{f"W{number % 7}": W}):
            student.answer(number, W)
"""

    def answer(number, W):
        W[0] += number == 1234

    answer = ask_once({"answer": answer}, [source], "ask", encode({"W": np.ones(100)}))
    assert len(json.dumps(answer)) < 2 * MAX_SNAPSHOTS
    assert read_body(answer).changed == (f"W{1234 % 7}", "W")


def test_numbers_that_numpy_keeps_as_objects_travel_as_numbers():
    given = np.array([[1.5, 2], [np.float64(3), 4]], dtype=object)
    assert decode(encode(given)).tolist() == [[1.5, 2.0], [3.0, 4.0]]
    for odd in (["1.5"], [None], [[1], [1, 2]], [1j], [10**400]):
        held = np.empty(len(odd), dtype=object)
        held[:] = odd
        assert "opaque" in encode(held)
