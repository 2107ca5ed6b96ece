"""What instructors and students see does nothing, and honest work looks as it did."""

import base64
import io
import json
import os
import re
import shutil
import struct
import zlib

import attacks
import linear
import nbformat
import pages
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.utils import determine_grade
from PIL import Image
from repository import nbgrader
from traitlets.config import Config

import nbjudge
from nbjudge.sanitize.grader_comment import grader_html
from nbjudge.sanitize.html_filter import clean_html
from nbjudge.sanitize.markdown import student_html
from nbjudge.sanitize.notebook import (
    NotebookLimits,
    OutputLimits,
    inert_markdown,
    inert_outputs,
    inert_text,
    sanitize_notebook,
)

LIMITS = OutputLimits()
SHOWN_TAGS = {
    *("p", "br", "hr", "em", "strong", "b", "i", "u", "s", "del", "sub", "sup", "kbd", "code"),
    *("span", "pre", "div", "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "table", "thead"),
    *("tbody", "tr", "th", "td", "input", "img", "figure", "details", "summary"),
    *("math", "mrow", "mi", "mn", "mo", "mtext", "msub", "msup", "mfrac", "mtable", "mtr", "mtd"),
    *("h4", "h5", "h6"),  # on a student's page, headings are below those of the page
}
SHOWN_ATTRIBUTES = {
    *("class", "style", "start", "type", "checked", "disabled", "src", "alt", "tabindex"),
    *("alttext", "display", "stretchy", "fence", "form", "displaystyle", "columnalign"),
    *("rowspacing", "columnspacing"),
}
IMAGE = "data:image/png;base64,"
HONEST_MARKDOWN = (
    "a < b, x<y, 3 > 2 & so on; 5 * 4 * 3; a_b_c",
    "$\\|W\\|_1 < \\lambda$ and \\\\(x<y\\\\) and $$a<b$$",
    "`<b>` and\n\n```python\nif a<b:\n    print('<div>')\n```\n\n    <indented>\n",
    "# Heading\n\n- [x] done\n- *more*\n\n1. one\n2. two\n\n> quoted",
    "| a | b |\n|:--|--:|\n| 1 | $x<y$ |\n",
    "see https://arxiv.org/abs/1412.6980 and [Adam](https://arxiv.org/abs/1412.6980)",
    "H<sub>2</sub>O<br>e<sup>x</sup>, naïve, Ωμέγα, שלום, ‘quoted’ – 👩‍🔬",
    "\\begin{align} a &< b \\\\ c &= d \\end{align}",
)
HIDDEN_TEST = """
from nbjudge import Case, HiddenTest


def ask_double(student, x):
    return student.double(x)


double = HiddenTest(
    title="Doubling",
    points=3,
    ask=ask_double,
    cases=lambda rng: [Case(f"x = {x}", {"x": x}) for x in (1, 2, 3)],
    expect=lambda x: 2 * x,
)
"""
CONFIG = """
import nbjudge

c = get_config()
c.CourseDirectory.course_id = "inert"
nbjudge.configure(c)
"""
COURSE_TEXT = (
    "# Doubling\\n\\n<div style='color: green'>Write a function.</div>\\n\\n"
    "[Help](https://example.org/help) ![drawing](attachment:drawing.png)"
).replace("\\n", "\n")
FIGURE = "import matplotlib.pyplot as plt\nplt.plot([1, 4, 9]);"


def nbgrader_cell(make, source, **metadata):
    settings = {"schema_version": 3, "grade": False, "solution": False, "locked": False, **metadata}
    return make(source, metadata={"nbgrader": {**settings, "task": False}}, id=metadata["grade_id"])


def source_notebook():
    text = new_markdown_cell(COURSE_TEXT, id="intro")
    text.attachments = {"drawing.png": {"image/png": png()}}
    solution = "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"
    answer = "### BEGIN SOLUTION\nIt adds.\n### END SOLUTION"
    return new_notebook(
        cells=[
            text,
            nbgrader_cell(new_code_cell, solution, grade_id="double", solution=True),
            nbgrader_cell(
                new_code_cell,
                "### BEGIN HIDDEN TESTS\nfrom nbjudge import judge\njudge('double')\n"
                "### END HIDDEN TESTS",
                grade_id="double_test",
                grade=True,
                locked=True,
                points=3,
            ),
            nbgrader_cell(
                new_markdown_cell, answer, grade_id="why", grade=True, solution=True, points=2
            ),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def submit(course, student, code, answer, extra=()):
    nb = nbformat.read(course / "release/lab/q.ipynb", as_version=4)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "double":
            cell.source = code
        elif cell.metadata.get("nbgrader", {}).get("grade_id") == "why":
            cell.source = answer
    nb.cells += extra
    nb.metadata["title"] = f"</title><script>{attacks.script(3000)}</script>"
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"x": "</script>"}}
    folder = course / "submitted" / student / "lab"
    folder.mkdir(parents=True)
    nbformat.write(nb, folder / "q.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a tiny course with an honest and a hostile student, graded, with its feedback."""
    course = tmp_path_factory.mktemp("inert")
    (course / "nbgrader_config.py").write_text(CONFIG)
    (course / "hidden_tests/lab").mkdir(parents=True)
    (course / "hidden_tests/lab/q.py").write_text(HIDDEN_TEST)
    (course / "source/lab").mkdir(parents=True)
    nbformat.write(source_notebook(), course / "source/lab/q.ipynb")
    nbgrader(course, "generate_assignment", "lab")
    extra = [new_code_cell(FIGURE), *map(new_markdown_cell, HONEST_MARKDOWN)]
    right = "def double(x):\n    return 2 * x"
    submit(course, "honest", right, "\n\n".join(HONEST_MARKDOWN[:2]), extra)
    worst = "\n\n".join(cell.source for cell in attacks.markdown_cells())
    hostile = right + f"\nprint('</pre><script>{attacks.script(3001)}</script>')"
    submit(course, "hostile", hostile, worst, attacks.hostile_cells())
    nbgrader(course, "autograde", "lab")
    nbgrader(course, "generate_feedback", "lab")
    return course


def graded_path(course, student):
    return course / f"autograded/{student}/lab/q.ipynb"


def graded(course, student):
    return nbformat.read(graded_path(course, student), as_version=4)


def feedback(course, student):
    return course / f"feedback/{student}/lab/q.html"


def formgrader_page(notebook):
    """Return the page that formgrader shows of a graded notebook, for a student of odd names."""
    config = Config()
    nbjudge.configure(config)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    name = f"<img src=x onerror={attacks.script(4000)}>"
    resources = {
        "assignment_id": "lab",
        "notebook_id": "q",
        "submission_id": "1",
        "index": 0,
        "total": 1,
        "base_url": "",
        "student": name,
        "last_name": name,
        "first_name": name,
        "notebook_path": f'"{name}',
    }
    html, _ = HTMLExporter(config=config).from_filename(str(notebook), resources=resources)
    return html


def png(width=1, height=1):
    file = io.BytesIO()
    Image.new("RGB", (width, height)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def texts(outputs):
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in outputs]


# --- the pages -------------------------------------------------------------------------------


def test_nothing_runs_in_a_browser(course, tmp_path):
    plain = tmp_path / "plain.html"
    # left out: what turns the page into another one, or stops nbconvert
    others = ("http-equiv", "<base", "<style", "<form", "attachment:", "<!doctype")
    cells = [c for c in attacks.markdown_cells() if not any(o in c.source for o in others)]
    exporter = HTMLExporter(template_name="classic")
    plain.write_text(exporter.from_notebook_node(new_notebook(cells=cells))[0])
    ran, calls = pages.load_page(plain)
    assert len(ran) > 10, "the attacks must be real ones where nothing is done against them"
    assert calls > 0
    formgrader = tmp_path / "formgrader.html"
    formgrader.write_text(formgrader_page(graded_path(course, "hostile")))
    for page in (feedback(course, "hostile"), formgrader):
        assert pages.load_page(page) == (set(), 0), page


def test_of_a_student_only_harmless_tags_come_into_the_page(course):
    formgraders = ".text_cell_render, .output_subarea, .input_area, .input_prompt"
    for html, selected in (
        (feedback(course, "hostile").read_text(), ".own, .output, figure"),
        (formgrader_page(graded_path(course, "hostile")), formgraders),
    ):
        page = BeautifulSoup(html, "html.parser")
        parts = [part for part in page.select(selected) if "Write a function" not in part.text]
        assert len(parts) > 100
        for element in (found for part in parts for found in part.find_all(True)):
            assert element.name in SHOWN_TAGS, element
            assert set(element.attrs) <= SHOWN_ATTRIBUTES, element
            assert re.match(
                r"data:image/(png|jpeg);base64,", element.get("src", "data:image/png;base64,")
            )
            assert re.fullmatch(r"(text-align:\s*\w+;?)?", element.get("style", ""))


def test_a_students_page_has_no_script_and_formgraders_only_its_own(course):
    for student in ("honest", "hostile"):
        assert not BeautifulSoup(feedback(course, student).read_text(), "html.parser").script
    pages_of_both = (formgrader_page(graded_path(course, who)) for who in ("honest", "hostile"))
    scripts = [BeautifulSoup(html, "html.parser").find_all("script") for html in pages_of_both]
    assert [str(s) for s in scripts[0]] == [str(s) for s in scripts[1]]
    assert ",Safe" in str(scripts[0]), "MathJax must run in its safe mode"


def test_what_was_typed_can_be_read(course):
    text = BeautifulSoup(feedback(course, "hostile").read_text(), "html.parser").text
    for part in ("<svg onload=", "<iframe srcdoc=", "javascript:", "![image](http", "\\u202egnp."):
        assert part in text


def test_of_a_notebook_graded_without_nbjudge_only_text_and_figures_are_shown(course, tmp_path):
    data = {"text/html": "<i id=bad>", "application/javascript": "bad()", "text/plain": "good"}
    cells = [new_code_cell("1", outputs=[new_output("display_data", data=data)])]
    nbformat.write(new_notebook(cells=cells), tmp_path / "q.ipynb")
    html = formgrader_page(tmp_path / "q.ipynb")
    assert "good" in html
    assert "bad" not in html


def test_formgrader_shows_names_as_names(course):
    page = BeautifulSoup(formgrader_page(graded_path(course, "honest")), "html.parser")
    assert "<img src=x" in page.select_one("a.name-shown").text
    assert not page.select("img[onerror]")


def test_the_courses_own_text_looks_as_in_nbgrader(course):
    page = BeautifulSoup(feedback(course, "hostile").read_text(), "html.parser")
    assert page.select_one("div[style='color: green']").text == "Write a function."
    assert page.select_one("a[href='https://example.org/help']")
    assert page.select_one("img[alt='drawing']")["src"].startswith("data:image/png")


def test_honest_work_looks_as_nbgrader_shows_it(course):
    feedback_page = BeautifulSoup(feedback(course, "honest").read_text(), "html.parser")
    assert feedback_page.select_one("figure img")["src"].startswith(IMAGE)
    page = BeautifulSoup(formgrader_page(graded_path(course, "honest")), "html.parser")
    assert page.select_one(".output_png img")["src"].startswith(IMAGE)
    without_formulas = (0, 2, 6)
    for html, chosen in ((str(page), (0, 1, 2, 4, 6, 7)), (str(feedback_page), without_formulas)):
        check_markdown(html, chosen)
    cells = graded(course, "honest").cells
    assert [c.source for c in cells[-len(HONEST_MARKDOWN) :]] == list(HONEST_MARKDOWN)


def test_honest_formulas_are_drawn(course):
    page = BeautifulSoup(feedback(course, "honest").read_text(), "html.parser")
    drawn = [math["alttext"] for math in page.find_all("math")]
    for tex in ("\\|W\\|_1 < \\lambda", "a<b", "x<y"):
        assert tex in drawn
    assert not page.find_all(string=re.compile(r"\$|\\begin"))


def check_markdown(html, chosen):
    for text in (HONEST_MARKDOWN[i] for i in chosen):
        shown = str(BeautifulSoup(markdown2html_mistune(text), "html.parser"))
        assert re.sub(r"[\s;]", "", shown) in re.sub(r"[\s;]", "", html), text


def test_both_students_have_the_points_of_their_work(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student in ("honest", "hostile"):
            assert gradebook.find_submission("lab", student).score == 3


def test_the_judges_outputs_stay_byte_for_byte(course):
    for student in ("honest", "hostile"):
        cell = next(c for c in graded(course, student).cells if c.get("id") == "double_test")
        text, points = cell.outputs
        assert text.text == "Doubling: 3 of 3 points\nAll 3 cases are right.\n"
        assert points.data == {"text/plain": "3"}


def test_the_graded_notebook_holds_text_and_figures_only(course):
    notebook = graded(course, "hostile")
    nbformat.validate(notebook)
    assert notebook.metadata == {"language_info": {"name": "python"}}
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"nbgrader", "nbjudge"}
        for output in cell.get("outputs", []):
            assert set(output.get("data", {})) <= {"text/plain", "image/png", "image/jpeg"}
            assert not output.get("metadata")
            assert "\x1b" not in json.dumps(output, ensure_ascii=False)


# --- outputs ---------------------------------------------------------------------------------


def test_html_gives_way_to_the_plain_text_beside_it():
    data = {"text/html": "<b>1</b>", "text/plain": "1"}
    (output,) = inert_outputs([new_output("display_data", data=data)], LIMITS)
    assert output.data == {"text/plain": "1"}


def test_where_nothing_is_left_a_line_says_what_was():
    (output,) = inert_outputs([new_output("display_data", data={"text/html": "x"})], LIMITS)
    assert output.data["text/plain"] == "[text/html: left out, only text and figures are shown]"


def test_long_output_keeps_head_and_tail_and_says_what_is_left_out():
    text = "".join(f"line {i}\n" for i in range(5000))
    (output,) = inert_outputs([new_output("stream", text=text)], LIMITS)
    assert output.text.startswith("line 0\n")
    assert output.text.endswith("line 4999\n")
    assert re.search(r"\n\.\.\. [\d,]+ characters left out \.\.\.\n", output.text)
    assert output.text.count("\n") <= LIMITS.lines + 2


def test_one_endless_line_is_cut_too():
    (output,) = inert_outputs([new_output("stream", text="x" * 10**6)], LIMITS)
    assert len(output.text) < LIMITS.characters + 100


def test_many_outputs_are_cut_but_never_the_one_that_decides_on_points():
    prints = [new_output("stream", text=f"{i}\n") for i in range(1000)]
    error = new_output("error", ename="E", evalue="", traceback=[])
    outputs = [*prints, error, *prints]
    shown = inert_outputs(outputs, LIMITS)
    assert len(shown) <= LIMITS.outputs + 2
    assert "... 1,900 outputs left out ...\n" in texts(shown)
    for case in (outputs, [*prints, new_output("stream", name="stderr", text="w"), *prints]):
        cell = nbgrader_cell(new_code_cell, "", grade_id="g", grade=True, points=3)
        cell.outputs = inert_outputs(case, LIMITS)
        assert determine_grade(cell) == (0, 3)


def test_a_number_of_points_survives_a_flood_before_it():
    flood = [new_output("stream", text="x" * 20_000)] * 50
    result = new_output("execute_result", data={"text/plain": "1.5"})
    cell = nbgrader_cell(new_code_cell, "", grade_id="g", grade=True, points=3)
    cell.outputs = inert_outputs([*flood, result], LIMITS)
    assert determine_grade(cell) == (1.5, 3)
    assert sum(len(text) for text in texts(cell.outputs)) < LIMITS.cell_characters + 51 * 300


def test_a_flood_in_one_cell_leaves_graded_cells_whole():
    graded_cell = nbgrader_cell(new_code_cell, "judge('x')", grade_id="g", grade=True, points=3)
    graded_cell.outputs = [new_output("stream", text="verdict\n" * 100)]
    flood = [new_output("stream", text="x" * 20_000)] * 3
    cells = [new_code_cell("x", outputs=flood) for _ in range(20)]
    notebook = new_notebook(cells=[*cells, graded_cell])
    sanitize_notebook(notebook, NotebookLimits(notebook_characters=1000))
    assert notebook.cells[-1].outputs == [new_output("stream", text="verdict\n" * 100)]
    assert len(json.dumps(notebook)) < 200_000


def test_only_sound_figures_are_shown():
    jpeg = io.BytesIO()
    Image.new("RGB", (3, 3)).save(jpeg, "JPEG")
    good = {"image/png": png(), "image/jpeg": base64.b64encode(jpeg.getvalue()).decode()}
    for mime_type, image in good.items():
        (output,) = inert_outputs([new_output("display_data", data={mime_type: image})], LIMITS)
        assert output.data == {mime_type: image}
    bad = {
        "not base64": "<script>",
        "no image": base64.b64encode(b"GIF89a").decode(),
        "only the magic bytes": base64.b64encode(b"\x89PNG\r\n\x1a\n").decode(),
        "a claim of terabytes": base64.b64encode(bomb()).decode(),
        "another type": good["image/jpeg"],
        "no text": {"a": 1},
        "too large": png() + "A" * 10**7,
    }
    for why, image in bad.items():
        data = {"image/png": image, "text/plain": "a figure"}
        (output,) = inert_outputs([output_node("display_data", data)], LIMITS)
        assert output.data == {"text/plain": "a figure"}, why


def bomb():
    """Return a PNG of some bytes that says it is 60,000 by 60,000 pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk


def output_node(kind, data):
    return nbformat.NotebookNode(output_type=kind, data=data, metadata={})


def test_the_metadata_of_outputs_are_emptied_and_counts_are_numbers():
    output = new_output("execute_result", data={"text/plain": "1"}, metadata={"a": "b"})
    output.execution_count = "<script>"
    (shown,) = inert_outputs([output], LIMITS)
    assert shown.metadata == {}
    assert shown.execution_count is None


# --- text ------------------------------------------------------------------------------------


def test_text_shows_what_would_hide_reorder_or_command():
    assert inert_text("\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07") == "red link"
    assert inert_text("\x1b\x1b[31m[31mx") == "\\x1b[31mx"
    assert inert_text("a\u202eb\u200bc\ud800\x00\x9b") == "a\\u202eb\\u200bc\\ud800\\x00\\x9b"
    assert inert_text("1\r\n2\r3") == "1\n2\n3"


def test_honest_text_of_any_script_stays():
    for text in ("a\tb\nc", "λ‖w‖₁ ŷ – é", "👩‍🔬", "می‌خواهم", "שלום", "日本語", "e\u0301"):
        assert inert_text(text) == text


def test_inert_text_is_inert_already():
    text = "".join(map(chr, range(0x3000))) + "\x1b[1m\x1b]0;x\x07\ud800\U000e0041"
    assert inert_text(inert_text(text)) == inert_text(text)


def test_a_students_hidden_characters_are_written_out_in_code_too(course):
    sources = [cell.source for cell in graded(course, "hostile").cells]
    assert any("'\\u202e'" in source for source in sources)


# --- markdown --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HONEST_MARKDOWN)
def test_honest_markdown_is_left_as_it_is(text):
    assert inert_markdown(text) == text


@pytest.mark.parametrize("number", range(len(attacks.MARKDOWN)))
def test_in_plain_nbconvert_too_the_kept_markdown_is_inert(number):
    text = inert_markdown(attacks.MARKDOWN[number].format(js=attacks.script(number)))
    page = BeautifulSoup(markdown2html_mistune(text), "html.parser")
    assert {e.name for e in page.find_all(True)} <= (SHOWN_TAGS | {"a"}) - {"img"}
    for element in page.find_all(True):
        assert set(element.attrs) <= {"class", "href", "id"}
        assert re.match(r"#|https?:", element.get("href", "#"))


def test_inert_markdown_is_inert_already():
    for number, text in enumerate(attacks.MARKDOWN):
        once = inert_markdown(text.format(js=attacks.script(number)))
        assert inert_markdown(once) == once


@pytest.mark.parametrize("piece", ["[", "> ", "*a", "<", "$$ ", "<!--", "\\\\(", "![", "[a]("])
def test_markdown_made_to_be_slow_costs_seconds_at_most(piece):
    import time

    start = time.monotonic()
    student_html(inert_markdown(piece * (100_000 // len(piece))))
    assert time.monotonic() - start < 10


# --- the log ---------------------------------------------------------------------------------


def test_no_name_of_a_students_file_commands_the_terminal_or_forges_a_line(course, tmp_path):
    copy = tmp_path / "course"
    shutil.copytree(course, copy, ignore=shutil.ignore_patterns("feedback", "autograded"))
    name = "a\n[AutogradeApp | ERROR] forged \x1b[2J\x1b]0;title\x07\u202e.txt"
    (copy / "submitted/honest/lab" / name).write_text("")
    done = nbgrader(copy, "autograde", "lab", "--student=honest", "--NbGrader.logfile=log.txt")
    for log in (done.stderr, (copy / "log.txt").read_text()):
        assert "forged" in log
        assert not re.search(r"^\[AutogradeApp \| ERROR\] forged", log, re.MULTILINE)
        assert "\x1b[2J" not in log
        assert "\x1b]0;" not in log
        assert "\u202e" not in log


def test_a_traceback_in_the_log_is_inert_and_keeps_its_lines(tmp_path):
    import logging

    from nbjudge.sanitize.log_filter import InertFilter

    log = logging.Logger("nbjudge.test")
    log.addFilter(InertFilter())
    handler = logging.FileHandler(tmp_path / "log.txt")
    log.addHandler(handler)
    try:
        raise ValueError("first\n[AutogradeApp | INFO] forged\x1b[2J")
    except ValueError:
        log.exception("%d of %s\n", 1, "a\nb")
    lines = (tmp_path / "log.txt").read_text().splitlines()
    assert lines[0] == "1 of a b"
    assert "    | [AutogradeApp | INFO] forged" in lines
    assert not any(os.linesep in line or "\x1b" in line for line in lines)


def test_a_password_in_an_address_is_not_logged():
    from nbjudge.sanitize.log_filter import inert_message

    told = inert_message("Upgrading postgresql+psycopg://ada:pass/w:rd@db.example.org/lab1")
    assert told == "Upgrading postgresql+psycopg://ada:***@db.example.org/lab1"


def test_markdown_beyond_the_limit_of_a_notebook_is_shown_as_typed():
    cells = [new_markdown_cell(f"*words* {number}") for number in range(5)]
    nb = new_notebook(cells=cells)
    sanitize_notebook(nb, NotebookLimits(markdown_characters=30))
    assert [cell.source for cell in nb.cells[:3]] == [f"*words* {number}" for number in range(3)]
    assert nb.cells[4].source == "```text\n*words* 4\n```"


def test_code_with_a_long_gap_or_of_great_length_is_shown_without_colours():
    config = Config()
    nbjudge.configure(config)
    sources = ["def f(): pass", "def f(): pass" + "\n" * 400 + "x", "def f(): pass\n" * 2000]
    nb = new_notebook(cells=[new_code_cell(source) for source in sources])
    page, _ = HTMLExporter(config=config).from_notebook_node(nb)
    cells = BeautifulSoup(page, "html.parser").select(".jp-Cell .highlight")
    assert [bool(cell.select("span.k")) for cell in cells] == [True, False, False]
    assert [cell.get_text().strip() for cell in cells] == [source.strip() for source in sources]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("See ![image.png](attachment:12-34.png).", "(a picture, image.png, that is only in"),
        (f"![]({IMAGE}{'A' * 200_000}) So it falls.", "(a picture that is only in the file"),
    ],
)
def test_of_a_picture_that_was_pasted_it_is_said_where_it_is(typed, said):
    text = inert_markdown(typed)
    assert said in text
    assert len(text) < 150
    assert text.endswith(typed[-1:])


@pytest.mark.parametrize("piece", ["![a](data:image/", "![a", "![a](attachment:b "])
def test_pictures_that_never_end_cost_linear_time(piece):
    linear.check(inert_markdown, lambda number: piece * number, 5_000)


ATTACKS = {
    "noscript": '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "style in svg": "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "mutation through math": '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;'
    '&lt;img src=1 onerror=alert(1)&gt;">',
    "entities in a scheme": '<a href="java&#115;cript:alert(1)">x</a>',
    "a blank before a scheme": '<a href=" javascript:alert(1)">x</a>',
    "a line end in a scheme": '<a href="java\nscript:alert(1)">x</a>',
    "an svg as data": '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    "srcset and names": '<img srcset="x 1x" src="https://a/b.png" name=body id=x onload=alert(1)>',
    "a style with an address": '<p style="background:url(javascript:alert(1));color:red">x</p>',
    "a comment that ends twice": "<!--><img src=x onerror=alert(1)>-->",
    "a title": '<title><p title="</title><script>alert(1)</script>">',
    "a form": "<form action=https://a><input type=text><button>send</button></form>",
    "a base": "<base href=https://a/><iframe srcdoc='<script>alert(1)</script>'></iframe>",
}


@pytest.mark.parametrize("name", ATTACKS)
@pytest.mark.parametrize("show", [student_html, grader_html])
def test_known_attacks_on_filters_leave_nothing_that_acts(show, name):
    page = BeautifulSoup(show(ATTACKS[name]), "html.parser")
    harmless = {"p", "a", "img", "b", "br", "code", "pre", "table", "tbody", "input", "span", "div"}
    assert {tag.name for tag in page.find_all(True)} <= harmless
    for tag in page.find_all(True):
        assert not {key for key in tag.attrs if key.startswith("on")}
        assert not tag.attrs.keys() & {"id", "name", "srcset", "srcdoc", "action", "formaction"}
        for key in ("href", "src"):
            assert re.match(r"(https?|mailto):|[^:]*$", tag.attrs.get(key, "")), tag
        assert "url(" not in tag.attrs.get("style", "")


@pytest.mark.parametrize("name", ATTACKS)
def test_the_filter_alone_lets_nothing_through_but_what_is_named(name):
    tags = {"p", "a", "img", "b", "table", "td", "input"}
    named = {"a": {"href"}, "img": {"src"}, "p": {"style"}}
    filters = (tags, named, {"https"}, {"color"})
    once = clean_html(ATTACKS[name], *filters)
    # what a browser reads of it, and a second filter, is the same again
    assert clean_html(once, *filters) == once
    for tag in BeautifulSoup(once, "html.parser").find_all(True):
        assert tag.name in tags
        assert tag.attrs.keys() <= named.get(tag.name, set())
        assert "url(" not in tag.attrs.get("style", "")


def test_the_filter_drops_attributes_that_are_named_for_no_tag():
    shown = clean_html("<p lang=x title=y target=_top>a</p>", {"p"}, {}, set(), set())
    assert shown == "<p>a</p>"


def test_a_teachers_unknown_tags_stay_readable():
    shown = BeautifulSoup(grader_html("Say <why> List<int> is used; x<y and z>w."), "html.parser")
    assert shown.get_text().strip() == "Say <why> List<int> is used; x<y and z>w."


def test_control_characters_and_halves_of_characters_are_written_as_question_marks():
    assert "a??b" in grader_html("a\x1b\ud800b")
