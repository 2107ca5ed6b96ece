"""The beginning of ``nbjudge grade``: libraries are imported at once, as the course names them."""

import json
import sys

import pytest
from mounts import only_root
from small_course import ASSIGNMENT, RIGHT, build, hand_in, nbjudge, rows, run

from nbjudge.sandbox.zygote_pool import ZygotePool

# the zygotes' modules and accounts, and whether nbgrader is imported, when the command has begun
BEGUN = """
import json, sys
from pathlib import Path
from nbjudge.cli.early_start import start_zygote
from nbjudge.sandbox.zygote_pool import process_pool
start_zygote(sys.argv[1:], Path.cwd())
print(json.dumps([[*process_pool()._zygotes], "nbgrader" in sys.modules]))
"""
# what a program can do once in a process, or to the process
ODD = """
import logging, os, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from own import base

c = get_config()
c.CourseDirectory.root = sys.path[0]
c.merge(base)
os.chdir("/")
logging.basicConfig()
logging.warning("said by the course")
"""
OWN = """
import nbjudge
from traitlets.config import Config

print("own settings")
base = Config()
base.CourseDirectory.course_id = "small"
base.CourseDirectory.db_url = "sqlite:///" + __file__.replace("own/__init__.py", "gradebook.db")
nbjudge.configure(base)
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course with two submissions that are right."""
    course = build(tmp_path_factory.mktemp("course"))
    for student in ("anna", "ben"):
        hand_in(course, student, RIGHT)
    return course


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ([], [[["numpy"], "nobody"]]),
        (['--BoxProvisioner.preload=["json"]'], []),
        (["--unboxed"], []),
        (["--scheduler=tls://10.0.0.1:8786"], []),
    ],
)
def test_the_zygote_knows_what_to_import_before_nbgrader_is_imported(course, options, asked):
    said = run(course, sys.executable, "-c", BEGUN, ASSIGNMENT, *options)
    assert json.loads(said) == [asked, False]


@pytest.mark.parametrize(
    "config",
    [
        "",
        "raise ValueError('a slip')",
        "c.BoxProvisioner.preload = (",
        "c.BoxProvisioner.preload = 1",
        "names = ['numpy']\nc.BoxProvisioner.preload = names",
        pytest.param(
            "c.BoxProvisioner.preload = ['numpy']\nc.BoxProvisioner.run_as = 'no-such-account'",
            marks=only_root,
        ),
    ],
)
def test_settings_that_cannot_be_read_off_are_left_to_nbgrader(tmp_path, config):
    (tmp_path / "nbgrader_config.py").write_text(config)
    said = run(tmp_path, sys.executable, "-c", BEGUN, ASSIGNMENT)
    assert json.loads(said) == [[], False]


def test_without_a_configuration_nothing_is_begun(tmp_path):
    said = run(tmp_path, sys.executable, "-c", BEGUN, ASSIGNMENT)
    assert json.loads(said) == [[], False]


def test_settings_are_found_beside_the_configuration_and_nothing_of_it_is_run(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("import settings\nsettings.make(get_config())")
    (tmp_path / "settings.py").write_text(
        "1 / 0\ndef make(c):\n    c.BoxProvisioner.memory = 1 << 30\n"
        "    c.BoxProvisioner.preload = ['json', 'numpy']\n"
    )
    said = run(tmp_path, sys.executable, "-c", BEGUN, ASSIGNMENT)
    assert json.loads(said) == [[[["json", "numpy"], "nobody"]], False]


def test_a_zygote_that_was_expected_and_is_not_asked_for_ends():
    pool = ZygotePool()
    try:
        pool.expect(("json",), "nobody")
        expected = pool.get(("json",), "nobody")
        assert expected.alive
        other = pool.get(("numpy",), "nobody")
        assert expected.alive, "it was asked for, too"
        pool.expect(("csv",), "nobody")
        wrong = pool._zygotes[("csv",), "nobody"]
        assert pool.get(("numpy",), "nobody") is other
        assert not wrong.alive
    finally:
        pool.close()
    assert not other.alive


def test_a_configuration_may_do_what_can_be_done_once(course):
    (course / "own").mkdir()
    (course / "own" / "__init__.py").write_text(OWN)
    usual = (course / "nbgrader_config.py").read_text()
    (course / "nbgrader_config.py").write_text(ODD)
    try:
        printed = nbjudge(course, "grade", ASSIGNMENT)
    finally:
        (course / "nbgrader_config.py").write_text(usual)
    assert printed.count("own settings") == 1
    assert "said by the course" in printed
    assert [points for points, *_ in rows(course).values()].count(3) == 2
