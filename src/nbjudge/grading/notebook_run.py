"""One notebook is run, and its tasks are scored outside the student's process.

Read `NotebookRun` first. It knows neither nbgrader's converters nor a gradebook: whoever has a
rebuilt notebook and its hidden tests makes one, calls `run`, and reads the `NotebookResult`.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode
from nbformat.v4 import new_output

from nbjudge.cells import is_solution, test_of
from nbjudge.errors import HiddenTestError, WarmProcessError
from nbjudge.grading.notebook_records import (
    NotebookRequest,
    NotebookResult,
    RunSettings,
    ScoredCell,
)
from nbjudge.kernel.cpu_limit import drop_tasks
from nbjudge.kernel.executor import KernelFactory, NotebookExecutor
from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import MAX_PAYLOAD, encode
from nbjudge.protocol.probe import ANSWER_TYPE
from nbjudge.protocol.reply import Reply, StudentError, read_reply
from nbjudge.protocol.request import question_code
from nbjudge.rebuild.cell_source import read_text
from nbjudge.verdict.answer_groups import (
    ANSWER_CHARACTERS,
    common_seed,
    fingerprint,
    has_no_name,
)
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.scoring import Verdict, decide
from nbjudge.verdict.verdict_text import verdict_text

SOLVED = "nbjudge_solved"  # in the metadata of a cell whose text is the teacher's
# is told the grade_id of a task that has a verdict, and the verdict; it may not raise
OnScored = Callable[[str, Verdict], None]


@dataclass
class TaskState:
    """What the cells of one task have left, up to its graded cell.

    Attributes:
        figures: that were drawn.
        figures_in_answers: those of them that solution cells drew.
        error: with which a cell stopped, the first of them.
        run_error: the same of an answer that defines nothing but runs something.
    """

    figures: int = 0
    figures_in_answers: int = 0
    error: StudentError | None = None
    run_error: StudentError | None = None


class NotebookRun:
    """Runs one notebook in a kernel of its own, and scores its tasks outside it. Used once.

    A graded cell that calls ``judge("name")`` never reaches the kernel: the hidden test of that
    name asks the student's code, and its outputs are written here. Other cells run as in nbgrader.

    Attributes:
        request: what is to be run.
        tests: the notebook's hidden tests, by name.
        settings: of the course.
        log: is told what an instructor may want to know.
        notebook: a copy of the request's, with outputs as far as it has been run.
        scored: the tasks that have a verdict.
    """

    def __init__(
        self,
        request: NotebookRequest,
        tests: Mapping[str, HiddenTest],
        kernels: KernelFactory,
        settings: RunSettings,
        log: logging.Logger,
        on_scored: OnScored | None = None,
    ):
        """Get ready; nothing is started. `on_scored` is called for each task that has a verdict.

        It is called once more, with the better verdict, where `retry_with_solutions` finds one.
        """
        self.request, self.tests, self.settings, self.log = request, tests, settings, log
        self.notebook = copy.deepcopy(request.notebook)
        self.scored: list[ScoredCell] = []
        self._kernels = kernels
        self._on_scored = on_scored or (lambda cell, verdict: None)
        self._executor = NotebookExecutor(
            kernels,
            settings.limits,
            log,
            request.folder,
            request.course_files,
            request.deadline,
        )
        self._began: float | None = None
        self._task = TaskState()
        # figures that answers to tasks without one drew: who writes all answers into one cell
        # draws there what a later task asks for
        self._spare_figures = 0
        self._cell_problem: Outcome | None = None  # of any cell: later tasks may need its names

    def run(self) -> NotebookResult:
        """Run the cells in their order, and score the tasks.

        Raises `BoxError` if no box can be had, and `HiddenTestError` if a task has no hidden test.
        """
        self._begin()
        try:
            with _as_autograde():
                self.notebook.metadata["language_info"] = self._executor.start()
                for cell in self.notebook.cells:
                    if cell.cell_type == "code":
                        self._run_or_score(cell)
                if self.request.only is None:
                    group_answers(self, self.settings.fingerprint_seconds)
        finally:
            self._executor.close()
        return self.result()

    def abandon(self, outcome: Outcome, reason: str) -> NotebookResult:
        """End the kernel, if there is one; verdicts stay, and other tasks get this outcome.

        For a notebook that cannot be run, and for one whose `run` was interrupted. Of what ran,
        nothing but verdicts is kept.

        Args:
            outcome: of each task that has no verdict yet.
            reason: one sentence for the student.
        """
        self._executor.give_up(outcome)
        if self._began is None:
            self._begin()
        else:
            drop_tasks()
            self._executor.close()
        known = {scored.cell: scored for scored in self.scored}
        self.notebook, self.scored = copy.deepcopy(self.request.notebook), []
        self._task, self._spare_figures, self._cell_problem = TaskState(), 0, None
        for cell in self.notebook.cells:
            name = test_of(cell)
            if name is None:
                continue
            before = known.get(cell.metadata.nbgrader["grade_id"])
            if before is not None:
                self._keep(cell, before)
            else:
                self._score(cell, name)
                cell.outputs[0].text += reason + "\n"
        return self.result()

    def result(self) -> NotebookResult:
        """Return what there is by now."""
        seconds = 0.0 if self._began is None else time.monotonic() - self._began
        return NotebookResult(self.notebook, tuple(self.scored), seconds)

    def again(self, notebook: NotebookNode, only: frozenset[str], deadline: float) -> NotebookRun:
        """Return a run of another notebook, with the seeds of this one; see `NotebookRequest`."""
        seeds = {scored.cell: scored.seed for scored in self.scored}
        request = replace(
            self.request, notebook=notebook, only=only, deadline=deadline, seeds=seeds
        )
        return NotebookRun(request, self.tests, self._kernels, self.settings, self.log)

    def improve(self, verdicts: Mapping[str, Verdict]) -> None:
        """Give tasks that were scored other verdicts, by their grade_id."""
        cells = {
            cell.metadata.nbgrader["grade_id"]: cell
            for cell in self.notebook.cells
            if test_of(cell) is not None
        }
        for place, scored in enumerate(self.scored):
            verdict = verdicts.get(scored.cell, scored.verdict)
            if verdict is not scored.verdict:
                self.scored[place] = replace(scored, verdict=verdict)
                cells[scored.cell].outputs = verdict_outputs(verdict)
                self._on_scored(scored.cell, verdict)

    def limit_rest(self, seconds: float) -> None:
        """Let the rest take at most so many seconds; see `NotebookExecutor`."""
        self._executor.limit_rest(seconds)

    def ask_cases(
        self, test: HiddenTest, cases: Sequence[Case], seed: int, most: int = MAX_PAYLOAD
    ) -> list[Reply]:
        """Put the cases to the student's kernel; return one reply for each case.

        An answer of more than `most` characters counts as none.
        """
        nonce = secrets.token_hex(16)
        found: dict[int, Reply] = {}

        def take(data: dict) -> None:
            payload = data.get(ANSWER_TYPE)
            if isinstance(payload, str) and len(payload) > most:
                return
            answer = read_reply(payload, nonce)
            # of two answers to one case, the first counts: the second was not asked for
            if answer is not None and answer[0] < len(cases):
                found.setdefault(*answer)

        # each case seeds the student's random generators from the run's seed
        questions = [
            (seed + number, encode(dict(case.arguments))) for number, case in enumerate(cases)
        ]
        code = question_code(test.sources(), test.ask.__name__, questions, nonce)
        problem = self._executor.ask(code, take)
        missing = Reply(problem=problem or Outcome.NO_ANSWER)
        return [found.get(number, missing) for number in range(len(cases))]

    def _begin(self) -> None:
        if self._began is not None:
            raise RuntimeError("a NotebookRun is used once: make another one")
        self._began = time.monotonic()

    def _run_or_score(self, cell: NotebookNode) -> None:
        name = test_of(cell)
        if name is None:
            self._run_students_cell(cell)
            return
        if self.request.only is None or name in self.request.only:
            self._score(cell, name)
        elif not self.tests[name].figures:
            self._spare_figures += self._task.figures_in_answers
        self._task = TaskState()

    def _run_students_cell(self, cell: NotebookNode) -> None:
        """Run a cell, and remember what the next verdict needs of it."""
        problem = self._executor.run(cell)
        self._cell_problem = self._cell_problem or problem
        task = self._task
        for output in cell.outputs:
            if output.output_type == "error":
                error = StudentError(output.ename[:100], output.evalue[:500])
                task.error = task.error or error
                if is_solution(cell) and not error.from_stub:
                    runs = not read_text(cell.source).defined
                    task.run_error = task.run_error or (error if runs else None)
            elif is_figure(output) and not cell.metadata.get(SOLVED):
                task.figures += 1
                task.figures_in_answers += is_solution(cell)

    def _score(self, cell: NotebookNode, name: str) -> None:
        about = cell.metadata.nbgrader
        scored = self._judge(name, about["grade_id"], float(about["points"]))
        self._keep(cell, scored)
        self._on_scored(scored.cell, scored.verdict)

    def _keep(self, cell: NotebookNode, scored: ScoredCell) -> None:
        cell.outputs = verdict_outputs(scored.verdict)
        cell.execution_count = None
        self.scored.append(scored)

    def _judge(self, name: str, grade_id: str, max_points: float) -> ScoredCell:
        if name not in self.tests:
            raise HiddenTestError(
                f"There is no hidden test {name!r}: write it in {self.settings.hidden_tests}/"
                f"{self.request.assignment}/{self.request.name}.py"
            )
        test = self.tests[name]
        drawn = secrets.randbits(63) if self.settings.seed is None else self.settings.seed
        seed = self.request.seeds.get(grade_id, drawn)
        cases = test.draw_cases(seed)
        replies = self.ask_cases(test, cases, seed)
        figures = self._task.figures + self._spare_figures
        if not test.figures:
            self._spare_figures += self._task.figures_in_answers
        verdict = decide(
            name,
            test,
            cases,
            replies,
            figures,
            self._task.error,
            max_points,
            self._cell_problem,
            self._task.run_error,
            [s.verdict.test for s in self.scored if s.verdict.outcome is Outcome.PASSED],
        )
        return ScoredCell(grade_id, test, verdict, seed, cases, replies)


def group_answers(run: NotebookRun, seconds: float) -> None:
    """Ask wrong answers without a name again, with the same inputs for everybody.

    To be called after a run's last cell, while its kernel is there. All verdicts are made by then
    and stay as they are: a kernel that is lost here is not replaced, and what goes wrong leaves an
    answer without a fingerprint. Only what is graded for good has digests.

    Args:
        run: of which answers get fingerprints.
        seconds: that this may take; 0 turns it off.
    """
    digest = run.request.digests.get("hidden_test")
    if not seconds or digest is None:
        return
    run.limit_rest(seconds)
    for place, scored in enumerate(run.scored):
        if not has_no_name(scored.verdict):
            continue
        try:
            seed = common_seed(digest, scored.verdict.test)
            cases = scored.test.draw_cases(seed)
            replies = run.ask_cases(scored.test, cases, seed, ANSWER_CHARACTERS)
            found = fingerprint(scored.test, cases, replies)
        except WarmProcessError:
            raise
        except Exception:  # of the course's own functions, at what they did not expect
            run.log.debug("No fingerprint:", exc_info=True)
            continue
        run.scored[place] = replace(scored, fingerprint=found)


@contextlib.contextmanager
def _as_autograde() -> Iterator[None]:
    """Let kernels know by nbgrader's variable that they are run to be graded."""
    name = "NBGRADER_EXECUTION"
    before = os.environ.get(name)
    os.environ[name] = "autograde"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def verdict_outputs(verdict: Verdict) -> list[NotebookNode]:
    """Return the outputs of a graded cell: a text for people, one number for nbgrader."""
    text = new_output("stream", name="stdout", text=verdict_text(verdict) + "\n")
    points = {"text/plain": f"{verdict.points:g}"}
    return [text, new_output("execute_result", data=points, execution_count=None)]


def is_figure(output: NotebookNode) -> bool:
    """Whether an output is a figure that matplotlib drew, and not any picture."""
    data = output.get("data", {})
    drawn = data.keys() & {"image/png", "image/jpeg", "image/svg+xml"}
    return bool(drawn) and str(data.get("text/plain", "")).startswith("<Figure")
