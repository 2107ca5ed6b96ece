"""The audit line: what was judged with which seed, kept for appeals beside the graded notebook.

``<notebook>.audit.jsonl`` holds the last grading, one JSON line for each judged cell;
``<notebook>.audit.earlier.jsonl`` holds the lines of all gradings before it, oldest first.
``shown`` is what the student reads of the verdict, see `nbjudge.verdict.student_view`;
``seconds`` is how long the whole notebook took by the clock, the same in all its lines. Lines of
an older nbjudge, and of what was not handed in, have neither. ``fingerprint``, of wrong answers
without a name, groups them for the report on the class; see `nbjudge.verdict.answer_groups`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from nbjudge.cells import is_grade, is_solution
from nbjudge.outcomes import Outcome
from nbjudge.verdict.scoring import Verdict
from nbjudge.verdict.student_view import shown

LAST, EARLIER = ".audit.jsonl", ".audit.earlier.jsonl"
NO_CELL = {"cell": None}  # of a notebook without a judged cell: its line says what was graded, only


class Scored(Protocol):
    """The part of `nbjudge.grading.notebook_records.ScoredCell` that an audit line keeps."""

    @property
    def cell(self) -> str: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def seed(self) -> int: ...
    @property
    def fingerprint(self) -> Mapping | None: ...


def audit_lines(
    scored: Sequence[Scored], digests: Mapping[str, str], seconds: float, **who: str
) -> list[str]:
    """Return the audit lines of a notebook that was run: one for each scored cell, at least one.

    Args:
        scored: its scored cells.
        digests: of what the verdicts were made from, see `nbjudge.record.digests`.
        seconds: that the notebook took.
        who: student, assignment and notebook.
    """
    lines = [_line({**who, "cell": each.cell}, _said(each), digests, seconds) for each in scored]
    return lines or [_line(who, NO_CELL, digests, seconds)]


def _said(scored: Scored) -> dict:
    """Return what the line of a scored cell says of it."""
    verdict = scored.verdict
    record = {
        "test": verdict.test,
        "seed": scored.seed,
        "points": verdict.points,
        "max_points": verdict.max_points,
        "outcome": verdict.outcome.value,
        "mistake": verdict.mistake,
        "shown": shown(verdict),
    }
    if verdict.carried is not None:  # the result without the tasks that were solved, too
        alone = verdict.carried.alone
        record["carried"] = {
            "solved": list(verdict.carried.titles),
            "alone": {
                "points": alone.points,
                "outcome": alone.outcome.value,
                "mistake": alone.mistake,
            },
        }
    if scored.fingerprint is not None:
        record["fingerprint"] = scored.fingerprint
    return record


def missing_lines(nb, digests: Mapping[str, str], **who: str) -> list[str]:
    """Return the audit lines of a notebook that was not handed in: one for each graded cell."""
    lines = []
    for cell in filter(is_grade, nb.cells):
        record = {
            "cell": cell.metadata.nbgrader["grade_id"],
            "points": 0.0,
            "max_points": float(cell.metadata.nbgrader["points"]),
            "outcome": Outcome.MISSING.value,
        }
        if is_solution(cell):
            record["by_hand"] = True  # a written answer: no task of the judge's
        lines.append(_line(who, record, digests))
    return lines or [_line(who, NO_CELL, digests)]


def _line(
    who: Mapping, record: Mapping, digests: Mapping[str, str], seconds: float | None = None
) -> str:
    took = {} if seconds is None else {"seconds": round(seconds, 2)}
    graded = datetime.now(UTC).isoformat(timespec="seconds")
    return json.dumps({**who, **record, **took, "graded": graded, "digests": dict(digests)})


def read_audit(folder: Path | str, notebook: str) -> list[dict]:
    """Return the lines of the last grading of one notebook; none if there are none to be read."""
    try:
        text = Path(folder, f"{notebook}{LAST}").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in text.splitlines()]
    except (OSError, ValueError):
        return []
    return [line for line in lines if isinstance(line, dict)]


def judged_lines(folder: Path | str, notebook: str) -> dict[str, dict]:
    """Return the last audit line of each judged cell, by its grade_id."""
    lines = read_audit(folder, notebook)
    return {line["cell"]: line for line in lines if isinstance(line.get("cell"), str)}


def outcome_of(line: Mapping) -> Outcome | None:
    """Return how the task of an audit line ended; None of a line that does not say so."""
    try:
        return Outcome(line["outcome"]) if line.get("cell") and "by_hand" not in line else None
    except (KeyError, ValueError):
        return None


def seconds_of(lines: Iterable[Mapping]) -> float | None:
    """Return how long the notebook of these audit lines took; None if they do not say so."""
    for line in lines:
        seconds = line.get("seconds")
        if isinstance(seconds, int | float) and 0 <= seconds < 1e9:
            return float(seconds)
    return None


def keep_earlier(graded: Path, target: Path, notebook: str) -> None:
    """Write to `target` all audit lines of a notebook that lie in `graded`, as earlier ones."""
    texts = [
        path.read_text(encoding="utf-8", errors="replace")  # it may be damaged
        for path in (graded / f"{notebook}{ending}" for ending in (EARLIER, LAST))
        if path.is_file()
    ]
    if texts:
        (target / f"{notebook}{EARLIER}").write_text("".join(texts), encoding="utf-8")
