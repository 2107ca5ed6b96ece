"""ONE table of what nbjudge replaces in other libraries, and of private names that it relies on.

`configure` calls `apply`; `missing` says what a new version of a library no longer has. It is a
test, the first thing that ``nbjudge doctor`` prints, and what the weekly job against the newest
versions looks at.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pkgutil import resolve_name

from nbjudge.errors import PatchError
from nbjudge.nbgrader_ext.private_names import OVERRIDES, PrivateName


@dataclass(frozen=True)
class Patch(PrivateName):
    """A name in another library that gets a replacement.

    The library looks it up in `module` when it uses it. `why` says what is wrong without the
    replacement, and why no setting helps.

    Attributes:
        replacement: ``module:name`` of ours.
    """

    replacement: str

    def apply(self) -> None:
        """Put the replacement in its place; twice is no error."""
        if not self.exists():
            raise PatchError(self.problem())
        owner, _, name = self.name.rpartition(".")
        setattr(resolve_name(f"{self.module}:{owner}"), name, resolve_name(self.replacement))


_EXT = "nbjudge.nbgrader_ext"
_CONVERTER = "nbgrader has no setting for its converter; these modules name it."
_PATTERNS = "nbgrader takes each path for a pattern, so brackets in a path hide all of its files."
_TRACEBACK = "nbgrader shows a traceback where a gradebook cannot be used; now a sentence."

PATCHES = (
    *(
        Patch(f"nbgrader.apps.{module}", name, _CONVERTER, f"{_EXT}.{replacement}")
        for name, app, replacement in (
            ("Autograde", "autogradeapp", "autograde:JudgeAutograde"),
            ("GenerateFeedback", "generatefeedbackapp", "feedback:JudgeFeedback"),
            ("GenerateAssignment", "generateassignmentapp", "generate_assignment:JudgeRelease"),
        )
        for module in ("api", app)
    ),
    Patch("nbgrader.apps.dbapp", "Gradebook", _TRACEBACK, f"{_EXT}.replacements:opened_or_ended"),
    Patch(
        "nbgrader.apps.exportapp",
        "Gradebook",
        _TRACEBACK,
        f"{_EXT}.replacements:gradebook_to_export",
    ),
    Patch(
        "nbgrader.server_extensions.formgrader.formgrader",
        "HTMLExporter",
        "formgrader has no setting for its exporter but one of the server extension's own.",
        f"{_EXT}.formgrader:JudgeFormgrader",
    ),
    *(
        Patch(module, "glob", _PATTERNS, f"{_EXT}.replacements:literal_glob")
        for module in ("nbgrader.apps.api", "nbgrader.converters.base", "nbgrader.utils")
    ),
    Patch(
        "nbgrader.api",
        "get_alembic_version",
        "nbgrader calls alembic as a script, which is on the path only in an activated "
        "environment.",
        f"{_EXT}.replacements:alembic_version",
    ),
    Patch(
        "nbgrader.api",
        "create_engine",
        "nbgrader takes a database's server for one that never restarts.",
        f"{_EXT}.replacements:create_pinged_engine",
    ),
    Patch(
        "nbgrader.coursedir",
        "CourseDirectory._db_url_default",
        "nbgrader writes the gradebook's path into a URL as it is: % and ? break it. A course "
        "that sets its root elsewhere than its gradebook's address needs the default.",
        f"{_EXT}.replacements:default_gradebook_url",
    ),
)


def apply(patches: Iterable[Patch] = PATCHES) -> None:
    """Put all replacements in their places. Raises `PatchError` for a name that is not there."""
    for patch in patches:
        patch.apply()


def missing(
    patches: Iterable[Patch] = PATCHES, overrides: Iterable[PrivateName] = OVERRIDES
) -> list[str]:
    """Return a sentence for every name that has vanished, with library and version."""
    return [name.problem() for name in (*patches, *overrides) if not name.exists()]
