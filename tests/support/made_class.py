"""A graded class without grading: gradebook rows, audit lines and notebooks as a run writes them.

Two notebooks with three judged tasks, one classic test and one written answer; some students copy,
some are late, gone, half graded, hostile, or were graded by an older nbjudge.
"""

import json
import random

import forked
import nbformat
from disguises import disguised
from many_hands import solution
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from small_course import environment

from nbjudge.record.gradebook import transaction

ASSIGNMENT = "lab"
NOTEBOOKS = {
    "one": [("momentum", 4.0), ("gradient", 6.0), ("words", 3.0)],
    "two": [("training", 5.0), ("classic", 2.0)],
}
TITLES = {"momentum": "SGD with momentum", "gradient": "Gradient", "training": "Training"}
JUDGED = tuple(TITLES)
MISTAKES = {
    "momentum": ("the velocity is lost", "Keep `v` between calls."),
    "gradient": ("the penalty is never added", "Add λ sign(W)."),
    "training": ("gradients add up", "Call `zero_grad` in each step."),
}
WORST = "</pre><script>document.title='owned'</script><img src=x onerror=alert(1)>\u202e"
GIVEN = """
import numpy as np
import torch


class NeuralNetwork:
    def __init__(self, Lambda=0.1):
        self.W1, self.W2, self.Lambda = np.ones((2, 3)), np.ones((3, 1)), Lambda

    def forward(self, X):
        self.z2 = np.dot(X, self.W1)
        self.a2 = self.sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W2)
        return self.sigmoid(self.z3)

    def sigmoidPrime(self, z):
        return np.exp(-z) / (1 + np.exp(-z)) ** 2


class OptimSGD:
    def __init__(self, lr=0.1):
        self.lr = lr

    def step(self, weight_list, gradient):
        return [w - self.lr * g for w, g in zip(weight_list, gradient)]


def accuracy(model, X, y):
    return ((model(X) > 0.5) == y).float().mean().item()


history = {"loss": [], "accuracy": []}
""".strip()
CONFIG = 'c = get_config()\nc.CourseDirectory.course_id = "made"\n'


def build(folder, students=60, seed=1, copies=3, old=False):
    """Make the course; return its folder. With `old`, its audits are an older nbjudge's."""
    rng = random.Random(seed)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    _release(folder)
    names = [f"ada{number:03}.king" for number in range(students)]
    code = {
        name: {task: solution(task, rng) for task in JUDGED} | {"classic": "x = 2"}
        for name in names
    }
    for copier, donor in zip(names[1::2][:copies], names[0::2]):
        for task in JUDGED:
            code[copier][task] = disguised("all", code[donor][task], GIVEN, rng)
    if students > 8:
        code[names[8]]["gradient"] += f"\n# {names[8]} was here\nada_note = 'by Ada King'\n"
        code[names[9]]["gradient"] = WORST
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "made") as gradebook:
        _assignment(gradebook)
        with transaction(gradebook):
            for place, name in enumerate(names):
                skill = 1.0 if place < 2 * copies else rng.random()
                _student(gradebook, folder, name, place, code[name], skill, rng, old)
    for name in ("new", "+refused"):
        (folder / "submitted" / name / ASSIGNMENT).mkdir(parents=True)
    return folder


def build_with_reports(folder):
    """Make the course, and what the command writes of it, with names and without."""
    build(folder)
    for names in ((), ("--names",)):
        name = "named" if names else "report"
        files = ("-o", f"{name}.html", "--csv", f"{name}.csv")
        done = nbjudge(folder, "report", "lab", *files, *names)
        assert done.returncode == 0, done.stderr


def nbjudge(folder, *arguments):
    """Run an nbjudge command in a folder; return how it ended and what it said."""
    return forked.run(folder, ("nbjudge", *arguments), environment(), apart=True)


def _release(folder):
    release = folder / "release" / ASSIGNMENT
    release.mkdir(parents=True)
    (folder / "source" / ASSIGNMENT).mkdir(parents=True)
    for notebook, tasks in NOTEBOOKS.items():
        cells = [new_code_cell(GIVEN)]
        for task, _ in tasks:
            cells.append(new_markdown_cell(f"## About {task} (3 points)"))
            cells += _cells(task, "raise NotImplementedError()")
        nbformat.write(new_notebook(cells=cells), release / f"{notebook}.ipynb")


def _cells(task, source):
    def about(grade_id, **more):
        usual = {"grade": False, "solution": False, "locked": False, "task": False}
        return {"nbgrader": {**usual, "grade_id": grade_id, "schema_version": 3, **more}}

    if task == "words":
        return [new_markdown_cell("An answer", metadata=about("words", grade=True, solution=True))]
    test = about(f"{task}_test", grade=True, locked=True)
    return [
        new_code_cell(source, metadata=about(task, solution=True)),
        new_code_cell("judge()" if task in JUDGED else "assert x == 2", metadata=test),
    ]


