"""What a student's page says: points, mistakes and next steps first, then task by task."""

import copy
import functools

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from repository import ROOT

from nbjudge.errors import FormulaError
from nbjudge.reports.html.notebook_cells import Cells
from nbjudge.reports.html.render import render
from nbjudge.reports.html.sections import sections
from nbjudge.reports.student_page.page import student_page
from nbjudge.sanitize.mathml import mathml

NOTEBOOKS = sorted((ROOT / "source" / "lab1").glob("*.ipynb"))
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="


def about(grade_id, **metadata):
    """Return nbgrader's metadata of a cell, with what the gradebook says of it."""
    usual = {"grade": False, "solution": False, "locked": False, "task": False, "untouched": False}
    return {"nbgrader": {**usual, "grade_id": grade_id, **metadata}}


def given(source, make=new_markdown_cell, outputs=()):
    cell = make(source, metadata={"nbjudge": {"released": True}})
    if outputs:
        cell.outputs = list(outputs)
    return cell


def answer(source, grade_id="loss", outputs=(), **metadata):
    shown = about(grade_id, solution=True, **metadata)
    return new_code_cell(source, metadata=shown, outputs=list(outputs))


def judged(grade_id="loss_test", score=4.0, points=4.0, **metadata):
    return new_code_cell(
        'judge("loss")',
        metadata=about(grade_id, grade=True, locked=True, score=score, points=points, **metadata),
        outputs=[new_output("stream", text="Loss: 1 of 4 points\n")],
    )


def told(outcome="passed", **shown):
    """Return an audit line of a task called Loss."""
    cases = [
        {"label": "λ = 0", "outcome": "passed", "points": 1.0, "given": False},
        {"label": "λ > 0", "outcome": outcome, "points": None, "given": False},
    ]
    usual = {
        **{"title": "Loss", "outcome": outcome, "mistake": None, "hint": "", "seen": ""},
        **{"points": 1.0, "max_points": 4.0},
        **{"credit": "", "solved": [], "alone": None},
        "cases": [{**case, "detail": "", "answers": []} for case in cases],
    }
    return {"cell": "loss_test", "outcome": outcome, "seed": 77, "shown": {**usual, **shown}}


def only_task(*cells, **lines):
    (task,) = student_page(cells, lines, ".").tasks
    return task


def html_of(page):
    """Return a page as text; what the gradebook says of it does not matter."""
    names = {"student": "Ada", "assignment": "lab", "notebook": "q1", "shown_score": "0 of 4"}
    numbers = {"score": 0.0, "max_score": 4.0, "late_penalty": 0.0, "shown_pending": ""}
    return render("student.html.j2", page=page, about={**names, **numbers}, title="Q1")


# --- sections ----------------------------------------------------------------------------------


def test_a_section_ends_with_its_graded_cell():
    cells = [given("# Q1"), answer("x"), judged(), given("## Task 2 (3 points)"), judged("b_test")]
    found = sections([*cells, given("**Done?**")])
    assert [len(section.cells) for section in found] == [3, 2, 1]
    assert [section.heading for section in found] == ["Q1", "Task 2", ""]


def test_what_students_answer_below_one_of_nbgraders_task_cells_belongs_to_it():
    task = new_markdown_cell("Explore.", metadata=about("t", task=True, locked=True))
    own = [new_code_cell("1"), new_markdown_cell("I see.")]
    found = sections([task, *own, given("## Next"), answer("x"), judged()])
    assert [len(section.cells) for section in found] == [3, 3]


# --- what is said ------------------------------------------------------------------------------


def test_a_likely_mistake_is_told_with_its_hint():
    line = told("wrong value", mistake="no penalty", hint="Add `lmbda`.")
    task = only_task(answer("def loss(): ..."), judged(score=1.0), loss_test=line)
    assert (task.title, task.score, task.most, task.state) == ("Loss", "1", "4", "partly")
    assert task.mistake == "no penalty"
    assert task.hint == "Add <code>lmbda</code>."
    assert [case["label"] for case in task.right_cases] == ["λ = 0"]


