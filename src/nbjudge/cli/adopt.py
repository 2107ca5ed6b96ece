"""``nbjudge adopt``: begin hidden tests from the asserts of another course's notebook."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from nbjudge.authoring.adopt import adopt as module_of
from nbjudge.errors import AdoptError


def run(arguments: list[str]) -> int:
    """Write the beginning of hidden tests for another course's notebook; return the status."""
    parser = argparse.ArgumentParser(prog="nbjudge adopt", allow_abbrev=False)
    parser.add_argument("notebook", type=Path, help="with ordinary asserts in its test cells")
    parser.add_argument("-o", "--output", type=Path, help="the module to write")
    asked = parser.parse_args(arguments)
    try:
        text = module_of(asked.notebook.read_bytes(), asked.notebook.name)
        if asked.output is None:
            print(text)
            return 0
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        with open(asked.output, "x", encoding="utf-8") as file:  # never over what is there
            file.write(text)
    except AdoptError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    left = text.count("# TODO")
    print(f"{asked.output}: {text.count('HiddenTest(')} hidden tests, {left} things left to do")
    return 0
