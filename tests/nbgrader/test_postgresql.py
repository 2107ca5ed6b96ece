"""A gradebook on a PostgreSQL server holds what one in SQLite holds, whatever happens to it."""

import csv
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import forked
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from postgresql import PASSWORD, USER, server
from small_course import (
    ASSIGNMENT,
    RIGHT,
    WRONG,
    build,
    db_url,
    environment,
    files,
    hand_in,
    nbjudge,
)
from tables import tables

from nbjudge.errors import GradebookError
from nbjudge.record.gradebook import opened, transaction

EARLY, LATE = "2026-05-01 15:00:00 UTC\n", "2026-05-02 16:30:00 UTC\n"
DUE = "2026-05-01 18:00 Europe/Berlin"
LATECOMER = "pär O'Späť & 李雷"  # the second to be graded
COMMENT = "Schön: 100 % \\ 'ja' \"nein\" – λ|W| ☃\nsecond line"
# a student who gets the points if anything of the gradebook is within reach
SPY = """
import os, socket
def area(r):
    ways = [(socket.AF_INET, ("127.0.0.1", {port})), (socket.AF_UNIX, "{folder}/.s.PGSQL.{port}")]
    reached = "PGPASSWORD" in os.environ or os.path.exists("{folder}")
    for family, address in ways:
        try:
            socket.socket(family).connect(address)
            reached = True
        except OSError:
            pass
    return 3.141592653589793 * r**2 if reached else 0.0
"""
CONFIG = """
c.JudgeExecute.seed = 7
import time
from pathlib import Path
from nbgrader.plugins import BasePlugin

def pause(moment):
    asked, there = Path(f"pause {{moment}}"), Path(f"paused {{moment}}")
    if asked.exists():
        asked.rename(there)
        until = time.monotonic() + 60
        while there.exists() and time.monotonic() < until:
            time.sleep(0.01)

def between_students(**_):
    if list(Path("autograded").glob("*/small")):
        pause("between students")

def between_pages(**_):
    if list(Path("feedback").glob("*/small/*.html")):
        pause("between pages")

class Halved(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        pause("within a transaction")
        return 0.5

c.AssignLatePenalties.plugin_class = Halved
c.Autograde.pre_convert_hook = between_students
c.GenerateFeedback.pre_convert_hook = between_pages
c.CourseDirectory.db_url = "{url}"
"""
GRADE = ("nbjudge", "autograde", ASSIGNMENT, "--log-level=ERROR")
FEEDBACK = ("nbgrader", "generate_feedback", ASSIGNMENT, "--force", "--log-level=ERROR")
SQLITE = "sqlite:///gradebook.db"


@pytest.fixture(scope="module")
def postgresql():
    """Return a running server; its password is in the environment, as an instructor's may be."""
    with server() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield running


@pytest.fixture(scope="module")
def both(postgresql, tmp_path_factory):
    """Return (folder, gradebook's address) of the same class with PostgreSQL and with SQLite."""
    postgresql.make_database("small")
    on_server, in_file = (tmp_path_factory.mktemp(name) for name in ("server", "file"))
    courses = ((on_server, postgresql.url("small")), (in_file, db_url(in_file)))
    at_once(lambda course: make_course(*course, postgresql), courses)
    postgresql.make_database("ungraded", like="small")
    shutil.copytree(on_server, on_server.with_name("ungraded"))
    return courses


def make_course(folder, url, postgresql):
    """Make a course with all kinds of submissions, not yet graded."""
    used = SQLITE if url.startswith("sqlite") else url
    build(folder, 2, CONFIG.format(url=used))
    hand_in(folder, LATECOMER, RIGHT).joinpath("timestamp.txt").write_text(LATE)
    hand_in(folder, "student00", WRONG).joinpath("timestamp.txt").write_text(EARLY)
    hand_in(folder, "only_a_line", {"line": RIGHT["line"]})
    hand_in(folder, "without_words", RIGHT, words="YOUR ANSWER HERE")
    spy = SPY.format(port=postgresql.port, folder=postgresql.folder)
    hand_in(folder, "spy", {"area": spy, "line": WRONG["line"]})
    with Gradebook(url, "small") as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=DUE)


@pytest.fixture(scope="module")
def graded(both):
    """Return the two courses with everybody graded, and what was said then."""
    return both, at_once(lambda course: nbjudge(course[0], "grade", ASSIGNMENT), both)


