"""What the gradebook and the graded folders know of a class, as plain data.

Audit lines may be an older nbjudge's, and anything in them may be missing or odd: such a line says
less, and stops nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat

from nbjudge.cells import is_solution
from nbjudge.outcomes import Outcome
from nbjudge.record.audit import judged_lines, outcome_of, seconds_of
from nbjudge.record.class_rows import Score, graded_cells, scores, student_names
from nbjudge.record.class_scores import CourseDirectory, Grades, read_gradebook, read_grades
from nbjudge.reports.html.sections import sections
from nbjudge.sanitize.text import one_line

WORDS = 500  # characters of a hint or another text of an audit line
SKIPPED = (Outcome.NOT_ATTEMPTED, Outcome.MISSING, Outcome.UNREADABLE)

Key = tuple[str, str]  # a notebook's name and a cell's grade_id


@dataclass(frozen=True)
class Task:
    """A graded cell of the assignment.

    Attributes:
        notebook: its name.
        cell: the grade_id.
        title: for people.
        points: at most.
        by_hand: whether a person gives the points.
        cells: grade_ids of the cells with the students' code, in their order.
    """

    notebook: str
    cell: str
    title: str
    points: float
    by_hand: bool
    cells: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What tells it from all others."""
        return self.notebook, self.cell


@dataclass(frozen=True)
class Answer:
    """What one student has for one task.

    Attributes:
        student: the id.
        task: its key.
        points: as they count; None if nobody has given any yet.
        waits: whether a grader is asked for points, or to look at them again.
        tried: whether there is anything that could be right; True where that is not known.
        outcome: how it was judged; None of what is not.
        mistake: the name of the known mistake; empty without one.
        hint: what the student read about it.
        group: of those who gave the same wrong numbers; empty where that is not known.
        numbers: of these, see `nbjudge.verdict.answer_groups`.
    """

    student: str
    task: Key
    points: float | None
    waits: bool = False
    tried: bool = True
    outcome: Outcome | None = None
    mistake: str = ""
    hint: str = ""
    group: str = ""
    numbers: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class ClassRecord:
    """All that is known of a class and one assignment.

    Attributes:
        grades: the sums, student by student.
        tasks: in the order of the notebooks and their cells.
        answers: of all students whose points are a result.
        seconds: that a notebook took, by (student, notebook).
        words: the words of each student's name and id.
        given: the course's own code in each notebook.
        graded: the folder of all graded submissions.
    """

    grades: Grades
    tasks: tuple[Task, ...]
    answers: tuple[Answer, ...]
    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    words: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    graded: Path = Path()

    @property
    def students(self) -> list[str]:
        """The students whose points are a result."""
        return [row.student for row in self.grades.rows if row.graded]

    def code(self, student: str, notebook: str) -> dict[str, str]:
        """Return a student's code by grade_id, as it was graded; empty if it cannot be read."""
        path = self.graded / student / self.grades.assignment / f"{notebook}.ipynb"
        try:
            # without nbformat's checks: a class of hundreds has thousands of notebooks
            cells = json.loads(path.read_bytes())["cells"]
            return dict(filter(None, map(_own_code, cells)))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}  # damaged since it was graded


def _own_code(cell: Mapping) -> tuple[str, str] | None:
    about = cell.get("metadata", {}).get("nbgrader", {})
    if cell.get("cell_type") != "code" or not about.get("solution"):
        return None
    return str(about["grade_id"]), "".join(cell["source"])


def read_class(coursedir: CourseDirectory, assignment: str) -> ClassRecord:
    """Return what is known of an assignment. Raises a `NoGradesError` if nothing is."""
    grades = read_grades(coursedir, assignment)
    root = Path(coursedir.root)
    graded = root / coursedir.autograded_directory
    release = root / coursedir.release_directory / assignment
    released = {name: _released(release / f"{name}.ipynb") for name, _ in grades.notebooks}
    students = {row.student for row in grades.rows if row.graded}
    lines = {
        (student, name): judged_lines(graded / student / assignment, name)
        for student in students
        for name in released
    }
    titles = _titles(lines, released)
    with read_gradebook(coursedir) as gradebook:
        tasks = _tasks(graded_cells(gradebook, assignment), titles, released)
        answers = tuple(_answers(scores(gradebook, assignment), tasks, students, lines))
        words = _words(student_names(gradebook), students)
    seconds = {who: seconds_of(found.values()) for who, found in lines.items()}
    return ClassRecord(
        grades=grades,
        tasks=tasks,
        answers=answers,
        seconds={who: value for who, value in seconds.items() if value is not None},
        words=words,
        given={name: each.code for name, each in released.items()},
        graded=graded,
    )


