"""Makes the sample class: four students' submissions, from the released notebooks.

    python submitted/make_sample_class.py [FOLDER]     # next to this file by default

Run it after `make release` has changed release/; a test compares the result with what is here.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LAB1 = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
BONUS = ("q5_convolution",)
TWO_LINES = '''def loss_reg(self, yHat, y):
    """Return the regularised loss J of a NeuralNetwork."""
    J = 0.5 * np.sum((y - yHat) ** 2)
    + self.Lambda * (np.sum(np.abs(self.W1)) + np.sum(np.abs(self.W2)))
    return J


NeuralNetwork.loss_reg = loss_reg
'''
ABSOLUTE_WEIGHTS = '''def backward_reg(self, X, yHat, y):
    """Return the gradient of the regularised loss."""
    delta3 = -(y - yHat) * self.sigmoidPrime(self.z3)
    dJdW2 = np.dot(self.a2.T, delta3) + self.Lambda * np.abs(self.W2)
    delta2 = np.dot(delta3, self.W2.T) * self.sigmoidPrime(self.z2)
    dJdW1 = np.dot(X.T, delta2) + self.Lambda * np.abs(self.W1)
    return dJdW1, dJdW2


NeuralNetwork.backward_reg = backward_reg
'''
TURNED = '''def convolve(image, kernel):
    """Return the sums of image times kernel, for each place of the kernel within the image."""
    kernel = kernel[::-1, ::-1]
    h, w = kernel.shape
    Z = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for i in range(Z.shape[0]):
        for j in range(Z.shape[1]):
            Z[i, j] = np.sum(image[i : i + h, j : j + w] * kernel)
    return Z
'''
# student: grade_ids that are solved (a prefix), and answers of their own
STUDENTS = {
    "all_right": (("q1", "q2", "q3", "q4", "q5"), {}),
    "half_done": (
        ("q1_loss_reg", "q2_optim_mom", "q3_model", "q4_build_model"),
        {"q5_convolve": TURNED},
    ),
    "penalty_lost": (
        ("q1", "q2", "q3"),
        {"q1_loss_reg": TWO_LINES, "q1_backward_reg": ABSOLUTE_WEIGHTS},
    ),
    "untouched": ((), {}),
}
HANDED_IN = {
    ("lab1", LAB1): ("all_right", "half_done", "penalty_lost", "untouched"),
    ("bonus", BONUS): ("all_right", "half_done"),
}


def solutions(assignment: str, notebook: str) -> dict[str, str]:
    """Return the solution cells of a source notebook as a student would have written them."""
    nb = nbformat.read(ROOT / "source" / assignment / f"{notebook}.ipynb", as_version=4)
    found = {}
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            text = re.sub(r"^.*### (BEGIN|END) SOLUTION.*\n?", "", cell.source, flags=re.MULTILINE)
            text = text.split("**Marking scheme")[0]  # the model answer, not how it is marked
            found[cell.metadata.nbgrader.grade_id] = text.strip()
    return found


def submission(assignment: str, notebook: str, solved: tuple[str, ...], own: dict[str, str]):
    """Return the released notebook with some of its solution cells filled in."""
    nb = nbformat.read(ROOT / "release" / assignment / f"{notebook}.ipynb", as_version=4)
    answers = solutions(assignment, notebook)
    for cell in nb.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in own:
            cell.source = own[grade_id].strip()
        elif grade_id in answers and grade_id.startswith(solved or ("none",)):
            cell.source = answers[grade_id]
    return nb


def main(folder: Path) -> None:
    """Write all submissions into `folder`."""
    for (assignment, notebooks), students in HANDED_IN.items():
        for student in students:
            target = folder / student / assignment
            target.mkdir(parents=True, exist_ok=True)
            for notebook in notebooks:
                nb = submission(assignment, notebook, *STUDENTS[student])
                nbformat.write(nb, target / f"{notebook}.ipynb")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "submitted")
