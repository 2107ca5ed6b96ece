"""Draws the gallery of docs/lab.md: the figures that a student's Jupyter shows of the solutions.

make pictures
"""

from __future__ import annotations

import base64
import shutil
import sys
import tempfile
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from students import POINTS, RELEASE, run, solved

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "lab"
# what docs/lab.md says of the networks of Q4 beside what earlier students reported
MEASURE = """for name, model in (("sigmoid", net), ("tanh", net_tanh), ("ReLU", net_relu)):
    sets = (X_train, y_train), (X_test, y_test)
    shares = [accuracy(model, X.to(device), y.to(device)) for X, y in sets]
    print("{}: {:.1%} of the training rows, {:.1%} of the test rows".format(name, *shares))
"""


def main() -> None:
    """Run the solved notebooks and write their figures; print the accuracies of Q4."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name in POINTS:
        nb = solved(name)
        if name == "q4_height_weight":
            nb.cells.append(new_code_cell(MEASURE))
        with tempfile.TemporaryDirectory() as home:
            shutil.copytree(RELEASE / "data", Path(home) / "data")
            ran = run(nb, Path(home))
        for path in write_figures(ran):
            print(path.relative_to(ROOT))
        if name == "q4_height_weight":
            print(ran.cells[-1].outputs[0].text, end="")


def write_figures(nb: NotebookNode) -> list[Path]:
    """Write each figure of a notebook, named by its cell; return their paths."""
    paths = []
    for cell in nb.cells:
        found = [
            o.data["image/png"] for o in cell.get("outputs", []) if "image/png" in o.get("data", {})
        ]
        for number, image in enumerate(found, start=1):
            name = cell.id.replace("-", "_") + (f"_{number}" if len(found) > 1 else "")
            paths.append(FOLDER / f"{name}.png")
            paths[-1].write_bytes(base64.b64decode(image))
    return paths


if __name__ == "__main__":
    main()
