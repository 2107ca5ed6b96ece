"""What grading one submission gives: plain data, which may come from another process or machine.

What comes from elsewhere is read as untrusted text: `from_bytes` takes nothing but the notebooks
that were asked for, each a notebook with its audit lines.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nbjudge.errors import BadResultError
from nbjudge.intake import Submission
from nbjudge.outcomes import Outcome
from nbjudge.record.audit import outcome_of

LOG_LINES = 1000  # of one submission that are kept
RESULT_BYTES = 256 << 20  # of one submission, as it is sent


@dataclass(frozen=True)
class GradingTask:
    """What is to be graded.

    Attributes:
        submission: as it was read.
        digests: for each notebook that is to be graded, what its audit lines carry; see
            `nbjudge.record.digests`.
    """

    submission: Submission
    digests: Mapping[str, Mapping[str, str]]

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.submission.student


@dataclass(frozen=True)
class GradedNotebook:
    """One notebook after grading.

    Attributes:
        text: its JSON; None if it was not handed in.
        lines: its audit lines, each a JSON object.
    """

    text: str | None
    lines: tuple[str, ...]


@dataclass(frozen=True)
class GradedSubmission:
    """One submission after grading.

    Attributes:
        notebooks: by name.
        said: log records, as (level, message).
    """

    notebooks: Mapping[str, GradedNotebook]
    said: tuple[tuple[int, str], ...] = ()

    @property
    def outcomes(self) -> Counter[Outcome]:
        """How many of its tasks ended in which outcome."""
        lines = (json.loads(line) for each in self.notebooks.values() for line in each.lines)
        found = Counter(outcome_of(line) for line in lines)
        del found[None]
        return found

    def to_bytes(self) -> bytes:
        """Return all of it as JSON."""
        notebooks = {name: [each.text, list(each.lines)] for name, each in self.notebooks.items()}
        return json.dumps({"notebooks": notebooks, "said": self.said[:LOG_LINES]}).encode()


def from_bytes(data: object, wanted: Iterable[str]) -> GradedSubmission:
    """Return what `GradedSubmission.to_bytes` wrote. Raises `BadResultError` at anything else.

    Args:
        data: as it came.
        wanted: names of the notebooks that were to be graded.
    """
    if isinstance(data, str | bytes) and len(data) > RESULT_BYTES:
        raise BadResultError(f"what came back is larger than {RESULT_BYTES:,} bytes")
    try:
        found = json.loads(data)
        notebooks = {name: _notebook(*found["notebooks"][name]) for name in wanted}
        said = tuple((int(level), str(message)) for level, message in found["said"])
    except (TypeError, ValueError, KeyError, LookupError, RecursionError) as error:
        raise BadResultError(
            f"what came back is no graded submission ({type(error).__name__})"
        ) from error
    return GradedSubmission(notebooks, said[:LOG_LINES])


def _notebook(text: object, lines: object) -> GradedNotebook:
    if text is not None:
        if not isinstance(text, str) or not isinstance(json.loads(text)["cells"], list):
            raise ValueError("no notebook")
        text.encode("utf-8")  # a lone surrogate could not be written
    for line in lines:
        if not isinstance(json.loads(line), dict) or "\n" in line:
            raise ValueError("no audit line")
    return GradedNotebook(text, tuple(lines))
