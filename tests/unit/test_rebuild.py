"""The rebuild, on the real released notebooks and the sample class's submissions, mangled."""

import json
import random
import re
import shutil
import time
from dataclasses import replace

import nbformat
import pytest
from marks import slow
from repository import ROOT

from nbjudge.cells import is_grade, is_locked, is_solution
from nbjudge.grading.notebook_records import NotebookRequest
from nbjudge.intake import IntakeLimits, StudentCell, read_notebook
from nbjudge.nbgrader_ext.execute import JudgeExecute
from nbjudge.rebuild.build import known_ids, rebuild
from nbjudge.verdict.loader import load_hidden_tests

NOTEBOOKS = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
STUDENTS = ("all_right", "half_done", "penalty_lost", "untouched")
BOTH = [(student, name) for student in STUDENTS for name in NOTEBOOKS]
SEEDS = range(8)
LONG = "epochs=2000, lr=0.002"  # of the deeper network, for a figure that no hidden test asks for


def released(name):
    """Return a released notebook."""
    return nbformat.read(ROOT / "release" / "lab1" / f"{name}.ipynb", as_version=4)


def handed_in(name, student="all_right"):
    """Return the cells of a submitted notebook as intake reads them."""
    data = (ROOT / "submitted" / student / "lab1" / f"{name}.ipynb").read_bytes()
    found = read_notebook(data, f"{name}.ipynb", IntakeLimits())
    assert not found.problem
    return list(found.cells)


def texts(notebook):
    """Return the texts of the released cells, by name, and of the student's own in order."""
    ours = {c.id: c.source for c in notebook.cells if not c.id.startswith("own-")}
    return ours, [c.source for c in notebook.cells if c.id.startswith("own-")]


def rebuilt(name, cells):
    """Rebuild and return the texts; check what must always hold."""
    template = released(name)
    before = nbformat.writes(template)
    notebook, _ = rebuild(template, cells)
    assert nbformat.writes(template) == before
    check_form(template, notebook)
    return texts(notebook)


def check_form(template, notebook):
    """Everything but the text of open cells is the release's; own cells are bare."""
    nbformat.validate(notebook)
    assert notebook.metadata == template.metadata
    kept = [c for c in notebook.cells if not c.id.startswith("own-")]
    assert [c.id for c in kept] == [c.id for c in template.cells]
    for ours, given in zip(kept, template.cells, strict=True):
        assert ours.metadata == given.metadata
        assert ours.cell_type == given.cell_type
        if is_locked(given) or (is_grade(given) and not is_solution(given)):
            assert ours.source == given.source
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.id in {c.id for c in kept} or cell.metadata == {}


def strip(cells):
    """Take all ids from the cells."""
    return [StudentCell(cell.kind, cell.source) for cell in cells]


def shuffled(cells, seed):
    """Return the cells in another order."""
    return random.Random(seed).sample(cells, len(cells))


def position(cells, grade_id):
    """Return where the cell with this grade_id is."""
    return next(i for i, cell in enumerate(cells) if cell.grade_id == grade_id)


def take(cells, grade_id):
    """Remove and return a cell."""
    return cells.pop(position(cells, grade_id))


def stub(name, grade_id):
    """Return the text of a released solution cell."""
    return texts(released(name))[0][grade_id]


# --- nothing lost -----------------------------------------------------------------------------


@pytest.mark.parametrize(("student", "name"), BOTH)
def test_an_honest_notebook_comes_out_as_it_went_in(student, name):
    cells = handed_in(name, student)
    ours, own = rebuilt(name, cells)
    assert list(ours.values()) == [cell.source for cell in cells]
    assert own == []
    assert rebuild(released(name), cells)[1] == ()


@pytest.mark.parametrize(("student", "name"), BOTH)
def test_a_notebook_stripped_of_all_ids_comes_out_the_same(student, name):
    cells = handed_in(name, student)
    assert rebuilt(name, strip(cells)) == rebuilt(name, cells)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("student", "name"), BOTH)
