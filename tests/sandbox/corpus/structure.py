"""Notebooks that are bent: some to earn points, some by browsers, hands and platforms."""

import copy
import random

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from corpus.course import ALL, POINTS, RIGHT, WRONG
from corpus.submission import submission


def bent(name, points=0, start="wrong"):
    """Enter a class whose builder changes the notebook as plain JSON data, before it is written."""

    def enter(change):
        @submission("structure", name, points, start)
        def _(work):
            data = work.data()
            work.write(change(data) or data)

        return change

    return enter


def graded(data):
    """Return the judged cells of a notebook's data."""
    return [c for c in data["cells"] if c["metadata"].get("nbgrader", {}).get("points")]


@bent("skip-execution tag")
def _(data):
    for cell in data["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


@bent("graded cells print points")
def _(data):
    for cell in graded(data):
        cell["source"] = "12.0"


@bent("graded cells deleted")
def _(data):
    data["cells"] = [c for c in data["cells"] if c not in graded(data)]


@bent("graded cells as markdown")
def _(data):
    for cell in graded(data):
        if cell["cell_type"] == "code":
            cell["cell_type"] = "markdown"
            del cell["outputs"], cell["execution_count"]


@bent("graded cells duplicated")
def _(data):
    data["cells"] += copy.deepcopy(graded(data))


@bent("more points in the metadata")
def _(data):
    for cell in graded(data):
        cell["metadata"]["nbgrader"]["points"] = 1000


@bent("negative and nan points")
def _(data):
    for cell, points in zip(
        graded(data), (-1, float("nan"), float("inf"), "4", None), strict=False
    ):
        cell["metadata"]["nbgrader"]["points"] = points


@bent("grade flags swapped")
def _(data):
    for cell in data["cells"]:
        about = cell["metadata"].get("nbgrader")
        if about:
            about["grade"], about["solution"] = about["solution"], about["grade"]


@bent("every cell a graded one of one point")
def _(data):
    for number, cell in enumerate(data["cells"]):
        about = {"grade": True, "points": 5, "grade_id": f"mine{number}", "solution": False}
        cell["metadata"]["nbgrader"] = {**about, "locked": True, "schema_version": 3}


@bent("old schema version")
def _(data):
    for cell in data["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 1


@bent("future schema version")
def _(data):
    for cell in data["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 99


@bent("fake outputs")
def _(data):
    for cell in data["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {
                    "output_type": "execute_result",
                    "data": {"text/plain": "12.0"},
                    "metadata": {},
                    "execution_count": 1,
                }
            ]
            cell["execution_count"] = 1


@bent("grade_ids of tests on wrong solutions swapped")
def _(data):
    found = [c for c in data["cells"] if "nbgrader" in c["metadata"]]
    ids = [c["metadata"]["nbgrader"]["grade_id"] for c in found]
    for cell, grade_id in zip(found, reversed(ids), strict=True):
        cell["metadata"]["nbgrader"]["grade_id"] = grade_id


@bent("locked self-checks edited", ALL, "right")
def _(data):
    for cell in data["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = "1 / 0"


@bent("locked cells edited to define answers")
def _(data):
    for cell in data["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("locked"):
            cell["source"] = "import os; os._exit(0)"


@bent("wrong kernelspec", ALL, "right")
def _(data):
    data["metadata"]["kernelspec"] = {"name": "bash; rm -rf /", "display_name": "x"}


@bent("julia kernelspec", ALL, "right")
def _(data):
    data["metadata"]["kernelspec"] = {"name": "julia-1.9", "language": "julia"}


@bent("no kernelspec", ALL, "right")
def _(data):
    data["metadata"] = {}


@bent("null metadata everywhere", ALL, "right")
def _(data):
    data["metadata"] = None
    for cell in data["cells"]:
        cell["metadata"] = None


@bent("all metadata stripped", ALL, "right")
def _(data):
    data["metadata"] = {}
    for cell in data["cells"]:
        cell["metadata"] = {}


@bent("all metadata and ids stripped", ALL, "right")
def _(data):
    for cell in data["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    data["nbformat_minor"] = 4


@bent("metadata of other types", ALL, "right")
def _(data):
    for cell, odd in zip(data["cells"], ([], "x", 5, True, {"nbgrader": []}) * 9, strict=False):
        cell["metadata"] = odd


@bent("cell ids duplicated", ALL, "right")
def _(data):
    for cell in data["cells"]:
        cell["id"] = "same"


@bent("cell ids of odd types", ALL, "right")
def _(data):
    for cell, odd in zip(data["cells"], (None, 5, [], "x" * 5000, "ü ./") * 9, strict=False):
        cell["id"] = odd


@bent("saved by colab", ALL, "right")
def _(data):
    data["metadata"] = {"colab": {"provenance": []}, "accelerator": "GPU"}
    for number, cell in enumerate(data["cells"]):
        cell["metadata"] = {"id": f"aB{number}", "outputId": "f00"}
        cell["id"] = f"aB{number}"
        cell["source"] = (
            cell["source"].splitlines(keepends=True)
            if isinstance(cell["source"], str)
            else cell["source"]
        )


@bent("cells re-ordered backwards", ALL, "right")
def _(data):
    data["cells"].reverse()


@bent("cells shuffled", ALL, "right")
def _(data):
    random.Random(1).shuffle(data["cells"])


@bent("solution cells moved to the end", ALL, "right")
def _(data):
    mine = [c for c in data["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    data["cells"] = [c for c in data["cells"] if c not in mine] + mine


@submission("structure", "all solutions merged into one cell", ALL, "right")
def _(work):
    text = "\n\n\n".join(RIGHT[task] for task in POINTS)
    work.answer("loss", text)
    for task in ("step", "score", "curve"):
        work.nb.cells.remove(work.cell(task))


@submission("structure", "solutions retyped into new cells", ALL, "right")
def _(work):
    for task in POINTS:
        place = work.place(task)
        work.nb.cells[place] = new_code_cell(RIGHT[task])


@submission("structure", "solution pasted twice", ALL, "right")
def _(work):
    for task in POINTS:
        work.nb.cells.insert(work.place(task), copy.deepcopy(work.cell(task)))


@submission("structure", "untouched copy of a solved cell below it", ALL, "right")
def _(work):
    for task in POINTS:
        twin = copy.deepcopy(work.cell(task))
        twin.source = "# YOUR CODE HERE\nraise NotImplementedError()"
        work.nb.cells.insert(work.place(task) + 1, twin)


@submission("structure", "solution cells turned to raw", ALL, "right")
def _(work):
    for task in POINTS:
        cell = work.cell(task)
        cell.cell_type = "raw"
        del cell["outputs"], cell["execution_count"]


@submission("structure", "one solution deleted", ALL - POINTS["step"], "right")
def _(work):
    work.nb.cells.remove(work.cell("step"))


@submission("structure", "solution split over two cells", ALL, "right")
def _(work):
    work.extra("def squares(y, yHat):\n    return 0.5 * np.sum((y - yHat) ** 2)")
    work.answer(
        "loss",
        "def loss(W, y, yHat, Lambda):\n    return squares(y, yHat) + Lambda * np.abs(W).sum()",
    )


@submission("structure", "only stubs", 0, "nothing")
def _(work):
    pass


@submission("structure", "no cells", 0)
def _(work):
    data = work.data()
    work.write({**data, "cells": []})


@submission("structure", "20000 empty cells around right answers", ALL, "right")
def _(work):
    data = work.data()
    empty = {
        "cell_type": "code",
        "source": "1",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    work.write({**data, "cells": [*data["cells"], *([empty] * 20000)]})


@submission("structure", "a cell of ten megabytes", ALL, "right")
def _(work):
    work.extra("x = '" + "a" * 9_000_000 + "'", before="words")


@submission("structure", "markdown of scripts", ALL, "right")
def _(work):
    text = "<script>document.title='pwned'</script><img src=x onerror=alert(1)>[x](javascript:1)"
    work.nb.cells.insert(2, new_markdown_cell(text))
    work.answer("words", text)


@submission("structure", "syntax error in one task", ALL - POINTS["step"], "right")
def _(work):
    work.answer("step", "def step(w, v, grad, lr, mu):\nreturn w")


@submission("structure", "control characters in code", ALL - POINTS["step"], "right")
def _(work):
    work.answer("step", "\x1b]0;pwned\x07\x1b[2J\u202ereturn\x85")


@submission(
    "structure", "nothing but half the answers", POINTS["loss"] + POINTS["score"], "nothing"
)
def _(work):
    work.answers({task: RIGHT[task] for task in ("loss", "score")})
    work.answer("step", WRONG["step"])


@submission("structure", "nbformat 3", ALL, "right")
def _(work):
    cells = []
    for cell in work.nb.cells:
        about = dict(cell.metadata)
        if cell.cell_type == "code":
            cells.append(
                {
                    "cell_type": "code",
                    "input": cell.source.splitlines(keepends=True),
                    "outputs": [],
                    "metadata": about,
                    "language": "python",
                    "prompt_number": 1,
                }
            )
        else:
            cells.append({"cell_type": "markdown", "source": cell.source, "metadata": about})
    work.write(
        {
            "nbformat": 3,
            "nbformat_minor": 0,
            "metadata": {"name": ""},
            "worksheets": [{"cells": cells}],
        }
    )


@submission("structure", "nbformat of the future", ALL, "right")
def _(work):
    work.write({**work.data(), "nbformat": 7, "nbformat_minor": 77, "new": {"thing": []}})


@submission("structure", "nan and huge integers", ALL, "right")
def _(work):
    text = nbformat.writes(work.nb)
    work.write(text.replace('"nbformat": 4', '"x": NaN, "y": ' + "9" * 5000 + ', "nbformat": 4'))


@submission("structure", "deep nesting", ALL, "right")
def _(work):
    text = nbformat.writes(work.nb)
    deep = "[" * 50000 + "]" * 50000
    work.write(text.replace('"nbformat": 4', f'"deep": {deep}, "nbformat": 4'))


@submission("structure", "attachments and widget state", ALL, "right")
def _(work):
    data = work.data()
    data["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for cell in data["cells"]:
        cell["attachments"] = {"x.png": {"image/svg+xml": "<svg onload=alert(1)>"}}
    work.write(data)


BROKEN = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "number": b"5",
    "text": b"I did it on paper.",
    "truncated": None,
    "html": b"<!DOCTYPE html><html><body>Sign in to continue</body></html>",
    "zip": b"PK\x03\x04" + bytes(200),
    "random bytes": bytes(random.Random(2).randrange(256) for _ in range(5000)),
    "cells are no list": b'{"cells": {"a": 1}, "metadata": {}, "nbformat": 4}',
    "cells are no objects": b'{"cells": [1, null, "x", []], "metadata": {}, "nbformat": 4}',
    "spaces only": b" " * 100000,
    "pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
}
for _name, _content in BROKEN.items():

    @submission("unreadable", _name)
    def _(work, content=_content):
        if content is None:
            content = nbformat.writes(work.nb).encode()[:1500]
        work.write(content)
