"""Figures for the page: SVG whose text is text and whose colours are the page's.

matplotlib draws in colours that stand for those of the page, so that a figure is as readable in
dark mode, in print and in grey as the text around it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from nbjudge.errors import NoFiguresError

WIDTH = 4.0  # inches: at 72 points each, so that text is large enough on a phone
COLOURS = {"#010101": "currentColor", "#020202": "var(--link)", "#030303": "var(--line)"}
TEXT, BAR, LINE = COLOURS
SIZE = 11  # of text, in points
SETTINGS = {
    "svg.fonttype": "none",  # text stays text
    "font.size": SIZE,
    "text.color": TEXT,
    "axes.edgecolor": LINE,
    "axes.labelcolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "patch.linewidth": 1.0,
}
# how much of the bar's colour a part gets: told apart by lightness, in grey as in colour
PARTS = {"right": 1.0, "partly right": 0.55, "wrong": 0.2, "not tried": 0.0}
LEGEND = (0.0, 0.2, 0.51, 0.75)  # where their words begin


def distribution(bins: Sequence[int], most: float) -> Markup:
    """Return a histogram of points.

    Args:
        bins: how many students are in each of the equal parts of 0 to `most`.
        most: points that can be had.
    """
    figure, axes = _figure("points", 2.6)
    width = (most or 1.0) / len(bins)
    left = [number * width for number in range(len(bins))]
    bars = axes.bar(left, bins, width, align="edge", color=BAR, edgecolor=TEXT)
    axes.bar_label(bars, [str(count) if count else "" for count in bins], padding=2, color=TEXT)
    axes.set_xticks([number * width for number in range(0, len(bins) + 1, 2)])
    axes.set_xlim(0, most or 1.0)
    axes.margins(y=0.15)
    axes.set_xlabel("points")
    axes.set_ylabel("students")
    axes.yaxis.get_major_locator().set_params(integer=True)
    told = ", ".join(
        f"{start:g} to {start + width:g}: {count}" for start, count in zip(left, bins) if count
    )
    return _svg(figure, "points", "Distribution of points", f"Students by points. {told}.")


def parts(tasks: Sequence[tuple[str, Mapping[str, int]]]) -> Markup:
    """Return for each task, as one bar, how many students are right, partly right and so on.

    Args:
        tasks: the title, and how many students there are of each of `PARTS`.
    """
    figure, axes = _figure("parts", 0.9 + 0.55 * len(tasks))
    axes.set_axis_off()
    for place, (title, counts) in enumerate(tasks):
        everybody, start = sum(counts.values()) or 1, 0.0
        _write(axes, 0, place - 0.33, _short(title), "bottom")
        for part, strength in PARTS.items():
            share = counts.get(part, 0) / everybody
            axes.barh(place, share, 0.5, start, color=(BAR, strength), edgecolor=TEXT)
            start += share
    axes.set_xlim(0, 1.01)
    axes.set_ylim(len(tasks) - 0.5, -1.5)
    for place, (part, strength) in zip(LEGEND, PARTS.items()):
        axes.barh(-1.2, 0.04, 0.4, place, color=(BAR, strength), edgecolor=TEXT)
        _write(axes, place + 0.055, -1.2, part, "center")
    return _svg(
        figure,
        "parts",
        "How each task ended",
        "One bar for each task: the share of students who are right, partly right, wrong, or have "
        "not tried. The table below has the numbers.",
    )


def _write(axes, x: float, y: float, text: str, side: str) -> None:
    axes.text(x, y, text, va=side, color=TEXT, fontsize=SIZE, parse_math=False)


def _short(title: str) -> str:
    return title if len(title) <= 44 else f"{title[:43]}…"


def _figure(name: str, height: float):
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise NoFiguresError(
            "The report's figures need matplotlib: pip install 'nbjudge[report]'."
        ) from error
    with rc_context({**SETTINGS, "svg.hashsalt": name}):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        return figure, figure.subplots()


def _svg(figure, name: str, title: str, told: str) -> Markup:
    """Return the figure as an element of a page, with a title and words for who cannot see it."""
    from matplotlib import rc_context

    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with rc_context({**SETTINGS, "svg.hashsalt": name}):
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    text = file.getvalue()
    inner = text[text.index("<svg") :]
    inner = inner[inner.index(">") + 1 : inner.rindex("</svg>")]
    inner = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", inner, flags=re.DOTALL)
    # each figure's own names, so that two of them fit on one page
    inner = re.sub(r'\bid="', f'id="{name}-', inner)
    inner = re.sub(r'(xlink:href="|url\()#', rf"\1#{name}-", inner)
    for colour, of_page in COLOURS.items():
        inner = inner.replace(colour, of_page)
    width, height = figure.get_size_inches() * 72
    begin = (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{name}-title '
        f'{name}-told" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{name}-title">{escape(title)}</title>'
        f'<desc id="{name}-told">{escape(told)}</desc>'
    )
    return Markup(f"{begin}{inner}</svg>")
