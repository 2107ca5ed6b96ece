"""A student's Jupyter has a GPU, as on Colab: what runs there gets the same points without one.

`make gpu` runs this, where there is a GPU that torch can use.
"""

import glob
import shutil
import subprocess

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from repository import copy_course, nbgrader
from small_course import nbjudge
from students import (
    POINTS,
    PROGRAMS,
    RELEASE,
    assignment,
    hand_in,
    new_home,
    points,
    problems,
    run,
    solved,
)

from nbjudge.authoring.self_checks import printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not glob.glob("/dev/nvidia[0-9]*"), reason="there is no GPU; make gpu"),
    pytest.mark.usefixtures("needs_student_environment"),
]
NOTEBOOKS = ["q3_pytorch_l2", "q4_height_weight", "q5_convolution"]  # those that use torch
ASSIGNMENTS = sorted({assignment(name) for name in NOTEBOOKS})
ON_BOTH = """
losses = {}
for device in ("cpu", "cuda"):
    torch.manual_seed(0)
    model = TorchNetwork(lmbda=1e-4).to(device)
    X, y, X_new, y_new = (rows.to(device) for rows in (X_train, y_train, X_test, y_test))
    optimizer = make_optimizer(model, lr=0.1, momentum=0.9)
    losses[device] = torch.tensor(train(model, optimizer, X, y, X_new, y_new, epochs=200))
assert next(model.parameters()).is_cuda
torch.testing.assert_close(losses["cpu"], losses["cuda"], rtol=1e-4, atol=0)
print("Q3 trains alike on both")
"""


def all_printed(nb):
    """Return what the cells of a notebook have printed."""
    return "".join(map(printed, nb.cells))


@pytest.fixture(scope="module")
def on_gpu(tmp_path_factory):
    """Return the solved notebooks, run by a Jupyter that has the GPU."""
    asked = "import torch; print(torch.cuda.is_available())"
    found = subprocess.run([PROGRAMS / "python", "-c", asked], capture_output=True, text=True)
    assert found.stdout.strip() == "True", f"torch finds no GPU: {found.stdout}{found.stderr}"
    notebooks = {name: solved(name) for name in NOTEBOOKS}
    notebooks["q3_pytorch_l2"].cells.append(new_code_cell(ON_BOTH))
    found = {}
    for name, nb in notebooks.items():
        home = new_home(tmp_path_factory.mktemp("gpu"))
        shutil.copytree(RELEASE / "data", home / "data")
        found[name] = run(nb, home)
    return found


@pytest.fixture(scope="module")
def course(on_gpu, tmp_path_factory):
    """Return a course in which the notebooks that were run on the GPU are handed in."""
    course = copy_course(tmp_path_factory.mktemp("course"))
    shutil.rmtree(course / "submitted")
    for name, nb in on_gpu.items():
        nbformat.write(nb, course / "saved.ipynb")
        hand_in(course, "anna", name, course / "saved.ipynb")
    for each in ASSIGNMENTS:
        nbgrader(course, "generate_assignment", each, "--force")
    return course


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_solved_notebook_runs_on_a_gpu_and_its_self_checks_hold(on_gpu, name):
    assert not problems(on_gpu[name])


def test_q3_trains_alike_on_both_and_q4_says_where_it_trains(on_gpu):
    assert "Q3 trains alike on both" in all_printed(on_gpu["q3_pytorch_l2"])
    assert "device: cuda" in all_printed(on_gpu["q4_height_weight"])


@pytest.mark.parametrize("boxed", [True, False], ids=["in the box, without", "unboxed, with"])
def test_what_ran_on_a_gpu_gets_all_points_of_a_grader_with_and_without_one(course, boxed):
    for each in ASSIGNMENTS:
        nbjudge(course, "autograde", each, "--force", *([] if boxed else ["--unboxed"]))
    assert {name: points(course, "anna", name) for name in NOTEBOOKS} == {
        name: POINTS[name] for name in NOTEBOOKS
    }
    graded = course / "autograded" / "anna" / "lab1" / "q4_height_weight.ipynb"
    said = all_printed(nbformat.read(graded, as_version=4))
    assert ("device: cpu" if boxed else "device: cuda") in said
    assert "This cell stopped" not in said