def test_the_order_of_cells_does_not_matter_even_without_ids(student, name, seed):
    cells = handed_in(name, student)
    wanted = rebuilt(name, cells)
    assert rebuilt(name, shuffled(cells, seed)) == wanted
    assert rebuilt(name, shuffled(strip(cells), seed)) == wanted


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_any_part_of_the_ids_is_enough(name, seed):
    rng = random.Random(seed)
    cells = handed_in(name)
    partly = [
        replace(
            cell,
            grade_id=cell.grade_id if rng.random() < 0.5 else None,
            cell_id=cell.cell_id if rng.random() < 0.5 else f"colab{rng.random()}",
        )
        for cell in cells
    ]
    assert rebuilt(name, partly) == rebuilt(name, cells)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_given_cells_may_be_missing_twice_there_or_spaced_differently(name, seed):
    rng = random.Random(seed)
    given = {cell.source for cell in released(name).cells}
    cells = []
    for cell in handed_in(name):
        if cell.source not in given:
            cells.append(cell)
        elif rng.random() < 0.7:
            spaced = replace(cell, source=cell.source.replace("\n", "  \n\n") + "\n\n")
            cells += [spaced] * rng.randint(1, 2)
    assert rebuilt(name, cells) == rebuilt(name, handed_in(name))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_colabs_notebooks_come_out_the_same(name):
    data = json.loads((ROOT / "submitted" / "all_right" / "lab1" / f"{name}.ipynb").read_text())
    for number, cell in enumerate(data["cells"]):
        cell["metadata"] |= {"id": cell.pop("id"), "colab": {"base_uri": "https://localhost/"}}
        cell["metadata"]["outputId"] = f"{number}"
    data["cells"].insert(0, {"cell_type": "markdown", "metadata": {"id": "view-in-github"}})
    data["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    data["nbformat_minor"] = 0
    found = read_notebook(json.dumps(data).encode(), "x.ipynb", IntakeLimits())
    assert rebuilt(name, found.cells) == rebuilt(name, handed_in(name))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_of_format_3_come_out_the_same(name):
    notebook = nbformat.read(ROOT / "submitted" / "all_right" / "lab1" / f"{name}.ipynb", 4)
    data = nbformat.writes(nbformat.convert(notebook, 3), version=3).encode()
    found = read_notebook(data, "x.ipynb", IntakeLimits())
    assert rebuilt(name, found.cells) == rebuilt(name, handed_in(name))


def test_a_notebook_without_cells_is_the_released_one():
    for name in NOTEBOOKS:
        assert rebuilt(name, []) == texts(released(name))


# --- cells moved, doubled, retyped, deleted ---------------------------------------------------


@pytest.mark.parametrize("kind", ["markdown", "raw"])
@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_solutions_turned_into_text_are_code_again(name, ids, kind):
    cells = [replace(cell, kind=kind) for cell in handed_in(name)]
    cells = cells if ids else strip(cells)
    assert rebuilt(name, cells) == rebuilt(name, handed_in(name))


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize(("name", "answer"), [("q1_l1_backprop", "q1_reading")])
def test_a_written_answer_turned_into_code_is_text_again(name, answer, ids):
    cells = handed_in(name)
    place = position(cells, answer)
    cells[place] = replace(cells[place], kind="code")
    cells = cells if ids else strip(cells)
    assert rebuilt(name, cells) == rebuilt(name, handed_in(name))


def test_of_a_cell_pasted_twice_the_one_that_is_not_the_stub_counts():
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_loss_reg")
    untouched = replace(cells[place], source=stub("q1_l1_backprop", "q1_loss_reg"))
    for where in (0, place, place + 1, len(cells)):
        doubled = [*cells[:where], untouched, *cells[where:]]
        assert rebuilt("q1_l1_backprop", doubled) == rebuilt("q1_l1_backprop", cells)


def test_of_two_answers_the_last_counts_and_the_other_is_kept_before_it():
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_loss_reg")
    first = replace(cells[place], source=cells[place].source.replace("0.5", "0.25"))
    cells.insert(place, first)
    notebook, notes = rebuild(released("q1_l1_backprop"), cells)
    order = [cell.source for cell in notebook.cells]
    assert texts(notebook)[0]["q1_loss_reg"] == cells[place + 1].source
    assert order.index(first.source) + 1 == order.index(cells[place + 1].source)
    assert "q1_loss_reg: 2 cells carry this id" in notes[0]


def test_an_experiment_with_a_copy_at_the_end_leaves_the_answer_in_its_place():
    for ids in (True, False):
        cells = handed_in("q1_l1_backprop")
        answer = cells[position(cells, "q1_loss_reg")]
        copy = replace(answer, source=answer.source.replace("0.5", "0.25"))
        cells = [*cells, copy] if ids else strip([*cells, copy])
        ours, own = rebuilt("q1_l1_backprop", cells)
        assert ours["q1_loss_reg"] == answer.source
        assert own == [copy.source]


def test_an_answer_pasted_twice_is_there_once():
    cells = handed_in("q1_l1_backprop")
    cells.insert(position(cells, "q1_loss_reg"), cells[position(cells, "q1_loss_reg")])
    assert rebuilt("q1_l1_backprop", cells) == rebuilt(
        "q1_l1_backprop", handed_in("q1_l1_backprop")
    )


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_deleted_or_emptied_solution_is_the_stub(name, ids):
    cells = handed_in(name)
    usual = rebuilt(name, cells)[0]
    for cell in released(name).cells:
        if is_solution(cell):
            grade_id = cell.metadata.nbgrader.grade_id
            deleted = [c for c in cells if c.grade_id != grade_id]
            emptied = [replace(c, source=" \n") if c.grade_id == grade_id else c for c in cells]
            for changed in (deleted, emptied):
                ours, own = rebuilt(name, changed if ids else strip(changed))
                assert ours == {**usual, cell.id: cell.source}
                assert own == []


def test_an_answer_in_a_cell_of_its_own_below_the_stub_counts():
    cells = handed_in("q1_l1_backprop")
    wanted = rebuilt("q1_l1_backprop", cells)[0]
    for grade_id in ("q1_loss_reg", "q1_backward_reg", "q1_lambda_study", "q1_reading"):
        place = position(cells, grade_id)
        cells.insert(place + 1, StudentCell(cells[place].kind, cells[place].source))
        cells[place] = replace(cells[place], source=stub("q1_l1_backprop", grade_id))
    ours, own = rebuilt("q1_l1_backprop", cells)
    assert ours == wanted
    assert own == []
    assert rebuilt("q1_l1_backprop", strip(cells)) == (ours, own)


def test_answers_in_each_others_cells_are_told_apart_by_what_they_define():
    cells = handed_in("q1_l1_backprop")
    wanted = rebuilt("q1_l1_backprop", cells)
    one, two = position(cells, "q1_loss_reg"), position(cells, "q1_backward_reg")
    cells[one], cells[two] = (
        replace(cells[one], source=cells[two].source),
        replace(cells[two], source=cells[one].source),
    )
    assert rebuilt("q1_l1_backprop", cells) == wanted


@pytest.mark.parametrize("ids", [True, False])
def test_a_cell_split_in_two_keeps_both_parts_in_order(ids):
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_loss_reg")
    head, tail = cells[place].source.split("\n\n\nNeuralNetwork.loss_reg")
    tail = "NeuralNetwork.loss_reg" + tail
    # Jupyter gives both halves the same metadata
    cells[place : place + 1] = [replace(cells[place], source=text) for text in (head, tail)]
    notebook, _ = rebuild(released("q1_l1_backprop"), cells if ids else strip(cells))
    order = [cell.source for cell in notebook.cells]
    assert order.index(head) + 1 == order.index(tail)
    assert stub("q1_l1_backprop", "q1_loss_reg") not in order


def test_a_renamed_function_is_still_the_answer_to_its_task():
    for ids in (True, False):
        cells = handed_in("q4_height_weight")
        place = position(cells, "q4_accuracy")
        text = cells[place].source.replace("def accuracy", "def my_accuracy")
        cells[place] = replace(cells[place], source=text)
        ours, own = rebuilt("q4_height_weight", cells if ids else strip(cells))
        assert ours["q4_accuracy"] == text
        assert own == []


# --- the student's own cells ------------------------------------------------------------------


@pytest.mark.parametrize("ids", [True, False])
def test_a_function_in_an_own_cell_and_its_use_in_the_solution_cell_both_run(ids):
    cells = handed_in("q4_height_weight")
    place = position(cells, "q4_accuracy")
    cells.insert(place, StudentCell("code", cells[place].source))
    cells[place + 1] = replace(
        cells[place + 1], source="print(accuracy(nn.Identity(), X_test, y_test))"
    )
    notebook, _ = rebuild(released("q4_height_weight"), cells if ids else strip(cells))
    order = [cell.source for cell in notebook.cells]
    assert stub("q4_height_weight", "q4_accuracy") not in order
    function, call = order.index(cells[place].source), order.index(cells[place + 1].source)
    assert function < call < order.index(cells[position(cells, "q4_accuracy_check")].source)


@pytest.mark.parametrize("ids", [True, False])
def test_a_task_mended_in_a_later_tasks_cell_leaves_both_answered(ids):
    cells = handed_in("q1_l1_backprop")
    mended = cells[position(cells, "q1_loss_reg")].source
    place = position(cells, "q1_lambda_study")
    text = mended + "\n\n" + cells[place].source.replace("best_lambda", "best")
    cells[place] = replace(cells[place], source=text)
    ours, own = rebuilt("q1_l1_backprop", cells if ids else strip(cells))
    assert ours["q1_loss_reg"] == mended
    assert ours["q1_lambda_study"] == text
    assert own == []


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("with_stub", [True, False])
def test_an_answer_written_below_its_question_in_the_same_cell_is_the_answer(ids, with_stub):
    cells = handed_in("q1_l1_backprop")
    answer = take(cells, "q1_reading").source
    place = next(i for i, cell in enumerate(cells) if cell.cell_id == "q1-task4")
    text = cells[place].source + "\n\n" + answer
    cells[place] = replace(cells[place], source=text)
    if with_stub:
        untouched = stub("q1_l1_backprop", "q1_reading")
        cells.insert(place + 1, StudentCell("markdown", untouched, "q1_reading", "q1_reading"))
    ours, own = rebuilt("q1_l1_backprop", cells if ids else strip(cells))
    assert ours == rebuilt("q1_l1_backprop", handed_in("q1_l1_backprop"))[0]
    assert own == []


def test_a_helper_or_an_import_below_its_use_is_moved_before_it():
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_loss_reg")
    text = cells[place].source.replace("0.5 *", "half() *").replace("np.abs", "math.fabs")
    cells[place] = replace(cells[place], source=text)
    cells += [
        StudentCell("code", "import math"),
        StudentCell("code", "def half():\n    return 0.5"),
        StudentCell("code", "print(half())"),
    ]
    notebook, _ = rebuild(released("q1_l1_backprop"), cells)
    order = [cell.source for cell in notebook.cells]
    where = order.index(text)
    assert order[where - 2 : where] == ["import math", "def half():\n    return 0.5"]
    assert order[-1] == "print(half())"


def test_of_two_versions_of_a_demonstration_both_are_kept():
    cells = handed_in("q1_l1_backprop")
    place = next(i for i, cell in enumerate(cells) if cell.cell_id == "q1-weights-figure")
    versions = [cells[place].source + f"\nprint({number})" for number in (1, 2)]
    cells[place : place + 1] = [replace(cells[place], source=text) for text in versions]
    notebook, _ = rebuild(released("q1_l1_backprop"), cells)
    order = [cell.source for cell in notebook.cells]
    assert order.index(versions[0]) + 1 == order.index(versions[1])


def test_a_release_of_an_older_format_stays_valid():
    template = released("q1_l1_backprop")
    template.nbformat_minor = 4
    for cell in template.cells:
        del cell["id"]
    cells = [*strip(handed_in("q1_l1_backprop")), StudentCell("code", "x = 1")]
    notebook, _ = rebuild(template, cells)
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in cells]


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_own_cells_stay_where_they_were(name, seed, ids):
    rng = random.Random(seed)
    cells = handed_in(name)
    wanted = [cell.source for cell in cells]
    for number in range(12):
        where = rng.randint(0, len(wanted))
        text = f"helper_{number} = {number}  # zzz{number} yyy{number}"
        cells.insert(where, StudentCell("code", text))
        wanted.insert(where, text)
    notebook, _ = rebuild(released(name), cells if ids else strip(cells))
    assert [cell.source for cell in notebook.cells] == wanted
    check_form(released(name), notebook)


