"""`python -m nbjudge.plugin.grades lab1`: the grades of one assignment as a table."""

from __future__ import annotations

import sys

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader


def grades(db_url: str, assignment: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and one row for each student: points by notebook and in all.

    A star marks points of which some wait for a grader's hand.
    """
    with Gradebook(db_url) as gradebook:
        found = gradebook.find_assignment(assignment)
        notebooks = sorted(found.notebooks, key=lambda notebook: notebook.name)
        header = ["student", *(f"{n.name} ({n.max_score:g})" for n in notebooks)]
        header.append(f"sum ({found.max_score:g})")
        rows = []
        for submission in sorted(found.submissions, key=lambda s: s.student_id):
            scores = {n.name: n for n in submission.notebooks}
            cells = [_points(scores[n.name]) for n in notebooks]
            rows.append([submission.student_id, *cells, _points(submission)])
    return header, rows


def _points(graded) -> str:
    star = "*" if graded.needs_manual_grade else ""
    return f"{graded.score:g}{star}"


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return the grades as aligned text."""
    widths = [max(len(line[i]) for line in [header, *rows]) for i in range(len(header))]
    lines = [
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in [header, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def main(assignment: str) -> None:
    """Print the grades of `assignment` from the gradebook of the course in this folder."""
    app = NbGrader()
    app.initialize([])
    print(table(*grades(app.coursedir.db_url, assignment)))
    print("\n* some points wait for a grader: written answers, in the formgrader (make lab)")


if __name__ == "__main__":
    main(sys.argv[1])
