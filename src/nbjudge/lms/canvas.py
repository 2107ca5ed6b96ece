"""Canvas's "Download Submissions": all files in one folder, renamed.

``<name>_<person>_<attachment>_<file>``, after the name ``_LATE`` where it came late; a file that
was handed in again has ``-1``, ``-2`` before its ending.
"""

from __future__ import annotations

import re

from nbjudge.lms.archive import Archive
from nbjudge.lms.lms_submission import HandedIn

_FILE = re.compile(
    r"(?P<name>[^_/]+)_(?P<late>late_)?(?P<key>\d{1,18})_(?P<attachment>\d{1,18})_(?P<file>.+)",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"-\d{1,3}(?=\.[^.]{1,10}$)")


def handed_in(archive: Archive) -> list[HandedIn]:
    """Return who handed in what, of two files of one name the one handed in last."""
    found: dict[str, HandedIn] = {}
    last: dict[tuple[str, str], tuple[int, str]] = {}  # attachment and path of what is kept
    for path in archive.names:
        begin = _FILE.fullmatch(path.rsplit("/", 1)[-1])
        if begin is None:
            archive.refuse(path, "its name is not <name>_<number>_<number>_<file>")
            continue
        key, name = begin["key"], _AGAIN.sub("", begin["file"])
        person = found.setdefault(key, HandedIn(key, begin["name"], f"{begin['name']}_{key}"))
        person.late = person.late or bool(begin["late"])
        number = int(begin["attachment"])
        before, other = last.get((key, name), (-1, ""))
        if other:
            archive.refuse(min((before, other), (number, path))[1], "a newer one was handed in")
        if number >= before:
            last[key, name] = number, path
            person.files[name] = path
    return list(found.values())