def test_own_cells_are_bare_and_keep_nothing_but_text():
    cells = [
        StudentCell("code", "import os", "own_grade_id", "own-1"),
        *handed_in("q2_momentum"),
        StudentCell("raw", "<b>raw</b>"),
        StudentCell("markdown", "# A thought"),
        StudentCell("strange", "?"),
    ]
    notebook, _ = rebuild(released("q2_momentum"), cells)
    own = [cell for cell in notebook.cells if cell.id.startswith("own-")]
    assert [cell.cell_type for cell in own] == ["code", "markdown", "markdown", "markdown"]
    assert all(cell.metadata == {} for cell in own)
    check_form(released("q2_momentum"), notebook)


def test_predictions_and_changed_demonstrations_are_kept_in_their_place():
    for ids in (True, False):
        cells = handed_in("q1_l1_backprop")
        by_id = {cell.cell_id: i for i, cell in enumerate(cells)}
        changes = {
            "q1-task1-prediction": "*My prediction:* $J = $ 2",
            "q1-task2-prediction": "*My prediction:* the gradient of the penalty is λ sign(W).",
            "q1-weights-figure": cells[by_id["q1-weights-figure"]].source.replace("0.8", "0.4")
            + "\nprint('mine')",
        }
        for cell_id, text in changes.items():
            cells[by_id[cell_id]] = replace(cells[by_id[cell_id]], source=text)
        ours, own = rebuilt("q1_l1_backprop", cells if ids else strip(cells))
        assert {name: ours[name] for name in changes} == changes
        assert own == []


