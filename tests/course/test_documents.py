"""What README and docs tell people to type is there, and does what they say, in their order."""

import re
import shlex
import shutil
import subprocess

import forked
import nbformat
import pytest
import small_course
from documents import commands
from lms_files import canvas_gradebook, moodle_place, moodle_worksheet, zipped
from repository import ROOT

PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
MAKEFILE = (ROOT / "Makefile").read_text()
# in the small course that takes the lab's place
SMALL = {
    "lab1": small_course.ASSIGNMENT,
    "q1_l1_backprop": "area",
    "ASSIGNMENT": small_course.ASSIGNMENT,
}
PEOPLE = {"half_done": "101", "ada": "102"}
# not run here: what waits for a browser, and what is no command
ELSEWHERE = re.compile(r"make lab|db\.example\.org|    c\.")


def spans(page, program):
    """Return what stands in a page between single backticks and begins with a program's name."""
    return re.findall(rf"(?<!`)`({program} [^`\n]+)`", (ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_make_knows_every_target_and_variable_that_a_page_names(page):
    targets = set(re.search(r"\.PHONY: ((?:.*\\\n)*.*)", MAKEFILE)[1].replace("\\", " ").split())
    for line in spans(page, "make"):
        for word in shlex.split(line)[1:]:
            name, given, _ = word.partition("=")
            known = re.search(rf"^{name} :?\??= ?|\({name}\)", MAKEFILE, re.MULTILINE)
            assert known if given else name in targets, line


def anchors(path):
    """Return what can stand behind a # in a link to a page, as GitHub makes it of the headings."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_pictures_of_a_page_lead_somewhere(page):
    path = ROOT / page
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if link.startswith(("http", "mailto:")):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file) if file else path
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_the_index_of_the_lab_says_what_the_notebooks_say():
    index = (ROOT / "docs" / "lab.md").read_text(encoding="utf-8")
    for path in sorted(ROOT.glob("source/*/*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        title, points, minutes = re.search(
            r"^# (.+)\n\n\*\*(\d+) (?:extra )?points · about (\d+) minutes",
            cells[0].source,
            re.MULTILINE,
        ).groups()
        assert re.search(
            rf"^\| \[{path.stem[:2].upper()}\].* \| {points}.* \| {minutes} \|", index, re.MULTILINE
        )
        section = index.split(f"## {title}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| \d .*$", cells[0].source, re.MULTILINE)
        assert rows == re.findall(r"^\| \d .*$", section, re.MULTILINE)
        announced = sum("you should see.**" in cell.source for cell in cells)
        assert section.count("![") >= announced


@pytest.fixture(scope="module")
def help_of(tmp_path_factory):
    """Return what ``--help`` says, by command."""
    folder, found = tmp_path_factory.mktemp("help"), {}

    def ask(command):
        if command not in found:
            found[command] = small_course.nbjudge(folder, command, "--help")
        return found[command]

    return ask


def test_every_command_has_help(help_of):
    from nbjudge.cli.main import COMMANDS

    for command in COMMANDS:
        said = help_of(command)
        assert "Traceback" not in said
        assert f"nbjudge {command}" in said or command == "again"  # another name of explain


@pytest.mark.parametrize("page", PAGES)
def test_nbjudge_knows_every_command_and_option_that_a_page_names(page, help_of):
    lines = [*spans(page, "nbjudge"), *(c for c in commands(page) if c.startswith("nbjudge "))]
    for line in lines:
        command, *words = re.sub(r"[\[\]]", "", line).split()[1:]
        for option in (word.partition("=")[0] for word in words if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){option}\b", help_of(command)), line


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return a course whose class is in an LMS, with what the LMS gives."""
    course = small_course.build(tmp_path_factory.mktemp("documents"))
    handed_in = [small_course.hand_in(course, name, small_course.WRONG) for name in PEOPLE]
    files = [(path.parent.parent.name, path) for each in handed_in for path in each.iterdir()]
    people = [(key, name) for name, key in PEOPLE.items()]
    moodle_worksheet(course / "Grades-small.csv", people, "6")
    places = [(moodle_place(name, PEOPLE[name]), path) for name, path in files]
    zipped(
        course / "Deep Learning-small-4711.zip",
        [(f"{place}/{path.name}", path.read_bytes()) for place, path in places],
    )
    zipped(
        course / "submissions.zip",
        [(f"{name}_{PEOPLE[name]}_7_{path.name}", path.read_bytes()) for name, path in files],
    )
    canvas = [(key, f"{name}, X", name) for name, key in PEOPLE.items()]
    canvas_gradebook(course / "Grades.csv", canvas, "small (4711)", "6")
    shutil.rmtree(course / "submitted")
    small_course.hand_in(course, "half_done", small_course.RIGHT)
    return course


def follow(line, course):
    """Run a line of a page in the course: one command in a fork, anything else by a shell."""
    words = shlex.split(line)
    if words[0] in ("nbjudge", "nbgrader") and not set(line) & set("|&;<>$*?`"):
        return forked.run(course, words, small_course.environment())
    return subprocess.run(
        line,
        shell=True,
        cwd=course,
        env=small_course.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


def test_the_page_for_instructors_can_be_followed_line_by_line(course):
    ran = []
    for line in commands("docs/instructors.md"):
        if ELSEWHERE.search(line) or not re.match(r"(nbjudge|nbgrader|python|date|grep) ", line):
            continue
        for word, small in SMALL.items():
            line = line.replace(word, small)
        done = follow(line, course)
        found_nothing = line.startswith("grep") and done.returncode == 1
        assert done.returncode == 0 or found_nothing, f"{line}\n{done.stdout}"
        ran.append(line)
    assert len(ran) > 12
    made = ("Grades-small-filled.csv", "feedback.zip", "Grades-small.csv", "report.html")
    for name in (*made, "numbers.csv", "grades.csv"):
        assert (course / name).stat().st_size > 100, name
