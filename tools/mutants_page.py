"""What docs/mutants.md says of the mutants that were judged."""

from dataclasses import dataclass

from mutations import NOTEBOOKS, Mutant, tasks

CAUGHT_AT_LEAST = 0.8


@dataclass(frozen=True)
class Found:
    """What was said of one mutant.

    Attributes:
        mutant: the change.
        killed: whether its cell stopped, or the hidden test took points.
        named: the mistake that the verdict names, or None.
        caught: whether the student sees it: their cell stops, or the self-check does not hold.
        reason: why a survivor is right; None for a gap, and for who is killed.
        outcome: how the verdict calls it.
    """

    mutant: Mutant
    killed: bool
    named: str | None
    caught: bool
    reason: str | None
    outcome: str


def page(all_found: list[Found], left_out: list[str], how: str, seconds: float) -> str:
    """Return everything as Markdown: `left_out` and `how` are what was not run, and settings."""
    killed = [one for one in all_found if one.killed]
    names = [test for notebook in NOTEBOOKS for test in tasks(notebook) if test]
    order = [name for name in names if any(one.mutant.test == name for one in all_found)]
    of_task = {name: [one for one in all_found if one.mutant.test == name] for name in order}
    lines = [
        "# Small changes of the solutions",
        "",
        "Written by `make mutants` (tools/mutants.py). mutmut's operators change one thing of a "
        "solution cell at a time: a number, an operator, an argument, a text, an assignment. Each "
        "mutant takes the place of the solution in a boxed kernel and goes through the self-check "
        "and the hidden test, as students' answers do. It is killed if its cell stops or it gets "
        "fewer than all points. Named: the verdict names a mistake; of one that raises an error it "
        "quotes that instead. Caught: its cell stops or the self-check does not hold, so a student "
        f"knows before handing in. {how}",
        "",
        "| task | mutants | killed | survived | a gap | named | caught by the self-check |",
        "|---|---|---|---|---|---|---|",
        *(_row(name, of_task[name]) for name in order),
        _row("**all**", all_found),
        "",
        f"Of those killed, the self-check catches {share_caught(killed):.0%} "
        f"(wanted: at least {CAUGHT_AT_LEAST:.0%}). It took {seconds / 60:.0f} min.",
        "",
    ]
    if left_out:
        lines += ["Not run:", "", *(f"- {text}" for text in left_out), ""]
    lines += ["## Those that survive", ""]
    lines += _listed(of_task, lambda one: not one.killed, why)
    lines += ["## Those that only the hidden test kills", ""]
    lines += _listed(of_task, lambda one: one.killed and not one.caught, lambda one: one.outcome)
    return "\n".join(lines)


def why(survivor: Found) -> str:
    """Return the reason why a mutant survives, or that nobody has given one."""
    return survivor.reason or f"**a gap** ({survivor.outcome})"


def _row(name: str, some: list[Found]) -> str:
    killed = [one for one in some if one.killed]
    numbers = (
        len(some),
        len(killed),
        len(some) - len(killed),
        len(gaps(some)),
        sum(one.named is not None for one in killed),
        sum(one.caught for one in killed),
    )
    return f"| {name} | " + " | ".join(map(str, numbers)) + " |"


def _listed(of_task: dict, wanted, words) -> list[str]:
    """Return a list for each task of the mutants that are wanted."""
    lines = []
    for name, some in of_task.items():
        listed = [one for one in some if wanted(one)]
        if not listed:
            continue
        lines += [f"### {name}", ""]
        for one in sorted(listed, key=lambda one: (one.mutant.cell, one.mutant.line)):
            lines.append(f"- {_code(one.mutant.old)} → {_code(one.mutant.new)}: {words(one)}")
        lines.append("")
    return lines or ["None.", ""]


def _code(text: str) -> str:
    return f"`{text}`" if text else "nothing"


def gaps(some: list[Found]) -> list[Found]:
    """Return the survivors that nobody has explained."""
    return [one for one in some if not one.killed and one.reason is None]


def share_caught(killed: list[Found]) -> float:
    """Return the share of these that a student is told of before handing in."""
    return sum(one.caught for one in killed) / max(1, len(killed))
