"""What stands in the blocks of README and docs: the commands and the code that readers copy."""

import re

from repository import ROOT

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page, language=""):
    """Return the blocks of a page such as ``docs/nbjudge.md`` in one language, in their order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [block for kind, block in _BLOCK.findall(text) if kind == language]


def commands(page):
    """Return the lines of a page's blocks without a language, without their comments."""
    lines = [line for block in blocks(page) for line in block.splitlines()]
    return [re.sub(r"\s{2,}# .*$", "", line) for line in lines]
