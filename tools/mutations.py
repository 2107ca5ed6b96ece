"""First-order mutants of the solution cells of source/, made by mutmut's operators."""

import ast
import difflib
from dataclasses import dataclass
from pathlib import Path

import nbformat
from mutmut.mutation.file_mutation import create_mutations, deep_replace

from nbjudge.cells import is_solution, test_of

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "source").glob("*/q*.ipynb"))}


@dataclass(frozen=True)
class Mutant:
    """One small change of a solution.

    Attributes:
        test: the hidden test of its task.
        cell: the grade_id of the cell that is changed.
        line: where the change begins, in that cell.
        old: the lines that are changed, without indentation, as one line.
        new: what stands there instead.
        source: the changed cell, and those of the same task that come after it.
    """

    test: str
    cell: str
    line: int
    old: str
    new: str
    source: str

    @property
    def name(self) -> str:
        """The change, for people."""
        return f"{self.line}: {self.old} → {self.new}"


def tasks(notebook: str) -> dict[str, list]:
    """Return the solution cells of each hidden test of a notebook, in the notebook's order.

    Under "" stand the cells that no test comes after.
    """
    nb = nbformat.read(NOTEBOOKS[notebook], as_version=4)
    found, cells = {}, []
    for cell in (c for c in nb.cells if c.cell_type == "code"):
        if is_solution(cell):
            cells.append(cell)
        elif test_of(cell):
            found[test_of(cell)], cells = cells, []
    return {**found, "": cells}


def mutants(test: str, cells: list) -> list[list[Mutant]]:
    """Return the mutants of each cell of a task.

    Cells before the changed one are not run again: what they made is there and is right.
    """
    return [
        [
            Mutant(test, cell.metadata.nbgrader["grade_id"], *change, "\n\n".join([text, *after]))
            for text, *change in _changed(cell.source)
        ]
        for number, cell in enumerate(cells)
        for after in [[later.source for later in cells[number + 1 :]]]
    ]


def _changed(source: str) -> list[tuple[str, int, str, str]]:
    """Return for each mutant its text, the number of its line, the old and the new lines."""
    module, mutations, *_ = create_mutations("a cell", source, covered_lines=_solution(source))
    # two operators may make the same text
    texts = {
        deep_replace(module, m.original_node, m.mutated_node).code: None for m in mutations
    }.keys() - {source}
    order = sorted((_difference(source, text), text) for text in texts)
    return [(text, *difference) for difference, text in order if _is_python(text)]


def _solution(source: str) -> set[int]:
    """Return the numbers of the lines between the marks of a solution."""
    inside, found = False, set()
    for number, line in enumerate(source.splitlines(), start=1):
        if line.strip() in ("### BEGIN SOLUTION", "### END SOLUTION"):
            inside = "BEGIN" in line
        elif inside:
            found.add(number)
    return found


def _difference(old: str, new: str) -> tuple[int, str, str]:
    before, after = old.splitlines(), new.splitlines()
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    changed = [block for block in blocks if block[0] != "equal"]
    first, last = changed[0], changed[-1]
    return (
        first[1] + 1,
        " ".join(line.strip() for line in before[first[1] : last[2]]),
        " ".join(line.strip() for line in after[first[3] : last[4]]),
    )


def _is_python(text: str) -> bool:
    """Whether a text can be compiled, which is not so for a few mutants."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def names_bound(source: str) -> list[str]:
    """Return the names that a cell binds at its top level."""
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = None
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                found[part.id] = None
    return list(found)
