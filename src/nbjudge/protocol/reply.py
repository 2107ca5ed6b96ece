"""What the student's kernel answered to one case, read as untrusted data."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from nbjudge.outcomes import Outcome
from nbjudge.protocol.codec import WireError, decode, fits

MOST_NAMES = 20  # of changed arguments
# what torch says where there is no GPU, in its builds with CUDA, without, and for macOS
TORCH_FINDS_NO_GPU = (
    "Torch not compiled with CUDA enabled",
    "Torch not compiled with XPU enabled",
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "on a CUDA device but torch.cuda.is_available() is False",
    "without ATen_cuda library",
    "from the 'MPS' backend",
    "without MPS backend",
    "PyTorch is not linked with support for mps devices",
    "requires CUDA support",
    "Cannot access accelerator device when none is available",
    "'torch._C' has no attribute '_cuda_",
)


@dataclass(frozen=True)
class StudentError:
    """An exception that the student's code raised: its type, message and source line."""

    type: str
    message: str
    line: str = ""
    unknown_name: bool = False
    name: str = ""

    @property
    def out_of_memory(self) -> bool:
        """Whether Python, NumPy or torch could not get the memory it asked for."""
        no_memory = ("MemoryError", "_ArrayMemoryError")
        return self.type in no_memory or "can't allocate memory" in self.message

    @property
    def without_gpu(self) -> bool:
        """Whether torch was told to use a GPU, and there is none where the grader runs."""
        return any(text in self.message for text in TORCH_FINDS_NO_GPU)

    @property
    def missing_module(self) -> str:
        """The module that was imported and is not there; empty if that is not the trouble."""
        found = re.match(r"No module named '([\w.]{1,80})'", self.message)
        return found[1] if found and self.type == "ModuleNotFoundError" else ""

    @property
    def from_stub(self) -> bool:
        """Whether a stub raised it that nobody has replaced, and not a library."""
        of_a_line = self.line.lstrip().startswith("raise NotImplementedError")
        return self.type == "NotImplementedError" and (of_a_line if self.line else not self.message)

    def __str__(self) -> str:
        where = f'\n    in your line: "{self.line}"' if self.line else ""
        said = f"{self.type}: {self.message}" if self.message else self.type
        return " ".join(filter(None, said.splitlines())) + where


@dataclass(frozen=True)
class Reply:
    """One case's answer: a value, an error, or the reason why there is neither.

    Attributes:
        changed: names of what must be left alone and was other data after a call than before it.
    """

    value: object = None
    changed: tuple[str, ...] = ()
    error: StudentError | None = None
    problem: Outcome | None = None


def read_reply(payload: object, nonce: str) -> tuple[int, Reply] | None:
    """Return the case's number and its reply, or None for a message that is not the judge's.

    A reply that cannot be read counts as no answer. A message without the nonce is not parsed.
    """
    if not isinstance(payload, str) or nonce not in payload or not fits(payload):
        return None
    try:
        message = json.loads(payload)
        if not isinstance(message, dict) or message.get("nonce") != nonce:
            return None
        case = message["case"]
        if type(case) is not int or case < 0:
            return None
    except (ValueError, KeyError, RecursionError):
        return None
    try:
        return case, read_body(message)
    except (WireError, KeyError, TypeError, ValueError, RecursionError):
        return case, Reply(problem=Outcome.NO_ANSWER)


def read_body(message: dict) -> Reply:
    error = message.get("error")
    if isinstance(error, dict):
        texts = {key: str(error.get(key, ""))[:500] for key in ("type", "message", "line", "name")}
        return Reply(error=StudentError(unknown_name=error.get("unknown_name") is True, **texts))
    return Reply(value=decode(message["value"]), changed=_changed(message["snapshots"]))


def _changed(snapshots: list) -> tuple[str, ...]:
    """Return the names of what differs in snapshots, [name, before, after], each once."""
    names = dict.fromkeys(str(name) for name, before, after in snapshots if before != after)
    return tuple(name[:40] for name in list(names)[:MOST_NAMES])
