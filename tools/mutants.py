"""Judges every small change of the solutions, and writes docs/mutants.md.

    make mutants                             # some 10 minutes on two cores
    python tools/mutants.py hw_loss l2_loss  # these tasks only; prints, writes nothing

A mutant is killed if its cell stops or its hidden test takes points. One that survives is explained
in tools/mutants.toml, or it is a gap. Exit status 1: there is a gap, or the self-checks catch fewer
than four fifths of what is killed.
"""

import argparse
import os
import random
import re
import sys
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from mutants_page import CAUGHT_AT_LEAST, Found, gaps, page, share_caught
from mutations import NOTEBOOKS, ROOT, Mutant, mutants, names_bound, tasks

sys.path.insert(0, str(ROOT / "tests" / "support"))

import matrix

from nbjudge.authoring.answers import Answer

SEED = 1  # of the hidden inputs and of samples, so that a run can be repeated
CHUNK, SECONDS = 30, 20  # mutants judged in one kernel; seconds for one cell
SLOW_CHUNK, SLOW_SECONDS = 8, 240
SLOW = {
    "q1_lambda_study": 6,
    "q4_net": 10,
    "q5_net": 4,
}  # cells that train; about how long a mutant takes (s)
AFTER_TRAINING = {
    "hw_predict",
    "hw_deeper",
    "conv_predict",
}  # tasks with cells that come after such a cell


def judge(notebook: str, chunk: list[Mutant], right: list, reasons: dict) -> list[Found]:
    """Judge some mutants of one cell, in one kernel if that can be.

    If one of them cannot be judged, as when the hidden test itself stops, the others still are.
    """
    try:
        return _judge(notebook, chunk, right, reasons)
    except Exception as error:
        if len(chunk) == 1:
            broken = f"could not be judged, {type(error).__name__}: {error}"
            return [Found(chunk[0], False, None, False, None, broken)]
    half = len(chunk) // 2
    parts = chunk[:half], chunk[half:]
    return [one for part in parts for one in judge(notebook, part, right, reasons)]


def _judge(notebook: str, chunk: list[Mutant], right: list, reasons: dict) -> list[Found]:
    """Judge some mutants in one kernel.

    What an earlier mutant has defined is forgotten first, as it is in a student's own kernel. After
    all of them comes the solution, which must still be right: so no mutant spoils the others.
    """
    solution = "\n\n".join(cell.source for cell in right)
    answers = [answer(mutant) for mutant in chunk]
    answers.append(Answer(chunk[0].test, "the solution again", solution))
    slow = chunk[0].cell in SLOW or chunk[0].test in AFTER_TRAINING
    settings = {"timeout": SLOW_SECONDS if slow else SECONDS, "notebook_timeout": 7200}
    *rows, last = matrix.run_matrix(notebook, answers, seed=SEED, fresh_kernels=5, **settings)
    if not (last.holds and last.agrees):
        raise RuntimeError(f"After these mutants the solution fails: {last.text}{last.self_check}")
    return [found(mutant, row, reasons) for mutant, row in zip(chunk, rows, strict=True)]


def answer(mutant: Mutant) -> Answer:
    """Return a mutant as the matrix takes answers."""
    return Answer(mutant.test, mutant.name, forget(mutant.source) + mutant.source)


def forget(source: str) -> str:
    """Return a line that takes away the names that a cell is about to define."""
    names = ", ".join(map(repr, names_bound(source)))
    return f"[globals().pop(name, None) for name in [{names}]]\n"


def found(mutant: Mutant, row: matrix.Row, reasons: dict) -> Found:
    """Return what a row of the matrix says of a mutant."""
    killed = row.stopped or row.points < row.max_points
    return Found(
        mutant,
        killed,
        row.mistake,
        row.stopped or not row.passes_self_check,
        None if killed else reason(mutant, reasons),
        row.mistake or row.outcome,
    )


def read_reasons() -> dict:
    """Return tools/mutants.toml: reasons by task and changed line, and rules for many changes."""
    return tomllib.loads((ROOT / "tools" / "mutants.toml").read_text(encoding="utf-8"))


def reason(mutant: Mutant, reasons: dict) -> str | None:
    """Return why a mutant is as good as the solution, or None."""
    own = reasons.get(mutant.test, {}).get(mutant.new)
    change = f"{mutant.old} → {mutant.new}"
    rules = (rule for rule in reasons["rule"] if re.search(rule["change"], change))
    return own or next((rule["reason"] for rule in rules), None)


def plan(only: list[str]) -> tuple[list[tuple], list[str]]:
    """Return the chunks to judge, longest first, and what is left out, in words."""
    chunks, left_out = [], []
    for notebook in NOTEBOOKS:
        for test, cells in tasks(notebook).items():
            if only and test not in only:
                continue
            for number, (cell, all_of_it) in enumerate(zip(cells, mutants(test, cells))):
                name = cell.metadata.nbgrader["grade_id"]
                if not test:
                    left_out.append(f"`{name}`: {len(all_of_it)} mutants, no test judges this cell")
                    continue
                size = SLOW_CHUNK if name in SLOW else CHUNK
                for start in range(0, len(all_of_it), size):
                    chunk = all_of_it[start : start + size]
                    before = 20 if name in SLOW or test in AFTER_TRAINING else 5
                    cost = before + SLOW.get(name, 0.5) * len(chunk)
                    chunks.append((cost, notebook, chunk, cells[number:]))
    chunks.sort(key=lambda chunk: -chunk[0])
    return chunks, left_out


def sample(some: list[Mutant], count: int) -> list[Mutant]:
    """Return `count` of the mutants, or all if there are fewer; always the same ones."""
    return random.Random(SEED).sample(some, min(count, len(some)))


def judge_all(chunks: list[tuple], reasons: dict) -> list[Found]:
    """Judge all chunks, one on each core, and say how far it is."""
    left, begin, all_found = sum(chunk[0] for chunk in chunks), time.perf_counter(), []
    cores, total = os.cpu_count() or 1, left
    print(f"{len(chunks)} kernels, about {left / cores / 60:.0f} min", flush=True)
    with ProcessPoolExecutor(cores) as pool:
        jobs = {pool.submit(judge, *job, reasons): cost for cost, *job in chunks}
        for job in as_completed(jobs):
            all_found += job.result()
            left -= jobs[job]
            gone = time.perf_counter() - begin
            rest = gone * left / max(1, total - left)
            print(f"{len(all_found)} judged, about {rest / 60:.1f} min left", flush=True)
    return all_found


def main(only: list[str]) -> int:
    """Judge the mutants of some tasks, or of all; return the exit status."""
    begin = time.perf_counter()
    chunks, left_out = plan(only)
    all_found = judge_all(chunks, read_reasons())
    how = (
        f"Hidden inputs are drawn with seed {SEED}; a cell may take {SECONDS} s, and "
        f"{SLOW_SECONDS} s where one trains for long."
    )
    text = page(all_found, left_out, how, time.perf_counter() - begin)
    print(text)
    if not only:
        Path(ROOT, "docs", "mutants.md").write_text(text, encoding="utf-8")
    caught = share_caught([one for one in all_found if one.killed])
    return int(bool(gaps(all_found)) or caught < CAUGHT_AT_LEAST)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("task", nargs="*", help="a hidden test's name; by default all")
    sys.exit(main(parser.parse_args().task))
