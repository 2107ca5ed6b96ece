"""From a course's gradebook and folders to the report's files."""

from __future__ import annotations

from pathlib import Path

from nbjudge.record.class_scores import CourseDirectory
from nbjudge.reports.class_page.csv_export import to_csv
from nbjudge.reports.class_page.html_page import report_page
from nbjudge.reports.class_page.model import make_report
from nbjudge.reports.class_page.read_class import read_class


def write_report(
    coursedir: CourseDirectory,
    assignment: str,
    hidden_tests: str,
    page: Path,
    table: Path | None = None,
    names: bool = False,
) -> None:
    """Write the page, and the same numbers as CSV.

    Raises `nbjudge.errors.NoGradesError` if nothing is graded,
    `nbjudge.errors.NoFiguresError` without matplotlib, an `OSError` if a
    file cannot be written.

    Args:
        coursedir: of the course.
        assignment: such as ``lab1``.
        hidden_tests: the folder of hidden tests, relative to the course's root.
        page: where the page is written.
        table: where the CSV file is written; None for none.
        names: whether students are named.
    """
    report = make_report(read_class(coursedir, assignment, hidden_tests), names)
    texts = [(page, report_page(report))]
    if table is not None:
        texts.append((table, to_csv(report)))
    for path, text in texts:
        path.write_text(text, encoding="utf-8")
