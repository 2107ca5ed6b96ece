"""The numbers of the report as CSV: one number a line, so that any program can sort them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from nbjudge.reports.class_page.model import Report, what_to_call
from nbjudge.sanitize.csv_fields import inert_field

HEADER = ("part", "notebook", "task", "what", "number")

Row = tuple[str, str, str, str, object]


def to_csv(report: Report) -> str:
    """Return the report's numbers as a table with the columns of `HEADER`.

    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    table = csv.writer(file, lineterminator="\n")
    table.writerow(HEADER)
    for *texts, number in rows(report):
        shown = "" if number is None else round(number, 6)
        table.writerow([*map(inert_field, texts), shown])
    return file.getvalue()


def rows(report: Report) -> Iterator[Row]:
    """Return the lines of the table."""
    yield from _points(report)
    yield from _tasks(report)
    yield from _mistakes(report)
    yield from _course_of_things(report)
    people = what_to_call(report.names)
    tasks = report.task_of
    for pair in report.pairs:
        both = " and ".join(map(people, pair.students))
        yield "worth a look", "", "", both, pair.stands_out
        for alike in pair.answers:
            task = tasks[alike.task]
            yield "worth a look", task.notebook, task.title, f"{both}, likeness", alike.likeness


def _points(report: Report) -> Iterator[Row]:
    points = report.points
    low, middle, high = points.quartiles
    for what, number in (
        ("students", len(points.totals)),
        ("points that can be had", points.most),
        ("mean", points.mean),
        ("lower quartile", low),
        ("median", middle),
        ("upper quartile", high),
    ):
        yield "points", "", "", what, number
    width = points.most / len(points.bins)
    for place, students in enumerate(points.bins):
        what = f"students with {place * width:g} to {(place + 1) * width:g}"
        yield "points", "", "", what, students


def _tasks(report: Report) -> Iterator[Row]:
    for each in report.tasks:
        for what, number in (
            ("points", each.task.points),
            ("graded", each.graded),
            ("tried", each.tried),
            ("right", each.right),
            ("partly right", each.partly),
            ("wrong", each.wrong),
            ("share of the points", each.share),
            ("share of those who tried", each.share_tried),
            ("discrimination", each.discrimination),
            ("waiting for a grader", each.waiting),
        ):
            yield "tasks", each.task.notebook, each.task.title, what, number


def _mistakes(report: Report) -> Iterator[Row]:
    for named in report.named:
        task = named.task
        yield "mistakes", task.notebook, task.title, named.mistake, len(named.students)
    for nameless in report.nameless:
        task = nameless.task
        for number, group in enumerate(nameless.groups, start=1):
            what = f"group {number}"
            yield "without a name", task.notebook, task.title, what, len(group.students)
        yield "without a name", task.notebook, task.title, "alone", nameless.alone
        yield "without a name", task.notebook, task.title, "not grouped", nameless.unknown


def _course_of_things(report: Report) -> Iterator[Row]:
    for notebook, counted in report.outcomes.items():
        for outcome, number in counted.items():
            yield "outcomes", notebook, "", outcome.value, number
    for each in report.seconds:
        yield "seconds", each.notebook, "", "notebooks", each.students
        yield "seconds", each.notebook, "", "median", each.median
        yield "seconds", each.notebook, "", "nine of ten", each.nine_of_ten
        yield "seconds", each.notebook, "", "longest", each.longest
    for outcome, students in report.look.items():
        yield "look by hand", "", "", outcome.value, len(students)
        for student, notebooks in students.items() if report.names else ():
            for notebook in notebooks:
                yield "look by hand", notebook, "", f"{outcome.value}: {student}", 1
