"""What instructors and students see of a submission: text and figures that do nothing.

`nbjudge.nbgrader_ext.preprocessors.InertNotebook` does this to each notebook that was run;
`nbjudge.nbgrader_ext.html_export` does the rest where nbgrader turns a graded notebook into a page.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output

from nbjudge.cells import is_grade
from nbjudge.sanitize.images import FORMATS, inert_image
from nbjudge.sanitize.markdown import code_block, inert_markdown, typed_markdown
from nbjudge.sanitize.text import inert_text, shorten

__all__ = [
    "NotebookLimits",
    "OutputLimits",
    "inert_markdown",
    "inert_outputs",
    "inert_text",
    "sanitize_notebook",
]

# what nbgrader itself writes about a cell; anything else there is a stranger's
NBGRADER_KEYS = (
    "grade",
    "grade_id",
    "locked",
    "points",
    "schema_version",
    "solution",
    "task",
    "cell_type",
    "checksum",
)
LINE_COST = 20  # characters of markdown that its parser needs as much time for as for one line
FEW_CHARACTERS = 200  # of an output for which no room is left; a number of points fits in
_GRADE_ID = re.compile(r"[a-zA-Z0-9_\-]+")  # nbgrader's own rule
_CELL_ID = re.compile(r"[a-zA-Z0-9_\-]{1,64}")  # nbformat's


@dataclass(frozen=True)
class OutputLimits:
    """How much of a submission's outputs is kept."""

    characters: Annotated[int, "Most characters kept of one output, from head and tail."] = 20_000
    lines: Annotated[int, "Most lines kept of one output, from head and tail."] = 400
    cell_characters: Annotated[int, "Most characters kept of one cell's outputs."] = 60_000
    notebook_characters: Annotated[int, "Most characters kept of all outputs."] = 600_000
    outputs: Annotated[int, "Most outputs kept of one cell."] = 100
    image_bytes: Annotated[int, "A larger image file is left out (bytes)."] = 4_000_000
    image_pixels: Annotated[int, "An image of more pixels is left out."] = 25_000_000
    notebook_image_bytes: Annotated[int, "Most bytes of images kept in one notebook."] = 30_000_000


@dataclass(frozen=True)
class NotebookLimits(OutputLimits):
    """How much of a notebook is kept; each is a setting of the course, see `InertNotebook`."""

    source_characters: Annotated[
        int, "Most characters kept of the source of one of the student's cells."
    ] = 100_000
    markdown_characters: Annotated[
        int,
        "Most characters of a student's markdown in one notebook that are shown as markdown; what "
        "is beyond is shown as it was typed. Made to be slow, 20,000 take half a second.",
    ] = 400_000


def inert_outputs(outputs: Sequence[NotebookNode], limits: OutputLimits) -> list[NotebookNode]:
    """Return a code cell's outputs as text and images only, each built anew.

    Streams, errors, plain text, PNG and JPEG stay; HTML, SVG, JavaScript, LaTeX, widgets and
    metadata go, and where nothing of an output is left, a line says what was. The points that
    nbgrader would read from the outputs stay the same.

    Args:
        outputs: as a kernel has sent them; nothing in them is trusted.
        limits: how much is kept. What has no room is cut in its middle, and a line says so.
    """
    shown = []
    room, image_room = limits.cell_characters, limits.notebook_image_bytes
    for output in _head_and_tail(outputs, limits.outputs):
        left = replace(
            limits,
            characters=max(FEW_CHARACTERS, min(limits.characters, room)),
            image_bytes=max(0, min(limits.image_bytes, image_room)),
        )
        output = _inert_output(output, left)
        room -= _characters(output)
        image_room -= _image_bytes(output)
        shown.append(output)
    return shown


