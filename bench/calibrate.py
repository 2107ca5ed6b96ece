"""Measures what the lab's figures are to show, over many seeds, and writes docs/calibration.md.

    make calibrate          # a quarter of an hour on one core

It runs the code of the source notebooks themselves: the cells that define the networks, the
training and the settings, with other seeds.
"""

import statistics
import time
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SEEDS = range(21)  # the committed seed 0 and twenty others


def run_cells(notebook: str, *ids: str) -> dict:
    """Execute some code cells of a source notebook and return their names."""
    nb = nbformat.read(ROOT / "source" / "lab1" / f"{notebook}.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in nb.cells}
    namespace = {"__name__": "calibration"}
    for cell_id in ids:
        exec(compile(cells[cell_id], cell_id, "exec"), namespace)
    return namespace


def q1() -> list[str]:
    """Return the section on the λ study."""
    names = run_cells(
        "q1_l1_backprop",
        "q1_setup",
        "q1_network",
        "q1_loss_reg",
        "q1_backward_reg",
        "q1_data",
        "q1_train",
        "q1_study_settings",
    )
    grid, data = names["GRID"], [names[n] for n in ("X_train", "y_train", "X_test", "y_test")]
    last, weights = {}, {}
    for seed in SEEDS:
        for value in grid:
            net = names["NeuralNetwork"](5, names["HIDDEN"], 1, value, seed)
            train, test = net.train(*data, epochs=names["EPOCHS"], lr=names["LR"])
            last[seed, value] = train[-1], test[-1], min(test)
            sums = np.abs(net.W1).sum(axis=1)
            weights[seed, value] = sums[2:].sum() / sums[:2].sum()
    lines = [
        "## Q1: the λ study",
        "",
        f"{len(SEEDS)} seeds of the initial weights, loss per row after the last epoch (median), "
        "and |W1| of the three nuisance columns relative to that of sleep and study.",
        "",
        "| λ | training | test | nuisance weights | best of the grid | within 10 % of the best |",
        "|---|---|---|---|---|---|",
    ]
    best = {seed: min(last[seed, value][1] for value in grid) for seed in SEEDS}
    for value in grid:
        train, test = (statistics.median(last[s, value][i] for s in SEEDS) for i in (0, 1))
        ratio = statistics.median(weights[s, value] for s in SEEDS)
        first = sum(last[s, value][1] == best[s] for s in SEEDS)
        near = sum(last[s, value][1] <= 1.1 * best[s] for s in SEEDS)
        lines.append(f"| {value:g} | {train:.4f} | {test:.4f} | {ratio:.2f} | {first} | {near} |")
    small, good = grid[0], 1e-3
    overfits = sum(
        last[s, small][1] > 2 * last[s, small][0] and last[s, small][1] > 1.1 * last[s, small][2]
        for s in SEEDS
    )
    lower = sum(last[s, good][1] < 0.8 * last[s, small][1] for s in SEEDS)
    return [
        *lines,
        "",
        f"- λ = {small:g} overfits (test loss more than twice the training loss, and more than "
        f"10 % above its own minimum): **{overfits} of {len(SEEDS)}** seeds.",
        f"- λ = {good:g} has a test loss at least 20 % lower: **{lower} of {len(SEEDS)}** seeds.",
        "",
    ]


def main() -> None:
    """Measure everything and write the table."""
    start = time.perf_counter()
    sections = [line for part in PARTS for line in part()]
    head = [
        "# Calibration: what the figures show, and for how many seeds",
        "",
        "Written by `make calibrate` (bench/calibrate.py), which runs the source notebooks' own",
        "cells with other seeds. A threshold on a trained model comes from here.",
        "",
    ]
    seconds = f"Measured in {time.perf_counter() - start:.0f} s on one core."
    text = "\n".join([*head, *sections, seconds, ""])
    (ROOT / "docs" / "calibration.md").write_text(text, encoding="utf-8")
    print(text)


PARTS = [q1]

if __name__ == "__main__":
    main()
