"""The outputs of one cell, built from a kernel's messages while they arrive, and bounded."""

from __future__ import annotations

from nbformat import NotebookNode

from nbjudge.kernel.terminal_text import StreamText

OUTPUT_COST = 200  # characters that an output counts beyond its text, so that empty ones count, too
# nbgrader reads a cell's points from these: the first of each is never left out
_DECIDING = ("error", "execute_result")


class KeptOutputs:
    """Fills a cell's list of outputs, as nbclient would, in linear time.

    All that was printed to one stream is one output, in the place of the stream's first print.
    Nothing but texts is taken, of which every output that is made is one that nbformat allows: its
    own check of each takes a millisecond, and an error for one message would end the notebook.
    """

    def __init__(self, outputs: list[NotebookNode], most: int):
        """Begin with an empty cell.

        Args:
            outputs: the cell's list; others may add to it.
            most: characters that are held of each stream, and of all other outputs together;
                images do not count.
        """
        self._outputs = outputs
        self._most = most
        self._clear()

    def add(self, kind: str, content: dict) -> None:
        """Take one message: ``stream``, ``display_data``, ``execute_result`` or ``error``."""
        if self._clear_before_next:
            self._clear()
        if kind == "stream":
            self._print("stderr" if content.get("name") == "stderr" else "stdout", content)
            return
        output = _error(content) if kind == "error" else _bundle(kind, content)
        size = OUTPUT_COST + _characters(output)
        if size > self._room:
            if kind not in _DECIDING or kind in self._seen:
                return
            output = _cut(output, max(1000, self._room))
        self._room -= size
        self._seen.add(kind)
        self._outputs.append(output)

    def clear(self, wait: bool) -> None:
        """Forget all outputs, now or, with `wait`, when the next one comes."""
        if wait:
            self._clear_before_next = True
        else:
            self._clear()

    def finish(self) -> None:
        """Write the streams' texts into their outputs; where both meet, stdout comes first."""
        for output, text in self._streams.values():
            output.text = text.text()
        for place in range(len(self._outputs) - 1):
            pair = self._outputs[place : place + 2]
            if [output.get("name") for output in pair] == ["stderr", "stdout"]:
                self._outputs[place : place + 2] = pair[::-1]

    def _clear(self) -> None:
        self._outputs[:] = []
        self._streams: dict[str, tuple[NotebookNode, StreamText]] = {}
        self._room = self._most
        self._seen: set[str] = set()
        self._clear_before_next = False

    def _print(self, name: str, content: dict) -> None:
        if name not in self._streams:
            output = NotebookNode(output_type="stream", name=name, text="")
            self._streams[name] = output, StreamText(self._most)
            self._outputs.append(output)
        self._streams[name][1].write(_text(content.get("text")))


def _bundle(kind: str, content: dict) -> NotebookNode:
    data = content.get("data")
    data = data if isinstance(data, dict) else {}
    texts = NotebookNode({key: _text(value) for key, value in data.items()})
    output = NotebookNode(output_type=kind, data=texts, metadata=NotebookNode())
    if kind == "execute_result":
        count = content.get("execution_count")
        output.execution_count = count if type(count) is int else None
    return output


def _error(content: dict) -> NotebookNode:
    lines = content.get("traceback")
    lines = lines if isinstance(lines, list) else [lines]
    return NotebookNode(
        output_type="error",
        ename=_text(content.get("ename")),
        evalue=_text(content.get("evalue")),
        traceback=[_text(line) for line in lines],
    )


def _text(value: object) -> str:
    # nbformat allows a list of lines; data such as a plot's JSON are shown by no page of ours
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value if isinstance(value, str) else ""


def _characters(output: NotebookNode) -> int:
    if output.output_type == "error":
        lines = output.traceback
        return len(output.ename) + len(output.evalue) + sum(map(len, lines)) + len(lines)
    return sum(
        len(kind) + (0 if kind.startswith("image/") else len(text))
        for kind, text in output.data.items()
    )


def _cut(output: NotebookNode, most: int) -> NotebookNode:
    """Return an output of which the beginnings are left."""
    if output.output_type == "error":
        lines = "\n".join(output.traceback)[:most].split("\n")
        return NotebookNode(
            output, ename=output.ename[:most], evalue=output.evalue[:most], traceback=lines
        )
    text = output.data.get("text/plain", "")[:most]
    return NotebookNode(output, data=NotebookNode({"text/plain": text}))