@pytest.mark.parametrize("ids", [True, False])
def test_a_changed_locked_cell_is_the_released_one_and_a_note_says_so(ids):
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_loss_reg_check")
    changed = cells[place].source.replace("climb(check_loss_reg())", "print('It holds.')")
    cells[place] = replace(cells[place], source=changed)
    place = position(cells, "q1_study_settings")
    cells[place] = replace(cells[place], source=cells[place].source.replace("25", "26"))
    cells = cells if ids else strip(cells)
    ours, own = rebuilt("q1_l1_backprop", cells)
    assert (ours, own) == rebuilt("q1_l1_backprop", handed_in("q1_l1_backprop"))
    notes = rebuild(released("q1_l1_backprop"), cells)[1]
    assert [note.split(":")[0] for note in notes] == ["q1_loss_reg_check", "q1_study_settings"]


@pytest.mark.parametrize("ids", [True, False])
def test_an_import_added_to_a_locked_cell_still_runs(ids):
    cells = handed_in("q1_l1_backprop")
    place = position(cells, "q1_setup")
    cells[place] = replace(cells[place], source="import math\n" + cells[place].source)
    notebook, notes = rebuild(released("q1_l1_backprop"), cells if ids else strip(cells))
    assert [cell.source for cell in notebook.cells][3] == "import math"
    assert "q1_setup" in notes[0]


