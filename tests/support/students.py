"""What a student has and does: an environment without the judge, the release, solutions typed in.

`make browser` works through all notebooks, `make test` through the shortest.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from repository import ROOT

from nbjudge.cells import is_solution

PROGRAMS = ROOT / ".build" / "student" / "bin"  # made by make
RELEASE = ROOT / "release" / "lab1"  # with the data
# the points that need no grader
POINTS = {
    "q2_momentum": 9,
    "q1_l1_backprop": 22,
    "q3_pytorch_l2": 18,
    "q4_height_weight": 46,
    "q5_convolution": 10,
}
SHORTEST = "q2_momentum"
NOTEBOOKS = [pytest.param(n, marks=[pytest.mark.slow] if n != SHORTEST else []) for n in POINTS]
HOLDS = "All of this self-check holds."
# Figures as SVG, in which what is drawn has names: so their structure can be compared.
KERNEL = """
c = get_config()
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.rc = {"svg.fonttype": "none"}
"""


def read(path: Path) -> NotebookNode:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)


def assignment(name: str) -> str:
    """Return the assignment that a notebook is in."""
    return "bonus" if name == "q5_convolution" else "lab1"


def source(name: str) -> NotebookNode:
    """Return the course's own notebook, with the solutions."""
    return read(ROOT / "source" / assignment(name) / f"{name}.ipynb")


def released(name: str) -> Path:
    """Return where the released notebook is."""
    return ROOT / "release" / assignment(name) / f"{name}.ipynb"


def grade_id(cell: NotebookNode) -> str:
    """Return what nbgrader calls a cell; empty if it does not know it."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def solutions(name: str) -> dict[str, str]:
    """Return the text of each solution, by grade_id, without nbgrader's marks."""
    return {
        grade_id(cell): re.sub(r"^ *### (BEGIN|END).*\n?", "", cell.source, flags=re.M)
        for cell in source(name).cells
        if is_solution(cell)
    }


def solved(name: str) -> NotebookNode:
    """Return the released notebook with the solutions typed in."""
    nb, texts = read(released(name)), solutions(name)
    for cell in nb.cells:
        cell.source = texts.get(grade_id(cell), cell.source)
    return nb


def new_home(folder: Path) -> Path:
    """Make a home folder whose kernels draw SVG; return it."""
    profile = folder / ".ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL)
    return folder


def run(nb: NotebookNode, home: Path, programs: Path = PROGRAMS) -> NotebookNode:
    """Run a notebook in a home folder with a student's own Jupyter; return it with its outputs."""
    assert programs.is_dir(), "there is no environment of a student: make browser makes it"
    nbformat.write(nb, home / "nb.ipynb")
    command = [programs / "jupyter-execute", "--inplace", "nb.ipynb"]
    path = f"{programs}:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(home), "PATH": path}
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return read(home / "nb.ipynb")


def problems(nb: NotebookNode) -> list[str]:
    """Return which cells of a notebook that has run raised an error, and which self-checks fail."""
    found = []
    for cell in nb.cells:
        outputs = cell.get("outputs", ())
        if any(output.output_type == "error" for output in outputs):
            found.append(f"an error in {cell.source[:200]}")
        if grade_id(cell).endswith("_check"):
            said = "".join(output.get("text", "") for output in outputs)
            if not said.strip().endswith(HOLDS):
                found.append(f"{grade_id(cell)} says: {said}")
    return found


def hand_in(course: Path, student: str, name: str, file: Path) -> None:
    """Put a file into the course, as a student's notebook."""
    target = course / "submitted" / student / assignment(name)
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, target / f"{name}.ipynb")


def points(course: Path, student: str, name: str) -> float:
    """Return the points of a notebook that is graded."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return gradebook.find_submission_notebook(name, assignment(name), student).score
