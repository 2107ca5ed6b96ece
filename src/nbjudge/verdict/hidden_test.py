"""What a course writes: one `HiddenTest` for each autograded task."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Case:
    """One call of the student's code.

    Attributes:
        label: what the student may read about it, such as ``λ = 0.3, 5 examples``.
        arguments: keyword arguments of `ask`, `expect` and the wrong formulas; plain data,
            NumPy arrays or torch tensors.
        weight: its share of the task's points, relative to the other cases. Weights that add up to
            the task's points, or to a whole part of them, give shares that a student can read.
        given: whether an answer passes it that does only what the course has given. It earns its
            share only if a case that is not given is right, too.
        private: more keyword arguments, of `expect`, `measure` and the wrong formulas only: such
            as the labels of private rows. They never leave the grader's process.
    """

    label: str
    arguments: Mapping[str, object]
    weight: float = 1.0
    given: bool = False
    private: Mapping[str, object] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, object]:
        """All that the grader knows of this case."""
        return {**self.arguments, **self.private}


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer.

    Attributes:
        formula: takes a case's arguments and returns what an answer with this mistake gives;
            a dictionary needs only the properties that differ from the right answer.
        help: what to tell the student; one or two sentences that name the cause.
    """

    formula: Callable[..., object]
    help: str


@dataclass(frozen=True)
class Credit:
    """Part of the points for an answer that is wrong but shows something right.

    Attributes:
        fraction: of the points.
        reason: a sentence for the student.
        unless: a hidden test before; where it was passed, there is no such credit.
    """

    fraction: float
    reason: str
    unless: str = ""


@dataclass(frozen=True)
class HiddenTest:
    """One autograded task: what to ask the student's code and what the answer must be.

    Attributes:
        title: the task's name, for the student.
        points: as in the graded cell.
        ask: its *source* is sent to the student's kernel and called there with a case's
            arguments. It sees the names that the student defined, imports what else it needs
            itself, and returns plain data: a value, or a dictionary of named properties.
        cases: takes a `numpy.random.Generator` and returns the cases, drawn afresh for each run.
        expect: takes the same arguments in the grader's process and returns the right answer:
            numbers, arrays, tensors, or the expectations of `nbjudge.verdict.compare`.
        mistakes: name to `Mistake`; the first one that reproduces the student's numbers in all
            cases is named.
        helpers: functions that `ask` calls; their source is sent with it.
        measure: turns an answer and the case's arguments into the properties that are compared;
            runs in the grader's process. Where it raises, the answer is wrong.
        credit: takes the cases and the answers of an answer that is not right in all cases and
            returns a `Credit` or None.
        by_case: whether each right case earns its share; else all cases must be right.
        rtol: tolerance, relative to the largest expected number of an array; admits float32.
        atol: absolute tolerance, in the units of the answer.
        figures: how many figures the cells of the task must draw; part of the points.
        figure_weight: weight of that, as if it were a case.
        marking: a sentence or two on why the shares are as they are, and what else earns part of
            the points; students read it below the table of shares, see
            `nbjudge.verdict.points_table`.
        terms: name to a function of a case's arguments: terms of the formula, such as ``λ Σ|W1|``.
            Where wrong numbers differ from the right ones by exactly one of them, that is said. A
            function may return a dictionary: the term of each property.
        needs: names of other hidden tests of the notebook whose tasks this one builds on. Where one
            of them is wrong, this task is asked again beside the teacher's solution of it, and the
            better result counts: a mistake costs once.
    """

    title: str
    points: float
    ask: Callable[..., object]
    cases: Callable[[np.random.Generator], Sequence[Case]]
    expect: Callable[..., object]
    mistakes: Mapping[str, Mistake] = field(default_factory=dict)
    helpers: Sequence[Callable] = ()
    measure: Callable[..., object] | None = None
    credit: Callable[[Sequence[Case], Sequence[object]], Credit | None] | None = None
    by_case: bool = True
    rtol: float = 1e-4
    atol: float = 1e-7
    figures: int = 0
    figure_weight: float = 1.0
    marking: str = ""
    terms: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    needs: Sequence[str] = ()

    def sources(self) -> list[str]:
        """Return the source texts that the student's kernel needs to answer."""
        return [textwrap.dedent(inspect.getsource(f)) for f in (*self.helpers, self.ask)]

    def mistaken(self, mistake: str, case: Case) -> object:
        """Return what an answer with this mistake gives in a case, all of its properties."""
        given = self.mistakes[mistake].formula(**case.known)
        return {**self.expect(**case.known), **given} if isinstance(given, dict) else given

    def draw_cases(self, seed: int) -> list[Case]:
        """Return the cases of one run; the same seed gives the same cases."""
        return list(self.cases(np.random.default_rng(seed)))
