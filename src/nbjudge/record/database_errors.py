"""What a database says when it cannot be used, as a sentence with what an instructor can do."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

_LOCKED = (
    "Another program is writing to it, or was stopped in the middle of that: close formgrader and "
    "other graders, then run the same command again."
)
# by a word of what the database says
_OF_A_FILE = {
    "locked": _LOCKED,
    "full": "Its disk is full: make room, then run the same command again.",
    "malformed": "Put it aside (mv {database} {database}.damaged), copy your last "
    "good backup to its place, or none, and run make release and this command again.",
    "not a database": "Its file holds something else: put it aside (mv {database} "
    "{database}.other), copy your last good backup to its place, or none, and run make release and "
    "this command again.",
    "it is a folder": "Put it aside (mv {database} {database}.other), copy your last good backup "
    "to its place, or none, and run make release and this command again.",
    "its file is empty": "Put it aside (mv {database} {database}.empty), copy your last good "
    "backup to its place, or none, and run make release and this command again.",
    "unable to open": "Its file cannot be opened: look at the rights of {database} and of its "
    "folder.",
    "readonly": "Its file cannot be written: look at the rights of {database} and of its folder.",
    "no such": "It was made by another nbgrader: copy it to a safe place, then run nbgrader db "
    "upgrade.",
}
# by PostgreSQL's code where there is one, as its words depend on its language
_OF_A_SERVER = {
    "55P03": _LOCKED,
    "53100": "The disk of its server is full: make room, then run the same command again.",
    "42501": 'Let the user own it (ALTER DATABASE "{database}" OWNER TO "{username}") and its '
    "tables, then run the same command again.",
    "25006": "Its server lets nobody write: look whether db_url names a copy of the right one.",
    "42P01": "It was made by another nbgrader: make a copy with pg_dump, then run nbgrader db "
    "upgrade.",
    "42703": "It was made by another nbgrader: make a copy with pg_dump, then run nbgrader db "
    "upgrade.",
    "no password": "The password belongs in ~/.pgpass or PGPASSWORD.",
    "authentication failed": "Mend the password in ~/.pgpass or PGPASSWORD, or the user in "
    "c.CourseDirectory.db_url.",
    'role "': "Mend the user in c.CourseDirectory.db_url, or make it with createuser.",
    "does not exist": "Make it with createdb {database}, or mend c.CourseDirectory.db_url; then "
    "run the same command again.",
}
_GONE = (
    "Look whether its server runs and can be reached, and whether c.CourseDirectory.db_url names "
    "it; then run the same command again."
)
_NO_ADDRESS = (
    "c.CourseDirectory.db_url is no address that can be read. A password belongs in ~/.pgpass or "
    "PGPASSWORD; in an address its characters @ : / % are written as %40 %3A %2F %25"
)


class AddressError(DatabaseError):
    """`db_url` cannot be read; its text is not told, because it may hold a password."""

    def __init__(self):
        super().__init__("read", None, Exception(_NO_ADDRESS))


def address(db_url: str | URL) -> URL:
    """Return the parts of a gradebook's address. Raises `AddressError` if it has none."""
    try:
        url = make_url(db_url)
    except (ArgumentError, ValueError):
        raise AddressError from None
    if "@" in (url.host or ""):  # the end of a password
        raise AddressError
    return url


def shown(url: URL) -> str:
    """Return a gradebook's name for people: a file's path, or an address without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    where = {name: value for name, value in url.query.items() if name in ("host", "port")}
    return url.set(password=None, query=where).render_as_string()


def sentence(error: Exception, db_url: str | URL) -> str:
    """Return what is wrong with a gradebook, and what to do.

    Args:
        error: what SQLAlchemy raised, or the import of the database's driver.
        db_url: the gradebook's address.
    """
    try:
        url = address(db_url)
    except AddressError:
        return f"The gradebook cannot be used: {_NO_ADDRESS}."
    if isinstance(error, ImportError):
        said, advice = f"its driver is not installed ({_first_line(error)})", _install(url)
    else:
        said, advice = _said(error), _advice(error, url)
    return f"The gradebook {shown(url)} cannot be used: {said}. {advice}".strip()


def _said(error: Exception) -> str:
    """Return the line of the database's own words that tells most."""
    said = getattr(error, "orig", None) or error
    # of several tries to connect, such as IPv6 and IPv4, a server's answer tells more than none
    answers = [line for line in str(said).splitlines() if "FATAL" in line]
    line = answers[0] if answers else _first_line(said)
    return " ".join(line[max(0, line.find("connection to server")) :].split()).rstrip(".")


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _advice(error: Exception, url: URL) -> str:
    of_a_file = url.get_backend_name() == "sqlite"
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    advice = next(
        (
            advice
            for word, advice in (_OF_A_FILE if of_a_file else _OF_A_SERVER).items()
            if word == code or word in _said(error)
        ),
        "",
    )
    # a connection that ends has no code, or one of these classes
    lost = isinstance(error, OperationalError) and (not code or code[:2] in ("08", "57"))
    if not advice and not of_a_file and lost:
        return _GONE
    return advice.format(database=url.database or "", username=url.username or "")


def _install(url: URL) -> str:
    if url.drivername == "postgresql+psycopg":
        return "Install it: pip install 'nbjudge[postgresql]'"
    return "Install it, or name another in c.CourseDirectory.db_url: postgresql+psycopg://…"
