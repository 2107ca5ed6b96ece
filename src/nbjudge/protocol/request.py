"""The code that carries one hidden test's questions into a student's kernel."""

from __future__ import annotations

import inspect
import json

from nbjudge.protocol import codec as wire
from nbjudge.protocol import probe
from nbjudge.verdict.hidden_test import Case, HiddenTest

# compiled without what the student imported from __future__ (the last argument)
_CODE = """
def _nbjudge():
    import builtins, json, IPython
    namespace = {{"__name__": "nbjudge_probe"}}
    question = json.loads({question!r})
    for source in question["judge"]:
        builtins.exec(builtins.compile(source, "<nbjudge>", "exec", 0, True), namespace)
    namespace["run"](
        IPython.get_ipython(), question["sources"], question["ask"], question["cases"],
        question["nonce"],
    )
_nbjudge()
del _nbjudge
"""


def question_code(test: HiddenTest, cases: list[Case], seed: int, nonce: str) -> str:
    """Return Python code that asks all cases in a kernel; it prints nothing and leaves no name.

    Args:
        test: the hidden test.
        cases: as drawn with `seed`.
        seed: of the run; each case seeds the student's random generators from it.
        nonce: marks the answers of this question.
    """
    question = {
        "judge": [inspect.getsource(wire), inspect.getsource(probe)],
        "sources": test.sources(),
        "ask": test.ask.__name__,
        "cases": [
            (seed + number, wire.encode(dict(case.arguments))) for number, case in enumerate(cases)
        ],
        "nonce": nonce,
    }
    return _CODE.format(question=json.dumps(question))
