"""The closing table of a run: how many tasks ended in which outcome, and who needs a look."""

from __future__ import annotations

from collections import Counter, defaultdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from nbjudge.outcome import Outcome
from nbjudge.verdict.decide import Verdict

# outcomes that say more of the submission as a whole than of one task
NOTABLE = (
    Outcome.UNREADABLE,
    Outcome.MISSING,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.TOO_MUCH_OUTPUT,
    Outcome.KERNEL_DIED,
    Outcome.NO_ANSWER,
)
SHOWN = 30  # students of one outcome that are named


class Summary:
    """Collects the outcomes of one run of autograde."""

    def __init__(self):
        """Begin with nothing graded."""
        self._tasks: Counter[Outcome] = Counter()
        self._who: dict[Outcome, dict[str, None]] = defaultdict(dict)
        self._students: dict[str, float] = defaultdict(float)
        self._refused: list[tuple[str, str]] = []
        self._missing: dict[str, list[str]] = defaultdict(list)

    def add(self, student: str, verdicts: list[Verdict]) -> None:
        """Count one graded notebook."""
        self._students[student] += sum(verdict.points for verdict in verdicts)
        for verdict in verdicts:
            self._tasks[verdict.outcome] += 1
            if verdict.outcome in NOTABLE:
                self._who[verdict.outcome][student] = None

    def miss(self, student: str, notebook: str) -> None:
        """Count a notebook that was not handed in."""
        self._students[student] += 0
        self._missing[student].append(notebook)

    def refuse(self, name: str, reason: str) -> None:
        """Note a submission folder that was not graded."""
        self._refused.append((name, reason))

    def show(self, console: Console | None = None, failed: bool = False) -> None:
        """Print the table; `failed`: something went wrong, and the log says what."""
        console = console or Console()
        if self._students or not failed:
            self._show_tasks(console)
        if self._missing:
            console.print(f"Notebooks not handed in by: {_names(self._missing)}")
        for name, reason in self._refused:
            console.print(f"Not graded: {escape(ascii(name)[1:-1])}: {escape(reason)}")

    def _show_tasks(self, console: Console) -> None:
        number = len(self._students)
        if number == 0:
            console.print("Nothing was graded: all is graded already. --force grades it again.")
            return
        table = Table(title=f"{number} submission{'s' * (number > 1)} graded")
        table.add_column("outcome")
        table.add_column("tasks", justify="right")
        table.add_column("who needs a look")
        for outcome in Outcome:
            if self._tasks[outcome]:
                table.add_row(outcome.value, str(self._tasks[outcome]), _names(self._who[outcome]))
        console.print(table)


def _names(students) -> str:
    names = sorted(students)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return escape(", ".join(names[:SHOWN])) + more
