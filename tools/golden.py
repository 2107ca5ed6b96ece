"""What grading gives, written as files that can be compared: the net under a rebuild.

    python tools/golden.py write FOLDER [--tree TREE]   # what the code of a tree gives
    python tools/golden.py compare OLD NEW                # says what differs

Graded are, with the hidden inputs of one seed: the small course of the tests, in three ways
(``nbjudge grade --workers=0``, ``--workers=2`` and ``nbgrader autograde``), the sample class
(``--workers=0``), and 60 known answers. Written are scores, all tables of the gradebook, audit
lines, the texts of graded cells, feedback pages, the report on the class, and what each command
printed. Left out are times, seeds, digests and ids that are drawn at random: two runs of the same
code differ in them. ``--tree`` is another checkout, with an environment of its own in ``.venv``; so
one version of this file compares two versions of the project.

``--parts`` names what is written. ``all-answers`` and ``corpus``, by points and outcomes, take an
hour, and are written only if they are named.
"""

from __future__ import annotations

import argparse
import difflib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bs4 import BeautifulSoup

SEED = "--JudgeExecute.seed=1"  # an option of nbgrader's kind: rename it with the option
ANSWERS = 60  # of some 700, by a hash of their names
PARTS = ["small", "lab", "answers", "all-answers", "corpus"]
WAYS = ("alone", "workers", "nbgrader")
COURSE = ("source", "release", "hidden_tests", "data", "submitted", "autograded")
CONFIG = ("grader_config.py", "nbgrader_config.py")
SHOWN = 60  # lines of a difference
# keys of an audit line that are of one run, or of one version of the code
# (a fingerprint's inputs are drawn from the digest of the hidden tests)
OF_ONE_RUN = ("seed", "graded", "seconds", "digests", "format", "versions", "fingerprint")
NOISE = (
    (re.compile(r"(?<![\w</:])/(?:[\w.@-]+/)+[\w.@-]*"), "PATH"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?( UTC)?"), "TIME"),
    (re.compile(r"\b\d+(\.\d+)? (s|seconds|min)\b"), "SECONDS"),
    (re.compile(r"^ *\d+(\.\d+)? +s +", re.MULTILINE), "SECONDS "),
    (re.compile(r"^ +SECONDS +", re.MULTILINE), "SECONDS "),
    (re.compile(r"^\d:\d\d:\d\d .*submissions done.*\n(  .*\n)?", re.MULTILINE), ""),
    (re.compile(r", seed \d+"), ", seed"),
    (re.compile(r"^seconds,.*$", re.MULTILINE), "seconds"),
    (re.compile(r"─+"), "─"),
)


def write(tree: Path, target: Path, parts: list[str]) -> None:
    """Grade with the code of `tree`, and write what that gives below `target`; see `PARTS`."""
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        place = Path(folder)
        for way in WAYS if "small" in parts else ():
            course = place / way / "small"
            _python(tree, SMALL_COURSE, str(course))
            _grade_and_write(tree, course, "small", way, target / "small" / way)
        if "lab" in parts:
            course = _sample_class(tree, place / "lab")
            _grade_and_write(tree, course, "lab1", "alone", target / "lab1", tree / "release")
    for part, number in (("answers", ANSWERS), ("all-answers", 10_000)):
        if part in parts:
            (target / f"{part}.txt").write_text(_python(tree, KNOWN_ANSWERS, str(number)))
    if "corpus" in parts:
        (target / "corpus.txt").write_text(_python(tree, CORPUS))


def _grade_and_write(
    tree: Path, course: Path, assignment: str, way: str, target: Path, release: Path | None = None
) -> None:
    """Run the commands of a course's life in one folder; write what they printed and made."""
    target.mkdir(parents=True)
    grade = {
        "alone": ["nbjudge", "grade", assignment, "--workers=0", SEED],
        "workers": ["nbjudge", "grade", assignment, "--workers=2", SEED],
        "nbgrader": ["nbgrader", "autograde", assignment, "--log-level=WARN", SEED],
    }[way]
    commands = [
        ["nbgrader", "generate_assignment", assignment, "--force", "--log-level=ERROR"],
        ["nbjudge", "check", assignment],
        grade,
        ["nbjudge", "grade", assignment, "--workers=0", SEED],  # all is graded already
        ["nbgrader", "generate_feedback", assignment, "--log-level=WARN"],
        ["nbjudge", "grades", assignment],
        ["nbjudge", "report", assignment, "-o", "report.html", "--csv", "report.csv"],
        ["nbjudge", "export", assignment, "--to", "csv", "-o", "export.csv"],
        *_explained(course, assignment),
    ]
    if release is not None:  # the release is made and checked by make; it takes a minute
        del commands[1]
    printed = []
    for command in commands:
        done = _run(tree, course, command)
        printed.append(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}exit {done.returncode}\n")
    (target / "printed.txt").write_text(_clean("\n".join(printed)))
    (target / "tables.txt").write_text(_clean(_python(tree, TABLES, str(course / "gradebook.db"))))
    for name in ("report.html", "report.csv", "export.csv"):
        _copy(course / name, target / name)
    (target / "graded").mkdir()
    for path in sorted((course / "autograded").rglob("*")):
        if path.is_file() and path.name != "README.md":
            name = "__".join(path.relative_to(course / "autograded").parts)
            (target / "graded" / f"{name}.txt").write_text(_clean(_graded(path)))
    (target / "feedback").mkdir()
    for path in sorted((course / "feedback").rglob("*.html")):
        _copy(path, target / "feedback" / "__".join(path.relative_to(course / "feedback").parts))
    if release is not None:
        for path in sorted((course / "release" / assignment).glob("*.ipynb")):
            _copy(path, target / path.name)


def _explained(course: Path, assignment: str) -> list[list[str]]:
    if assignment == "small":
        return [["nbjudge", "explain", "student00", "area"]]
    task = ["penalty_lost", "q1_l1_backprop", "Regularised loss"]
    return [["nbjudge", "explain", *task, "--assignment", assignment]]


def _graded(path: Path) -> str:
    """Return what counts of a graded folder's file."""
    if path.suffix == ".jsonl":
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        kept = [{k: v for k, v in line.items() if k not in OF_ONE_RUN} for line in lines]
        return "\n".join(json.dumps(line, sort_keys=True, indent=1) for line in kept)
    if path.suffix != ".ipynb":
        return hashlib.sha256(path.read_bytes()).hexdigest()
    notebook = json.loads(path.read_text())
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = number  # drawn at random where a student's cell has none
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            for kind in data.keys() & {"image/png", "image/jpeg"}:
                data[kind] = hashlib.sha256(str(data[kind]).encode()).hexdigest()
    return json.dumps(notebook, sort_keys=True, indent=1, ensure_ascii=False)


def _copy(path: Path, target: Path) -> None:
    """Copy a text without its times; images in it are named by their digest."""
    text = path.read_text(encoding="utf-8") if path.is_file() else "there is none"
    text = re.sub(
        r"data:image/png;base64,([A-Za-z0-9+/=\s]+)",
        lambda found: "PNG " + hashlib.sha256(found[1].encode()).hexdigest(),
        text,
    )
    if path.suffix == ".html":  # pages are compared as trees
        soup = BeautifulSoup(text, "html.parser")
        for table in soup.find_all("table"):
            if "seconds by the clock" in table.get_text():
                table.decompose()
        text = soup.prettify()
    target.write_text(_clean(text), encoding="utf-8")


def _clean(text: str) -> str:
    for pattern, instead in NOISE:
        text = pattern.sub(instead, text)
    return text


def _sample_class(tree: Path, target: Path) -> Path:
    """Copy the course, without what grading has written; return the folder."""
    course = target / "course"
    for name in COURSE:
        ignore = shutil.ignore_patterns("lab1", "bonus") if name == "autograded" else None
        shutil.copytree(tree / name, course / name, ignore=ignore)
    for name in CONFIG:
        shutil.copy(tree / name, course / name)
    return course


def _environment(tree: Path) -> dict[str, str]:
    return {
        **{k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        "PATH": f"{tree / '.venv' / 'bin'}:{os.environ['PATH']}",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "100",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _run(tree: Path, folder: Path, command: list[str]) -> subprocess.CompletedProcess:
    program, *arguments = command
    return subprocess.run(
        [str(tree / ".venv" / "bin" / "python"), "-W", "ignore", "-m", program, *arguments],
        cwd=folder,
        env=_environment(tree),
        capture_output=True,
        text=True,
        timeout=1800,
    )


def _python(tree: Path, code: str, *arguments: str) -> str:
    """Run code with the tree's own tests to import from; return what it printed."""
    places = ["tests", "tests/support", "tests/sandbox", "tools", "bench"]
    path = [str(tree / each) for each in places]
    begin = f"import sys; sys.path[:0] = {path!r}\n"
    done = subprocess.run(
        [str(tree / ".venv" / "bin" / "python"), "-W", "ignore", "-c", begin + code, *arguments],
        cwd=tree,
        env=_environment(tree),
        stdout=subprocess.PIPE,
        text=True,
        timeout=7200,
    )
    if done.returncode:
        sys.exit(f"{tree}: the code above ended with {done.returncode}.")
    return done.stdout


# What imports from the project's own tests: change it here when these move.
SMALL_COURSE = """
from pathlib import Path
import small_course
course = small_course.build(Path(sys.argv[1]), 5)
small_course.hand_in(course, "one_missing", {"area": small_course.RIGHT["area"]})
damaged = small_course.hand_in(course, "damaged", small_course.RIGHT)
(damaged / "line.ipynb").write_text('{"cells": [')
renamed = small_course.hand_in(course, "renamed", small_course.RIGHT)
(renamed / "line.ipynb").rename(renamed / "line (1).ipynb")
raises = {"area": "def area(r):\\n    return 1 / 0", "line": "line = 1"}
small_course.hand_in(course, "raises", raises)
"""
TABLES = """
import tables
for name, rows in tables.tables(f"sqlite:///{sys.argv[1]}").items():
    for row in rows:
        print(name, row)
"""
KNOWN_ANSWERS = """
import hashlib
from pathlib import Path
import matrix
for path in sorted(Path("source").glob("*/q*.ipynb")):
    try:
        answers = matrix.known_answers(path.stem)
    except AttributeError:
        import importlib
        answers = importlib.import_module(f"answers.{path.stem}").ANSWERS
    def order(answer):
        return hashlib.sha256(f"{answer.test} {answer.name}".encode()).hexdigest()
    some = sorted(answers, key=order)[: max(1, int(sys.argv[1]) // 5)]
    for row in matrix.run_matrix(path.stem, [each for each in answers if each in some], seed=2):
        print(f"{path.stem} {row.answer.test}: {row.answer.name}")
        print(f"{row.points:g} of {row.max_points:g}, {row.outcome}, {row.mistake}")
        print(row.text)
        print(row.self_check)
"""
CORPUS = """
import tempfile
from pathlib import Path
from corpus.run import run_corpus
from corpus.submission import CLASSES
runs, outside = run_corpus(Path(tempfile.mkdtemp()), list(CLASSES), workers=2)
for graded in sorted((g for run in runs for g in run.graded), key=lambda g: g.kind.slug):
    print(graded.kind.slug, graded.points, graded.before, graded.after, graded.outcomes)
"""


def compare(old: Path, new: Path) -> int:
    """Print what differs between two folders; return 1 if anything does."""
    names = {
        path.relative_to(place)
        for place in (old, new)
        for path in place.rglob("*")
        if path.is_file()
    }
    status = 0
    for name in sorted(names):
        texts = [
            (place / name).read_text().splitlines() if (place / name).is_file() else ["no file"]
            for place in (old, new)
        ]
        lines = list(difflib.unified_diff(*texts, "old", "new", lineterm="", n=2))
        if lines:
            status = 1
            print(f"\n=== {name}", *lines[:SHOWN], sep="\n")
            if len(lines) > SHOWN:
                print(f"... {len(lines) - SHOWN} more lines")
    print(f"{len(names)} files compared: {'they differ' if status else 'no difference'}")
    return status


def main() -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("folder", type=Path)
    here = Path(__file__).resolve().parents[1]
    writing.add_argument("--tree", type=Path, default=here)
    writing.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS[:3])
    comparing = commands.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    asked = parser.parse_args()
    if asked.command == "compare":
        return compare(asked.old, asked.new)
    write(asked.tree.resolve(), asked.folder.resolve(), asked.parts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
