"""Grades the corpus with the real nbgrader, each class between two honest students.

python tests/sandbox/corpus/run.py [--busy] [--workers N] [PART OF A NAME …]

It prints the table, and needs what `make test` does. With --busy, it runs under nice, beside two
processes that take all they get of the machine; with --workers, by nbjudge grade.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
from nbgrader.api import Gradebook

from corpus import (  # noqa: F401 (importing them enters their classes)
    carried_over,
    files,
    forged_verdict,
    odd_but_honest,
    process_and_machine,
    reading,
    structure,
    watch,
    writing,
)
from corpus.course import ALL, ASSIGNMENT, HANGS, NOTEBOOK, POINTS, build, nbgrader, nbjudge
from corpus.submission import CLASSES, SubmissionClass, hand_in

# names of students' folders that cannot be graded; the run goes on without them
REFUSED = ("-rf", "new\nline", "\x1b[2Jesc", "a+b", "glob[0-9]*", "..hidden", "x" * 200)


@dataclass
class Graded:
    """How one class went."""

    kind: SubmissionClass
    student: str
    points: float | None
    before: float | None
    after: float | None
    leaked: bool
    outcomes: tuple[str, ...] = ()  # of its tasks, from its audit lines

    @property
    def undeserved(self) -> float:
        """Points that it should not have got."""
        if self.kind.points is None or self.points is None:
            return 0
        return max(0, self.points - self.kind.points)

    @property
    def lost(self) -> float:
        """Points that honest work lost: this class's own, or its neighbours'."""
        own = 0 if self.kind.points is None else self.kind.points - (self.points or 0)
        return max(0, own) + sum(ALL - (points or 0) for points in (self.before, self.after))

    @property
    def stopped(self) -> bool:
        """Whether it kept somebody from being graded."""
        return None in (self.points, self.before, self.after)


@dataclass
class Outside:
    """What all runs together left on the machine."""

    survivors: list[str]
    marks: list[str]


@dataclass
class Run:
    """One run of nbgrader over a part of the corpus."""

    temporary: str
    sleeper: str
    graded: list[Graded] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    gradebook_problems: list[str] = field(default_factory=list)
    refused_graded: list[str] = field(default_factory=list)
    log: str = ""
    seconds: float = 0


def run_part(folder: Path, kinds: list[SubmissionClass], workers: int) -> Run:
    """Hand in, grade and look at everything that can have happened."""
    canary = f"canary-{secrets.token_hex(8)}"
    course, home = folder / "course", folder / "home"
    (home / ".ipython").mkdir(parents=True)  # Jupyter makes it, whoever grades
    (home / "private.txt").write_text(canary)
    temporary = tempfile.mkdtemp(prefix="c-")  # short: sockets are made below it
    os.chmod(temporary, 0o755)
    environment = {
        "HOME": str(home),
        "TMPDIR": temporary,
        "XDG_RUNTIME_DIR": "",
        "PYTHONDONTWRITEBYTECODE": "1",  # the hidden tests' own would be a change
        "NBJUDGE_CORPUS_SECRET": canary,
    }
    build(course, canary, environment)  # Jupyter makes its folders in HOME now
    listeners = watch.Listeners(home)
    facts = {
        "course": str(course),
        "home": str(home),
        "victim": "s0000_honest",
        "grader": os.getpid(),
        "tcp": listeners.tcp,
        "udp": listeners.udp,
        "abstract": listeners.abstract,
        # seconds that are no other run's: what sleeps so long has been left by this one
        "sleeper": str(1_000_000 + secrets.randbelow(9_000_000)),
    }
    students = _hand_in_all(course, kinds, facts)
    _plant(course, canary)
    before = watch.fingerprints(course, home, without=("autograded", "gradebook.db", ".nbgrader"))
    begin = time.time()
    found = Run(temporary, facts["sleeper"])
    try:
        if workers:
            found.log = nbjudge(course, environment, "grade", ASSIGNMENT, f"--workers={workers}")
        else:
            found.log = nbgrader(course, environment, "autograde", ASSIGNMENT)
    except RuntimeError as error:
        found.log = str(error)
    found.seconds = time.time() - begin
    time.sleep(0.5)
    after = watch.fingerprints(course, home, without=("autograded", "gradebook.db", ".nbgrader"))
    found.changed = watch.changes(before, after)
    found.reached = list(listeners.reached)
    listeners.close()
    points = points_of(course)
    found.refused_graded = [student for student in points if student not in students]
    found.gradebook_problems = gradebook_problems(course)
    names = list(students)
    for number, (student, kind) in enumerate(students.items()):
        if kind is not None:
            leaked = _holds(course / "autograded" / student, canary)
            neighbours = (points.get(names[number - 1]), points.get(names[number + 1]))
            found.graded.append(
                Graded(
                    kind,
                    student,
                    points.get(student),
                    *neighbours,
                    leaked,
                    outcomes_of(course, student),
                )
            )
    return found


def points_of(course: Path) -> dict[str, float]:
    """Return every student's automatic points, from the gradebook."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        found = {}
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            scores = [grade.auto_score or 0 for grade in grades if grade.name != "words"]
            found[submission.student_id] = sum(scores)
        return found


