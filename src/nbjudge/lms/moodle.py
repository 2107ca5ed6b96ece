"""Moodle's "Download all submissions": each person's files in a folder of its own, or renamed.

Folders are called ``<full name>_<participant>_assignsubmission_file``, before Moodle 4.1 with ``_``
at the end. Without folders the same stands before each file's name. These are the names that
Moodle expects back (mod/assign/feedback/file/importziplib.php of Moodle's source).
"""

from __future__ import annotations

import re

from nbjudge.lms.archive import Archive
from nbjudge.lms.lms_submission import HandedIn

_PLACE = re.compile(r"(?P<name>[^/]*?)_(?P<key>\d{1,18})_assignsubmission_(?P<kind>[a-z]+)")


def handed_in(archive: Archive) -> list[HandedIn]:
    """Return who handed in what; what is nobody's is refused."""
    found: dict[str, HandedIn] = {}
    for path in archive.names:
        begin = next(filter(None, map(_PLACE.match, _tails(path))), None)
        if begin is None:
            archive.refuse(path, "its path has no <name>_<number>_assignsubmission_file")
            continue
        if begin["kind"] != "file":
            archive.refuse(path, "it was typed into Moodle and is no file; ask for the notebook")
            continue
        inside = begin.string[begin.end() :].lstrip("_").lstrip("/")
        if not inside:
            archive.refuse(path, "it is a file where Moodle puts a folder")
            continue
        person = found.setdefault(begin["key"], HandedIn(begin["key"], begin["name"], begin[0]))
        person.files[inside] = path
    return list(found.values())


def _tails(path: str) -> list[str]:
    """Return the path, and what is left of it without its first folders."""
    parts = path.split("/")
    return ["/".join(parts[number:]) for number in range(min(3, len(parts)))]