@pytest.mark.parametrize(
    ("line", "score", "metadata", "state"),
    [
        (told(), 4.0, {}, "right"),
        (told("wrong value"), 0.0, {}, "wrong"),
        (told("not attempted"), 0.0, {}, "empty"),
        (told("wrong value"), 4.0, {"by_hand": True}, "right"),
        (None, 0.0, {"waiting": True}, "waiting"),
        (None, 0.0, {"unknown": True}, "unknown"),
    ],
)
def test_each_task_has_a_state_in_words(line, score, metadata, state):
    task = only_task(judged(score=score, **metadata), **({"loss_test": line} if line else {}))
    assert task.state == state
    assert task.word


def test_what_is_right_without_any_change_is_said_to_earn_nothing():
    for given in (True, False):
        line = told("wrong value")
        line["shown"]["cases"][0]["given"] = given
        page = student_page([judged(score=0.0)], {"loss_test": line}, ".")
        assert ("right without any change" in html_of(page)) is given


def test_what_to_do_next_begins_with_what_is_wrong_and_says_no_more_than_three_things():
    states = [told("not attempted"), told(), *[told("wrong value")] * 3]
    cells = [judged(f"t{n}", score=4.0 * (n == 1)) for n in range(5)]
    page = student_page(cells, {f"t{n}": line for n, line in enumerate(states)}, ".")
    assert [task.anchor for task in page.steps] == ["task-3", "task-4", "task-5"]
    assert [task.anchor for task in page.right] == ["task-2"]


def test_points_beside_right_tasks_are_explained_and_the_guess_of_a_mistake_goes():
    line = told(solved=["Gradient"], alone=1.0, points=4.0, max_points=4.0)
    task = only_task(judged(), loss_test=line)
    assert task.carried.startswith("With a right “Gradient”, your answer here is right: so 4 of 4")
    assert not task.hint


def test_of_a_line_of_an_older_nbjudge_the_verdict_is_shown_as_text():
    old = {"cell": "loss_test", "outcome": "wrong value"}
    task = only_task(given("## The loss"), judged(score=1.0), loss_test=old)
    assert task.title == "The loss"
    assert task.verdict == "Loss: 1 of 4 points\n"


@pytest.mark.parametrize("odd", [None, 5, "x", [], [1], {}, {"a": 1}, True])
def test_of_a_line_that_somebody_has_changed_the_verdict_is_shown_as_text(odd):
    whole = told("wrong value", solved=["Gradient"], alone=1.0, points=1.0, max_points=4.0)
    for path in _places(whole["shown"]):
        line = copy.deepcopy(whole)
        *above, last = ("shown", *path)
        place = functools.reduce(lambda value, key: value[key], above, line)
        place[last] = odd
        page = student_page([judged(score=1.0)], {"loss_test": line}, ".")
        assert "1 of 4" in html_of(page)


