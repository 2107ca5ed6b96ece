"""The cells of a graded notebook as HTML: words, code and what came out of it."""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode

from nbjudge.reports.html.sections import is_courses
from nbjudge.sanitize.grader_comment import grader_html
from nbjudge.sanitize.highlight import LinearHighlight
from nbjudge.sanitize.images import FORMATS
from nbjudge.sanitize.markdown import FormulaRenderer, student_html
from nbjudge.sanitize.mathml import Formulas

FOLDED_LINES = 12  # an output of more lines is folded, its first line stays
_HEADING_TAG = re.compile(r"<(/?)h([1-6])\b")
_REMOTE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


class Cells:
    """Turns the cells of one notebook into HTML, with headings that fit below the page's own."""

    def __init__(self, folder: str, embed_images: bool = True):
        """Get ready.

        Args:
            folder: where the images lie that the course's own text shows.
            embed_images: whether to write these into the page.
        """
        self._folder, self._embed = folder, embed_images
        self._students_formulas = Formulas()
        self._highlight = LinearHighlight()
        self._level = 2  # of the last heading of the page

    def start_section(self) -> None:
        """Begin a section, whose own heading is of level 2."""
        self._level = 2

    def words(self, cell: NotebookNode) -> Markup:
        """Return a markdown cell; raw cells are shown as they were typed."""
        if cell.cell_type != "markdown":
            return Markup('<pre class="text">{}</pre>').format(cell.source)
        if not is_courses(cell):
            formulas = self._students_formulas
            return self._finished(formulas.restore(student_html(cell.source, formulas)))
        return self.courses_words(cell.source, cell.get("attachments"))

    def courses_words(self, text: str, attachments: dict | None = None) -> Markup:
        """Return markdown of the course's own, with its images and formulas."""
        formulas = Formulas(None)
        renderer = _CoursesRenderer(self._folder, self._embed, attachments, formulas)
        drawn = MarkdownWithMath(renderer=renderer).render(text)
        return self._finished(formulas.restore(drawn))

    def comment(self, text: str) -> Markup:
        """Return a grader's comment."""
        formulas = Formulas()
        return self._finished(formulas.restore(grader_html(text, formulas)))

    def code(self, source: str) -> Markup:
        """Return Python code in colours; what is wider than the page can be scrolled."""
        # nbconvert's own filter: escapes what is not code
        coloured = self._highlight(source).replace("<pre>", '<pre tabindex="0">', 1)
        return Markup(coloured)

    def outputs(self, cell: NotebookNode, about: str) -> list[dict]:
        """Return what came out of a code cell: texts, and figures described as `about`.

        Each is a dictionary with ``kind`` (``text``, ``error`` or ``figure``) and ``html``.
        """
        found = []
        figures = 0
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            image = next((kind for kind in FORMATS if kind in data), None)
            if image is not None:
                figures += 1
                found.append(
                    {"kind": "figure", "html": _figure(image, data[image], figures, about)}
                )
            elif output.output_type == "error":
                found.append({"kind": "error", "html": _error(output)})
            else:
                text = output.get("text", data.get("text/plain", ""))
                if text.strip():
                    found.append({"kind": "text", "html": _text(text)})
        return found

    def _finished(self, drawn: str) -> Markup:
        """Return HTML with headings one below the other, and tables that can be scrolled."""
        drawn = _HEADING_TAG.sub(self._heading, drawn)
        drawn = drawn.replace("<table", '<div class="scroll" tabindex="0"><table')
        return Markup(drawn.replace("</table>", "</table></div>"))

    def _heading(self, tag: re.Match) -> str:
        if not tag[1]:
            self._level = min(int(tag[2]) + 2, self._level + 1, 6)
        return f"<{tag[1]}h{self._level}"


class _CoursesRenderer(FormulaRenderer):
    """For the course's own text: all of it, but for what would be fetched from elsewhere."""

    def __init__(self, folder: str, embed: bool, attachments: dict | None, formulas: Formulas):
        super().__init__(
            escape=False,
            embed_images=embed,
            path=folder,
            attachments=attachments,
            exclude_anchor_links=True,
        )
        self.formulas = formulas

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text if _REMOTE.match(url) else super().image(text, url, title)


def _figure(kind: str, data: str, number: int, about: str) -> Markup:
    many = "Figure" if number == 1 else f"Figure {number}"
    image = Markup('<img src="data:{};base64,{}" alt="{} {}">').format(
        kind, data.replace("\n", ""), many, about
    )
    return Markup("<figure>{}</figure>").format(image)


def _error(output: NotebookNode) -> Markup:
    """Return an error: its last line, and the rest to be opened."""
    last = f"{output.get('ename', '')}: {output.get('evalue', '')}"
    traceback = "\n".join(output.get("traceback", []))
    return Markup(
        '<details class="output error"><summary>Stopped with <code>{}</code></summary>'
        '<pre class="text">{}</pre></details>'
    ).format(last[:300], traceback)


def _text(text: str) -> Markup:
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= FOLDED_LINES and len(text) < FOLDED_LINES * 200:
        return Markup('<pre class="output text">{}</pre>').format("\n".join(lines))
    return Markup(
        '<details class="output"><summary>Output of {} lines: <code>{}</code></summary>'
        '<pre class="text">{}</pre></details>'
    ).format(len(lines), lines[0][:80], "\n".join(lines))


def plain_html(text: str) -> Markup:
    """Return a text in which `code` stands between backticks, such as a hint."""
    pieces = re.split(r"`([^`\n]{1,200})`", text)
    shown = [
        Markup("<code>{}</code>").format(piece) if place % 2 else escape(piece)
        for place, piece in enumerate(pieces)
    ]
    return Markup("").join(shown)
