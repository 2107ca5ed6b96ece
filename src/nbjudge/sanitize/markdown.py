"""A student's markdown: its words, maths, tables and code are shown, and nothing else of it works.

Two uses of one parser, nbconvert's own. `inert_markdown` is what the graded notebook keeps, for
whoever opens it; `student_html` is what feedback and formgrader show.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from nbjudge.sanitize.html_filter import clean_html
from nbjudge.sanitize.mathml import Formulas
from nbjudge.sanitize.text import inert_text, shorten

MOST_CHARACTERS = 20_000  # the parser needs a second for this much, if it is made to be slow
MOST_LINES = 1_000
MOST_OPEN = 50  # formulas that begin and do not end: the parser reads all of the rest for each

_FORMATTING = r"/?(?:b|i|u|s|em|strong|sub|sup|kbd|br|hr)\s*/?>"  # tags without attributes
_TAG = re.compile(rf"<(?!{_FORMATTING})(?=[A-Za-z/!?])", re.IGNORECASE)
_ONE_FORMATTING_TAG = re.compile(rf"\s*<{_FORMATTING}\s*", re.IGNORECASE)
_GOOD_LINK = re.compile(r"https?://|mailto:|#", re.IGNORECASE)
_BEGIN = re.compile(r"\\begin\{([a-z]*\*?)\}|\\\\([(\[])")
_END = re.compile(r"\\end\{([a-z]*\*?)\}|\\\\([)\]])")
_BEGINS = {")": "(", "]": "["}
# as JupyterLab (attachment) and Colab (data) write it
_PASTED = re.compile(r"!\[([^\]\[\n]{0,100})\]\((?:attachment:|data:image/)[^)\s]*\)?")
_CODE = ("block_code", "codespan")  # the parser's names
_MERMAID = re.compile(r"^([ \t>*+-]*(?:`{3,}|~{3,})[ \t]*)mermaid", re.MULTILINE)
# commands of MathJax that load, link or style; ∖ looks the same and commands nothing
_TEX_COMMAND = re.compile(
    r"\\(?=(?:href|require|class|cssId|style|data|unicode|mmlToken)(?![A-Za-z]))"
)

_WORD_TAGS = ("em", "strong", "b", "i", "u", "s", "del", "sub", "sup", "kbd", "code", "span")
_BLOCK_TAGS = ("p", "br", "hr", "pre", "div", "blockquote", "ul", "ol", "li", "dl", "dt", "dd")
_TABLE_TAGS = ("table", "thead", "tbody", "tr", "th", "td")
_HEADING_TAGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SHOWN_TAGS = {*_WORD_TAGS, *_BLOCK_TAGS, *_TABLE_TAGS, *_HEADING_TAGS, "input"}
_SHOWN_ATTRIBUTES = {
    **{tag: {"class"} for tag in ("span", "div", "code", "pre", "li")},
    **{tag: {"style"} for tag in ("th", "td")},
    "ol": {"start"},
    "input": {"type", "class", "checked", "disabled"},
}
_SHOWN_STYLES = {"text-align"}


def inert_markdown(text: str) -> str:
    """Return a student's markdown without HTML, images, attachments and links that are not https.

    Markdown that has none of these is returned unchanged, signs such as ``x<y`` included. What
    is in the way is shown as it was typed; if that is not enough, the whole text is a code block.
    Of a picture that was pasted into the text, it is said where it is.
    """
    text = _PASTED.sub(_say_picture, text)
    text = shorten(inert_text(text), MOST_CHARACTERS, MOST_LINES)
    if _open_formulas(text) > MOST_OPEN:
        return code_block(text)
    text = _TEX_COMMAND.sub("∖", text)
    for rewrite in (_keep, _escape_found, _escape_all):
        text = rewrite(text)
        if _is_inert(text):
            return text
    return code_block(text)


def _say_picture(found: re.Match) -> str:
    name = found[1].strip()
    return f"(a picture{f', {name},' if name else ''} that is only in the file as it was handed in)"


def typed_markdown(text: str) -> str:
    """Return a student's markdown as a code block, without a look at what is in it."""
    return code_block(shorten(inert_text(text), MOST_CHARACTERS, MOST_LINES))