def outcomes_of(course: Path, student: str) -> tuple[str, ...]:
    """Return how a student's tasks ended, from the audit lines; none if nothing was graded."""
    path = course / "autograded" / student / ASSIGNMENT / f"{NOTEBOOK}.audit.jsonl"
    lines = path.read_text().splitlines() if path.is_file() else []
    return tuple(json.loads(line)["outcome"] for line in lines)


def gradebook_problems(course: Path) -> list[str]:
    """Return what is in the gradebook that grading does not put there."""
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as db:
        problems = [
            f"trigger or view {row}"
            for row in db.execute(
                "select name from sqlite_master where type in ('trigger', 'view')"
            )
        ]
        problems += [
            f"manual score {row}"
            for row in db.execute(
                "select id from grade where manual_score is not null or extra_credit is not null"
            )
        ]
        most = dict(
            db.execute(
                "select base_cell.name, grade_cells.max_score from grade_cells "
                "join base_cell on base_cell.id = grade_cells.id"
            )
        )
        expected = {
            **{f"{task}_test": float(points) for task, points in POINTS.items()},
            "words": 1.0,
        }
        if most != expected:
            problems.append(f"maximum points {most}")
        problems += [
            f"{row} grades"
            for row in db.execute(
                "select notebook_id, count(*) from grade group by notebook_id having count(*) != 5"
            )
        ]
    return problems


def _hand_in_all(course: Path, kinds, facts) -> dict[str, SubmissionClass | None]:
    """Write all submissions; return the students in the order in which they are graded."""
    warnings.filterwarnings("ignore", category=nbformat.warnings.DuplicateCellId)  # on purpose
    released = nbformat.read(course / "release" / ASSIGNMENT / f"{NOTEBOOK}.ipynb", as_version=4)
    students: dict[str, SubmissionClass | None] = {"s0000_honest": None}
    for number, kind in enumerate(kinds):
        hangs = HANGS if kind.hangs else "_"
        students[f"s{2 * number + 1:04}{hangs}{kind.slug}"] = kind
        students[f"s{2 * number + 2:04}_honest"] = None
    for student, kind in students.items():
        hand_in(kind, course / "submitted" / student / ASSIGNMENT, released, facts)
    for name in REFUSED:
        hand_in(None, course / "submitted" / name / ASSIGNMENT, released, facts)
    (course / "submitted" / "s0000_link").symlink_to("s0000_honest")
    (course / "submitted" / "readme.txt").write_text("no student")
    return students


def _plant(course: Path, canary: str) -> None:
    """Put a secret into another student's work and into the gradebook."""
    path = course / "submitted" / "s0000_honest" / ASSIGNMENT / f"{NOTEBOOK}.ipynb"
    nb = nbformat.read(path, as_version=4)
    nb.cells[-1].source += f" {canary}"
    nbformat.write(nb, path)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student("s0000_honest", last_name=canary)


def _holds(folder: Path, text: str) -> bool:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return any(text.encode() in path.read_bytes() for path in paths)


def run_corpus(
    folder: Path, kinds: list[SubmissionClass], workers: int = 0
) -> tuple[list[Run], Outside]:
    """Grade the classes: by so many workers, or without any in two courses side by side."""
    parts = 1 if workers else 2
    with ThreadPoolExecutor(parts) as pool:
        jobs = [
            pool.submit(run_part, folder / f"part{part}", kinds[part::parts], workers)
            for part in range(parts)
        ]
        runs = [job.result() for job in jobs]
    left = [run.temporary for run in runs], [run.sleeper for run in runs]
    until = time.monotonic() + 30  # what is ending may take a while to, where others want the CPU
    while (survivors := watch.survivors(*left)) and time.monotonic() < until:
        time.sleep(0.5)
    return runs, Outside(survivors, watch.marks())


