"""What a course writes: one `HiddenTest` for each autograded task."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nbjudge.errors import HiddenTestError


@dataclass(frozen=True)
class Case:
    """One call of the student's code.

    Attributes:
        label: what the student may read about it, such as ``λ = 0.3, 5 examples``.
        arguments: keyword arguments of `ask`, `expect` and the wrong formulas; plain data,
            NumPy arrays or torch tensors.
        points: what it earns, of the task's points. Cases that do not say so share equally what the
            others leave.
        passed_by_stub: whether an answer passes it that does only what the course has given. It
            earns its points only if a case that the stub does not pass is right, too.
        private: more keyword arguments, of `expect`, `measure` and the wrong formulas only: such
            as the labels of private rows. They never leave the grader's process.
    """

    label: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    points: float | None = field(default=None, kw_only=True)
    passed_by_stub: bool = field(default=False, kw_only=True)
    private: Mapping[str, object] = field(default_factory=dict, kw_only=True)

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
        ask: its *source* is sent to the student's kernel and called there with `student` and a
            case's arguments. ``student.area`` is what the student defined as `area`, and
            ``student.snapshot`` and ``student.time_limit`` watch what their code does, see
            `nbjudge.protocol.probe.Student`. It imports what else it needs itself, and returns
            plain data: a value, or a dictionary of named properties.
        cases: takes a `numpy.random.Generator` and returns the cases, drawn afresh for each run.
        expect: takes the same arguments in the grader's process and returns the right answer:
            numbers, arrays, tensors, or the expectations of `nbjudge.verdict.compare`.
        mistakes: name to `Mistake`; the first one that reproduces the student's numbers in all
            cases is named. Or a function that returns that: with ``lambda: MISTAKES`` the catalogue
            can stand below the test.
        helpers: functions that `ask` calls; their source is sent with it.
        measure: turns an answer and the case's arguments into the properties that are compared;
            runs in the grader's process. Where it raises, the answer is wrong.
        credit: takes the cases and the answers of an answer that is not right in all cases and
            returns a `Credit` or None.
        partial_credit: whether each right case earns its points; else all cases must be right.
        rtol: tolerance, relative to the largest expected number of an array; admits float32.
        atol: absolute tolerance, in the units of the answer.
        figures: how many figures the cells of the task must draw; part of the points.
        figure_points: what the figures earn; None as for a case.
        marking: a sentence or two on why the shares are as they are, and what else earns part of
            the points; students read it below the table of shares, see
            `nbjudge.verdict.points_table`.
        terms: name to a function of a case's arguments: terms of the formula, such as ``λ Σ|W1|``.
            Where wrong numbers differ from the right ones by exactly one of them, that is said. A
            function may return a dictionary: the term of each property.
        depends_on: names of other hidden tests of the notebook whose tasks this one builds on.
            Where one of them is wrong, this task is asked again beside the teacher's solution of
            it, and the better result counts: a mistake costs once.
        package: what keeps the modules that this test was loaded with; not for courses to set.
    """

    title: str
    points: float
    ask: Callable[..., object]
    cases: Callable[[np.random.Generator], Sequence[Case]]
    expect: Callable[..., object]
    mistakes: Mapping[str, Mistake] | Callable[[], Mapping[str, Mistake]] = field(
        default_factory=dict
    )
    helpers: Sequence[Callable] = ()
    measure: Callable[..., object] | None = None
    credit: Callable[[Sequence[Case], Sequence[object]], Credit | None] | None = None
    partial_credit: bool = True
    rtol: float = 1e-4
    atol: float = 1e-7
    figures: int = 0
    figure_points: float | None = None
    marking: str = ""
    terms: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    depends_on: Sequence[str] = ()
    package: object = field(default=None, repr=False, compare=False, kw_only=True)

    def sources(self) -> list[str]:
        """Return the source texts that the student's kernel needs to answer."""
        return [textwrap.dedent(inspect.getsource(f)) for f in (*self.helpers, self.ask)]

    def mistaken(self, mistake: str, case: Case) -> object:
        """Return what an answer with this mistake gives in a case, all of its properties."""
        given = self.mistakes[mistake].formula(**case.known)
        return {**self.expect(**case.known), **given} if isinstance(given, dict) else given

    def complete(self) -> HiddenTest:
        """Return the test with its catalogue of mistakes, wherever that stands in the module.

        Raises `HiddenTestError` if `ask` cannot be called in a student's kernel.
        """
        first = next(iter(inspect.signature(self.ask).parameters), None)
        if first != "student" or not self.ask.__name__.isidentifier():
            raise HiddenTestError(
                "its ask must be a function whose first parameter is `student`: write "
                "def ask(student, x): return student.area(x), where `area` is what students write"
            )
        return replace(self, mistakes=self.mistakes()) if callable(self.mistakes) else self

    def draw_cases(self, seed: int) -> list[Case]:
        """Return the cases of one run, each with its points; the same seed gives the same cases.

        Raises `HiddenTestError` if the points do not add up to the test's.
        """
        cases = list(self.cases(np.random.default_rng(seed)))
        if not cases or not all(isinstance(case, Case) for case in cases):
            raise HiddenTestError("cases must return Case objects, one or more")
        share = self._share_of_the_silent([case.points for case in cases])
        return [case if case.points is not None else replace(case, points=share) for case in cases]

    def points_of_figures(self, cases: Sequence[Case]) -> float:
        """Return what the figures earn beside cases as `draw_cases` returns them."""
        return self.points - sum(case.points for case in cases)

    def _share_of_the_silent(self, points: list[float | None]) -> float:
        """Return what each of the cases, and the figures, earns that do not say so."""
        points = [*points, self.figure_points] if self.figures else points
        said = [each for each in points if each is not None]
        silent, rest = len(points) - len(said), self.points - sum(said)
        parts = "its cases and figures" if self.figures else "its cases"
        if silent and said and rest < 1e-9:
            raise HiddenTestError(
                f"{parts} with points of their own have {sum(said):g} of {self.points:g} points, "
                "so nothing is left for the others: give those points, too"
            )
        if not silent and abs(rest) > 1e-9:
            raise HiddenTestError(
                f"the points of {parts} add up to {sum(said):g}; make that {self.points:g}, the "
                "points of the task"
            )
        return rest / silent if silent else 0.0