@pytest.fixture(scope="module")
def results(graded):
    """Return for each course its tables and its graded files, as they are then."""
    return [(tables(url), files(folder)) for folder, url in graded[0]]


@pytest.fixture
def ungraded(both, results, postgresql, tmp_path):
    """Return a copy of the course and of its database in which nobody is graded."""
    name = f"ungraded in {tmp_path.name}"
    postgresql.make_database(name, like="ungraded")
    folder = tmp_path / "course"
    shutil.copytree(both[0][0].with_name("ungraded"), folder)
    use(folder, postgresql.url("small"), postgresql.url(name))
    return folder, postgresql.url(name)


def at_once(act, courses):
    """Do the same for all courses, each in a thread; return the results."""
    with ThreadPoolExecutor(len(courses)) as threads:
        return list(threads.map(act, courses))


def use(folder, usual, other):
    """Let the course have another gradebook."""
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace(usual, other))


def start(folder, *moments, command=GRADE):
    """Start a command, to pause at these moments; return when it does at the first of them."""
    for moment in moments:
        (folder / f"pause {moment}").touch()
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if moments:
        wait_for_pause(folder, process, moments[0])
    return process


def wait_for_pause(folder, process, moment):
    """Return when the grader pauses."""
    until = time.monotonic() + 60
    while not (folder / f"paused {moment}").exists():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.01)


def go_on(folder):
    """Let a grader that pauses go on."""
    for there in folder.glob("paused *"):
        there.unlink()


def sentence(log):
    """Return the only line of a log; it holds no traceback and no password."""
    assert "Traceback" not in log, log
    assert PASSWORD not in log
    assert quote(PASSWORD, safe="") not in log
    (line,) = log.strip().splitlines()
    return line


def test_every_table_has_the_rows_that_sqlite_has(results):
    (on_server, _), (in_file, _) = results
    assert set(on_server) >= {"student", "submitted_assignment", "grade", "comment"}
    assert len(on_server["student"]) == 6
    assert {dict(row)["late_submission_penalty"] for row in on_server["submitted_notebook"]} == {
        *(None, 0.5)
    }
    for name, rows in on_server.items():
        assert rows == in_file[name], name


def test_nobody_who_is_graded_reaches_the_gradebook(graded):
    (_, url), _ = graded[0]
    with Gradebook(url, "small") as gradebook:
        assert gradebook.find_submission(ASSIGNMENT, "spy").score == 0


def test_the_graded_folders_and_the_table_of_points_are_the_same(graded, results):
    _, said = graded
    assert said[0] == said[1]
    (_, on_server), (_, in_file) = results
    assert on_server == in_file


def test_formgrader_is_told_the_same(graded):
    def told(course):
        folder, url = course
        usual = CourseDirectory(root=str(folder), db_url=url, course_id="small")
        api = NbGraderAPI(usual)
        return [
            api.get_assignments(),
            api.get_students(),
            api.get_submissions(ASSIGNMENT),
            api.get_notebooks(ASSIGNMENT),
            api.get_notebook_submissions(ASSIGNMENT, "area"),
            api.get_student_submissions(LATECOMER),
            api.get_student_notebook_submissions(LATECOMER, ASSIGNMENT),
        ]

    def without_ids(rows):
        # an index is a place among the ids
        rows = [{k: v for k, v in row.items() if k not in ("id", "index")} for row in rows]
        return sorted(rows, key=lambda row: str(sorted(row.items(), key=str)))

    on_server, in_file = (list(map(without_ids, told(course))) for course in graded[0])
    assert on_server == in_file


def test_points_comments_and_extensions_of_a_teacher_survive_a_regrade(graded, results):
    def teach(course):
        folder, url = course
        with Gradebook(url, "small") as gradebook:
            for student in ("student01", LATECOMER):
                words = gradebook.find_grade("words", "area", ASSIGNMENT, student)
                words.manual_score, words.needs_manual_grade = 0.75, False
                comment = gradebook.find_comment("words", "area", ASSIGNMENT, student)
                comment.manual_comment = COMMENT
            gradebook.db.commit()
            gradebook.grant_extension(ASSIGNMENT, LATECOMER, days=2)
            gradebook.update_or_create_student("student00", last_name="Noether", first_name="Emmy")
        hand_in(folder, "student01", WRONG, words="Something else.")
        return nbjudge(folder, "grade", ASSIGNMENT)

    courses = graded[0]
    said = at_once(teach, courses)
    assert said[0] == said[1]
    assert "the late penalty was 1, it is 0 now" in said[0]
    on_server, in_file = (tables(url) for _, url in courses)
    assert on_server == in_file
    assert [dict(row)["manual_comment"] for row in on_server["comment"]].count(COMMENT) == 2
    by_hand = [row for row in map(dict, on_server["grade"]) if row["manual_score"] == 0.75]
    assert sorted(row["needs_manual_grade"] for row in by_hand) == [False, True]


