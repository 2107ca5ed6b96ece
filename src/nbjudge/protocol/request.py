"""The code that carries one hidden test's questions into a student's kernel."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence

from nbjudge.protocol import codec, probe

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


def question_code(
    sources: Sequence[str], function: str, questions: Sequence[tuple[int, object]], nonce: str
) -> str:
    """Return Python code that asks all cases in a kernel; it prints nothing and leaves no name.

    Args:
        sources: of the asking function and its helpers.
        function: name of the asking function.
        questions: for each case the seed of the student's random generators, and the arguments as
            `nbjudge.protocol.codec.encode` gives them.
        nonce: marks the answers of this question.
    """
    question = {
        "judge": [inspect.getsource(codec), inspect.getsource(probe)],
        "sources": list(sources),
        "ask": function,
        "cases": list(questions),
        "nonce": nonce,
    }
    return _CODE.format(question=json.dumps(question))
