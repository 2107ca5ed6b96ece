"""The gradebook, opened once for a run; what belongs together enters it together or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook, InvalidEntry
from nbgrader.api import app_log as nbgraders_log
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

# what a database says, and what an instructor can do about it
_ADVICE = {
    "locked": "Another program is writing to it, or was stopped in the middle of that: close "
    "formgrader and other graders, then run the same command again.",
    "full": "Its disk is full: make room, then run the same command again.",
    "malformed": "Put it aside (mv {path} {path}.damaged), copy your last "
    "good backup to its place, or none, and run make release and this command again.",
    "not a database": "Its file holds something else: put it aside (mv {path} {path}.other), copy "
    "your last good backup to its place, or none, and run make release and this command again.",
    "it is a folder": "Put it aside (mv {path} {path}.other), copy your last good backup to its "
    "place, or none, and run make release and this command again.",
    "its file is empty": "Put it aside (mv {path} {path}.empty), copy your last good backup to its "
    "place, or none, and run make release and this command again.",
    "unable to open": "Its file cannot be opened: look at the rights of {path} and of its folder.",
    "readonly": "Its file cannot be written: look at the rights of {path} and of its folder.",
    "no such": "It was made by another nbgrader: copy it to a safe place, then run nbgrader db "
    "upgrade.",
}


class GradebookError(RuntimeError):
    """The gradebook cannot be used; the message says why, and what to do."""


class _Waiting(Session):
    """A session whose commits wait for the end of the transaction.

    nbgrader's own functions commit after each step; a student's rows belong together.
    """

    def commit(self) -> None:
        """Send what has changed, and read it anew when it is asked for, as a commit would."""
        self.flush()
        self.expire_all()


@contextlib.contextmanager
def opened(db_url: str, course_id: str, writing: bool = True) -> Iterator[Gradebook]:
    """Give the gradebook of a course. Raises `GradebookError` if it cannot be used.

    Without `writing`, one that can only be read will do.
    """
    with explained(db_url):
        _check(db_url, writing)
        gradebook = Gradebook(db_url, course_id)
    with gradebook:
        yield gradebook


@contextlib.contextmanager
def transaction(gradebook: Gradebook) -> Iterator[Gradebook]:
    """Let everything that the block enters appear at its end, or nothing of it after an error."""
    session = sessionmaker(class_=_Waiting, bind=gradebook.engine, future=True)
    usual, gradebook.db = gradebook.db, scoped_session(session)
    nbgraders_log.disabled = True  # it would log the traceback of what is explained here
    try:
        with explained(gradebook.engine.url):
            yield gradebook
            Session.commit(gradebook.db())
    finally:
        nbgraders_log.disabled = False
        gradebook.db.remove()  # rolls back what was not committed
        gradebook.db = usual


@contextlib.contextmanager
def explained(db_url) -> Iterator[None]:
    """Turn what the database raises into a `GradebookError` of one sentence or two."""
    try:
        _check_file(db_url)
        yield
    except (SQLAlchemyError, InvalidEntry) as error:
        # nbgrader's functions raise an InvalidEntry in the place of what the database raised
        cause = error.__context__ if isinstance(error, InvalidEntry) else error
        said = str(getattr(cause, "orig", None) or error).strip().splitlines()[0].rstrip(".")
        url = make_url(db_url)
        path = url.database or ""
        advice = next((advice for word, advice in _ADVICE.items() if word in said), "")
        shown = path if url.get_backend_name() == "sqlite" else url.render_as_string()
        raise GradebookError(
            f"The gradebook {shown} cannot be used: {said}. {advice.format(path=path)}".strip()
        ) from error


def _check(db_url: str, writing: bool) -> None:
    """Notice a locked or damaged SQLite file before hours of work, not after them."""
    from sqlalchemy import create_engine

    engine = create_engine(db_url, future=True)
    if engine.dialect.name != "sqlite":
        return
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            connection.exec_driver_sql("ROLLBACK")
        if found != "ok":
            # SQLite names the database first, between asterisks
            facts = [line for line in found.splitlines() if not line.startswith("***")]
            said = f"its file is malformed ({facts[0] if facts else found})"
            raise DatabaseError("quick_check", None, Exception(said))
    finally:
        engine.dispose()


def _check_file(db_url) -> None:
    """Notice what SQLite takes for a new gradebook, or only says that it cannot open."""
    url = make_url(db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path, problem = Path(url.database), ""
    if path.is_dir():
        problem = "it is a folder"
    elif path.is_file() and path.stat().st_size == 0:
        problem = "its file is empty"
    if problem:
        raise DatabaseError("open", None, Exception(problem))
