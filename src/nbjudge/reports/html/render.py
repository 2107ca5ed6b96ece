"""Templates become pages here: every value is escaped, unless it is HTML by its type (Markup)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"


def render(template: str, **values: object) -> str:
    """Return the page that a template of ``templates/`` makes of the values."""
    return _environment().get_template(template).render(values)


@cache  # it keeps its templates compiled: a class has a page for each notebook of each student
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
