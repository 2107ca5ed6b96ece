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


@dataclass(frozen=True)
class PrivateName:
    """A name that is not part of a library's public interface.

    Attributes:
        library: the distribution, such as ``nbclient``.
        module: where the name is.
        name: in the module; may have dots. The last part may be an attribute that the class sets
            in its methods.
        versions: that this was written for.
        why: what it is needed for.
    """

    library: str
    module: str
    name: str
    versions: str
    why: str

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


OVERRIDES: tuple[PrivateName, ...] = ()
