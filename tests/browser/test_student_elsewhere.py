"""A student works on Google Colab, in VS Code or in DataSpell: what is saved there is graded alike.

Colab itself is out of reach: a stand-in has what the notebooks use of it, the module
`google.colab`, no data beside the notebook, and the course at an address in the network.
"""

import functools
import http.server
import json
import shutil
import threading

import nbformat
import pytest
import saved_by
from repository import ROOT, copy_course, nbgrader
from small_course import nbjudge
from students import (
    NOTEBOOKS,
    POINTS,
    assignment,
    hand_in,
    new_home,
    points,
    problems,
    run,
    solved,
)

pytestmark = pytest.mark.usefixtures("needs_student_environment")
PROGRAMS = {
    "colab": saved_by.colab,
    "colab-copied": functools.partial(saved_by.colab, keeps_nbgrader=False),
    "vscode": saved_by.vscode,
    "vscode-old": saved_by.old_vscode,
    "dataspell": saved_by.dataspell,
}


class Address(http.server.SimpleHTTPRequestHandler):
    """Serves the course's data as the repository does, and remembers who asked for what."""

    asked: list[str] = []  # noqa: RUF012, shared by all requests

    def do_GET(self):
        self.asked.append(self.path)
        super().do_GET()

    def translate_path(self, path):
        return str(ROOT / path.removeprefix("/course/raw/main/"))

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address():
    """Return where the course can be reached."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Address) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/course"
        server.shutdown()


@pytest.fixture(scope="module", params=NOTEBOOKS)
def name(request):
    """Return the name of a notebook."""
    return request.param


@pytest.fixture(scope="module")
def on_colab(name, address, tmp_path_factory):
    """Return a solved notebook, run where there is `google.colab` and nothing of the course."""
    Address.asked.clear()
    home = new_home(tmp_path_factory.mktemp("colab"))
    package = home / "google" / "colab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    startup = home / ".ipython" / "profile_default" / "startup"
    startup.mkdir()
    # Colab has imported it before the first cell runs
    (startup / "colab.py").write_text(f"import sys\nsys.path.insert(0, {str(home)!r})\n")
    (startup / "later.py").write_text("import google.colab\n")
    nb = solved(name)
    for cell in nb.cells:
        cell.source = cell.source.replace(COURSE, address)
    return run(nb, home)


COURSE = "https://github.com/deep-learning-lab-1/deep-learning-lab-1"


@pytest.fixture(scope="module")
def course(name, on_colab, tmp_path_factory):
    """Return a course in which each program's files are graded, with feedback and a report."""
    course = copy_course(tmp_path_factory.mktemp("course"))
    shutil.rmtree(course / "submitted")
    for student, saved in PROGRAMS.items():
        file = course / "saved.ipynb"
        text = json.dumps(saved(on_colab), ensure_ascii=False, indent=2)
        file.write_text(text, encoding="utf-8")
        hand_in(course, student, name, file)
    each = assignment(name)
    nbgrader(course, "generate_assignment", each, "--force")
    nbgrader(course, "autograde", each)
    nbgrader(course, "generate_feedback", each)
    nbjudge(course, "report", each, "-o", "report.html", "--names")
    return course


def test_on_colab_the_data_come_from_the_courses_address_and_all_cells_run(name, on_colab):
    asked = [path for path in Address.asked if path.startswith("/course/raw/main/data/")]
    reads_data = any("find_data(" in cell.source for cell in solved(name).cells)
    assert bool(asked) == reads_data
    assert not problems(on_colab)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_each_program_saves_gets_the_same_points(course, program, name):
    assert points(course, program, name) == POINTS[name]


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_programs_files_are_as_nbformat_allows(on_colab, program):
    saved = json.loads(json.dumps(PROGRAMS[program](on_colab)))
    nbformat.validate(nbformat.from_dict(saved))


def test_who_ran_a_cell_on_colab_is_told_to_nobody(name, course):
    places = [course / "autograded", course / "feedback", course / "report.html"]
    files = [file for place in places for file in (place, *place.rglob("*")) if file.is_file()]
    assert len(files) > len(PROGRAMS)
    words = [word.encode() for word in (*saved_by.PERSON.values(), "executionInfo")]
    for file in files:
        content = file.read_bytes()
        assert not [word for word in words if word in content], file
    handed_in = (course / "submitted" / "colab" / assignment(name)).glob("*.ipynb")
    assert all(words[0] in file.read_bytes() for file in handed_in)