# --- the release -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Released:
    """A released notebook: its code, and of each graded cell heading and cells of answers."""

    code: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _released(path: Path) -> _Released:
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # whatever nbformat raises: without a release, titles are grade_ids
        return _Released()
    for cell in cells:
        cell.metadata["nbjudge"] = {}  # the course's own, as `nbjudge.reports.html.sections` asks
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    headings, answers = {}, {}
    for section in sections(cells):
        if section.graded is None:
            continue
        name = section.graded.metadata.nbgrader["grade_id"]
        headings[name] = section.heading
        answers[name] = tuple(
            cell.metadata.nbgrader["grade_id"]
            for cell in section.cells
            if cell.cell_type == "code" and is_solution(cell)
        )
    return _Released(code, headings, answers)


def _titles(
    lines: Mapping[tuple[str, str], Mapping[str, Mapping]], released: Mapping[str, _Released]
) -> dict[Key, str]:
    """Return the tasks' titles: of the verdicts, else the headings."""
    found: dict[Key, str] = {}
    for (_, notebook), by_cell in lines.items():
        for cell, line in by_cell.items():
            shown = line.get("shown")
            if isinstance(shown, Mapping) and shown.get("title"):
                found.setdefault((notebook, cell), _text(shown["title"]))
    for notebook, each in released.items():
        for cell, heading in each.headings.items():
            if heading:
                found.setdefault((notebook, cell), heading)
    return found


# --- the gradebook -----------------------------------------------------------------------------


def _tasks(
    cells: Mapping[Key, tuple[float, bool]],
    titles: Mapping[Key, str],
    released: Mapping[str, _Released],
) -> tuple[Task, ...]:
    tasks = []
    for (notebook, cell), (points, by_hand) in cells.items():
        title = titles.get((notebook, cell), cell)
        own = released[notebook].answers.get(cell, ())
        tasks.append(Task(notebook, cell, title, points, by_hand, own))
    usual = Counter((task.notebook, task.title) for task in tasks)
    tasks = [
        replace(task, title=f"{task.title} ({task.cell})")
        if usual[task.notebook, task.title] > 1
        else task
        for task in tasks
    ]
    places = {
        (name, cell): place
        for name, each in released.items()
        for place, cell in enumerate(each.headings)
    }
    tasks.sort(key=lambda task: (task.notebook, places.get(task.key, len(places)), task.cell))
    return tuple(tasks)


def _answers(
    found: Iterable[Score],
    tasks: tuple[Task, ...],
    students: set[str],
    lines: Mapping[tuple[str, str], Mapping[str, Mapping]],
) -> Iterator[Answer]:
    known = {task.key: task for task in tasks}
    for score in found:
        if score.student not in students or (score.notebook, score.cell) not in known:
            continue
        task = known[score.notebook, score.cell]
        line = lines.get((score.student, score.notebook), {}).get(score.cell)
        said = _said(line)
        if line is None and task.by_hand:
            said["tried"] = not score.is_stub
        waiting = score.waits and task.by_hand
        yield Answer(score.student, task.key, score.points, waiting, **said)


def _said(line: Mapping | None) -> dict:
    """Return what an audit line says of an answer, as arguments of `Answer`."""
    outcome = outcome_of(line) if line else None
    if line is None or outcome is None:
        return {}
    shown = line.get("shown")
    marks = line.get("fingerprint")
    said = {
        "outcome": outcome,
        "tried": outcome not in SKIPPED,
        "mistake": _text(line.get("mistake")),
        "hint": _text(shown.get("hint")) if isinstance(shown, Mapping) else "",
    }
    if isinstance(marks, Mapping) and outcome is not Outcome.PASSED:
        said["group"] = _text(marks.get("group"))
        numbers = marks.get("answers")
        said["numbers"] = tuple(
            {key: _text(each.get(key)) for key in ("case", "property", "got", "wanted")}
            for each in (numbers if isinstance(numbers, list) else [])
            if isinstance(each, Mapping)
        )
    return said


def _text(value: object) -> str:
    return one_line(value[:WORDS]) if isinstance(value, str) else ""


def _words(names: Mapping[str, Sequence[str]], students: set[str]) -> dict[str, frozenset[str]]:
    return {
        student: frozenset(
            word
            for name in (student, *both)
            for word in name.replace("_", " ").replace("-", " ").replace(".", " ").split()
        )
        for student, both in names.items()
        if student in students
    }
