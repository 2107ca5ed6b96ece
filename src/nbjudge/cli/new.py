"""``nbjudge new``: begin a notebook, with hidden tests and answers."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbjudge.authoring.new import new
from nbjudge.cli.course import read_course
from nbjudge.errors import NewError
from nbjudge.nbgrader_ext.execute import JudgeExecute


def run(arguments: list[str]) -> int:
    """Write the beginning of a notebook; return the exit status."""
    parser = argparse.ArgumentParser(prog="nbjudge new", allow_abbrev=False)
    parser.add_argument("assignment", help="such as lab1; a new one may be begun")
    parser.add_argument("notebook", help="its name without ending, such as q6_attention")
    asked = parser.parse_args(arguments)
    app = read_course()
    root, source = Path(app.coursedir.root), app.coursedir.source_directory
    hidden_tests = JudgeExecute(config=app.config).hidden_tests
    try:
        written = new(root, source, hidden_tests, asked.assignment, asked.notebook)
    except NewError as error:
        print(error, file=sys.stderr)
        return 1
    for path in written:
        print(path.relative_to(root))
    print(f"It has one task that works. Make it yours, then: nbjudge check {asked.assignment}")
    return 0
