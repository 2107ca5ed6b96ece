"""The gradebook, opened once for a run; what belongs together enters it together or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nbgrader.api import Assignment, Gradebook, InvalidEntry
from nbgrader.api import app_log as nbgraders_log
from sqlalchemy import URL, Engine, create_engine, inspect, make_url, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from nbjudge.errors import GradebookError
from nbjudge.record.database_errors import address, sentence

PATIENCE = "30s"  # for other writers on a server, which has no limit by itself
_WRITERS = 1_852_992_612  # a number for the lock that whoever writes grades holds on a server


class _Waiting(Session):
    """A session whose commits wait for the end of the transaction.

    nbgrader's own functions commit after each step; a student's rows belong together.
    """

    def commit(self) -> None:
        """Send what has changed.

        A commit would also forget what was read, and nbgrader would ask for all of it again and
        again; sums that the database makes are read anew after an `expire_all`.
        """
        self.flush()


# made once, because it makes a class
_SESSIONS = sessionmaker(class_=_Waiting, future=True, autoflush=False)


@contextlib.contextmanager
def opened(db_url: str, course_id: str, writing: bool = True) -> Iterator[Gradebook]:
    """Give the gradebook of a course. Raises `GradebookError` if it cannot be used.

    Without `writing`, one that can only be read will do.
    """
    with explained(db_url):
        _check(db_url, writing)
        with Gradebook(db_url, course_id) as gradebook:
            yield gradebook


def exists(db_url: str) -> bool:
    """Say whether there is a gradebook; nbgrader would make an empty one to look into it.

    Raises `GradebookError` if that cannot be found out.
    """
    with explained(db_url):
        url = address(db_url)
        if url.get_backend_name() == "sqlite":
            return Path(url.database or "").exists()
        with _engine(db_url) as engine:
            return inspect(engine).has_table(Assignment.__tablename__)


@contextlib.contextmanager
def reading(gradebook: Gradebook) -> Iterator[Gradebook]:
    """Let the block read, and forget what it has read.

    A server keeps a transaction open for as long as it may be read again, which in a run is hours.
    """
    with explained(gradebook.engine.url):
        try:
            yield gradebook
        finally:
            gradebook.db.remove()


@contextlib.contextmanager
def transaction(gradebook: Gradebook) -> Iterator[Gradebook]:
    """Let everything that the block enters appear at its end, or nothing of it after an error."""
    session = partial(_SESSIONS, bind=gradebook.engine)
    usual, gradebook.db = gradebook.db, scoped_session(session)
    nbgraders_log.disabled = True  # it would log the traceback of what is explained here
    try:
        with explained(gradebook.engine.url):
            _be_the_one_writer(gradebook)
            yield gradebook
            Session.commit(gradebook.db())
    finally:
        nbgraders_log.disabled = False
        gradebook.db.remove()  # rolls back what was not committed
        gradebook.db = usual


def _be_the_one_writer(gradebook: Gradebook) -> None:
    """Wait on a server until nobody else writes grades, as SQLite does by itself.

    Two graders that add the same student, or renew penalties in another order, would fail.
    """
    if gradebook.engine.dialect.name != "postgresql":
        return
    unlimited = text(
        "SELECT set_config('lock_timeout', :patience, true) "
        "WHERE current_setting('lock_timeout') = '0'"
    )
    gradebook.db.execute(unlimited, {"patience": PATIENCE})
    gradebook.db.execute(text("SELECT pg_advisory_xact_lock(:writers)"), {"writers": _WRITERS})


@contextlib.contextmanager
def explained(db_url: str | URL) -> Iterator[None]:
    """Turn what the database raises into a `GradebookError` of one sentence or two."""
    try:
        _check_file(db_url)
        yield
    except (SQLAlchemyError, InvalidEntry) as error:
        # nbgrader's functions raise an InvalidEntry in the place of what the database raised
        cause = error.__context__ if isinstance(error, InvalidEntry) else error
        raise GradebookError(sentence(cause or error, db_url)) from error


@contextlib.contextmanager
def _engine(db_url: str) -> Iterator[Engine]:
    """Give a way to the database apart from nbgrader's; it is closed after the block."""
    try:
        engine = create_engine(db_url)
    except ImportError as error:
        raise GradebookError(sentence(error, db_url)) from error
    try:
        yield engine
    finally:
        engine.dispose()


def _check(db_url: str, writing: bool) -> None:
    """Notice a locked or damaged SQLite file before hours of work, not after them."""
    with _engine(db_url) as engine:
        if engine.dialect.name != "sqlite":  # a server is asked when the gradebook is opened
            return
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
            found = connection.execute(text("PRAGMA quick_check(1)")).scalar()
            connection.exec_driver_sql("ROLLBACK")
    if found != "ok":
        # SQLite names the database first, between asterisks
        facts = [line for line in found.splitlines() if not line.startswith("***")]
        said = f"its file is malformed ({facts[0] if facts else found})"
        raise DatabaseError("quick_check", None, Exception(said))


def _check_file(db_url: str | URL) -> None:
    """Notice what SQLite takes for a new gradebook, or only says that it cannot open."""
    url = address(db_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    path, problem = Path(url.database), ""
    if path.is_dir():
        problem = "it is a folder"
    elif path.is_file() and path.stat().st_size == 0:
        problem = "its file is empty"
    if problem:
        raise DatabaseError("open", None, Exception(problem))


def gradebook_file(db_url: str) -> Path | None:
    """Return the file of a gradebook, or None for one on a server. Raises `GradebookError`."""
    with explained(db_url):
        url = address(db_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


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
