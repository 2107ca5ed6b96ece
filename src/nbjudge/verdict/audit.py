"""The audit line: what was judged with which seed, kept for appeals beside the graded notebook."""

from __future__ import annotations

import json
from pathlib import Path

from nbgrader import utils

from nbjudge.outcome import Outcome
from nbjudge.verdict.decide import Verdict


def audit_line(verdict: Verdict, seed: int, **who: str) -> str:
    """Return one JSON line; `who` names student, assignment, notebook and cell."""
    record = {
        **who,
        "test": verdict.test,
        "seed": seed,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "outcome": verdict.outcome.value,
        "mistake": verdict.mistake,
        "cases": [{"case": r.label, "outcome": r.outcome.value} for r in verdict.results],
    }
    return json.dumps(record)


def missing_lines(nb, **who: str) -> list[str]:
    """Return the audit lines of a notebook that was not handed in: one for each graded cell."""
    return [
        json.dumps(
            {
                **who,
                "cell": cell.metadata.nbgrader["grade_id"],
                "points": 0.0,
                "max_points": float(cell.metadata.nbgrader["points"]),
                "outcome": Outcome.MISSING.value,
            }
        )
        for cell in nb.cells
        if utils.is_grade(cell)
    ]


def write_audit(folder: Path | str, notebook: str, lines: list[str]) -> Path:
    """Write the audit lines of one notebook to ``<notebook>.audit.jsonl`` and return its path.

    nbgrader leaves graded files read-only, so an earlier one is replaced, not opened.
    """
    path = Path(folder) / f"{notebook}.audit.jsonl"
    path.unlink(missing_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path
