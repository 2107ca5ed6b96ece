"""The released notebooks, solved, in other versions of Python and of what students install.

    make versions                       # all of it
    nox -s "notebooks(colab-2026.01)"   # one

A version of Python that is not on the PATH is left out, and said so. Notebooks that need torch run
where the pinned build of it can be had, which is Python 3.11.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from students import POINTS, RELEASE, new_home, problems, run, solved  # noqa: E402

nox.options.error_on_missing_interpreters = False
nox.options.envdir = str(ROOT / ".build" / "nox")
TORCH = "torch==2.13.0"
# numpy, pandas and matplotlib. Colab's are those of github.com/googlecolab/backend-info: 2026.01 is
# the last runtime that is listed there with Python 3.12; since August 2026 Colab has Python 3.13
# (github.com/googlecolab/colabtools/issues/6081), whose packages are taken as new as they are.
VERSIONS = {
    "lowest": ("3.11", "numpy==2.0.0", "pandas==2.2.2", "matplotlib==3.9.0"),
    "colab-2025.07": ("3.11", "numpy==2.0.2", "pandas==2.2.2", "matplotlib==3.10.0"),
    "colab-2026.01": ("3.12", "numpy==2.0.2", "pandas==2.2.2", "matplotlib==3.10.0"),
    "newest": ("3.13", "numpy<3", "pandas<4", "matplotlib<4"),
}


@nox.session(venv_backend="venv")
@nox.parametrize(
    ("python", "packages"),
    [(python, packages) for python, *packages in VERSIONS.values()],
    ids=list(VERSIONS),
)
def notebooks(session, packages):
    """Run each solved notebook: no error, all self-checks hold."""
    with_torch = session.python == "3.11"
    more = [TORCH] if with_torch else []
    session.install("--prefer-binary", "nbclient", "ipykernel", *packages, *more)
    for name in POINTS:
        nb = solved(name)
        if not with_torch and any("import torch" in cell.source for cell in nb.cells):
            session.log(f"{name} needs torch, which there is none of here: left out")
            continue
        with tempfile.TemporaryDirectory() as folder:
            home = new_home(Path(folder))
            shutil.copytree(RELEASE / "data", home / "data")
            found = problems(run(nb, home, Path(session.bin)))
        if found:
            session.error(f"{name}: " + "; ".join(found))
        session.log(f"{name}: no error, and all self-checks hold")