def test_no_id_lets_a_student_into_a_locked_or_graded_cell():
    template = released("q1_l1_backprop")
    cells = [
        StudentCell("code", f"evil = '{name}'", name, name)
        for name in sorted(known_ids(template))
        if not any(is_solution(c) and name == c.id for c in template.cells)
    ]
    notebook, _ = rebuild(template, cells)
    check_form(template, notebook)


# --- one cell for several tasks ---------------------------------------------------------------


def merged(cells, name, into):
    """Return the cells with all code solutions in one, where the solution number `into` was."""
    ids = [
        c.metadata.nbgrader.grade_id
        for c in released(name).cells
        if is_solution(c) and c.cell_type == "code"
    ]
    text = "\n\n\n".join(cells[position(cells, grade_id)].source for grade_id in ids)
    if name == "q4_height_weight":
        assert LONG in text
        text = text.replace(LONG, LONG.replace("2000", "20"))
    place = position(cells, ids[into])
    cells[place] = replace(cells[place], source=text)
    return [c for c in cells if c.grade_id not in ids or c.grade_id == ids[into]]


def points(name, cells, folder):
    """Judge the rebuilt notebook in a real kernel; return points and maximum by graded cell."""
    notebook, _ = rebuild(released(name), cells)
    source = nbformat.read(ROOT / "source" / "lab1" / f"{name}.ipynb", as_version=4)
    judged = {c.id: c.source for c in source.cells if is_grade(c) and c.cell_type == "code"}
    for cell in notebook.cells:
        cell.source = judged.get(cell.id, cell.source)
    shutil.copytree(ROOT / "data", folder / "data")
    tests = load_hidden_tests(ROOT / "hidden_tests", "lab1", name)
    request = NotebookRequest(notebook, "x", "lab1", name, folder=str(folder))
    scored = JudgeExecute().make_run(request, tests).run().scored
    verdicts = {each.cell: each.verdict for each in scored}
    return {cell: (v.points, v.max_points, v.outcome.value) for cell, v in verdicts.items()}