def _head_and_tail(outputs: Sequence[NotebookNode], most: int) -> list[NotebookNode]:
    """Leave out the middle of too many outputs, but not the one that decides on the points."""
    if len(outputs) <= most:
        return list(outputs)
    head, tail = list(outputs[: most - most // 2]), list(outputs[len(outputs) - most // 2 :])
    middle = outputs[len(head) : len(outputs) - len(tail)]
    if not any(_decides(output) for output in head):
        head += [output for output in middle if _decides(output)][:1]
    left_out = len(outputs) - len(head) - len(tail)
    return [*head, _note(f"... {left_out:,} outputs left out ..."), *tail]


def _decides(output: NotebookNode) -> bool:
    """Say whether nbgrader reads a cell's points from this output (see its determine_grade)."""
    kind = output.get("output_type")
    return kind in ("error", "execute_result") or output.get("name") == "stderr"


def _inert_output(output: NotebookNode, limits: OutputLimits) -> NotebookNode:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_short(output.get("text"), limits))
    if kind == "error":
        return new_output(
            "error",
            ename=_short(output.get("ename"), limits),
            evalue=_short(output.get("evalue"), limits),
            traceback=_short(output.get("traceback"), limits).split("\n"),
        )
    if kind == "execute_result":
        count = _count(output.get("execution_count"))
        return new_output(kind, data=_inert_data(output, limits), execution_count=count)
    if kind == "display_data":
        return new_output(kind, data=_inert_data(output, limits))
    return _note(f"[{_kinds([kind])}: left out]")


def _inert_data(output: NotebookNode, limits: OutputLimits) -> dict[str, str]:
    """Return of a bundle its plain text and its first sound image."""
    bundle = output.get("data")
    bundle = bundle if isinstance(bundle, dict) else {}
    data = {}
    for mime_type in FORMATS:
        sent = bundle.get(mime_type)
        image = inert_image(sent, mime_type, limits.image_bytes, limits.image_pixels)
        if image is not None:
            data[mime_type] = image
            break
    if "text/plain" in bundle:
        data["text/plain"] = _short(bundle["text/plain"], limits)
    return data or {"text/plain": f"[{_kinds(bundle)}: left out, only text and figures are shown]"}


def _kinds(names) -> str:
    return inert_text(", ".join(str(name) for name in names))[:200].replace("\n", " ") or "nothing"


def _short(text: object, limits: OutputLimits) -> str:
    if isinstance(text, (list, tuple)):
        text = "\n".join(str(part) for part in text)
    text = "" if text is None else str(text)
    return inert_text(shorten(text, limits.characters, limits.lines))


def _note(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=f"{text}\n")


def _count(value: object) -> int | None:
    # pages show an execution count as it is, and the kernel could send markup
    return value if type(value) is int else None


def _characters(output: NotebookNode) -> int:
    texts = [output.get("text", ""), output.get("ename", ""), output.get("evalue", "")]
    texts += [*output.get("traceback", ()), output.get("data", {}).get("text/plain", "")]
    return sum(map(len, texts))


def _image_bytes(output: NotebookNode) -> int:
    return sum(len(output.get("data", {}).get(kind, "")) * 3 // 4 for kind in FORMATS)


def sanitize_notebook(
    nb: NotebookNode, limits: NotebookLimits, own_cells: Iterable[NotebookNode] = ()
) -> None:
    """Leave of a notebook that was run only what can be looked at without a risk.

    Outputs become text and figures (`inert_outputs`), markdown of the student's own loses HTML,
    images and harmful links (`inert_markdown`), hidden characters are written out, metadata other
    than nbgrader's are removed. A graded cell has room of its own: what a student prints elsewhere
    takes none of it.

    Args:
        nb: the notebook; it is changed.
        limits: how much of it is kept.
        own_cells: the course's cells; those that are in the notebook as they were released stay as
            they are.
    """
    released = {(cell.cell_type, cell.source): cell for cell in own_cells}
    cells, left = [], limits
    markdown_left = limits.markdown_characters
    for cell in nb.cells:
        own = released.get((cell.cell_type, cell.source))
        if own is None and cell.cell_type != "code":
            markdown_left -= len(cell.source) + LINE_COST * cell.source.count("\n")
        parse = markdown_left >= 0
        cell = _inert_cell(cell, own, limits.source_characters, parse)
        if cell.cell_type == "code":
            graded = is_grade(cell)
            room = limits if graded else left
            cell.outputs = inert_outputs(cell.get("outputs", []), room)
            left = left if graded else _after(left, cell.outputs)
        cells.append(cell)
    nb.cells = cells
    nb.metadata = NotebookNode(_inert_metadata(nb.metadata))


def _after(limits: OutputLimits, outputs: Sequence[NotebookNode]) -> OutputLimits:
    """Return what is left of a notebook's room after one cell's outputs."""
    left = max(0, limits.notebook_characters - sum(map(_characters, outputs)))
    return replace(
        limits,
        notebook_characters=left,
        cell_characters=min(limits.cell_characters, left),
        notebook_image_bytes=limits.notebook_image_bytes - sum(map(_image_bytes, outputs)),
    )


def _inert_cell(
    cell: NotebookNode, released: NotebookNode | None, most_characters: int, parse: bool
) -> NotebookNode:
    """Return the cell; one that is not as it was `released` has an inert source.

    Without `parse`, a student's markdown becomes a code block.
    """
    metadata = _nbgrader_metadata(cell)
    if cell.cell_type == "code":
        cell.execution_count = _count(cell.get("execution_count"))
    elif released is None and cell.cell_type != "markdown":
        cell = new_markdown_cell(code_block(cell.source), id=cell.get("id", ""))
    cell.pop("attachments", None)
    if released is None:
        text = shorten(cell.source, most_characters, most_characters)
        inert = inert_text if cell.cell_type == "code" else inert_markdown
        if inert is inert_markdown and not parse:
            inert = typed_markdown
        cell.source = inert(text)
    else:
        # pages show the course's own markdown as nbgrader does, and fold its code
        metadata["nbjudge"] = {"released": True}
        if cell.cell_type == "markdown" and "attachments" in released:
            cell.attachments = released.attachments
    if not _CELL_ID.fullmatch(str(cell.get("id"))):
        cell.id = uuid.uuid4().hex[:8]
    cell.metadata = NotebookNode(metadata)
    return cell


def _nbgrader_metadata(cell: NotebookNode) -> dict:
    found = cell.metadata.get("nbgrader")
    if not isinstance(found, dict) or not _GRADE_ID.fullmatch(str(found.get("grade_id"))):
        return {}
    return {"nbgrader": NotebookNode({k: found[k] for k in NBGRADER_KEYS if k in found})}


def _inert_metadata(metadata: NotebookNode) -> dict:
    """Return of a notebook's metadata the language's name, which pages colour the code by."""
    language = metadata.get("language_info", {})
    name = language.get("name") if isinstance(language, dict) else None
    return {"language_info": {"name": inert_text(name)[:50]}} if isinstance(name, str) else {}