def _assignment(gradebook):
    gradebook.add_assignment(ASSIGNMENT)
    for notebook, tasks in NOTEBOOKS.items():
        gradebook.add_notebook(notebook, ASSIGNMENT)
        for task, points in tasks:
            where = (notebook, ASSIGNMENT)
            if task == "words":
                gradebook.add_grade_cell(task, *where, max_score=points, cell_type="markdown")
            else:
                gradebook.add_grade_cell(f"{task}_test", *where, max_score=points, cell_type="code")
            gradebook.add_solution_cell(task, *where)


def _student(gradebook, folder, name, place, code, skill, rng, old):
    """Enter one student; some do one of the odd things that there are."""
    odd = {11: "deleted", 12: "unfinished", 13: "missing", 14: "never graded", 15: "late"}
    odd |= {16: "timed out", 17: "unreadable", 18: "extra"}
    kind = odd.get(place, "")
    gradebook.add_student(name, first_name="Ada", last_name="King")
    submission = gradebook.add_submission(ASSIGNMENT, name)
    rows = {
        (notebook.name, grade.name): grade
        for notebook in submission.notebooks
        for grade in notebook.grades
    }
    graded = folder / "autograded" / name / ASSIGNMENT
    if kind != "deleted":
        (folder / "submitted" / name / ASSIGNMENT).mkdir(parents=True)
    if kind != "unfinished":
        graded.mkdir(parents=True)
    for notebook, tasks in NOTEBOOKS.items():
        if kind == "never graded" and notebook == "two":
            continue
        missing = kind == "missing" and notebook == "two"
        lines = []
        for task, most in tasks:
            grade_id = task if task == "words" else f"{task}_test"
            grade = rows[notebook, grade_id]
            if missing:
                grade.auto_score, grade.needs_manual_grade = 0, False
                lines.append({"cell": grade_id, "points": 0.0, "outcome": "missing"})
            elif task == "words":
                _words(grade, place)
            else:
                outcome = kind if kind in ("timed out", "unreadable") else None
                line = _judged(task, most, skill, rng, outcome)
                grade.auto_score, grade.needs_manual_grade = line["points"], False
                if task in JUDGED:
                    lines.append(line)
        if kind == "extra":
            grade.extra_credit = 1.5
        if kind == "late":
            (submitted,) = (n for n in submission.notebooks if n.name == notebook)
            submitted.late_submission_penalty = 1.25
        if kind != "unfinished" and not missing:
            _write(graded, notebook, code)
        if kind != "unfinished":
            _audit(graded, notebook, lines, rng, old)


def _words(grade, place):
    """Enter points for a written answer: of some by hand, of some to be looked at again."""
    if place % 3 == 0:
        grade.manual_score, grade.needs_manual_grade = float(place % 4), place % 2 == 0
    elif place % 3 == 1:
        grade.auto_score, grade.needs_manual_grade = 0.0, False
    else:
        grade.needs_manual_grade = True


def _judged(task, most, skill, rng, outcome):
    """Return the audit line of a judged task."""
    drawn = skill + rng.gauss(0, 0.25)
    line = {"cell": f"{task}_test", "test": task, "mistake": None, "max_points": most}
    hint = ""
    if outcome is not None:
        line |= {"points": 0.0, "outcome": outcome}
    elif drawn > 0.45:
        line |= {"points": most, "outcome": "passed"}
    elif drawn < -0.1:
        line |= {"points": 0.0, "outcome": "not attempted"}
    elif task in MISTAKES and drawn > 0.2:
        mistake, hint = MISTAKES[task]
        line |= {"points": most / 2, "outcome": "wrong value", "mistake": mistake}
    else:
        group = rng.choice(["a", "b", "b", "b", f"{rng.random()}"])
        answer = {"case": "λ = 0", "property": "the loss", "got": f"{WORST} {group}"}
        line |= {"points": 0.0, "outcome": "wrong value"}
        line["fingerprint"] = {"group": group, "answers": [{**answer, "wanted": "0.25"}]}
    line["shown"] = {"title": TITLES.get(task, task), "hint": hint}
    return line


def _audit(graded, notebook, lines, rng, old):
    seconds = round(rng.uniform(1, 9), 2)
    for line in lines:
        if old:
            line.pop("shown", None)
            line.pop("fingerprint", None)
        elif line["outcome"] != "missing":
            line["seconds"] = seconds
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (graded / f"{notebook}.audit.jsonl").write_text(text)


def _write(graded, notebook, code):
    cells = []
    for task, _ in NOTEBOOKS[notebook]:
        cells += _cells(task, code.get(task, ""))
    nbformat.write(new_notebook(cells=cells), graded / f"{notebook}.ipynb")