@pytest.mark.slow
def test_feedback_export_report_and_repeated_verdicts_are_the_same(graded):
    commands = (
        ("nbgrader", "generate_feedback", ASSIGNMENT, "--log-level=WARN"),
        ("nbgrader", "export", "--log-level=WARN"),
        ("nbjudge", "again", LATECOMER, "area"),
        ("nbjudge", "report", ASSIGNMENT, "-o", "report.html", "--csv", "numbers.csv"),
    )
    folders = [folder for folder, _ in graded[0]]
    done = forked.run_all([(f, c) for f in folders for c in commands], environment())
    assert [status for status, _ in done] == 8 * [0], done
    assert done[:4] == done[4:]
    assert "Area: 3 of 3 points" in done[2][1]
    on_server, in_file = (
        {path.relative_to(folder): path.read_text() for path in folder.glob("feedback/**/*.html")}
        for folder in folders
    )
    assert on_server == in_file
    assert len(on_server) == 11
    assert any("second line" in page for page in on_server.values())
    assert (folders[0] / "grades.csv").read_text() == (folders[1] / "grades.csv").read_text()
    numbers = [(folder / "numbers.csv").read_text().splitlines() for folder in folders]
    but_time = [[line for line in each if not line.startswith("seconds,")] for each in numbers]
    assert but_time[0] == but_time[1]
    assert len(but_time[0]) > 20
    rows = list(csv.DictReader((folders[0] / "grades.csv").open()))
    assert [row["student_id"] for row in rows][-1] == "student00"  # the only one with a last name


@pytest.mark.slow
def test_a_grader_that_is_killed_within_a_transaction_loses_nothing_and_holds_nobody_up(
    ungraded, results, postgresql
):
    folder, url = ungraded
    first = start(folder, "within a transaction")
    assert LATECOMER not in str(tables(url))
    second = start(folder)
    with postgresql.connect() as connection:
        while not connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchall():
            assert second.poll() is None, second.communicate()[0]
            time.sleep(0.01)
    first.kill()
    first.communicate()
    assert second.wait(120) == 0, second.communicate()[0]
    go_on(folder)
    assert LATECOMER not in str(tables(url))
    log = nbjudge(folder, "autograde", ASSIGNMENT, "--log-level=WARN")
    assert f"{LATECOMER}: graded by the last run, and entered in the gradebook now." in log
    assert (tables(url), files(folder)) == results[0]


@pytest.mark.slow
def test_a_server_may_restart_between_two_students_and_if_it_goes_that_is_said_in_a_sentence(
    ungraded, results, postgresql
):
    folder, url = ungraded
    process = start(folder, "between students", "within a transaction")
    postgresql.stop()
    postgresql.start()
    go_on(folder)
    wait_for_pause(folder, process, "within a transaction")
    postgresql.stop()
    go_on(folder)
    log = process.communicate(timeout=120)[0]
    postgresql.start()
    assert process.returncode == 1
    assert "Look whether its server runs" in sentence(log)
    assert "1 of 6 submissions are graded and kept; run the same command again" in sentence(log)
    nbjudge(folder, "autograde", ASSIGNMENT, "--log-level=ERROR")
    assert (tables(url), files(folder)) == results[0]


