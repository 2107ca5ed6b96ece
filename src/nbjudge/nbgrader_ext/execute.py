"""nbgrader's Execute step, with graded cells judged outside the student's kernel."""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import setenv
from traitlets import Float, Integer, List, Unicode
from traitlets.config import Config

from nbjudge.cells import is_grade, is_solution, test_of
from nbjudge.errors import HiddenTestError, WarmProcessError
from nbjudge.grading.solutions import SOLVED, attempted, solved
from nbjudge.kernel.executor import BoxedExecute
from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import MAX_PAYLOAD
from nbjudge.protocol.probe import ANSWER_TYPE
from nbjudge.protocol.reply import Reply, StudentError, read_reply
from nbjudge.protocol.request import question_code
from nbjudge.rebuild.cell_source import read_text
from nbjudge.record.audit import audit_line, unjudged_line
from nbjudge.record.write_files import files_in_folder
from nbjudge.verdict.answer_groups import (
    ANSWER_CHARACTERS,
    common_seed,
    fingerprint,
    has_no_name,
)
from nbjudge.verdict.error_carried_forward import better, to_ask_again
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.loader import load_hidden_tests
from nbjudge.verdict.scoring import Verdict, decide
from nbjudge.verdict.verdict_text import verdict_text


@dataclass(frozen=True)
class Judged:
    """One judged cell: the verdict, and what it came from.

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
class Unrun:
    """A notebook of which nothing runs.

    Attributes:
        outcome: of each task that has no verdict yet.
        reason: one sentence for the student.
        judged: what was judged before, by grade_id.
        seconds: that it ran before.
    """

    outcome: Outcome
    reason: str
    judged: Mapping[str, Judged] = field(default_factory=dict)
    seconds: float = 0.0


class JudgeExecute(BoxedExecute):
    """Runs a submission's cells in one kernel and judges graded cells outside it.

    A graded cell that calls ``judge("name")`` never reaches the kernel: the hidden test of that
    name asks the student's code, and its outputs are written here. Other cells run as in nbgrader.
    """

    hidden_tests = Unicode(
        "hidden_tests",
        help="Folder of the hidden tests, relative to the course's root: "
        "one folder for each assignment, one module for each notebook.",
    ).tag(config=True)

    reads = List(
        Unicode(),
        ["data"],
        help="Files and folders that hidden tests read, relative to the course's root: workers on "
        "other machines are given them. What is not there does no harm.",
    ).tag(config=True)

    carry = Float(
        1.0,
        min=0.0,
        max=1.0,
        help="What a task is worth that is right beside the teacher's solution of the tasks that "
        "it needs: a factor of its points. 0 turns this off.",
    ).tag(config=True)

    fingerprint_seconds = Float(
        10.0,
        min=0.0,
        help="Seconds that asking again may take in one notebook, after its last cell, so that the "
        "report on a class can group wrong answers by their numbers. 0 turns this off.",
    ).tag(config=True)

    seed = Integer(
        None,
        allow_none=True,
        help="Seed of the hidden inputs, to repeat a run from its audit line; "
        "by default each graded cell draws its own.",
    ).tag(config=True)

    def preprocess(self, nb, resources=None, km=None):
        """Run and judge one notebook; see nbconvert's ExecutePreprocessor.

        Of `resources`, ``digests`` go into the audit lines, ``seeds`` (by grade_id) repeat
        verdicts, ``unrun`` keeps the notebook from running, ``solutions`` (the teacher's cells by
        grade_id) let tasks be asked again, ``hidden_tests`` is another folder of them; ``judged``
        and ``audit``, the lines, are what comes back.
        """
        self._began = time.monotonic()
        self._who = {k: resources["nbgrader"][k] for k in ("student", "assignment", "notebook")}
        folder = resources.get("hidden_tests", self.hidden_tests)
        self._tests = load_hidden_tests(folder, self._who["assignment"], self._who["notebook"])
        self._seeds = resources.get("seeds", {})
        resources["judged"] = self.judged = []
        self._start_notebook()
        try:
            if resources.get("unrun") is not None:
                return self._judge_unrun(nb, resources)
            nb, resources = super().preprocess(nb, resources, km)
            self._ask_again(nb, resources)
            return nb, resources
        finally:
            resources["audit"] = self._audit(resources)

    def _start_notebook(self) -> None:
        self.start_run()
        self._asked: Collection[str] | None = None  # hidden tests; None for all
        self._start_task()
        # figures that answers to tasks without one drew: who writes all answers into one cell
        # draws there what a later task asks for
        self._spare_figures = 0
        self._cell_problem: Outcome | None = None  # of any cell: later tasks may need its names

    def _ask_again(self, nb, resources) -> None:
        """Ask tasks once more beside right tasks that they need; the better result counts.

        The teacher's solutions are in a box with the student's code then, so of that run nothing
        is kept but points and outcomes, and its box is a fresh one that nothing comes out of.
        """
        solutions = resources.get("solutions", {})
        if not self.carry or not solutions:
            return
        first, until = list(self.judged), time.monotonic() + self.notebook_timeout
        verdicts = [judged.verdict for judged in first]
        written = attempted(nb) | {
            v.test for v in verdicts if v.outcome is not Outcome.NOT_ATTEMPTED
        }
        for replaced, asked in to_ask_again(self._tests, verdicts, written).items():
            again = solved(nb, solutions, replaced, asked)
            if again is None:
                continue
            titles = [test.title for name, test in self._tests.items() if name in replaced]
            seeds = {judged.cell: judged.seed for judged in first}
            found = self._judge_apart(again, asked, resources, seeds, until)
            for place, judged in enumerate(self.judged):
                if judged.cell in found:
                    verdict = better(judged.verdict, found[judged.cell], titles, self.carry)
                    self.judged[place] = replace(judged, verdict=verdict)
        cells = {c.metadata.nbgrader["grade_id"]: c for c in nb.cells if is_grade(c)}
        for before, judged in zip(first, self.judged, strict=True):
            if judged is not before:
                cells[judged.cell].outputs = verdict_outputs(judged.verdict)

    def _judge_apart(
        self, nb, asked: Collection[str], resources, seeds: dict[str, int], until: float
    ) -> dict[str, Verdict]:
        """Run a notebook in a kernel of its own; return the verdicts by grade_id, and no more."""
        kept, self.judged = self.judged, []
        usual, self._seeds = self._seeds, seeds
        apart = {**resources, "metadata": dict(resources["metadata"])}
        self._start_notebook()
        self._asked, self._deadline = asked, until
        try:
            super().preprocess(nb, apart)
            return {judged.cell: judged.verdict for judged in self.judged}
        finally:
            self.judged, self._seeds = kept, usual

    def _audit(self, resources) -> list[str]:
        digests, unrun = resources.get("digests", {}), resources.get("unrun")
        seconds = time.monotonic() - self._began + (unrun.seconds if unrun else 0.0)
        lines = [
            audit_line(j.verdict, j.seed, digests, seconds, j.fingerprint, **self._who, cell=j.cell)
            for j in self.judged
        ]
        return lines or [unjudged_line(digests, seconds, **self._who)]

    def preprocess_cell(self, cell, resources, index):
        """Judge an autograded cell that names a hidden test; run any other."""
        if cell.cell_type == "code":
            self._run_or_judge(cell, index)
        if index == len(self.nb.cells) - 1 and self._asked is None:
            self._take_fingerprints(resources.get("digests", {}))
        return cell, resources

    def _run_or_judge(self, cell, index) -> None:
        name = test_of(cell)
        if name is None:
            self._run_students_cell(cell, index)
            return
        if self._asked is None or name in self._asked:
            self._judge_cell(cell, name)
        elif not self._tests[name].figures:
            self._spare_figures += self._figures_in_answers
        self._start_task()

    def _take_fingerprints(self, digests: Mapping[str, str]) -> None:
        """Ask wrong answers without a name again, with the same inputs for everybody.

        All verdicts are made by now and stay as they are: a kernel that is lost here is not
        replaced, and what goes wrong leaves an answer without a fingerprint. Only what is graded
        for good has digests.
        """
        if not self.fingerprint_seconds or "hidden_test" not in digests:
            return
        self._fresh_left = 0
        self._deadline = min(self._deadline, time.monotonic() + self.fingerprint_seconds)
        for place, judged in enumerate(self.judged):
            if not has_no_name(judged.verdict):
                continue
            try:
                seed = common_seed(digests["hidden_test"], judged.verdict.test)
                cases = judged.test.draw_cases(seed)
                replies = self._ask_cases(judged.test, cases, seed, ANSWER_CHARACTERS)
                found = fingerprint(judged.test, cases, replies)
            except WarmProcessError:
                raise
            except Exception:  # of the course's own functions, at what they did not expect
                self.log.debug("No fingerprint:", exc_info=True)
                continue
            self.judged[place] = replace(judged, fingerprint=found)

    def _judge_unrun(self, nb, resources):
        """Give every task of a notebook that does not run its outcome."""
        unrun: Unrun = resources["unrun"]
        self.lost = unrun.outcome
        for cell in nb.cells:
            name = test_of(cell)
            if name is None:
                continue
            before = unrun.judged.get(cell.metadata.nbgrader["grade_id"])
            if before is not None:
                self._settle(cell, before)
            else:
                self._judge_cell(cell, name)
                cell.outputs[0].text += unrun.reason + "\n"
        return nb, resources

    def _judge_cell(self, cell, name: str) -> None:
        about = cell.metadata.nbgrader
        self._settle(cell, self._judge(name, about["grade_id"], float(about["points"])))

    def _settle(self, cell, judged: Judged) -> None:
        cell.outputs = verdict_outputs(judged.verdict)
        cell.execution_count = None
        self.judged.append(judged)

    def _start_task(self):
        self._figures = self._figures_in_answers = 0
        self._cell_error: StudentError | None = None
        self._run_error: StudentError | None = None  # of an answer that defines nothing

    def _run_students_cell(self, cell, index):
        """Run a cell, and remember what the next verdict needs of it."""
        problem = self.run(cell, index)
        self._cell_problem = self._cell_problem or problem
        for output in cell.outputs:
            if output.output_type == "error":
                error = StudentError(output.ename[:100], output.evalue[:500])
                self._cell_error = self._cell_error or error
                if is_solution(cell) and not error.from_stub:
                    runs = not read_text(cell.source).defined
                    self._run_error = self._run_error or (error if runs else None)
            elif is_figure(output) and not cell.metadata.get(SOLVED):
                self._figures += 1
                self._figures_in_answers += is_solution(cell)

    def _judge(self, name: str, grade_id: str, max_points: float) -> Judged:
        if name not in self._tests:
            raise HiddenTestError(
                f"There is no hidden test {name!r}: write it in {self.hidden_tests}/"
                f"{self._who['assignment']}/{self._who['notebook']}.py"
            )
        test = self._tests[name]
        drawn = secrets.randbits(63) if self.seed is None else self.seed
        seed = self._seeds.get(grade_id, drawn)
        cases = test.draw_cases(seed)
        replies = self._ask_cases(test, cases, seed)
        figures = self._figures + self._spare_figures
        if not test.figures:
            self._spare_figures += self._figures_in_answers
        verdict = decide(
            name,
            test,
            cases,
            replies,
            figures,
            self._cell_error,
            max_points,
            self._cell_problem,
            self._run_error,
            [j.verdict.test for j in self.judged if j.verdict.outcome is Outcome.PASSED],
        )
        return Judged(grade_id, test, verdict, seed, cases, replies)

    def _ask_cases(
        self, test: HiddenTest, cases, seed: int, most: int = MAX_PAYLOAD
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

        problem = self.ask(question_code(test, cases, seed, nonce), take)
        missing = Reply(problem=problem or Outcome.NO_ANSWER)
        return [found.get(number, missing) for number in range(len(cases))]


def judge_apart(
    nb, config: Config, hidden_tests: Path, who: Mapping[str, str], files: Mapping, **resources
) -> tuple[NotebookNode, list[Judged]]:
    """Run and judge a notebook apart from grading: what it writes goes with a temporary folder.

    Args:
        nb: the notebook; its outputs are written into it.
        config: of the course.
        hidden_tests: the folder of hidden tests.
        who: student, assignment and notebook.
        files: the student's own files beside it, by their path.
        resources: others of `JudgeExecute.preprocess`, such as ``course_files`` and ``seeds``.
    """
    with files_in_folder(files) as folder:
        execute = JudgeExecute(config=config, hidden_tests=str(hidden_tests))
        with setenv(NBGRADER_EXECUTION="autograde"):
            ran, _ = execute.preprocess(
                nb, {"nbgrader": dict(who), "metadata": {"path": str(folder)}, **resources}
            )
    return ran, execute.judged


def verdict_outputs(verdict: Verdict) -> list:
    """Return the outputs of a graded cell: a text for people, one number for nbgrader."""
    text = new_output("stream", name="stdout", text=verdict_text(verdict) + "\n")
    points = {"text/plain": f"{verdict.points:g}"}
    return [text, new_output("execute_result", data=points, execution_count=None)]


def is_figure(output) -> bool:
    """Whether an output is a figure that matplotlib drew, and not any picture."""
    data = output.get("data", {})
    drawn = data.keys() & {"image/png", "image/jpeg", "image/svg+xml"}
    return bool(drawn) and str(data.get("text/plain", "")).startswith("<Figure")
