"""Every setting of the course. `nbgrader_config.py` loads this file; nothing else is configured.

An instructor who takes the course over changes COURSE_ADDRESS and runs `make release`.
"""

import shutil
from pathlib import Path

import nbjudge

ROOT = Path(__file__).resolve().parent

# Where students find the repository: stamped into the Colab badge of every released notebook and
# into the first cell, which loads the data from there when it runs on Colab.
COURSE_ADDRESS = "https://github.com/deep-learning-lab-1/deep-learning-lab-1"
COURSE_BRANCH = "main"


def add_data(assignment, student, notebooks):
    """Put the public data files beside the released notebooks (nbgrader's post-convert hook)."""
    if assignment != "lab1":  # the bonus notebook draws its images itself
        return
    target = ROOT / "release" / assignment / "data"
    target.mkdir(exist_ok=True)
    for path in sorted((ROOT / "data").glob("*.csv")):
        shutil.copyfile(path, target / path.name)


def configure(c):
    """Set up nbgrader for this course; `c` is the config object that nbgrader loads."""
    c.CourseDirectory.course_id = "deep-learning-lab-1"
    c.CourseDirectory.root = str(ROOT)
    c.CourseDirectory.db_url = nbjudge.gradebook_url(ROOT / "gradebook.db")

    # Stubs say what to do; nbgrader's own text is kept, because students know it.
    c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError()"}
    c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

    c.StampSettings.values = {
        "COURSE_ADDRESS": COURSE_ADDRESS,
        "COURSE_BRANCH": COURSE_BRANCH,
        "COLAB_ADDRESS": COURSE_ADDRESS.replace(
            "https://github.com/", "https://colab.research.google.com/github/"
        )
        + f"/blob/{COURSE_BRANCH}/release",
    }
    # by name: formgrader shows the settings, and a function it could not show
    c.GenerateAssignment.post_convert_hook = "grader_config.add_data"

    # Q4 trains for some thousand epochs in one cell; a slow machine may need minutes for it
    c.JudgeExecute.timeout = 300
    # What the solutions import: imported once, before any student's code runs
    c.BoxProvisioner.preload = [
        "numpy",
        "pandas",
        "pandas.io.formats.html",
        "matplotlib.pyplot",
        "matplotlib.backends.backend_agg",
        "PIL.PngImagePlugin",
        "torch",
        "torch._dynamo",  # torch.optim imports it when an optimiser is made
        "torch.nn.functional",
    ]
    nbjudge.configure(c)
    # Notebooks are handed out and in by other ways than JupyterHub's shared folder
    nbjudge.without_exchange(c)
