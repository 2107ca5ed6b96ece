"""The light course for otter-grader, in an environment of its own, graded without Docker.

Otter's own way to grade a class, ``otter grade``, is a Docker container for each submission. Here
its ``otter.api.grade_submission``, which ``otter run`` calls too, grades one submission after the
other in one process, so that otter is imported once.
"""

import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import light_course
import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_raw_cell

ROOT = Path(__file__).resolve().parent.parent
VERSION = "7.0.0"
PACKAGES = (f"otter-grader=={VERSION}", "ipykernel", "numpy", "pandas", "torch")
ENVIRONMENT = ROOT / ".build" / f"otter-{VERSION}"
ASSIGNMENT_CONFIG = """
# ASSIGNMENT CONFIG
name: light
run_tests: false
export_cell: false
check_all_cell: false
generate: true
tests:
  ok_format: false
""".strip()
TEST = '''
""" # BEGIN TEST CONFIG
hidden: true
points: 10
""" # END TEST CONFIG
def test_training(train, np, rng):
'''.lstrip()
GRADE_CLASS = """
import json
from pathlib import Path

from otter.api import grade_submission

graded = Path("graded")
graded.mkdir()
for path in sorted(Path("submitted").glob("*/light/light.ipynb")):
    results = grade_submission(str(path), "autograder.zip", quiet=True)
    student = path.parts[1]
    (graded / f"{student}.json").write_text(json.dumps({"points": results.total}))
""".lstrip()


def python() -> Path:
    """Return the Python of otter's environment; make it if it is not there."""
    executable = ENVIRONMENT / "bin" / "python"
    done = ENVIRONMENT / "complete"
    if not done.exists():
        print(f"Installing otter-grader {VERSION} into {ENVIRONMENT}", flush=True)
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        _run(sys.executable, "-m", "venv", ENVIRONMENT)
        install = [executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        constraints = ["-c", ROOT / "constraints.txt"]  # the same numpy, torch and Jupyter as here
        _run(*install, *constraints, *PACKAGES)
        done.touch()
    return executable


def build(folder: Path) -> Path:
    """Make the course in `folder` with ``otter assign``, without a class; return the folder."""
    folder.mkdir(parents=True)
    nbformat.write(_source_notebook(), folder / "light.ipynb")
    _run(python(), "-m", "otter", "assign", "light.ipynb", "dist", cwd=folder)
    (archive,) = (folder / "dist" / "autograder").glob("*.zip")
    shutil.copy(archive, folder / "autograder.zip")
    (folder / "grade_class.py").write_text(GRADE_CLASS, encoding="utf-8")
    return folder


def released(folder: Path):
    """Return the notebook as students get it."""
    return nbformat.read(folder / "dist" / "student" / "light.ipynb", as_version=4)


def _run(*command, cwd: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)


def _source_notebook():
    asserts = "\n".join(
        line for line in light_course.ASSERTS.splitlines() if "HIDDEN TESTS" not in line
    )
    cells = [
        new_raw_cell(ASSIGNMENT_CONFIG),
        new_raw_cell("# BEGIN QUESTION\nname: training"),
        new_raw_cell("# BEGIN SOLUTION"),
        new_code_cell(light_course.SOLUTION.replace("###", "#")),
        new_raw_cell("# END SOLUTION"),
        new_code_cell(light_course.USE),
        new_raw_cell("# BEGIN TESTS"),
        new_code_cell(TEST + textwrap.indent(asserts, "    ")),
        new_raw_cell("# END TESTS"),
        new_raw_cell("# END QUESTION"),
    ]
    python3 = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": python3})
