"""The report as one page, which needs no network and no script."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from nbjudge.outcomes import Outcome
from nbjudge.record.class_scores import DELETED, NOT_GRADED, UNFINISHED
from nbjudge.record.pending_points import points_text
from nbjudge.reports.class_page.figures import distribution, parts
from nbjudge.reports.class_page.model import Report, what_to_call
from nbjudge.reports.class_page.similarity import Pair
from nbjudge.reports.class_page.statistics import FEWEST, TaskNumbers
from nbjudge.reports.html.notebook_cells import Cells, plain_html
from nbjudge.reports.html.render import render
from nbjudge.sanitize.text import one_line, shorten

PAIRS = 20  # that are shown; the CSV file has all
SIDE_BY_SIDE = 2  # answers of such a pair that are shown, the most striking ones
CELL_CHARACTERS, CELL_LINES = 6000, 120  # of each
GROUPS = 10  # of the same wrong numbers in one task that are shown; the CSV file has all
NAMED = 100  # students that are named in one place
_SEPARATES = ((0.4, "separates clearly"), (0.2, "separates somewhat"), (0.0, "hardly separates"))


def report_page(report: Report) -> str:
    """Return the page as HTML."""
    grades = report.record.grades
    marks = [row.mark for row in grades.rows]
    cells = Cells(".", embed_images=False)
    people = what_to_call(report.names)
    graded = len(report.points.totals)
    return render(
        "report.html.j2",
        report=report,
        assignment=one_line(grades.assignment),
        graded=graded,
        deleted=marks.count(DELETED),
        not_graded=marks.count(NOT_GRADED) + marks.count(UNFINISHED),
        refused=grades.refused,
        pending=sum(row.waits for row in grades.rows if row.graded),
        late=sum(row.penalty > 0 for row in grades.rows if row.graded),
        histogram=distribution(report.points.bins, report.points.most) if graded else "",
        task_bars=parts([(each.task.title, _parts(each)) for each in report.tasks if each.graded]),
        mistakes=[(task, list(each)) for task, each in groupby(report.named, lambda m: m.task)],
        signed=lambda number: f"{number:.2f}".replace("-", "−"),
        separates=separates,
        fewest=FEWEST,
        by_chance=2 / math.sqrt(graded) if graded else 0.0,
        code=lambda students, task: _example(report, students, task, cells),
        named=_names,
        where=_where,
        most_groups=GROUPS,
        outcome_names=[o for o in Outcome if any(o in c for c in report.outcomes.values())],
        waiting=[each for each in report.tasks if each.waiting],
        pairs=[_pair(report, pair, people) for pair in report.pairs[:PAIRS]],
        percent=_percent,
        points_text=points_text,
        plain_html=plain_html,
    )


def separates(discrimination: float | None) -> str:
    """Return in words what a task's discrimination says."""
    if discrimination is None:
        return "not known"
    return next((words for least, words in _SEPARATES if discrimination >= least), "look at it")


def _parts(each: TaskNumbers) -> dict[str, int]:
    return {
        "right": each.right,
        "partly right": each.partly,
        "wrong": each.wrong,
        "not tried": each.skipped,
    }


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def _example(report: Report, students: Sequence[str], task, cells: Cells) -> Markup:
    code = report.codes.example(students, task)
    return cells.code(code) if code else Markup("")


def _names(students: Sequence[str]) -> str:
    return _some(list(map(one_line, students)), ", ")


def _where(students: Mapping[str, Sequence[str]]) -> str:
    """Return students with their notebooks."""
    return _some([one_line(f"{name} in {', '.join(of)}") for name, of in students.items()], "; ")


def _some(texts: Sequence[str], between: str) -> str:
    more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
    return between.join(texts[:NAMED]) + more


def _pair(report: Report, pair: Pair, people: Callable[[str], str]) -> dict:
    """Return a pair as the page shows it: who, in which tasks, and cells side by side."""
    who = [people(student) for student in pair.students]
    tasks = report.task_of
    answers = []
    for alike in pair.answers[:SIDE_BY_SIDE]:
        task = tasks[alike.task]
        codes = [report.codes.shown(student, task) for student in pair.students]
        answers.append({"task": task, "sides": list(zip(who, map(_marked, codes, alike.lines)))})
    return {
        "who": who,
        "tasks": [(tasks[alike.task], alike.likeness) for alike in pair.answers],
        "answers": answers,
    }


def _marked(code: str, lines: Collection[int]) -> Markup:
    """Return code in which some lines are marked; of very long code without marks a part."""
    short = shorten(code, CELL_CHARACTERS, CELL_LINES)
    if short != code:
        return Markup("{}").format(short)
    shown = []
    for number, line in enumerate(code.split("\n")):
        own = line.lstrip()
        mark = Markup("{}<mark>{}</mark>") if number in lines and own else Markup("{}{}")
        shown.append(mark.format(line[: len(line) - len(own)], own))
    return Markup("\n").join(shown)