# Q4 trains for long, so it is tried once
MERGED = [
    *((NOTEBOOKS[1], 0), (NOTEBOOKS[1], -1)),
    *(slow(NOTEBOOKS[0], 0), slow(NOTEBOOKS[0], -1), slow(NOTEBOOKS[2], 0), slow(NOTEBOOKS[2], -1)),
    slow(NOTEBOOKS[3], -1),
]


@pytest.mark.parametrize(("name", "into"), MERGED)
def test_all_solutions_in_one_cell_get_all_points(name, into, tmp_path):
    cells = merged(handed_in(name), name, into)
    assert rebuilt(name, strip(cells)) == rebuilt(name, cells)
    found = points(name, cells, tmp_path)
    assert all(got == most for got, most, _ in found.values()), found
    assert len(found) >= 2


def test_no_stub_undoes_what_a_merged_cell_defines():
    for name in NOTEBOOKS:
        for into in (0, -1):
            ours, own = rebuilt(name, merged(handed_in(name), name, into))
            assert not any("NotImplementedError()" in text for text in own)
            for cell in released(name).cells:
                if is_solution(cell):
                    assert "raise NotImplementedError()" not in ours[cell.id], cell.id


@pytest.mark.parametrize("name", [NOTEBOOKS[1], slow(NOTEBOOKS[0])])
def test_a_whole_notebook_in_one_cell_gets_all_points(name, tmp_path):
    text = "\n\n".join(c.source for c in handed_in(name) if c.kind == "code")
    found = points(name, [StudentCell("code", text)], tmp_path)
    assert all(got == most for got, most, _ in found.values()), found


