"""HTML in which only named tags, attributes, addresses and styles are left."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

import nh3

# characters that no text shows, and halves of a character, which cannot be written as UTF-8
_UNSHOWN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def clean_html(
    html: str,
    tags: Set[str],
    attributes: Mapping[str, Set[str]],
    schemes: Set[str],
    styles: Set[str],
) -> str:
    """Return HTML that is closed and holds nothing but what is named; its text stays.

    Args:
        html: any text.
        tags: names of tags.
        attributes: names of attributes for each tag; of ``*`` for all.
        schemes: of addresses, such as ``https``; relative addresses stay.
        styles: names of CSS properties in ``style`` attributes.
    """
    return nh3.clean(
        _UNSHOWN.sub("?", html),
        tags=set(tags),
        # without a word on all tags, nh3 lets `lang` and `title` through
        attributes={"*": set(), **{tag: set(names) for tag, names in attributes.items()}},
        url_schemes=set(schemes),
        filter_style_properties=set(styles),
        clean_content_tags=set(),  # the text of a script is text
        link_rel=None,
    )
