"""The beginning of ``nbjudge grade``: libraries are imported at once, for what the course says."""

import json
import sys

import pytest
from small_course import ASSIGNMENT, RIGHT, build, hand_in, nbjudge, rows, run

# what is known and what is imported when the command has begun, and not yet imported nbgrader
BEGUN = """
import json, sys
from nbjudge import quick
quick.begin(sys.argv[1:])
warm = sys.modules.get("nbjudge.kernel.warm")
asked = [modules for modules, *_ in warm._zygotes] if warm else None
print(json.dumps([asked, "nbgrader" in sys.modules]))
"""
# a module that configures when it is imported, and so only once in a process
OWN = """
import nbjudge
from traitlets.config import Config

print("own settings")
c = Config()
c.CourseDirectory.course_id = "small"
c.CourseDirectory.db_url = "sqlite:///gradebook.db"
nbjudge.configure(c)
"""
FROM_OWN = """
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import own

get_config().merge(own.c)
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
    [([], [["numpy"]]), (["--unboxed"], None), (["--scheduler=tls://10.0.0.1:8786"], None)],
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


def test_settings_in_a_module_that_is_imported_once_count_and_are_said_once(course):
    (course / "own.py").write_text(OWN)
    usual = (course / "nbgrader_config.py").read_text()
    (course / "nbgrader_config.py").write_text(FROM_OWN)
    try:
        printed = nbjudge(course, "grade", ASSIGNMENT)
    finally:
        (course / "nbgrader_config.py").write_text(usual)
    assert printed.count("own settings") == 1
    assert [points for points, *_ in rows(course).values()].count(3) == 2
