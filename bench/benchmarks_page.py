"""The page of the benchmarks: docs/benchmarks.md and its figure, from what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from graders import GRADERS, JUDGED, ONE, ONE_CORE, OTTER, PLAIN, TWO
from matplotlib.ticker import LogLocator

FIGURE = "benchmarks.png"
COLOURS = {
    PLAIN.name: "#d55e00",
    OTTER.name: "#cc79a7",
    JUDGED.name: "#56b4e9",
    ONE_CORE.name: "#e69f00",
    ONE.name: "#009e73",
    TWO.name: "#0072b2",
}
NEAR = 0.9  # of what the workers could give: more is as good as all of it
CLEARLY = 1.2  # times as many results: what gives them is not the limit
LONG = 20  # seconds; of a submission that trains


@dataclass(frozen=True)
class Target:
    """What is wanted of one number.

    Attributes:
        what: is measured.
        wanted: of it, in words.
        value: in words; empty if it was not measured.
        reached: whether it is as wanted.
    """

    what: str
    wanted: str
    value: str = ""
    reached: bool = False

    @property
    def row(self) -> list[str]:
        """Its row in the table."""
        verdict = ("reached" if self.reached else "**not reached**") if self.value else ""
        return [self.what, self.wanted, self.value or "not measured", verdict]


class Measured:
    """What was measured, as the page asks for it. A size that was not measured gives None."""

    def __init__(self, data: dict):
        """Take what `benchmarks` has kept."""
        self.data = data
        self._runs = data["runs"]

    def sizes(self, *graders) -> list[int]:
        """Return the classes that all of these graders have graded."""
        return sorted(
            set.intersection(
                *(
                    {run["students"] for run in self._runs if run["grader"] == grader.name}
                    for grader in graders
                )
            )
        )

    def seconds(self, grader, size: int) -> float | None:
        """Return the median of the time for a class."""
        return self._median(grader, size, "seconds")

    def first(self, grader, size: int) -> float | None:
        """Return the median of the time until the first result."""
        return self._median(grader, size, "first")

    def memory(self, grader, size: int) -> float | None:
        """Return the most memory while a class was graded."""
        found = [run["memory"] for run in self._of(grader, size) if run["memory"] is not None]
        return max(found) if found else None

    def one_more(self, grader) -> float | None:
        """Return the seconds that one more student costs."""
        sizes = self.sizes(grader)
        if len(sizes) < 2:
            return None
        few, many = sizes[0], sizes[-1]
        return (self.seconds(grader, many) - self.seconds(grader, few)) / (many - few)

    def _of(self, grader, size: int) -> list[dict]:
        return [r for r in self._runs if (r["grader"], r["students"]) == (grader.name, size)]

    def _median(self, grader, size: int, what: str) -> float | None:
        found = [run[what] for run in self._of(grader, size) if run["memory"] is None]
        return statistics.median(found) if found else None


def write_page(data: dict, folder: Path) -> str:
    """Write page and figure into a folder; return the page."""
    measured = Measured(data)
    _draw(measured, folder / FIGURE)
    parts = (_head, _wanted, _side_by_side, _sizes, _lab, _kernels, _writer, _many)
    text = "\n\n".join(filter(None, (part(measured) for part in parts))) + "\n"
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")
    return text


def _head(measured: Measured) -> str:
    machine, data = measured.data["machine"], measured.data
    versions = ", ".join(f"{name} {number}" for name, number in data["versions"].items())
    more = " and ".join(map(str, data.get("later", ())))
    later = f" Plain nbgrader graded {more} students later, in turn with nbjudge." if more else ""
    return (
        "# What grading costs\n\n"
        f"Written by `make bench` (bench/benchmarks.py) in {data['minutes']:.0f} minutes on "
        f"{machine['cores']} cores ({machine['processor']}) with "
        f"{machine['memory'] / 2**30:.0f} GB, {machine['system']}; the load average was "
        f"{data['load']:.1f} when it began. {versions}.\n\n"
        "All graders grade the same light submissions: import torch, train a little, be tested in "
        "three cases. They take turns, and each number is the median of as many runs as there are "
        f"rounds, which is {data['rounds']} here. A run counts only if each student got all "
        f"points. Memory is measured in a run of its own.{later}\n\n"
        f"![Cost against class size, and results a second against workers]({FIGURE})\n\n"
        "*Left: seconds for a whole class. Right: results a second of one command that feeds "
        "workers which only sleep; above the dotted line no number of workers helps.*"
    )


def _wanted(measured: Measured) -> str:
    head = ["measured", "wanted", "value", ""]
    return (
        "## What is wanted\n\n"
        + _table(head, (t.row for t in targets(measured)))
        + "\n\nOne worker starts the next student's kernel while it grades, and so keeps more than "
        "one core busy: it leaves a second one less to gain, and on one core it is slower. The "
        "row of one core tells what a core is worth; the row above it, what a second worker is."
    )


def targets(measured: Measured) -> list[Target]:
    """Return what is wanted, and whether it is reached."""
    fast = [ONE, TWO]
    found = [
        _ratio(measured, PLAIN, TWO, 20, "`--workers 2` against plain nbgrader"),
        _ratio(measured, ONE, TWO, 1.8, "`--workers 2` against `--workers 1`"),
        _ratio(measured, ONE_CORE, TWO, 1.8, "the same, with `--workers 1` held to one core"),
    ]
    what = "one more notebook with one worker, beyond the student's own compute"
    more = measured.one_more(ONE)
    if more is None:
        found.append(Target(what, "at most 0.10 s"))
    else:
        beyond = more - statistics.median(measured.data["kernels"]["own"])
        # on a busy machine a large class may take no longer than a small one: that is no number
        value = f"{beyond:.3f} s" if beyond > 0 else ""
        found.append(Target(what, "at most 0.10 s", value, beyond <= 0.10))
    first = max(measured.first(each, n) for each in fast for n in measured.sizes(each))
    what = "first result, of all classes and both numbers of workers the slowest"
    found.append(Target(what, "within 3 s", f"{first:.1f} s", first <= 3))
    for each in fast:
        few, many = measured.sizes(each)[0], measured.sizes(each)[-1]
        what = f"{many} students against {many / few:g} × {few} (`{_options(each)}`)"
        share = measured.seconds(each, many) / (many / few * measured.seconds(each, few))
        value = f"{share:.2f} ×" if many > few else ""
        found.append(Target(what, "at most 1.1 ×", value, share <= 1.1))
    alone = measured.data["writer"]
    rate = alone["results"] / alone["seconds"]
    what = f"the writer alone, {alone['results']:,} results"
    found.append(Target(what, "200 students a second", f"{rate:.0f}", rate >= 200))
    for each in fast:
        sizes = measured.sizes(each)
        few, many = 40 if 40 in sizes[:-1] else sizes[0], sizes[-1]
        what = f"memory at {many} students against {few} (`{_options(each)}`)"
        share = measured.memory(each, many) / measured.memory(each, few)
        value = f"{share:.2f} ×" if many > few else ""
        found.append(Target(what, "at most 1.1 ×", value, share <= 1.1))
    lab = measured.data.get("lab")
    if lab:
        workers, graded, once = lab["workers"], lab["graded"], lab["without_second_runs"]
        students, least = lab["students"], lab["least"]
        for what, run, share_of in (
            (
                f"{students} students of this lab, by their own compute ÷ {workers}",
                graded,
                least["1"],
            ),
            (f"the same, the own compute taken {workers} at once", graded, least[str(workers)]),
            ("the same, at the speed that the machine had meanwhile", graded, graded["least"]),
            ("the same, without the second runs of notebooks", once, once["least"]),
        ):
            share = run["seconds"] / share_of
            found.append(Target(what, "at most 1.15 ×", f"{share:.2f} ×", share <= 1.15))
    kernel = measured.data["kernels"]
    answer, memory = statistics.median(kernel["boxed"]), kernel["memory"] / 1e6
    return [
        *found,
        Target("kernel to first answer, boxed", "under 0.25 s", f"{answer:.3f} s", answer < 0.25),
        Target(
            "memory of a kernel of its own (USS)", "under 60 MB", f"{memory:.0f} MB", memory < 60
        ),
    ]


def _ratio(measured: Measured, slow, fast, wanted: float, what: str) -> Target:
    """Compare two graders by the largest class that both have graded."""
    size = measured.sizes(slow, fast)[-1]
    ratio = measured.seconds(slow, size) / measured.seconds(fast, size)
    value = f"{ratio:.1f} times"
    if measured.one_more(slow) and measured.one_more(fast):
        more = measured.one_more(slow) / measured.one_more(fast)
        value += f" (one more student alone: {more:.1f})"
    what = f"{what}, {size} students"
    return Target(what, f"at least {wanted:g} times as fast", value, ratio >= wanted)


def _side_by_side(measured: Measured) -> str:
    size = measured.sizes(*GRADERS)[-1]
    plain = measured.seconds(PLAIN, size)
    rows = []
    for grader in GRADERS:
        seconds = measured.seconds(grader, size)
        rows.append(
            [
                f"`{grader.name}`",
                f"{seconds:.1f} s",
                f"{plain / seconds:.1f}",
                f"{measured.first(grader, size):.1f} s",
                _or_dash(measured.one_more(grader), "{:.3f} s"),
                f"{measured.memory(grader, size) / 1e6:.0f} MB",
            ]
        )
    head = ["grader", "whole class", "times plain nbgrader", "first result", "one more student"]
    return (
        f"## Side by side, {size} students\n\n"
        + _table([*head, "peak memory"], rows)
        + "\n\nThe time is that of the command, from its start to its end. One more student is the "
        "difference between the largest and the smallest class that a grader has graded, divided "
        "by the students. Peak memory is that of the command with all its processes, pages that "
        "they share counted once (PSS). otter-grader runs without Docker, one submission after the "
        "other in one process that calls what `otter run` calls; its own way to grade a class, "
        "`otter grade`, is a Docker container for each submission."
    )


def _sizes(measured: Measured) -> str:
    sizes = sorted({size for grader in GRADERS for size in measured.sizes(grader)})
    rows = [
        [f"`{g.name}`", *(_or_dash(measured.seconds(g, size), "{:.1f} s") for size in sizes)]
        for g in GRADERS
    ]
    memory = [
        [f"`{g.name}`", *(_or_dash(measured.memory(g, n), "{:.0f} MB", 1e-6) for n in sizes)]
        for g in GRADERS
    ]
    text = (
        "## Cost against class size\n\n"
        + _table(["students", *map(str, sizes)], rows)
        + "\n\n"
        + _table(["peak memory", *map(str, sizes)], memory)
    )
    slow = [g for g in GRADERS if measured.sizes(g)[-1] < sizes[-1] and measured.one_more(g)]
    if slow:
        needs = (f"{g.name} {measured.one_more(g) * sizes[-1] / 60:.0f} minutes" for g in slow)
        text += (
            "\n\n–: not measured, because it takes too long. By the cost of one more student, "
            f"{sizes[-1]} would take {' and '.join(needs)} (computed)."
        )
    return text


def _lab(measured: Measured) -> str:
    lab = measured.data.get("lab")
    if not lab:
        return ""
    rows = [
        [
            at_once,
            *(f"{seconds:.1f} s" for seconds in own.values()),
            f"{lab['least'][at_once]:.0f} s",
        ]
        for at_once, own in lab["own"].items()
    ]
    head = ["at once", *(f"`{name}`" for name in lab["own"]["1"]), f"class ÷ {lab['workers']}"]
    graded, once = lab["graded"], lab["without_second_runs"]
    return (
        "## A class of this lab\n\n"
        f"{lab['students']} copies of the sample class, graded by `--workers {lab['workers']}`, "
        f"take {graded['seconds']:.0f} s. What their cells and the judge's questions compute takes "
        "less, without a grader; more where as many compute at once as there are workers, because "
        f"the cores of this machine slow each other:\n\n{_table(head, rows)}\n\nThese are means of "
        "before and after. A fixed piece of training, done once a second all the time, took "
        f"{graded['slower']:.2f} times as long while the class was graded as while "
        f"{lab['workers']} computed at once: that much slower was the machine, by the class or by "
        "what others do on it. A class takes longer than its own compute by what starting, asking "
        "and writing take, and by the second run of notebooks in which a task builds on a wrong "
        f"one. Without that (`--JudgeExecute.carry=0`) it took {once['seconds']:.0f} s, with the "
        f"same piece of training {once['slower']:.2f} times as long."
        f"{' This was measured later than the rest.' if lab.get('later') else ''}"
    )


def _kernels(measured: Measured) -> str:
    kernel = measured.data["kernels"]
    plain, boxed, ahead, own = (
        statistics.median(kernel[name]) for name in ("plain", "boxed", "ahead", "own")
    )
    rows = [
        ["kernel to first answer, plain", f"{plain:.2f} s"],
        ["kernel to first answer, boxed", f"{boxed:.3f} s"],
        ["the same, started ahead as in a class", f"{ahead:.3f} s"],
        ["memory of a kernel that it shares with nobody (USS)", f"{kernel['memory'] / 1e6:.0f} MB"],
        ["the student's own compute in a light notebook", f"{own:.3f} s"],
    ]
    return "## One kernel\n\n" + _table(["measured", "value"], rows)


def _writer(measured: Measured) -> str:
    alone = measured.data["writer"]
    rate = alone["results"] / alone["seconds"]
    first, last = (alone["tenth"] / alone["tenths"][n] for n in (0, -1))
    return (
        "## The writer alone\n\n"
        f"{alone['results']:,} results that are ready enter `autograded/` and the gradebook (a "
        f"SQLite file) at **{rate:.0f} a second**; the first tenth at {first:.0f}, the last at "
        f"{last:.0f}. A result is a notebook and its audit line, written, flushed to the disk "
        "and renamed, and its rows in one transaction."
    )


def _many(measured: Measured) -> str:
    rows = [
        [
            str(each["workers"]),
            str(each["students"]),
            f"{each['ideal']:.1f}",
            f"{each['whole']:.1f}",
            f"{each['whole'] / each['ideal']:.0%}",
            f"{each['handed_out']:.1f}",
            f"{each['command']:.0%}",
            f"{each['scheduler']:.0%}",
        ]
        for each in measured.data["simulated"]
    ]
    head = ["workers", "students", "workers could", "the command", "of that", "handed out only"]
    return (
        "## Many workers, simulated\n\n"
        "`nbjudge grade --scheduler` with Dask's scheduler beside it and workers that sleep as "
        "long as it took one worker from one result to the next, then give back a real result. "
        "Results a second, of the time in which all workers have work. *Handed out only*: the "
        "same results, neither read from the disk nor written. The last two columns are the share "
        "of a core that the command and the scheduler took.\n\n"
        + _table([*head, "command's core", "scheduler's core"], rows)
        + "\n\n"
        + _limit(measured)
    )


def _limit(measured: Measured) -> str:
    """Say what becomes the limit, and from how many workers on."""
    simulated = measured.data["simulated"]
    best = max(simulated, key=lambda each: each["whole"])
    most, handed_out = best["whole"], max(each["handed_out"] for each in simulated)
    light = simulated[0]["workers"] / simulated[0]["ideal"]
    first = simulated[0]
    text = (
        f"With {_workers(first)} the command gives {first['whole'] / first['ideal']:.0%} of what "
        "workers could; the rest is the wait between a result and the next submission. "
    )
    if best is simulated[-1] and most >= NEAR * best["ideal"]:
        return f"{text}Up to {_workers(best)} nothing but the workers is the limit."
    writer = handed_out >= CLEARLY * most
    what = "the writer, with what is read for it" if writer else "handing out by Dask"
    return (
        f"{text}It gives at most {most:.0f} results a second, with {_workers(best)}; handing out "
        f"alone gives at most {handed_out:.0f}. **So the limit is {what}**, from "
        f"{max(1, round(most * light))} workers on with submissions that take {light:.2f} s as "
        f"these do, and from {most * LONG:.0f} on with submissions that take {LONG} s (computed)."
    )


def _workers(simulated: dict) -> str:
    return f"{simulated['workers']} worker{'s' if simulated['workers'] > 1 else ''}"


def _options(grader) -> str:
    return " ".join(grader.command[-2:])


def _or_dash(value: float | None, form: str, scale: float = 1) -> str:
    return "–" if value is None else form.format(value * scale)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _draw(measured: Measured, path: Path) -> None:
    plt.rcParams.update({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.4), layout="constrained")
    for grader in GRADERS:
        sizes = measured.sizes(grader)
        seconds = [measured.seconds(grader, size) for size in sizes]
        colour = COLOURS[grader.name]
        left.plot(sizes, seconds, "o-", color=colour, label=grader.name, markersize=4)
    _axes(left, "students", "seconds for the class", measured.sizes(JUDGED))
    simulated = measured.data["simulated"]
    workers = [each["workers"] for each in simulated]

    def line(what: str, style: str, colour: str, label: str) -> None:
        values = [each[what] for each in simulated]
        right.plot(workers, values, style, color=colour, label=label, markersize=4)

    line("ideal", "--", "#999999", "what the workers could")
    line("handed_out", "s-", "#56b4e9", "handed out, not written")
    line("whole", "o-", "#0072b2", "the command")
    alone = measured.data["writer"]
    rate = alone["results"] / alone["seconds"]
    right.axhline(rate, linestyle=":", color="#d55e00", label="the writer alone")
    _axes(right, "workers", "results a second", workers)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def _axes(axes, x: str, y: str, ticks: list[int]) -> None:
    axes.set(xscale="log", yscale="log", xlabel=x, ylabel=y)
    axes.set_xticks(ticks, map(str, ticks))
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    # above the axes: wherever lines go, they cross no word
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=8)
