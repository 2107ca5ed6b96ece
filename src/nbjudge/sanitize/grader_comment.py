"""A grader's comment: markdown as nbgrader shows it, and what is no tag is shown as written.

Graders write about code: ``<why>``, ``x<y and z>w``, ``List<int>``. For a browser these are tags
that it does not know, and so they vanish.
"""

from __future__ import annotations

import html
import re

from nbconvert.filters.markdown_mistune import MarkdownWithMath

from nbjudge.sanitize.html_filter import clean_html
from nbjudge.sanitize.markdown import FormulaRenderer
from nbjudge.sanitize.mathml import Formulas

_ALONE = ("br", "hr", "img", "p", "li", "tr", "td", "th")  # HTML needs no end of these
_PAIRED = (
    *("a", "abbr", "b", "big", "blockquote", "center", "code", "dd", "del", "details", "div"),
    *("dl", "dt", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "i", "ins", "kbd", "mark"),
    *("ol", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "summary"),
    *("sup", "table", "tbody", "thead", "tt", "u", "ul", "var"),
)
_ATTRIBUTES = {
    "*": {"class", "style", "title"},
    "a": {"href"},
    "font": {"color"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "input": {"type", "checked", "disabled"},  # the parser's, for lists of tasks
}
_STYLES = {
    *("color", "background-color", "font-weight", "font-style", "text-align"),
    *("text-decoration", "width", "height", "margin", "padding", "border"),
}
_VALUE = r"""(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+)"""
_TAG = re.compile(rf"<(/?)([a-z][a-z0-9]*)((?:\s+[a-z]+\s*=\s*{_VALUE})*)\s*/?>", re.IGNORECASE)


def grader_html(text: str, formulas: Formulas | None = None) -> str:
    """Return a grader's comment as HTML: links and images work, scripts do not.

    Of the text in angle brackets, tags that format, with their ends, are tags; any other is text.
    `formulas` is as in `student_html`.
    """
    try:
        shown = MarkdownWithMath(renderer=_GraderRenderer(text, formulas)).render(text)
    # such as an attachment that a comment cannot have
    except Exception:
        shown = f"<pre>{html.escape(text)}</pre>"
    tags = {*_ALONE, *_PAIRED, "input"}
    return clean_html(shown, tags, _ATTRIBUTES, {"http", "https", "mailto"}, _STYLES)


class _GraderRenderer(FormulaRenderer):
    """nbconvert's renderer, with what is no tag of HTML shown as text."""

    def __init__(self, comment: str, formulas: Formulas | None):
        super().__init__(escape=False, allow_harmful_protocols=False, exclude_anchor_links=True)
        self.formulas = formulas
        self._comment = comment.lower()

    def inline_html(self, raw: str) -> str:
        pieces, end = [], 0
        for tag in _TAG.finditer(raw):
            if self._is_tag(tag):
                pieces += [_as_text(raw[end : tag.start()]), tag[0]]
                end = tag.end()
        return "".join([*pieces, _as_text(raw[end:])])

    def block_html(self, raw: str) -> str:
        shown = self.inline_html(raw)
        return f"<p>{shown}</p>\n" if shown == _as_text(raw) else f"{shown}\n"

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre><code>{self.escape_html(code)}</code></pre>\n"

    def _is_tag(self, tag: re.Match) -> bool:
        closing, name = tag[1], tag[2].lower()
        if name in _ALONE:
            return True
        other = f"<{name}" if closing else f"</{name}>"
        return name in _PAIRED and other in self._comment


def _as_text(raw: str) -> str:
    return raw.replace("<", "&lt;").replace(">", "&gt;")
