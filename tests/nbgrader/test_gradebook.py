"""A gradebook or a disk that fails: one sentence that says what to do, and nothing is lost."""

import os
import shutil
import sqlite3
import subprocess
import time

import pytest
from mounts import only_root, with_own_mounts
from small_course import (
    ASSIGNMENT,
    build,
    environment,
    files,
    forget_grading,
    nbgrader,
    nbjudge,
    rows,
)

GRADE = ("autograde", ASSIGNMENT, "--log-level=WARN")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with four submissions."""
    return build(tmp_path_factory.mktemp("gradebook"), 4, "c.JudgeExecute.seed = 7")


@pytest.fixture(scope="module")
def done(course):
    """Return a copy of the course in which everybody is graded and nothing has failed."""
    nbgrader(course, *GRADE)
    return shutil.copytree(course, course.with_name("done"))


@pytest.fixture(scope="module")
def graded(course, done):
    """Return rows and files of a run in which nothing fails."""
    return rows(course), files(course)


@pytest.fixture
def ungraded(course, graded):
    """Return the course with nobody graded."""
    forget_grading(course)
    return course


def advice(log):
    """Return the last line of a log that has no traceback."""
    assert "Traceback" not in log, log
    return log.strip().splitlines()[-1]


def test_a_gradebook_that_is_locked_is_noticed_before_the_work(ungraded, graded):
    other = sqlite3.connect(ungraded / "gradebook.db")
    other.execute("begin exclusive")
    begin = time.monotonic()
    log = nbgrader(ungraded, *GRADE, status=1)
    assert time.monotonic() - begin < 60
    other.close()
    assert "gradebook.db cannot be used: database is locked." in advice(log)
    assert "run the same command again" in advice(log)
    assert not list((ungraded / "autograded").glob("*/*"))
    nbgrader(ungraded, *GRADE)
    assert (rows(ungraded), files(ungraded)) == graded


def test_what_is_graded_while_the_gradebook_gets_locked_is_entered_later(ungraded, graded):
    process = subprocess.Popen(
        ["nbgrader", *GRADE],
        cwd=ungraded,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while process.poll() is None and not list(ungraded.glob(f"autograded/*/{ASSIGNMENT}")):
        time.sleep(0.005)
    other = sqlite3.connect(ungraded / "gradebook.db", timeout=30)
    other.execute("begin exclusive")
    log = process.communicate(timeout=120)[0]
    other.close()
    if process.returncode == 0:
        pytest.skip("all was graded before the lock was there")
    assert "database is locked" in advice(log)
    assert "of 4 submissions are graded and kept" in advice(log)
    # none waits if the lock came before the next student was begun
    waits = bool(list(ungraded.glob(f"autograded/*/.{ASSIGNMENT}.graded")))
    log = nbgrader(ungraded, *GRADE)
    assert waits == ("graded by the last run, and entered in the gradebook now" in log)
    assert (rows(ungraded), files(ungraded)) == graded


def test_a_gradebook_that_cannot_be_used_is_said_once_and_waited_for_once(ungraded):
    other = sqlite3.connect(ungraded / "gradebook.db")
    other.execute("begin exclusive")
    log = nbjudge(ungraded, "grade", ASSIGNMENT, status=1)
    other.close()
    assert log.count("database is locked") == 1
    assert len(log.strip().splitlines()) == 1, log


@pytest.mark.parametrize("how", ["not a database", "malformed", "its file is empty", "a folder"])
@pytest.mark.parametrize("command", [("export",), ("generate_feedback", ASSIGNMENT)])
def test_export_and_feedback_say_in_a_sentence_what_is_wrong(done, how, command):
    path = done / "gradebook.db"
    whole = path.read_bytes()
    spoil(path, how)
    log = nbgrader(done, *command, "--log-level=WARN", status=1)
    assert how in advice(log)
    assert "put it aside" in advice(log).lower()
    assert "***" not in log
    assert len(log.strip().splitlines()) == 1, log
    restore(path, whole)


def spoil(path, how):
    """Damage a gradebook."""
    whole = path.read_bytes()
    if how == "a folder":
        path.unlink()
        path.mkdir()
    elif how == "its file is empty":
        path.write_bytes(b"")
    else:
        begin = 0 if how == "not a database" else len(whole) // 2
        damage = os.urandom(len(whole[begin : begin + 8192]))
        path.write_bytes(whole[:begin] + damage + whole[begin + 8192 :])


def restore(path, whole):
    """Put the gradebook back."""
    if path.is_dir():
        path.rmdir()
    path.write_bytes(whole)


def test_a_gradebook_without_rights_to_write_can_be_exported(done):
    (done / "gradebook.db").chmod(0o444)
    nbgrader(done, "export")
    (done / "gradebook.db").chmod(0o644)
    assert (done / "grades.csv").read_text().count("student0") == 4


@pytest.mark.parametrize("how", ["not a database", "malformed", "its file is empty", "a folder"])
def test_a_damaged_gradebook_is_left_as_it_is(ungraded, graded, how):
    path = ungraded / "gradebook.db"
    whole = path.read_bytes()
    spoil(path, how)
    damaged = path.read_bytes() if path.is_file() else b""
    log = nbgrader(ungraded, *GRADE, status=1)
    assert how in advice(log)
    assert "put it aside" in advice(log).lower()
    assert path.is_dir() or path.read_bytes() == damaged
    assert not list((ungraded / "autograded").glob("*/*"))
    restore(path, whole)
    nbgrader(ungraded, *GRADE)
    assert (rows(ungraded), files(ungraded)) == graded


def test_a_gradebook_that_may_not_be_written_is_named(ungraded):
    config = ungraded / "nbgrader_config.py"
    usual = config.read_text()
    config.write_text(usual.replace("sqlite:///", "sqlite:////nowhere/at/all/"))
    log = nbgrader(ungraded, *GRADE, status=1)
    config.write_text(usual)
    assert "unable to open database file" in advice(log)
    assert "look at the rights of /nowhere/at/all/gradebook.db" in advice(log)


def test_rows_that_are_gone_are_entered_again_from_the_graded_folders(ungraded, graded):
    nbgrader(ungraded, *GRADE)
    kept = files(ungraded)
    os.rename(ungraded / "autograded", ungraded / "kept")
    forget_grading(ungraded)
    os.rename(ungraded / "kept", ungraded / "autograded")
    nbgrader(ungraded, *GRADE)
    assert rows(ungraded) == graded[0]
    assert files(ungraded) == kept


@only_root
def test_a_disk_that_is_full_costs_nothing(ungraded, graded):
    done = with_own_mounts(
        f"""
        set -e
        export PATH='{environment()["PATH"]}'
        mount -t tmpfs -o size=6m none /mnt
        cp -a '{ungraded}' /mnt/course && cd /mnt/course
        dd if=/dev/zero of=/mnt/full bs=1024 2>/dev/null || true
        truncate --size=-40K /mnt/full    # room for some students, not for all
        nbgrader {" ".join(GRADE)} && exit 9
        echo "=== made room"; rm /mnt/full
        nbgrader {" ".join(GRADE)}
        cp -a autograded gradebook.db '{ungraded}'
        """
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first = done.stdout.split("=== made room")[0] + done.stderr
    assert "Traceback" not in done.stderr
    assert "disk is full" in first
    assert "run the same command again" in first
    assert (rows(ungraded), files(ungraded)) == graded


def test_a_course_that_a_group_shares_gets_folders_that_the_group_can_write(tmp_path):
    shared = build(tmp_path / "shared", 1, "c.CourseDirectory.groupshared = True")
    nbgrader(shared, *GRADE)
    (graded,) = shared.glob(f"autograded/*/{ASSIGNMENT}")
    for folder in (shared / "autograded", graded):
        assert folder.stat().st_mode & 0o2770 == 0o2770
    assert {path.stat().st_mode & 0o777 for path in graded.iterdir()} == {0o664}
