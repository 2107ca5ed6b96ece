"""What `nbjudge.nbgrader_ext.patches` puts in the place of functions that nbgrader gets wrong.

With these, nbgrader works in a folder of any name, with students of any name, and its own commands
say in a sentence that a gradebook cannot be used.
"""

from __future__ import annotations

import contextlib
import glob
import os
import sys
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine
from traitlets.config import Application

from nbjudge.errors import GradebookError
from nbjudge.record.gradebook import gradebook_url, opened

ALL = ("*", "[!.]*")  # whatever is there, for nbgrader


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


def alembic_version() -> str:
    """Return the newest version of nbgrader's tables, without calling a script."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_heads()[0]


def default_gradebook_url(coursedir: CourseDirectory) -> str:
    """Return the address of the gradebook in a course's root."""
    return gradebook_url(os.path.abspath(os.path.join(coursedir.root, "gradebook.db")))


@contextlib.contextmanager
def opened_or_ended(
    db_url: str, course_id: str, authenticator: Authenticator | None = None, done: str = "changed"
) -> Iterator[Gradebook]:
    """Give the gradebook to one of nbgrader's commands; end the command if it cannot be used.

    Args:
        db_url: the course's.
        course_id: the course's.
        authenticator: nbgrader's, which may add students to a JupyterHub.
        done: what was not done then.
    """
    try:
        with opened(db_url, course_id, writing=False) as gradebook:
            gradebook.authenticator = authenticator
            yield gradebook
    except GradebookError as error:
        Application.instance().log.error("Nothing was %s: %s", done, error)
        sys.exit(1)


gradebook_to_export = partial(opened_or_ended, done="exported")
literal_glob = SimpleNamespace(glob=find_paths)  # in the place of the module `glob`
# between two students, minutes may pass, and a connection's end is noticed when it is used
create_pinged_engine = partial(create_engine, pool_pre_ping=True)
