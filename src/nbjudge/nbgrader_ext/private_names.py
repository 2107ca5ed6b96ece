"""Private names of other libraries that our subclasses and calls rely on, with reasons.

What overrides or reads such a name stands in the room that needs it; here is the list that says
whether the installed library still has it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from dataclasses import dataclass
from importlib.metadata import version

# that this was written for, by the distribution, which is called as its package is
VERSIONS = {
    "nbgrader": ">=0.9.6,<0.10",
    "nbclient": ">=0.11,<0.12",
    "ipykernel": ">=7.0,<8",
    "traitlets": ">=5.14,<6",
    "jupyter_client": ">=8.6,<9",
    "distributed": ">=2025.1,<2027",
}


@dataclass(frozen=True)
class PrivateName:
    """A name that is not part of a library's public interface.

    Attributes:
        module: where the name is.
        name: in the module; may have dots. The last part may be an attribute that the class sets
            in its methods.
        why: what it is needed for.
    """

    module: str
    name: str
    why: str

    @property
    def library(self) -> str:
        """The distribution, such as ``nbclient``."""
        return self.module.partition(".")[0]

    @property
    def versions(self) -> str:
        """The versions of the library that this was written for."""
        return VERSIONS[self.library]

    def exists(self) -> bool:
        """Whether the installed library has it."""
        try:
            place: object = importlib.import_module(self.module)
        except ImportError:
            return False
        for part in self.name.split("."):
            if not hasattr(place, part):
                return inspect.isclass(place) and part in _set_in_methods(place)
            place = getattr(place, part)
        return True

    def problem(self) -> str:
        """Return the sentence for a name that is not there."""
        return (
            f"{self.library} {version(self.library)} has no {self.module}.{self.name}; nbjudge "
            f"supports {self.library} {self.versions}."
        )


def _set_in_methods(cls: type) -> set[str]:
    """Return the attributes that a class's own source assigns to ``self``."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }


_PRESSURE = "A student's kernel waits until its prints are read; nothing public counts them."
_LOSSES = "Each lost submission is told from the others; Dask would try again and blame all."

OVERRIDES: tuple[PrivateName, ...] = (
    PrivateName(
        "nbclient.client",
        "NotebookClient._async_check_alive",
        "Overridden: nbclient logs an error also of a kernel that ends because the run is stopped.",
    ),
    PrivateName(
        "nbclient.client",
        "NotebookClient._async_handle_timeout",
        "Overridden: an interrupted cell gets another time limit for its last outputs.",
    ),
    *(
        PrivateName("ipykernel.iostream", name, _PRESSURE)
        for name in (
            "IOPubThread._events",
            "IOPubThread._really_send",
            "OutStream._is_master_process",
        )
    ),
    PrivateName(
        "ipykernel.ipkernel",
        "sys",
        "Replaced: ipykernel walks over all modules for a debugger that is not there.",
    ),
    PrivateName(
        "ipykernel.kernelapp",
        "IPKernelApp._bind_socket",
        "Called: a kernel's sockets are files in its sandbox.",
    ),
    PrivateName(
        "traitlets.config",
        "Application._configure_logging",
        "Overridden: a kernel's log goes nowhere, and to configure it takes long.",
    ),
    *(
        PrivateName(
            "jupyter_client.manager",
            f"AsyncKernelManager.{name}.__wrapped__",
            "Called: the wrapper sleeps for 10 ms each time.",
        )
        for name in ("start_kernel", "shutdown_kernel")
    ),
    *(
        PrivateName("distributed.scheduler", f"Scheduler.{name}", _LOSSES)
        for name in ("allowed_failures", "clients", "worker_plugins")
    ),
    PrivateName(
        "nbgrader.preprocessors",
        "AssignLatePenalties._check_late_penalty",
        "Called: a course's late penalty is kept between 0 and the points.",
    ),
)
