"""The gradebook for nbgrader's own commands, which would show a traceback where it cannot be used.

`nbjudge.configure` puts `opened_or_ended` where ``nbgrader export`` and ``nbgrader db`` look for
nbgrader's Gradebook.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from functools import partial

from nbgrader.api import Gradebook
from nbgrader.auth import Authenticator
from traitlets.config import Application

from nbjudge.errors import GradebookError
from nbjudge.record.gradebook import opened


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


to_change = opened_or_ended
to_export = partial(opened_or_ended, done="exported")
