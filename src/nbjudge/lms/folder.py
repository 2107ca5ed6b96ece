"""A folder or zip with a folder for each student, or with files that begin with a name.

Google Drive gives an assignment of Google Classroom as one folder of files, and Classroom calls a
student's copy ``<name> - <title>``.
"""

from __future__ import annotations

import re

from nbjudge.lms.archive import Archive
from nbjudge.lms.lms_submission import HandedIn

_NAMED = re.compile(r"(?P<name>[^/]{1,120}?) - (?P<file>[^/]+)")


def handed_in(archive: Archive) -> list[HandedIn]:
    """Return who handed in what; a folder around all of it does not count."""
    found: dict[str, HandedIn] = {}
    around = _around(archive.names)
    for path in archive.names:
        name, slash, inside = path[len(around) :].partition("/")
        if not slash:
            named = _NAMED.fullmatch(name)
            if named is None:
                archive.refuse(path, "it lies in no student's folder: make one and put it there")
                continue
            name, inside = named["name"], named["file"]
        found.setdefault(name, HandedIn(name, name, name)).files[inside] = path
    return list(found.values())


def _around(paths: list[str]) -> str:
    """Return the folder that all files lie in, if there are folders or named files inside."""
    folders = {path.partition("/")[0] for path in paths if "/" in path}
    if len(folders) != 1 or any("/" not in path for path in paths):
        return ""
    around = f"{folders.pop()}/"
    inside = [path[len(around) :] for path in paths]
    whole = all("/" in path or _NAMED.fullmatch(path) for path in inside)
    return around if whole else ""
