"""Each case of a task for an appeal: what went in, what was expected, what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rich.console import Console

from nbjudge.grading.notebook_records import ScoredCell
from nbjudge.protocol.codec import Opaque, Tensor
from nbjudge.protocol.reply import Reply
from nbjudge.sanitize.text import inert_text, shorten
from nbjudge.verdict.hidden_test import Case, HiddenTest
from nbjudge.verdict.verdict_text import verdict_text


@dataclass(frozen=True)
class Room:
    """How much of one value is shown: characters, lines, and numbers of an array."""

    characters: int
    lines: int
    numbers: int


SHORT, FULL = Room(400, 6, 12), Room(1_000_000, 100_000, 1_000_000)


def show(scored: ScoredCell, line: Mapping, console: Console, room: Room = SHORT) -> None:
    """Print one task that was repeated: the text that its student read, and each case.

    What the instructor reads here, no student may: the inputs, the expected and the given numbers.

    Args:
        scored: the task.
        line: its audit line of the last grading.
        console: where to print.
        room: for each value.
    """
    console.rule(f"{scored.cell}, seed {scored.seed}")
    if scored.verdict.points != line["points"]:
        was = f"{line['points']:g} points, {line.get('mistake') or line['outcome']}"
        console.print(f"It was {was}; now it is another verdict.", markup=False, soft_wrap=True)
    console.print(verdict_text(scored.verdict), markup=False, highlight=False, soft_wrap=True)
    for number, (case, reply) in enumerate(zip(scored.cases, scored.replies, strict=True), 1):
        console.print(f"\nCase {number}: {case.label}", style="bold", markup=False)
        for title, value in _facts(scored.test, case, reply):
            text = f"  {title}: {shown(value, room)}"
            console.print(text, markup=False, highlight=False, soft_wrap=True)


def _facts(test: HiddenTest, case: Case, reply: Reply):
    """Return what is known of one case, as pairs of a title and a value."""
    facts = [(f"input {name}", value) for name, value in case.arguments.items()]
    facts += [(f"private {name}", value) for name, value in case.private.items()]
    facts.append(("expected", test.expect(**case.known)))
    if reply.problem is not None or reply.error is not None:
        return [*facts, ("given", reply.problem.value if reply.problem else str(reply.error))]
    facts.append(("given", reply.value))
    if test.measure is not None:
        measured = test.measure(reply.value, **case.known)
        if shown(measured, FULL) != shown(reply.value, FULL):
            facts.append(("measured of it", measured))
    return [*facts, *(("changed in place", name) for name in reply.changed)]


def shown(value: object, room: Room = SHORT) -> str:
    """Return any value of a case as text for a terminal, shortened in its middle."""
    if isinstance(value, dict):
        # each has its room: a long one does not hide the next
        text = "".join(f"\n    {name}: {shown(each, room)}" for name, each in value.items())
        return inert_text(shorten(text, 10 * room.characters, 10 * room.lines))
    elif isinstance(value, np.ndarray):
        array = np.array2string(value, precision=8, threshold=room.numbers, max_line_width=88)
        text = f"array of shape {value.shape}, {value.dtype}\n{array}"
    elif isinstance(value, np.generic):
        text = repr(value.item())
    elif isinstance(value, Tensor):
        text = f"tensor, {shown(value.array, room)}"
    elif isinstance(value, Opaque):
        text = value.description
    else:
        text = repr(value)
    return inert_text(shorten(text, room.characters, room.lines))
