"""``nbjudge report``: one page on a class."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbjudge.cli.course import is_there, read_course
from nbjudge.errors import NoFiguresError, NoGradesError
from nbjudge.reports.class_page.csv_export import to_csv
from nbjudge.reports.class_page.html_page import report_page
from nbjudge.reports.class_page.model import make_report
from nbjudge.reports.class_page.read_class import read_class


def run(arguments: list[str]) -> int:
    """Write the report on a class; return the exit status."""
    parser = argparse.ArgumentParser(prog="nbjudge report", allow_abbrev=False)
    parser.add_argument("assignment")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the page, such as r.html")
    parser.add_argument("--csv", type=Path, help="a file for the same numbers")
    parser.add_argument("--names", action="store_true", help="name students")
    asked = parser.parse_args(arguments)
    app = read_course()
    if not is_there(app, asked.assignment):
        return 1
    try:
        record = read_class(app.coursedir, asked.assignment)
        report = make_report(record, asked.names)
        texts = [(asked.output, report_page(report))]
        if asked.csv is not None:
            texts.append((asked.csv, to_csv(report)))
        for path, text in texts:
            path.write_text(text, encoding="utf-8")
    except (NoGradesError, NoFiguresError) as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The report cannot be written: {error}", file=sys.stderr)
        return 1
    return 0
