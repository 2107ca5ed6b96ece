"""No step between a student's bytes and the written page is worse than linear in them.

Ten times the size may take no more than fifteen times the CPU time. CPU time hardly depends on what
else the machine does; of several tries the fastest counts, and a ratio that is too large is
measured again before it fails.
"""

import base64
import io
import json
import resource
from zlib import crc32

import nbformat
import numpy as np
import pytest
from corpus.course import ALL, ASSIGNMENT, NOTEBOOK, RIGHT, build, nbgrader
from corpus.run import points_of
from linear import check, seconds, slowness
from marks import slow
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from repository import ROOT
from traitlets.config import Config

import nbjudge
from nbjudge import Case, HiddenTest
from nbjudge.intake import IntakeLimits, StudentCell, read_notebook
from nbjudge.kernel.output_collector import KeptOutputs
from nbjudge.kernel.terminal_text import StreamText, settled
from nbjudge.protocol.codec import encode
from nbjudge.protocol.probe import ANSWER_TYPE
from nbjudge.protocol.reply import read_reply
from nbjudge.rebuild.build import rebuild
from nbjudge.rebuild.cell_source import read_text, skim_text, squashed, words
from nbjudge.reports.student_page.page import student_page
from nbjudge.sanitize.images import inert_image
from nbjudge.sanitize.log_filter import inert_message
from nbjudge.sanitize.markdown import code_block, inert_markdown, student_html
from nbjudge.sanitize.notebook import (
    NotebookLimits,
    OutputLimits,
    inert_outputs,
    sanitize_notebook,
)
from nbjudge.sanitize.text import inert_text, shorten
from nbjudge.verdict.scoring import decide
from nbjudge.verdict.verdict_text import verdict_text

KEPT = 1 << 20
RELEASED = nbformat.read(ROOT / "release" / "lab1" / "q1_l1_backprop.ipynb", as_version=4)
CONFIG = Config()
nbjudge.configure(CONFIG)
EXPORTER = HTMLExporter(config=CONFIG)

