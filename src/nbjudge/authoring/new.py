"""``nbjudge new``: a notebook, its hidden tests and its answers, with one task that works.

The templates are texts in ``templates``; the notebook's has a line ``%% kind name …`` above
each cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from nbjudge.errors import NewError

TEMPLATES = Path(__file__).with_name("templates")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,60}")
_CELL = re.compile(r"^%% (?P<kind>\w+) (?P<name>[\w-]+)(?P<about>.*)\n", re.MULTILINE)
_PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}


def new(root: Path, source: str, hidden_tests: str, assignment: str, notebook: str) -> list[Path]:
    """Write the three files of a new notebook; return their paths.

    Args:
        root: the course's folder.
        source: its folder of source notebooks.
        hidden_tests: its folder of hidden tests.
        assignment: such as ``lab1``; a new one may be begun.
        notebook: the notebook's name without ending, such as ``q6_attention``.

    Raises `NewError` if a name cannot be used or something is there already.
    """
    for name in (assignment, notebook):
        if not _NAME.fullmatch(name):
            raise NewError(
                f"{name!r} cannot be the name of an assignment or notebook: take letters, digits "
                "and _, and begin with a letter, as in lab1 and q6_attention."
            )
    title = notebook.replace("_", " ").capitalize()
    texts = {kind: _text(kind, notebook, title) for kind in ("notebook", "hidden_test", "answers")}
    nb = new_notebook(cells=list(_cells(texts["notebook"], notebook)))
    nb.metadata = NotebookNode(kernelspec=_PYTHON, language_info={"name": "python"})
    files = {
        root / source / assignment / f"{notebook}.ipynb": nbformat.writes(nb) + "\n",
        root / hidden_tests / assignment / f"{notebook}.py": texts["hidden_test"],
        root / "answers" / assignment / f"{notebook}.py": texts["answers"],
    }
    there = [path for path in files if path.exists()]
    if there:
        raise NewError(f"{there[0]} is there already; nothing was written.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def _text(kind: str, notebook: str, title: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,
    )
    return environment.get_template(f"{kind}.txt").render(notebook=notebook, title=title)


def _cells(text: str, notebook: str) -> Iterator[NotebookNode]:
    """Return the cells of a text; the notebook's name begins each id."""
    parts = _CELL.split(text)[1:]
    for kind, name, about, source in zip(*[iter(parts)] * 4, strict=True):
        words = about.split()
        known = {*words} & {"locked", "solution", "graded", "written"}
        names = notebook.split("_")[0]
        cell_id = f"{names}_{name}" if known else f"{names}-{name}"
        cell = (new_code_cell if kind == "code" else new_markdown_cell)(source.strip(), id=cell_id)
        if known:
            cell.metadata["nbgrader"] = _nbgrader(cell_id, kind, words)
        if "folded" in words:
            cell.metadata["jupyter"] = {"source_hidden": True}
        yield cell


def _nbgrader(grade_id: str, kind: str, words: list[str]) -> dict:
    graded, written = "graded" in words, "written" in words
    about = {
        "grade": graded or written,
        "grade_id": grade_id,
        "locked": graded or "locked" in words,
        "schema_version": 3,
        "solution": written or "solution" in words,
        "task": False,
        "cell_type": kind,
    }
    return {**about, "points": int(words[-1])} if about["grade"] else about
