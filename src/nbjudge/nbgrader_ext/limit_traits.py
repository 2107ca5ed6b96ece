"""Dataclasses of limits as settings of a course: name, default and help text stand there only.

A field is a setting if its type is `Annotated` with a help text.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, TypeVar, get_args, get_origin, get_type_hints

from traitlets import HasTraits, Integer

Limits = TypeVar("Limits")


def traits_of(limits: type) -> dict[str, Integer]:
    """Return a setting for each field of a dataclass that has a help text, by its name.

    A class takes them with ``locals().update(traits_of(…))``, as if they were written there.
    """
    found = {}
    for name, kind in get_type_hints(limits, include_extras=True).items():
        if get_origin(kind) is Annotated:
            number, text = get_args(kind)
            trait = Integer(getattr(limits, name), allow_none=number is not int, help=text)
            found[name] = trait.tag(config=True)
    return found


def limits_of(settings: HasTraits, limits: type[Limits]) -> Limits:
    """Return the limits that a course has set; a field that is not a setting has its default."""
    names = [each.name for each in fields(limits) if settings.has_trait(each.name)]
    return limits(**{name: getattr(settings, name) for name in names})