def _places(value, path=()):
    """Return the way to each value in a value of JSON."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*path, key))


def test_an_untouched_written_answer_is_not_attempted():
    cell = new_markdown_cell(
        "YOUR ANSWER HERE",
        metadata=about("w", grade=True, solution=True, score=0.0, points=2.0, untouched=True),
    )
    assert only_task(cell).state == "empty"


def test_a_classic_test_cell_shows_what_came_out_of_it():
    error = new_output("error", ename="AssertionError", evalue="not 3", traceback=["line 1"])
    cell = judged(score=0.0)
    cell.outputs = [error]
    (part, *_) = only_task(answer("x = 2"), cell).parts[1:]
    assert any("AssertionError: not 3" in html for html in part["cells"])


# --- what is shown -----------------------------------------------------------------------------


def test_given_cells_are_folded_together_and_the_students_own_and_figures_are_not():
    figure = new_output("display_data", data={"image/png": PNG})
    cells = [
        given("## Task"),
        given("def plot(): ...", new_code_cell),
        answer("plot()", outputs=[figure]),
        given("plot_all()", new_code_cell, [figure]),
        judged(),
    ]
    parts = only_task(*cells, loss_test=told()).parts
    assert [part["kind"] for part in parts] == ["given", "own", "outputs", "given", "outputs"]
    assert 'alt="Figure of the task “Loss”"' in parts[2]["outputs"][0]


def test_what_a_figure_should_show_is_its_alternative_text():
    figure = new_output("display_data", data={"image/png": PNG})
    words = 'Text.\n\n**The figure you should see.** Two lines, "left" `a` < *b*.\n\nMore.'
    cells = [given(words), answer("plot()", outputs=[figure]), answer("x", outputs=[figure])]
    parts = only_task(*cells, judged(), loss_test=told()).parts
    first, second = (part["outputs"][0] for part in parts if part["kind"] == "outputs")
    shows = "It should show: Two lines, &#34;left&#34; a &lt; b."
    assert f'alt="Figure of the task “Loss”. {shows}"' in first
    assert 'alt="Figure of the task “Loss”"' in second
    own = only_task(answer(words, new_markdown_cell), *cells[1:], judged(), loss_test=told())
    assert not any("should show" in str(part.get("outputs")) for part in own.parts)


def test_long_outputs_are_folded_and_short_ones_are_not():
    long, short = new_output("stream", text="line\n" * 40), new_output("stream", text="0.5\n")
    first, second = Cells(".").outputs(answer("x", outputs=[long, short]), "")
    assert first["html"].startswith("<details")
    assert "40 lines" in first["html"]
    assert second["html"].startswith("<pre")


def test_what_a_student_wrote_is_never_html():
    worst = "</pre><script>alert(1)</script>"
    cells = [
        answer(worst, outputs=[new_output("stream", text=worst)]),
        new_markdown_cell(f"{worst} $x</math><script>1</script>$"),
        judged(),
    ]
    line = told("raised an error", title=worst, mistake=worst, hint=worst)
    for part in only_task(*cells, loss_test=line).parts:
        for html in (part.get("html"), *part.get("cells", ()), *part.get("outputs", ())):
            assert "<script" not in (html or "")


def test_images_from_elsewhere_are_words():
    shown = Cells(".").words(given("[![Open in Colab](https://example.org/x.svg)](https://a.b)"))
    assert "<img" not in shown
    assert "Open in Colab" in shown


def test_headings_in_given_text_go_down_one_level_at_a_time():
    cells = Cells(".")
    found = cells.words(given("### Deep\n\n# First\n\n## Second"))
    levels = [each.name for each in BeautifulSoup(found, "html.parser").select("h3, h4, h5, h6")]
    assert levels == ["h3", "h3", "h4"]


# --- formulas ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_formula_of_the_lab_is_drawn(path):
    drawn = 0
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            html = BeautifulSoup(Cells(".").words(given(cell.source)), "html.parser")
            drawn += len(html.find_all("math"))
            left = [code.text for code in html.find_all("code") if code.text.startswith("$")]
            assert not left
            assert not html.find_all(string=lambda text: "\\frac" in text or "\\hat" in text)
    assert drawn >= 10


def test_of_a_formula_only_what_draws_is_kept():
    for tex in (r"\href{javascript:alert(1)}{x}", r"\style{color:red}{x}", r"\class{a}{x}"):
        try:
            drawn = mathml(tex)
        except FormulaError:
            continue
        math = BeautifulSoup(drawn, "html.parser")
        attributes = {name for element in math.find_all(True) for name in element.attrs}
        assert attributes <= {"display", "alttext", "mathvariant"}, drawn


@pytest.mark.parametrize("tex", [r"\frac{1}{", "x" * 3000, "{" * 900, r"\begin{matrix} 1"])
def test_what_is_no_formula_is_shown_as_it_was_typed(tex):
    shown = Cells(".").words(new_markdown_cell(f"so ${tex}$ it is"))
    assert tex[:20] in BeautifulSoup(shown, "html.parser").text


def test_signs_in_a_formula_are_signs():
    assert "&lt;" in mathml("a < b")
    assert "&amp;#" not in mathml("a < b = c")


def test_a_whole_notebook_can_be_a_page():
    nb = new_notebook(cells=[given("# Q1"), answer("x"), judged(), given("**Done?**")])
    page = student_page(nb.cells, {"loss_test": told()}, ".")
    assert page.rest[0]["label"] == "Done?"
