"""Formulas as MathML, which browsers draw by themselves: made when the page is made.

latex2mathml turns TeX into MathML; of that, only what draws is kept, because students write
formulas, too.
"""

from __future__ import annotations

import html
import secrets
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element

from nbjudge.errors import FormulaError

LONGEST = 2_000  # characters of one formula
MOST_CHARACTERS = 20_000  # of a text's formulas; these take half a second

_ELEMENTS = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot", "mstyle"),
    *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts", "mprescripts"),
    *("mtable", "mtr", "mtd", "mpadded", "mphantom", "menclose", "none"),
}
_ATTRIBUTES = {
    *("display", "displaystyle", "scriptlevel", "mathvariant", "accent", "accentunder"),
    *("stretchy", "fence", "form", "separator", "minsize", "maxsize", "lspace", "rspace"),
    *("width", "height", "depth", "linethickness", "columnalign", "rowspacing", "columnspacing"),
}
# lengths with a name are not in MathML Core, which browsers draw
_NAMED_WIDTHS = {
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
    "thinmathspace": "0.167em",
    "mediummathspace": "0.222em",
    "thickmathspace": "0.278em",
}


def mathml(tex: str, display: bool = False) -> str:
    """Return a formula as MathML. Raises `FormulaError` if it is none.

    Args:
        tex: what stands between the dollar signs.
        display: whether it stands in a line of its own.
    """
    if len(tex) > LONGEST:
        raise FormulaError(f"longer than {LONGEST} characters")
    try:
        math = convert_to_element(tex.strip(), display="block" if display else "inline")
    # whatever the parser raises at what a student has written, a recursion that is too deep too
    except Exception as error:
        raise FormulaError(f"{type(error).__name__}: {error}") from error
    _keep_what_draws(math)
    math.set("alttext", tex.strip())
    if display:
        math.set("tabindex", "0")  # on a narrow page it is scrolled, by the keyboard too
    return ElementTree.tostring(math, encoding="unicode", short_empty_elements=False)


def _keep_what_draws(math: ElementTree.Element) -> None:
    for element in math.iter():
        # the library writes signs as entities, such as &#x0003D;
        element.text = html.unescape(element.text) if element.text else None
        if element.tag not in _ELEMENTS:
            element.tag = "mrow"
        element.attrib = {k: v for k, v in element.attrib.items() if k in _ATTRIBUTES}
        width = element.get("width")
        if width in _NAMED_WIDTHS:
            element.set("width", _NAMED_WIDTHS[width])


class Formulas:
    """Keeps the formulas of a text apart while the rest becomes HTML and is cleaned."""

    def __init__(self, most_characters: int | None = MOST_CHARACTERS):
        """Get ready for a text, in which formulas of `most_characters` are drawn; None for all."""
        self._left = most_characters
        self._kept: dict[str, str] = {}
        self._name = f"formula{secrets.token_hex(8)}"  # no text can hold it by intent

    def keep(self, tex: str, display: bool) -> str:
        """Return what stands for the formula until `restore`."""
        place = f"{self._name}n{len(self._kept)}e"
        self._kept[place] = self._drawn(tex, display)
        return place

    def _drawn(self, tex: str, display: bool) -> str:
        try:
            if self._left is not None:
                self._left -= len(tex)
                if self._left < 0:
                    raise FormulaError("too many formulas")
            return mathml(tex, display)
        except FormulaError:
            sign = "$$" if display else "$"
            return f"<code>{html.escape(sign + tex + sign)}</code>"

    def restore(self, text: str) -> str:
        """Return the HTML with the formulas in it."""
        pieces = text.split(self._name)
        drawn = [pieces[0]]
        for piece in pieces[1:]:
            number, _, rest = piece.partition("e")
            drawn += [self._kept[f"{self._name}{number}e"], rest]
        return "".join(drawn)
