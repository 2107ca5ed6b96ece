"""nbgrader's Execute step, with graded cells judged outside the student's kernel."""

from __future__ import annotations

import secrets

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader import utils
from nbgrader.preprocessors import Execute
from traitlets import Bool, Integer, Unicode

from nbjudge.ask import question_code
from nbjudge.audit import audit_line, write_audit
from nbjudge.course import HiddenTestError, judged_test, load_hidden_tests
from nbjudge.hidden_test import HiddenTest
from nbjudge.outcome import Outcome
from nbjudge.probe import ANSWER_TYPE
from nbjudge.reply import Reply, StudentError, read_reply
from nbjudge.text import verdict_text
from nbjudge.verdict import Verdict, decide


class JudgeExecute(Execute):
    """Runs a submission's cells in one kernel and judges graded cells outside it.

    A graded cell that calls ``judge("name")`` never reaches the kernel: the hidden test of that
    name asks the student's code, and its outputs are written here. Other cells run as in nbgrader.
    """

    timeout = Integer(300, allow_none=True, help="Seconds for one cell.").tag(config=True)

    coalesce_streams = Bool(True, help="Join a cell's prints, and let \\r overwrite.").tag(
        config=True
    )

    hidden_tests = Unicode(
        "hidden_tests",
        help="Folder of the hidden tests, relative to the course's root: "
        "one folder for each assignment, one module for each notebook.",
    ).tag(config=True)

    seed = Integer(
        None,
        allow_none=True,
        help="Seed of the hidden inputs, to repeat a run from its audit line; "
        "by default each graded cell draws its own.",
    ).tag(config=True)

    def preprocess(self, nb, resources=None, km=None):
        """Run and judge one notebook; see nbconvert's ExecutePreprocessor."""
        self._who = {k: resources["nbgrader"][k] for k in ("student", "assignment", "notebook")}
        self._tests = load_hidden_tests(
            self.hidden_tests, self._who["assignment"], self._who["notebook"]
        )
        self._start_task()
        self._broken: Outcome | None = None
        self._audit: list[str] = []
        try:
            return super().preprocess(nb, resources, km)
        finally:
            write_audit(resources["metadata"]["path"], self._who["notebook"], self._audit)

    def preprocess_cell(self, cell, resources, index):
        """Judge an autograded cell that names a hidden test; run any other."""
        if cell.cell_type != "code":
            return cell, resources
        name = judged_test(cell.source) if utils.is_grade(cell) else None
        if name is None or utils.is_solution(cell):
            self._run(cell, index)
            self._note_outputs(cell)
            return cell, resources
        verdict, seed = self._judge(name, float(cell.metadata.nbgrader["points"]))
        cell.outputs = verdict_outputs(verdict)
        cell.execution_count = None
        grade_id = cell.metadata.nbgrader["grade_id"]
        self._audit.append(audit_line(verdict, seed, **self._who, cell=grade_id))
        self._start_task()
        return cell, resources

    def _start_task(self):
        self._figures = 0
        self._cell_error: StudentError | None = None

    def _run(self, cell, index):
        """Run one cell; a kernel that dies or hangs costs the tasks after it, not the class."""
        if self._broken is not None:
            cell.outputs = []
            return
        try:
            self.execute_cell(cell, index, store_history=True)
        except DeadKernelError:
            self._broken = Outcome.KERNEL_DIED
        except CellTimeoutError:
            self._broken = Outcome.TIMED_OUT
        if self._broken is not None:
            cell.outputs = [
                *cell.get("outputs", []),
                new_output("stream", text=f"The notebook stopped here: {self._broken.value}.\n"),
            ]

    def _note_outputs(self, cell):
        """Remember what the next verdict needs of the student's own cells."""
        for output in cell.outputs:
            if output.output_type == "error" and self._cell_error is None:
                self._cell_error = StudentError(output.ename[:100], output.evalue[:500])
            elif output.get("data", {}).keys() & {"image/png", "image/svg+xml"}:
                self._figures += 1

    def _judge(self, name: str, max_points: float) -> tuple[Verdict, int]:
        if name not in self._tests:
            raise HiddenTestError(
                f"There is no hidden test {name!r}: write it in {self.hidden_tests}/"
                f"{self._who['assignment']}/{self._who['notebook']}.py"
            )
        test = self._tests[name]
        seed = secrets.randbits(63) if self.seed is None else self.seed
        cases = test.draw_cases(seed)
        replies = self._ask(test, cases, seed)
        verdict = decide(name, test, cases, replies, self._figures, self._cell_error, max_points)
        return verdict, seed

    def _ask(self, test: HiddenTest, cases, seed: int) -> list[Reply]:
        """Put the cases to the student's kernel; return one reply for each case."""
        nonce = secrets.token_hex(16)
        cell = new_code_cell(question_code(test, cases, seed, nonce))
        # nbclient files a cell's outputs in self.nb: give it a notebook of this one cell
        submission, self.nb = self.nb, new_notebook(cells=[cell])
        try:
            self._run(cell, 0)
        finally:
            self.nb = submission
        late = any(o.output_type == "error" and o.ename == "CellTimeoutError" for o in cell.outputs)
        missing = self._broken or (Outcome.TIMED_OUT if late else Outcome.NO_ANSWER)
        replies = [Reply(problem=missing)] * len(cases)
        seen = set()
        for output in cell.outputs:
            found = read_reply(output.get("data", {}).get(ANSWER_TYPE), nonce)
            # of two answers to one case, the first counts: the second was not asked for
            if found is not None and found[0] < len(cases) and found[0] not in seen:
                seen.add(found[0])
                replies[found[0]] = found[1]
        return replies


def verdict_outputs(verdict: Verdict) -> list:
    """Return the outputs of a graded cell: a text for people, one number for nbgrader."""
    text = new_output("stream", name="stdout", text=verdict_text(verdict) + "\n")
    points = {"text/plain": f"{verdict.points:g}"}
    return [text, new_output("execute_result", data=points, execution_count=None)]
