"""Notebooks as the programs save them in which students work, other than Jupyter itself.

Each function takes a notebook as JSON and returns a new one. What a program leaves out, adds or
renames is after files that it has written; the people in them are invented.
"""

import copy

# whose notebook it is, in every form in which Colab writes it down
PERSON = {"displayName": "Augusta Ada King-Noel", "userId": "09876543210123456789"}


def colab(nb, keeps_nbgrader=True):
    """Return the notebook as Google Colab saves it.

    Format 4.0, so no ids but among the metadata; who ran each cell and when; a badge on top;
    cells folded or shown as a form. Colab keeps what it does not know of a notebook that was
    opened in it; copied cell by cell into another one, only the texts are left.
    """
    nb = copy.deepcopy(nb)
    badge = '<a href="https://colab.research.google.com/github/x/y.ipynb" target="_parent"></a>'
    cells = [_cell("markdown", {"id": "view-in-github", "colab_type": "text"}, badge)]
    for number, cell in enumerate(nb["cells"]):
        known = cell["metadata"] if keeps_nbgrader else {}
        name = cell.get("id") if keeps_nbgrader else f"aB3_{number}xYz"
        metadata = {**known, "id": name}
        if cell["cell_type"] == "code":
            metadata |= {
                "colab": {"base_uri": "https://localhost:8080/", "height": 430},
                "outputId": f"5e0f1a2b-{number:04x}-4c3d-8e9f-0a1b2c3d4e5f",
                "executionInfo": {
                    **{"status": "ok", "timestamp": 1772355600000 + number, "user_tz": -60},
                    **{"elapsed": 12, "user": PERSON},
                },
            }
            if number % 3 == 0:
                metadata |= {"cellView": "form", "collapsed": True}
        cells.append(_cell(cell["cell_type"], metadata, cell["source"], cell.get("outputs")))
    return {
        "nbformat": 4,
        "nbformat_minor": 0,
        "metadata": {
            "colab": {
                **{"provenance": [{"file_id": "1aBcD", "timestamp": 1772355600000}]},
                **{"toc_visible": True, "collapsed_sections": ["q1-network", "x"]},
                "include_colab_link": True,
            },
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }


def vscode(nb):
    """Return the notebook as VS Code saves it: a language for each cell, ids as they were."""
    nb = copy.deepcopy(nb)
    for cell in nb["cells"]:
        language = "python" if cell["cell_type"] == "code" else "markdown"
        cell["metadata"] = {**cell["metadata"], "vscode": {"languageId": language}}
    nb["metadata"] |= {
        "kernelspec": {"display_name": ".venv", "language": "python", "name": "python3"},
        "vscode": {"interpreter": {"hash": "0" * 64}},
    }
    return nb


def old_vscode(nb):
    """Return the notebook as VS Code saved it before it knew ids: format 4.2, no ids."""
    nb = vscode(nb)
    for cell in nb["cells"]:
        cell.pop("id", None)
    return {**nb, "nbformat_minor": 2}


def dataspell(nb):
    """Return the notebook as DataSpell and PyCharm save it: new ids, times, marks of their own."""
    nb = copy.deepcopy(nb)
    for number, cell in enumerate(nb["cells"]):
        cell["id"] = f"{number:016x}"
        own = {"collapsed": False, "pycharm": {"name": "#%%\n", "is_executing": False}}
        if cell["cell_type"] == "code":
            own["jupyter"] = {"outputs_hidden": False}
            times = {"end_time": "2026-03-01T10:00:01.5", "start_time": "2026-03-01T10:00:00.1"}
            own["ExecuteTime"] = times
        else:
            own["pycharm"] = {"name": "#%% md\n"}
        cell["metadata"] = {**cell["metadata"], **own}
        # line by line, each with its end: as the format has it, and nbformat never writes it
        cell["source"] = cell["source"].splitlines(keepends=True)
    return nb


def _cell(kind, metadata, source, outputs=None):
    cell = {"cell_type": kind, "metadata": metadata, "source": source.splitlines(keepends=True)}
    return cell if kind != "code" else {**cell, "execution_count": 1, "outputs": outputs or []}