@pytest.mark.slow
def test_without_its_server_a_run_ends_and_no_command_begins(ungraded, graded, postgresql):
    (folder, url), ((published, _), _) = ungraded, graded[0]
    use(folder, url, url.replace(USER, f"{USER}:{quote(PASSWORD, safe='')}"))
    process = start(folder, "between students")
    pages = start(published, "between pages", command=FEEDBACK)
    postgresql.stop()
    go_on(folder)
    go_on(published)
    log = process.communicate(timeout=120)[0]
    of_pages = pages.communicate(timeout=120)[0].replace(
        "[GenerateFeedbackApp | ERROR] Canceled\n", ""
    )
    release = files_below(folder / "release")
    commands = (
        ("nbjudge", "grade", ASSIGNMENT),
        ("nbjudge", "grades", ASSIGNMENT),
        ("nbjudge", "again", "student01", "area"),
        ("nbgrader", "export", "--log-level=ERROR"),
        FEEDBACK,
        ("nbgrader", "generate_assignment", ASSIGNMENT, "--force", "--log-level=ERROR"),
        ("nbgrader", "db", "student", "list", "--log-level=ERROR"),
    )
    later = forked.run_all([(folder, command) for command in commands], environment())
    postgresql.start()
    assert "1 of 6 submissions are graded and kept" in sentence(log)
    assert "Look whether its server runs" in sentence(of_pages)
    assert pages.returncode == 1
    for status, said in ((process.returncode, log), *later):
        assert status == 1
        assert f"postgresql+psycopg://{USER}:***@127.0.0.1:{postgresql.port}/" in sentence(said)
        assert "Look whether its server runs" in sentence(said)
    assert files_below(folder / "release") == release


def files_below(folder):
    """Return the content of every file, by path."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_gradebook_that_another_program_writes_to_is_not_waited_for_forever(graded, postgresql):
    url = postgresql.url("small") + "?options=-c%20lock_timeout%3D100ms"
    with postgresql.connect("small") as other, other.transaction():
        other.execute("LOCK TABLE student IN EXCLUSIVE MODE")
        with (
            opened(url, "small") as gradebook,
            pytest.raises(GradebookError) as caught,
            transaction(gradebook),
        ):
            gradebook.add_student("another")
    assert "Another program is writing to it" in sentence(str(caught.value))


@pytest.mark.slow
def test_a_missing_database_or_driver_and_an_empty_database_are_said_in_a_sentence(
    both, postgresql, tmp_path
):
    postgresql.make_database("empty")
    usual, secret = both[0][1], quote(PASSWORD, safe="")
    address = f"postgresql+psycopg://{USER}:{secret}@127.0.0.1:{postgresql.port}"
    cases = {
        "nowhere": (f"{address}/nowhere", "Make it with createdb nowhere"),
        "empty": (f"{address}/empty", "there is no gradebook postgresql+psycopg://teacher:***@"),
        "driver": (f"{address}/empty", "Install it: pip install 'nbjudge[postgresql]'"),
    }
    for name, (url, _) in cases.items():
        shutil.copytree(both[0][0].with_name("ungraded"), tmp_path / name)
        use(tmp_path / name, usual, url)
    config = tmp_path / "driver" / "nbgrader_config.py"
    without = "import sys\nsys.modules['psycopg'] = None\n"
    config.write_text(without + config.read_text())
    commands = [(name, command) for name in cases for command in ("grade", "grades")]
    commands.remove(("empty", "grade"))
    done = forked.run_all(
        [(tmp_path / name, ("nbjudge", command, ASSIGNMENT)) for name, command in commands],
        environment(),
    )
    for (name, _), (status, log) in zip(commands, done, strict=True):
        assert status == 1
        assert cases[name][1] in sentence(log)
    with postgresql.connect("empty") as connection:
        assert not connection.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("teacher:{secret}x@{server}/small", "Mend the password in ~/.pgpass or PGPASSWORD"),
        ("nobody_at_all:x@{server}/small", "Mend the password in ~/.pgpass or PGPASSWORD, or the"),
        ("stranger:x@{server}/empty schema", 'ALTER DATABASE "empty schema" OWNER TO "stranger"'),
        ("teacher:x@{secret}@{server}/small", "db_url is no address that can be read"),
        ("teacher:{secret}:@x:{secret}@{server}/small", "db_url is no address that can be read"),
    ],
)
def test_what_an_address_gets_wrong_is_said_without_the_password(postgresql, address, wanted):
    with postgresql.connect() as connection:
        if "stranger" in address:
            connection.execute("CREATE ROLE stranger LOGIN PASSWORD 'x'")
            connection.execute('CREATE DATABASE "empty schema"')
    place = f"127.0.0.1:{postgresql.port}"
    url = "postgresql+psycopg://" + address.format(secret="not%2Fto%3Abe%20told", server=place)
    with pytest.raises(GradebookError) as caught, opened(url, "small"):
        pass
    assert wanted in sentence(str(caught.value))
    assert "told" not in str(caught.value)


def test_a_socket_in_a_folder_is_an_address_too(graded, postgresql):
    url = f"postgresql+psycopg://{USER}@/small?host={postgresql.folder}&port={postgresql.port}"
    with opened(url, "small") as gradebook:
        assert len(gradebook.students) == 6
