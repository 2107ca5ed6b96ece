"""Characters that say what they are: no terminal codes, nothing invisible, nothing reversed."""

from __future__ import annotations

import re

# colours, cursor movements, window titles, links: what a terminal obeys and does not show
_TERMINAL_CODE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # an operating system command, such as a link
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # a control sequence, such as a colour
)
_LINE_END = re.compile(r"\r\n?")
_HIDDEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, other than \t and \n
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f"  # line separators, direction marks and overrides, word joiners
    "\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff"  # lone surrogates: they cannot be written as UTF-8
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
    "]"
)
# joiners shape letters of many scripts and emoji; beside an ASCII letter they only hide
_HIDING_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
_ACCENTS = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED_ACCENTS = re.compile(f"({_ACCENTS}{{4}}){_ACCENTS}+")  # they would cover other lines


def inert_text(text: str) -> str:
    r"""Return the text with everything visible that would hide, reorder or command.

    Terminal codes (colours, links) are removed; other control characters, direction overrides,
    invisible characters and lone surrogates are written as ``\x1b`` or ``\u202e``. Line ends
    become ``\n``; ``\n`` and ``\t`` stay. Text without such characters is returned unchanged, so
    the function may be applied twice.
    """
    text = _TERMINAL_CODE.sub("", text)
    text = _LINE_END.sub("\n", text)
    text = _HIDDEN.sub(_written_out, text)
    text = _HIDING_JOINER.sub(_written_out, text)
    return _STACKED_ACCENTS.sub(r"\1", text)


def _written_out(found: re.Match) -> str:
    return "".join(_escape(ord(character)) for character in found[0])


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    r"""Return the text in one line: as `inert_text` does, with ``\n`` and ``\t`` as blanks."""
    return inert_text(text).replace("\n", " ").replace("\t", " ")


def shorten(text: str, characters: int, lines: int) -> str:
    """Return the text, or its head and tail with a line between that says how much is left out.

    Args:
        text: any text.
        characters: most characters that are kept; the line between is not counted.
        lines: most lines that are kept.
    """
    if len(text) <= characters and text.count("\n") <= lines:
        return text
    kept, half = min(characters, len(text)), max(1, lines // 2)
    head = _first_lines(text[: kept - kept // 2], half)
    tail = _last_lines(text[len(text) - kept // 2 :], half)
    left_out = len(text) - len(head) - len(tail)
    gap = "\n" if head and not head.endswith("\n") else ""
    return f"{head}{gap}... {left_out:,} characters left out ...\n{tail}"


def _first_lines(text: str, count: int) -> str:
    return "\n".join(text.split("\n", count)[:count])


def _last_lines(text: str, count: int) -> str:
    return "\n".join(text.rsplit("\n", count)[-count:])
