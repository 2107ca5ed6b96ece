"""Sets the project up with every Python that is here, and tests what a Python can break.

    python tools/test_pythons.py FOLDER [PYTHON ...]     # make test-pythons

Tried are the Pythons that are named; else ``/usr/bin/python3`` and every ``python3.N`` on the PATH
that the project supports and that starts, except the one that this runs with: `make test` has tried
that. Each gets an environment of its own below FOLDER. There run the tests of intake, rebuild and
verdict, and the sample class is graded: who has all right must get all points, who did nothing
none. pip finds the pinned torch, a build for CPUs, for Python 3.11 only; with other Pythons the
notebooks that need torch are left out, and that is said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
WITH_TORCH = (3, 11)
MOST = 20  # the newest minor version that is looked for
SECONDS = 1200  # for one step
EXTRAS = "cluster,postgresql,report,dev"
LAB = ("jupyterlab", "matplotlib", "pandas")
TESTS = tuple(
    f"tests/unit/test_{name}.py"
    for name in ("patterns", "intake", "rebuild", "compare", "relations", "question", "wire")
)
ASK = "import sys; print(*sys.version_info[:3], sys.prefix)"
READ = """
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as gradebook:
    for submission in gradebook.assignment_submissions("lab1"):
        for notebook in submission.notebooks:
            judged = [grade for grade in notebook.grades if not grade.needs_manual_grade]
            points = sum(grade.auto_score or 0 for grade in judged)
            print(submission.student_id, notebook.name, points, sum(g.max_score for g in judged))
"""


def pythons(named: list[str]) -> dict[str, tuple[int, ...]]:
    """Return the version of each Python that is supported and starts, one for each version."""
    names = named or ["/usr/bin/python3", *(f"python3.{n}" for n in range(OLDEST[1], MOST))]
    found: dict[str, tuple[int, ...]] = {}
    for name in names:
        path = shutil.which(name)
        # what is on the PATH need not start: a version manager's stand-in, say
        asked = path and subprocess.run([path, "-c", ASK], capture_output=True, text=True)
        if asked and asked.returncode == 0:
            version = tuple(map(int, asked.stdout.split()[:3]))
            tested = not named and version == sys.version_info[:3]  # by make test
            if version >= OLDEST and not tested and version not in found.values():
                found[path] = version
    return found


def step(title: str, command: list[str], folder: Path = ROOT, **more: str) -> str:
    """Run a command; return what it printed. If it fails, print the end of that and exit."""
    print(f"  {title}", flush=True)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1", **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    if done.returncode:
        print("\n".join(done.stdout.splitlines()[-40:]))
        sys.exit(f"{title}: failed")
    return done.stdout


def set_up(python: str, version: tuple[int, ...], place: Path) -> None:
    """Make an environment with the pinned versions, and in it the project."""
    if (place / "done").exists():
        return
    shutil.rmtree(place, ignore_errors=True)
    step("environment", [python, "-m", "venv", str(place)])
    pip = [str(place / "bin" / "python"), "-m", "pip", "install", "-q", "-c", "constraints.txt"]
    torch = ("torch",) if version[:2] == WITH_TORCH else ()
    step("packages", [*pip, "-e", f".[{EXTRAS}]", *LAB, *torch])
    (place / "done").touch()


def grade(place: Path, version: tuple[int, ...]) -> None:
    """Grade the sample class: who has all right gets all points, who did nothing none."""
    with tempfile.TemporaryDirectory(prefix="pythons-") as folder:
        course = Path(folder)
        for name in ("source", "release", "hidden_tests", "data", "submitted"):
            shutil.copytree(ROOT / name, course / name)
        for name in ("grader_config.py", "nbgrader_config.py"):
            shutil.copy(ROOT / name, course / name)
        if version[:2] != WITH_TORCH:
            _leave_out_torch(course)
        python = str(place / "bin" / "python")
        path = {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
        release = ["nbgrader", "generate_assignment", "lab1", "--force", "--log-level=ERROR"]
        step("release", [python, "-W", "ignore", "-m", *release], course, **path)
        step("sample class", [python, "-m", "nbjudge", "grade", "lab1"], course, **path)
        rows = step("points", [python, "-W", "ignore", "-c", READ], course, **path).splitlines()
    for student, notebook, points, most in map(str.split, rows):
        expected = {"all_right": float(most), "untouched": 0.0}.get(student)
        if expected is not None and float(points) != expected:
            sys.exit(f"{notebook} of {student} has {points} points, and should have {expected:g}")
    if len(rows) < 8:
        sys.exit(f"Of the sample class, only this was graded: {rows}")


def _leave_out_torch(course: Path) -> None:
    """Remove the notebooks that import torch from a copy of the course."""
    print("  without torch: notebooks that need it are left out")
    for path in (course / "source" / "lab1").glob("*.ipynb"):
        if "import torch" in path.read_text(encoding="utf-8"):
            for other in course.rglob(path.name):
                other.unlink()
    config = course / "grader_config.py"
    lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
    config.write_text("".join(line for line in lines if '"torch' not in line), encoding="utf-8")


def main() -> int:
    """Try every Python; return the exit status."""
    target, *named = sys.argv[1:]
    found = pythons(named)
    if not found:
        print("There is no other Python to try.")
    for python, version in found.items():
        print(f"Python {'.'.join(map(str, version))} ({python})")
        place = Path(target).resolve() / ".".join(map(str, version))
        set_up(python, version, place)
        own = {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
        pytest = [str(place / "bin" / "python"), "-m", "pytest", "-q", "-n", "2"]
        step("tests", [*pytest, "--dist", "loadgroup", "-m", "not slow", *TESTS], **own)
        grade(place, version)
    return 0


if __name__ == "__main__":
    sys.exit(main())