def test_a_merged_cell_with_an_error_in_it_is_kept_as_it_is():
    cells = merged(handed_in("q1_l1_backprop"), "q1_l1_backprop", 0)
    place = position(cells, "q1_loss_reg")
    cells[place] = replace(cells[place], source=cells[place].source + "\nx = = 1")
    ours, _ = rebuilt("q1_l1_backprop", cells)
    assert ours["q1_loss_reg"] == cells[place].source
    assert ours["q1_backward_reg"] == "# answered in the cell q1_loss_reg"


@pytest.mark.slow
def test_mangled_in_every_way_at_once_a_notebook_keeps_its_points(tmp_path):
    cells = strip(handed_in("q3_pytorch_l2"))
    code = [i for i, cell in enumerate(cells) if cell.source.startswith("def train")]
    cells[code[0]] = replace(cells[code[0]], kind="markdown")
    cells.insert(0, StudentCell("code", "def helper(x):\n    return x"))
    cells += cells[3:9]
    found = points("q3_pytorch_l2", shuffled(cells, 5), tmp_path)
    assert all(got == most for got, most, _ in found.values()), found


# --- any input --------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [*range(8), *(slow(seed) for seed in range(8, 30))])
def test_no_mixture_of_cells_is_an_error(seed):
    rng = random.Random(seed)
    name = rng.choice(NOTEBOOKS)
    everything = [cell for other in NOTEBOOKS for cell in handed_in(other)]
    odd = ["%%bash\nls", "!ls\nx = 1", "def (", "x = '\\d'", "%%capture\ny = 2", "?np", "a\x00b"]
    odd += ["(" * 5000, "x = " + "-" * 5000 + "1", "if 1:\n" * 3, "class A:\n  " + "x\n  " * 9999]
    cells = []
    for _ in range(rng.randint(1, 120)):
        cell = rng.choice(everything)
        text = rng.choice([cell.source, rng.choice(odd), cell.source[: rng.randint(0, 300)]])
        text = rng.choice([text, text + "\n" + rng.choice(everything).source])
        kind = rng.choice(["code", "markdown", "raw", "other"])
        other = rng.choice(everything)
        cells.append(StudentCell(kind, text, rng.choice([cell, other]).grade_id, other.cell_id))
    rebuilt(name, cells)


def test_thousands_of_cells_are_rebuilt_soon():
    flood = [StudentCell("code", f"x{i} = {i}\nprint(x{i})") for i in range(2000)]
    cells = flood + strip(handed_in("q4_height_weight"))
    start = time.process_time()
    ours, own = rebuilt("q4_height_weight", cells)
    assert time.process_time() - start < 5
    assert ours == rebuilt("q4_height_weight", handed_in("q4_height_weight"))[0]
    assert len(own) == 2000


@pytest.mark.parametrize("grade_id", [slow("q4_accuracy"), "q4_setup", None])
def test_ten_megabytes_of_code_are_rebuilt_soon_and_hide_no_answer(grade_id):
    flood = [StudentCell("code", f"v{i} = 1\n" * 5_000, grade_id) for i in range(200)]
    cells = handed_in("q4_height_weight")
    start = time.process_time()
    ours, _ = rebuilt("q4_height_weight", [*cells, *flood])
    assert time.process_time() - start < 15
    assert ours == rebuilt("q4_height_weight", cells)[0]


def test_magics_are_no_hindrance_to_recognising_a_cell():
    for magic in ("%%time\n", "%%capture\n", "%matplotlib inline\n!pip install x\nfiles = !ls\n"):
        cells = strip(handed_in("q1_l1_backprop"))
        cells = [
            replace(c, source=magic + c.source) if re.match("def (loss|back)", c.source) else c
            for c in cells
        ]
        ours, own = rebuilt("q1_l1_backprop", cells)
        assert ours["q1_loss_reg"].startswith(magic)
        assert ours["q1_backward_reg"].startswith(magic)
        assert own == []