def code_block(text: str) -> str:
    """Return the text as a fenced code block, which shows it as it is."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def student_html(text: str, formulas: Formulas | None = None) -> str:
    """Return a student's markdown as HTML: no links, no images, no HTML of the student's own.

    With `formulas`, what stands for a formula is in its place; see `nbjudge.sanitize.mathml`.
    """
    text = shorten(inert_text(text), MOST_CHARACTERS, MOST_LINES)
    shown = f"<pre>{html.escape(text)}</pre>"
    # a text made to break the parser costs its own looks, not the page
    if _open_formulas(text) <= MOST_OPEN:
        with contextlib.suppress(Exception):
            shown = MarkdownWithMath(renderer=_StudentRenderer(formulas)).render(text)
    # the renderer writes no other tags; the filter makes sure of it, and that all are closed
    return clean_html(shown, _SHOWN_TAGS, _SHOWN_ATTRIBUTES, schemes=set(), styles=_SHOWN_STYLES)


def _open_formulas(text: str) -> int:
    """Return how many formulas begin in a text after the last end of their kind."""
    last = {found[1] or _BEGINS.get(found[2], ""): found.start() for found in _END.finditer(text)}
    begins = _BEGIN.finditer(text)
    return sum(found.start() > last.get(found[1] or found[2] or "", -1) for found in begins)


def _keep(text: str) -> str:
    return text


def _escape_found(text: str) -> str:
    """Escape the HTML that the parser finds, not the same signs in code and maths."""
    for token in _tokens(text):
        if token["type"] in ("inline_html", "block_html"):
            text = text.replace(token["raw"], _TAG.sub("&lt;", token["raw"]))
        elif token["type"] == "image":
            text = text.replace("![", "!&#91;")
    return text


def _escape_all(text: str) -> str:
    text = _TAG.sub("&lt;", text).replace("[", "&#91;")
    return _MERMAID.sub(r"\1text", text)


def _is_inert(text: str) -> bool:
    try:
        tokens = list(_tokens(text))
    # deeply nested on purpose
    except Exception:
        return False
    # HTML shows &#92;href as \href, and MathJax reads what HTML shows
    words = "".join(token.get("raw", "") for token in tokens if token["type"] not in _CODE)
    return not any(map(_is_active, tokens)) and not _TEX_COMMAND.search(html.unescape(words))


def _is_active(token: dict) -> bool:
    kind, attributes = token["type"], token.get("attrs", {})
    if kind in ("inline_html", "block_html"):
        return _TAG.search(token["raw"]) is not None
    if kind == "link":
        return _GOOD_LINK.match(attributes["url"]) is None
    if kind == "block_code":
        # nbconvert writes a diagram's text into the page as it is
        return (attributes.get("info") or "").startswith("mermaid")
    return kind == "image"


def _tokens(text: str) -> Iterator[dict]:
    """Yield every token that nbconvert's parser finds, in the order of the text."""
    waiting = MarkdownWithMath(renderer=None)(text)[::-1]
    while waiting:
        token = waiting.pop()
        yield token
        waiting.extend(token.get("children", ())[::-1])


class FormulaRenderer(IPythonRenderer):
    """nbconvert's renderer; with `formulas`, it keeps formulas there instead of writing them."""

    formulas: Formulas | None = None

    def inline_math(self, body: str) -> str:
        return self.formulas.keep(body, False) if self.formulas else super().inline_math(body)

    def block_math(self, body: str) -> str:
        return self.formulas.keep(body, True) if self.formulas else super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        if not self.formulas:
            return super().latex_environment(name, body)
        return self.formulas.keep(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)


class _StudentRenderer(FormulaRenderer):
    """nbconvert's renderer, with HTML shown as typed, links and images as words.

    Headings get no id, so that a student cannot name parts of formgrader's page.
    """

    def __init__(self, formulas: Formulas | None):
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
        self.formulas = formulas

    def text(self, text: str) -> str:
        return self.escape_html(html.unescape(text))

    def escape_html(self, text: str) -> str:
        return html.escape(_TEX_COMMAND.sub("∖", text), quote=False)

    def inline_html(self, raw: str) -> str:
        return raw if _ONE_FORMATTING_TAG.fullmatch(raw) else self.text(raw)

    def block_html(self, raw: str) -> str:
        return f"<p>{self.inline_html(raw)}</p>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = self.text(url)
        return text if address == text else f"{text} ({address})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[image: {text}]"

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{self.escape_html(code)}</code></pre>\n"
