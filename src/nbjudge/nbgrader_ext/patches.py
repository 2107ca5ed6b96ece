"""nbgrader in a folder of any name, with students of any name: the places that it gets wrong.

nbgrader takes every path for a pattern, so that brackets in the course's own path hide all of its
files, and what is to be ignored is copied. It writes the gradebook's path into a URL as it is. And
it calls alembic as a script, which is on the path only in an activated environment. And it takes a
database's server for one that never restarts. `mend_paths` puts right ways in these places
(nbgrader 0.9.6).
"""

from __future__ import annotations

import glob
import os
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import create_engine, make_url

ALL = ("*", "[!.]*")  # whatever is there, for nbgrader


def mend_paths() -> None:
    """Let nbgrader's converters, its formgrader and its gradebook work at any path."""
    from nbgrader import api as gradebook
    from nbgrader import coursedir, utils
    from nbgrader.apps import api
    from nbgrader.converters import base

    for module in (api, base, utils):
        _known(module, "glob")
        module.glob = SimpleNamespace(glob=find_paths)
    _known(gradebook, "get_alembic_version")
    gradebook.get_alembic_version = alembic_version
    _known(gradebook, "create_engine")
    # between two students, minutes may pass, and a connection's end is noticed when it is used
    gradebook.create_engine = partial(create_engine, pool_pre_ping=True)
    _known(coursedir.CourseDirectory, "_db_url_default")
    coursedir.CourseDirectory._db_url_default = lambda self: gradebook_url(
        os.path.abspath(os.path.join(self.root, "gradebook.db"))
    )


def _known(place, name: str) -> None:
    if not hasattr(place, name):
        raise RuntimeError(
            f"{place.__name__} has no {name}: this nbgrader is not one that nbjudge knows"
        )


def find_paths(pattern: str) -> list[str]:
    """Return the paths that match, as `glob.glob`; a name that exists as it is means itself.

    So ``Kurs [1]/autograded/*/lab1`` is looked for in ``Kurs [1]``, and the student ``a[1]`` is
    found by that name. What nbgrader writes for "all" is always a pattern.
    """
    found = [os.sep if pattern.startswith(os.sep) else ""]
    for part in filter(None, pattern.split(os.sep)):
        found = [os.path.join(folder, name) for folder in found for name in _names(folder, part)]
    return found


def _names(folder: str, part: str) -> list[str]:
    if part not in ALL and os.path.lexists(os.path.join(folder, part)):
        return [part]
    return glob.glob(part, root_dir=folder or None)


def gradebook_url(path: Path | str, **options: object) -> str:
    """Return the address of an SQLite gradebook at a path with any characters.

    Args:
        path: of the file; absolute, or relative to where nbgrader runs.
        options: of Python's sqlite3, such as ``timeout=60`` (seconds).
    """
    query = "&".join(f"{name}={value}" for name, value in options.items())
    # as it is for a SQLAlchemy before 2.1, and for nbgrader db upgrade
    quoted = str(path).replace("%", "%25").replace("?", "%3F")
    for database in (str(path), quoted):
        url = f"sqlite:///{database}" + (f"?{query}" if query else "")
        if make_url(url).database == str(path):
            return url
    raise ValueError(f"SQLAlchemy cannot hold the path {path}")


def alembic_version() -> str:
    """Return the newest version of nbgrader's tables, without calling a script."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_heads()[0]
