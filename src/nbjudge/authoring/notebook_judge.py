"""`judge` in a notebook: scores a solution there and then, for whoever writes the course."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from nbjudge.errors import HiddenTestError
from nbjudge.protocol.codec import encode
from nbjudge.protocol.probe import ask_once, fixed_random
from nbjudge.protocol.reply import Reply, read_body
from nbjudge.verdict.hidden_test import HiddenTest
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.scoring import decide
from nbjudge.verdict.verdict_text import verdict_text


def judge(name: str) -> float:
    """Judge the solution in this kernel by the hidden test `name`, print why, return the points.

    Meant for the source notebook of a course, where the hidden tests are at hand. In nbgrader's
    autograde, `nbjudge.configure(c)` keeps this cell out of the student's kernel; where that line
    is missing from the config, this raises, so that no cell passes by default.
    """
    from IPython import get_ipython

    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise HiddenTestError(
            "judge() was run inside the student's kernel, so this cell is not graded. Add "
            "`import nbjudge; nbjudge.configure(c)` to nbgrader_config.py and autograde again."
        )
    test = find_test(name, Path.cwd())
    seed = secrets.randbits(63)
    cases = test.draw_cases(seed)
    replies = [_ask(test, case, get_ipython().user_ns, seed + n) for n, case in enumerate(cases)]
    verdict = decide(name, test, cases, replies)
    print(verdict_text(verdict))
    return verdict.points


def find_test(name: str, folder: Path) -> HiddenTest:
    """Return the hidden test `name` of the assignment whose notebooks lie in `folder`."""
    for parent in folder.parents:
        tests = parent / "hidden_tests" / folder.name
        for module in sorted(tests.glob("*.py")):
            found = load_hidden_tests(parent / "hidden_tests", folder.name, module.stem)
            if name in found:
                return found[name]
    raise HiddenTestError(
        f"There is no hidden test {name!r} for the notebooks in {folder}: it belongs in "
        f"hidden_tests/{folder.name}/<notebook>.py of the course. Students cannot run this cell."
    )


def _ask(test: HiddenTest, case, user_ns: dict, seed: int) -> Reply:
    with fixed_random(seed):
        answer = ask_once(user_ns, test.sources(), test.ask.__name__, encode(dict(case.arguments)))
    return read_body(answer)