# what regular expressions and parsers have stumbled over, each as a text of n characters
TEXTS = {
    "one line": lambda n: "x" * n,
    "numbers in one line": lambda n: repr(list(range(n // 6))),
    "empty lines": lambda n: "\n" * n,
    "short lines": lambda n: "a = 1\n" * (n // 6),
    "blanks at the ends of lines": lambda n: " \n" * (n // 2),
    "blanks, and then a letter": lambda n: " " * n + "x",
    "overwritten lines": lambda n: "\r50%" * (n // 4) + "done\n",
    "returns only": lambda n: "\r" * n,
    "returns before line ends": lambda n: "\r\r\n" * (n // 3),
    "one line, then a return": lambda n: "x" * n + "\ry",
    "backspaces": lambda n: "x" * (n // 2) + "\b" * (n // 2),
    "backspaces one by one": lambda n: "x" * (n // 2) + "y\b\b" * (n // 6),
    "backspaces first": lambda n: "\b" * (n // 2) + "x" * (n // 2),
    "terminal codes": lambda n: "\x1b[31m" * (n // 5),
    "open terminal codes": lambda n: "\x1b[" * (n // 2),
    "open links": lambda n: "\x1b]8;;" * (n // 5),
    "hidden characters": lambda n: "\u200d\u202e" * (n // 2),
    "stacked accents": lambda n: "a" + "\u0301" * n,
    "brackets": lambda n: "[" * n,
    "images": lambda n: "![" * (n // 2),
    "formulas": lambda n: "$x_1$ " * (n // 6),
    "one long formula": lambda n: f"$${'x_1' * (n // 3)}$$",
    "deep formulas": lambda n: f"${'{' * (n // 2)}{'}' * (n // 2)}$",
    "open formulas": lambda n: "\\(\\begin{a}" * (n // 11),
    "formulas in brackets that do not end": lambda n: "\\\\[" * (n // 3),
    "formulas that end before they begin": lambda n: "\\\\)" * (n // 6) + "\\\\(" * (n // 6),
    "formulas of many kinds": lambda n: "".join(
        f"\\begin{{{'a' * k}}}" for k in range(int(n**0.5))
    ),
    "dollars": lambda n: "$" * n,
    "backticks": lambda n: "` `` " * (n // 5),
    "stars": lambda n: "*a **b " * (n // 7),
    "quotes of quotes": lambda n: "> " * (n // 2),
    "tables": lambda n: "|-\n|" * (n // 4),
    "open tags": lambda n: "<a " * (n // 3),
    "open comments": lambda n: "<!--" * (n // 4),
    "footnotes": lambda n: "[^1]:a " * (n // 7),
    "open strings": lambda n: "\"\"\"'''" * (n // 6),
    "attributes": lambda n: "a." * (n // 2),
    "magics": lambda n: "%a\n!b\n" * (n // 6),
    "assigned magics": lambda n: "a, " * (n // 3) + "= !x\n",
    "stored images": lambda n: "data:image/png;base64," * (n // 22),
}


# of all texts, those that `make test` puts into whole pages; a hash of their names decides
SOME = sorted(TEXTS, key=lambda name: crc32(name.encode()))[: len(TEXTS) // 4]
in_pages = pytest.mark.parametrize(
    "texts",
    [pytest.param(SOME, id="some"), slow([t for t in TEXTS if t not in SOME], id="the others")],
)


def print_all(text):
    """Print a text in pieces, as messages of a kernel."""
    stream = StreamText(KEPT)
    for start in range(0, len(text), 1000):
        stream.write(text[start : start + 1000])
    return stream.text()


def of_a_cell(kind, cell_type="code"):
    """Return a step that rebuilds the released notebook with a text as one cell of that kind."""
    return lambda text: rebuild(RELEASED, [StudentCell(kind, text, cell_type)])


def read_as_markdown(text):
    cells = [{"cell_type": "markdown", "source": text, "metadata": {"x": text}}]
    data = json.dumps({"cells": cells}, ensure_ascii=False).encode("utf-8", "replace")
    return read_notebook(data, "x.ipynb", IntakeLimits())


STEPS = {
    "streams": (print_all, 100_000),
    "streams, settled": (settled, 100_000),
    "characters": (inert_text, 10_000),
    "shortened": (lambda text: shorten(text, 1000, 100), 100_000),
    "code block": (code_block, 100_000),
    "log line": (inert_message, 10_000),
    "outputs": (lambda t: inert_outputs([new_output("stream", text=t)], OutputLimits()), 100_000),
    "intake": (read_as_markdown, 30_000),
    "words": (words, 30_000),
    "without blanks": (squashed, 100_000),
    "names in prose": (skim_text, 20_000),
    "names in code": (read_text, 2_000),
    "rebuilt as code": (of_a_cell("code"), 4_000),
    "rebuilt as markdown": (of_a_cell("markdown"), 4_000),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_is_linear_in_any_text(name):
    step, small = STEPS[name]
    for make in TEXTS.values():
        check(step, make, small)


@in_pages
@pytest.mark.parametrize("step", [inert_markdown, student_html])
def test_a_cell_of_markdown_costs_a_second_at_most(step, texts):
    step("x")
    for name in texts:
        assert seconds(step, TEXTS[name](1_000_000)) < 3 * slowness(), name


def formgraders_page(nb):
    """Return the page of a notebook, as formgrader writes it."""
    return EXPORTER.from_notebook_node(nb)


def students_page(nb):
    """Return the parts of a student's page that are made of the notebook."""
    return student_page(nb.cells, {}, ".")


PAGES = (formgraders_page, students_page)


def inert(nb):
    """Return a notebook as it is written after grading."""
    sanitize_notebook(nb, NotebookLimits())
    return nb


@in_pages
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_one_cell_is_linear_in_its_code(page, texts):
    for make in map(TEXTS.get, texts):
        nasty = lambda n, make=make: inert(new_notebook(cells=[new_code_cell(make(n))]))  # noqa: E731
        check(page, nasty, 500)


@in_pages
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_one_cell_is_linear_in_its_markdown_and_outputs(page, texts):
    for make in map(TEXTS.get, texts):

        def nasty(n, make=make):
            output = new_output("stream", text=make(n))
            cells = [new_markdown_cell(make(n)), new_code_cell("1", outputs=[output])]
            return inert(new_notebook(cells=cells))

        check(page, nasty, 1_000)


CELLS = {
    "code": lambda k: StudentCell("code", f"x{k} = {k}"),
    "markdown": lambda k: StudentCell("markdown", f"words {k} $x$ *and* more"),
    "the same answer": lambda k: StudentCell("code", "def loss():\n    return 1", None, "same"),
    "one grade_id": lambda k: StudentCell("code", f"x = {k}", "loss"),
}
SOLUTION = next(
    about["grade_id"]
    for about in (cell.metadata.get("nbgrader", {}) for cell in RELEASED.cells)
    if about.get("solution")
)


@pytest.mark.parametrize("name", CELLS)
def test_many_cells_are_rebuilt_made_inert_and_written_in_linear_time(name):
    def make(number):
        cells = [CELLS[name](k) for k in range(number)]
        if name == "one grade_id":
            cells = [StudentCell(c.kind, c.source, SOLUTION) for c in cells]
        return cells

    def step(cells):
        nb, _ = rebuild(RELEASED, cells)
        nbformat.writes(inert(nb))

    check(step, make, 100)


@pytest.mark.parametrize("page", PAGES)
def test_many_cells_are_a_page_in_linear_time(page):
    def make(number):
        cells = [new_code_cell(f"x = {k}") for k in range(number)]
        return inert(new_notebook(cells=[*cells, *(new_markdown_cell("*a*") for _ in cells)]))

    check(page, make, 20)


MESSAGES = {
    "small prints": lambda k: ("stream", {"name": "stdout", "text": "x"}),
    "prints to both": lambda k: ("stream", {"name": ("stdout", "stderr")[k % 2], "text": "x\n"}),
    "a progress bar": lambda k: ("stream", {"name": "stderr", "text": f"\r{k}|{'#' * 80}"}),
    "displays": lambda k: ("display_data", {"data": {"text/plain": "x"}}),
    "empty displays": lambda k: ("display_data", {"data": {}, "metadata": {"x": "y" * 1000}}),
    "errors": lambda k: ("error", {"ename": "E", "evalue": "x" * 99, "traceback": ["x"] * 9}),
    "results": lambda k: ("execute_result", {"data": {"text/plain": "x"}, "execution_count": k}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_many_small_messages_are_kept_in_linear_time(name):
    def step(messages):
        outputs = []
        kept = KeptOutputs(outputs, KEPT)
        for number, (kind, content) in enumerate(messages):
            kept.add(kind, content)
            if number % 100 == 99 and name == "displays":
                kept.clear(wait=True)
        kept.finish()
        inert_outputs(outputs, OutputLimits())

    check(step, lambda number: [MESSAGES[name](k) for k in range(number)], 10_000)


def test_wide_and_deep_data_are_filed_in_linear_time():
    def wide(number):
        return {"data": {f"text/{k}": "x" for k in range(number)}}

    def deep(number):
        data = []
        for _ in range(number // 100):
            data = [data]
        return {"data": {"application/json": data}}

    def step(content):
        kept = KeptOutputs([], KEPT)
        kept.add("display_data", content)
        kept.finish()

    check(step, wide, 10_000)
    check(step, deep, 10_000)


# a value of n items or characters, and what an answer that is not honest may hold in its place
VALUES = {
    "text": lambda n: encode("x" * min(n, 100_000)),
    "array": lambda n: encode(np.zeros(n // 8)),
    "list": lambda n: encode([0.5] * (n // 40)),
    "nested lists": lambda n: encode([[0.5] * 10] * (n // 400)),
    "dictionary": lambda n: encode({str(k): k for k in range(n // 40)}),
    "empty lists": lambda n: [[]] * (n // 4),
    "deep lists": lambda n: json.loads("[" * 900 + "]" * 900),
    "a long type": lambda n: {"array": {"dtype": "f8," * (n // 3), "shape": [1], "data": ""}},
    "a long shape": lambda n: {"array": {"dtype": "<f8", "shape": [1] * (n // 3), "data": ""}},
    "long numbers": lambda n: {"list": [{"value": 10**4000}] * (n // 4000)},
}


@pytest.mark.parametrize("name", VALUES)
def test_an_answer_is_read_judged_and_written_in_linear_time(name):
    def asked(student):
        return None

    test = HiddenTest(
        title="t",
        points=1,
        ask=asked,
        cases=lambda rng: [Case("c")],
        expect=lambda: [0.0, "text"],
    )

    def make(n):
        snapshots = [[f"a{number}", "x" * 40, None] for number in range(n // 99)]
        message = {"nonce": "n", "case": 0, "value": VALUES[name](n), "snapshots": snapshots}
        return json.dumps(message)

    def step(payload):
        found = read_reply(payload, "n")
        if found is not None:
            verdict_text(decide("t", test, test.draw_cases(0), [found[1]]))

    check(step, make, 300_000)


def test_thousands_of_forged_answers_cost_linear_time():
    forged = json.dumps({"nonce": "guessed", "case": 0, "value": {"value": "x" * 1000}})

    def step(displays):
        for data in displays:
            assert read_reply(data.get(ANSWER_TYPE), "the real one") is None

    check(step, lambda number: [{ANSWER_TYPE: forged}] * number, 10_000)


def picture(kind):
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, kind)
    return file.getvalue()


HEADERS = {
    "png texts": ("png", 33, b"\x00\x00\x00\x03tEXta\x00bN\xb5\xa8\xd7"),
    "jpeg exif": ("jpeg", 2, b"\xff\xe1\x00\x0aExif\x00\x00ab"),
    "jpeg comments": ("jpeg", 2, b"\xff\xfe\x00\x03a"),
    "jpeg fill": ("jpeg", 2, b"\xff"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_an_images_header_is_read_in_linear_time(name):
    kind, place, part = HEADERS[name]
    whole = picture(kind)

    def make(n):
        parts = part * (n // len(part))
        return base64.b64encode(whole[:place] + parts + whole[place:]).decode()

    check(lambda text: inert_image(text, f"image/{kind}", 4_000_000, 10**6), make, 390_000)


@pytest.mark.slow
def test_a_notebook_with_lines_of_a_megabyte_is_graded_and_written_in_seconds(tmp_path):
    course = build(tmp_path / "course", "canary", {})
    path = course / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    nb = nbformat.read(path, as_version=4)
    for cell in nb.cells:
        cell.source = RIGHT.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    long_lines = ("print(list(range(45000)))", "print('x' * 1_000_000)", f"a = '{'y' * 1_000_000}'")
    nb.cells[1:1] = [
        *map(new_code_cell, long_lines),
        *(new_markdown_cell(sign * 1_000_000) for sign in ("z", "[")),
    ]
    submitted = course / "submitted" / "anna" / ASSIGNMENT
    submitted.mkdir(parents=True)
    nbformat.write(nb, submitted / path.name)
    for command in ("autograde", "generate_feedback"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        nbgrader(course, {}, command, ASSIGNMENT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15
    assert points_of(course) == {"anna": ALL}
