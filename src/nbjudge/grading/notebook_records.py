"""What a `NotebookRun` is given, and what comes out of it: plain records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from nbjudge.kernel.executor import ExecutionLimits
from nbjudge.outcomes import Outcome
from nbjudge.protocol.reply import Reply
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.scoring import Verdict


@dataclass(frozen=True)
class NotebookRequest:
    """A notebook that is to be run and scored.

    Attributes:
        notebook: as it was rebuilt; it is not changed.
        student: who handed it in.
        assignment: its name.
        name: of the notebook, without ending.
        folder: of the student's own files beside the notebook; none if empty.
        course_files: folder of the course's files beside the notebook; none if empty.
        digests: of what the verdicts are made from; empty where nothing is graded for good.
        seeds: of hidden inputs, by grade_id, to repeat verdicts; others are drawn.
        only: the hidden tests that are asked; None for all.
        deadline: of `time.monotonic`, after which no cell begins; by default the notebook's limit.
    """

    notebook: NotebookNode
    student: str
    assignment: str
    name: str
    folder: str = ""
    course_files: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    only: frozenset[str] | None = None
    deadline: float | None = None

    @property
    def who(self) -> dict[str, str]:
        """Student, assignment and notebook, as audit lines have them."""
        return {"student": self.student, "assignment": self.assignment, "notebook": self.name}


@dataclass(frozen=True)
class RunSettings:
    """How notebooks of a course are run and scored; each is a setting, see `JudgeExecute`.

    Attributes:
        limits: of what runs.
        carry: factor of the points that a task gets beside right tasks that it needs; 0 for none.
        fingerprint_seconds: that asking again for fingerprints may take; 0 for none.
        seed: of hidden inputs that the request has no seed for; None draws each.
        hidden_tests: the folder of hidden tests, for messages.
    """

    limits: ExecutionLimits = field(default_factory=ExecutionLimits)
    carry: float = 1.0
    fingerprint_seconds: float = 10.0
    seed: int | None = None
    hidden_tests: str = "hidden_tests"


@dataclass(frozen=True)
class ScoredCell:
    """One scored cell: the verdict, and what it came from.

    Attributes:
        cell: its grade_id.
        test: the hidden test.
        verdict: on the answers.
        seed: the cases were drawn with it.
        cases: what was asked.
        replies: what the student's kernel answered, one for each case.
        fingerprint: of a wrong answer without a name, see `nbjudge.verdict.answer_groups`.
    """

    cell: str
    test: HiddenTest
    verdict: Verdict
    seed: int
    cases: Sequence[Case]
    replies: Sequence[Reply]
    fingerprint: Mapping | None = None


@dataclass(frozen=True)
class SkippedNotebook:
    """Why a notebook is not run: the outcome of each task, and a sentence for the student."""

    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class NotebookResult:
    """A notebook that was run and scored.

    Attributes:
        notebook: with its outputs; nothing that the kernel has sent is to be trusted.
        scored: its tasks, in the order of the notebook.
        seconds: that it took by the clock.
    """

    notebook: NotebookNode
    scored: tuple[ScoredCell, ...]
    seconds: float
