"""The beginning of ``nbjudge grade``: libraries are imported at once, for what the course says."""

import json
import sys
import time

import pytest
from small_course import ASSIGNMENT, RIGHT, build, hand_in, nbjudge, rows, run

# what is known and what is imported when the command has begun, and not yet imported nbgrader
BEGUN = """
import json, sys
from nbjudge import quick
quick.begin(sys.argv[1:])
warm = sys.modules.get("nbjudge.sandbox.zygote_client")
asked = [modules for modules, *_ in warm._zygotes] if warm else None
print(json.dumps([asked, "nbgrader" in sys.modules]))
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
        ([], [["numpy"]]),
        (['--BoxProvisioner.preload=["json"]'], []),
        (["--unboxed"], None),
        (["--scheduler=tls://10.0.0.1:8786"], None),
    ],
)
def test_the_warm_process_knows_what_to_import_before_nbgrader_is_imported(course, options, asked):
    said = run(course, sys.executable, "-c", BEGUN, ASSIGNMENT, *options)
    assert json.loads(said) == [asked, False]


@pytest.mark.parametrize("config", ["", "raise ValueError('a slip')", "import sys; sys.exit(3)"])
def test_a_configuration_that_cannot_be_read_is_left_to_nbgrader(tmp_path, config):
    if config:
        (tmp_path / "nbgrader_config.py").write_text(config)
    said = run(tmp_path, sys.executable, "-c", BEGUN, ASSIGNMENT)
    assert json.loads(said) == [[], False]


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


def test_a_configuration_that_takes_long_is_not_waited_for(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text("import time; time.sleep(60)")
    began = time.monotonic()
    said = run(tmp_path, sys.executable, "-c", BEGUN, ASSIGNMENT)
    assert json.loads(said) == [[], False]
    assert time.monotonic() - began < 30