def table(runs: list[Run], outside: Outside) -> str:
    """Return the table of the corpus: one line for each group, and a sum."""
    rows = defaultdict(lambda: [0, 0.0, 0.0, 0, 0])
    for graded in (graded for run in runs for graded in run.graded):
        for name in (graded.kind.group, "all"):
            row = rows[name]
            row[0] += 1
            row[1] += graded.undeserved
            row[2] += graded.lost
            row[3] += graded.stopped
            row[4] += graded.leaked
    rows["all"][4] += sum(len(run.changed) + len(run.reached) for run in runs)
    rows["all"][4] += len(outside.survivors) + len(outside.marks)
    head = f"{'class':24}{'tried':>6}{'undeserved points':>19}{'lost honest points':>20}"
    lines = [head + f"{'batch stopped':>15}{'escaped':>9}"]
    order = [name for name in rows if name != "all"] + ["all"]
    for name in order:
        tried, undeserved, lost, stopped, escaped = rows[name]
        numbers = f"{tried:>6}{undeserved:>19g}{lost:>20g}{stopped:>15}{escaped:>9}"
        lines.append(f"{name:24}{numbers}")
    return "\n".join(lines)


def sample(every: int) -> list[SubmissionClass]:
    """Return one class of `every`, at least one of each group, and none that hangs.

    A hash of the name decides, so the sample stays the same when other classes are added.
    """
    groups = defaultdict(list)
    for kind in CLASSES:
        if not kind.hangs:
            groups[kind.group].append(kind)
    taken: set[str] = set()
    for kinds in groups.values():
        by_hash = sorted((kind.slug for kind in kinds), key=lambda slug: crc32(slug.encode()))
        taken |= set(by_hash[: -(-len(kinds) // every)])
    return [kind for kind in CLASSES if kind.slug in taken]


def chosen(wanted: list[str]) -> list[SubmissionClass]:
    """Return the classes whose slug contains one of the words; all for none.

    Raises `ValueError` with the nearest names for a word that is in none.
    """
    for word in wanted:
        if not any(word in kind.slug for kind in CLASSES):
            near = difflib.get_close_matches(word, [kind.slug for kind in CLASSES], 5, 0.3)
            raise ValueError("\n  ".join([f"No class has {word!r} in its name. Near are:", *near]))
    return [k for k in CLASSES if not wanted or any(word in k.slug for word in wanted)]


@contextlib.contextmanager
def busy_machine(processes: int = 2):
    """Let processes beside this one take all they get of the machine; be the lower in rank."""
    spin = [sys.executable, "-c", "while True: pass"]
    spinning = [subprocess.Popen(spin) for _ in range(processes)]
    before = os.nice(0)
    # what has begun to be nice can go back as root only
    os.setpriority(os.PRIO_PROCESS, 0, before + 5)
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()
        with contextlib.suppress(PermissionError):
            os.setpriority(os.PRIO_PROCESS, 0, before)


def main(arguments: list[str]) -> int:
    """Grade the chosen classes, print what went wrong, return the exit status."""
    parser = argparse.ArgumentParser(description="Grade the corpus.")
    parser.add_argument("--busy", action="store_true", help="beside two spinning processes")
    parser.add_argument("--workers", type=int, default=0, help="grade with nbjudge grade")
    parser.add_argument("names", nargs="*", help="parts of names of classes; all if none is given")
    options = parser.parse_args(arguments)
    try:
        kinds = chosen(options.names)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="corpus-"))
    with busy_machine() if options.busy else contextlib.nullcontext():
        runs, outside = run_corpus(folder, kinds, options.workers)
    return report(runs, outside, folder)


def report(runs: list[Run], outside: Outside, folder: Path) -> int:
    """Print how it went; return 1 if anything went wrong, else 0."""
    wrong = bool(outside.survivors or outside.marks)
    print(outside)
    for run in runs:
        for graded in run.graded:
            if graded.undeserved or graded.lost or graded.leaked or graded.stopped:
                wrong = True
                print(
                    f"BAD {graded.student}: {graded.points} of {graded.kind.points}, neighbours "
                    f"{graded.before} {graded.after}, leaked {graded.leaked}"
                )
        for name in ("changed", "reached", "gradebook_problems", "refused_graded"):
            if getattr(run, name):
                wrong = True
                print(name, getattr(run, name))
        print(f"{run.seconds:.0f} s")
    print(table(runs, outside))
    print(f"kept in {folder}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
