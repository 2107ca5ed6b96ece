"""Which files beside a notebook the student's code may see."""

from __future__ import annotations

import functools
import importlib.util
import re
import sys
from collections.abc import Collection
from pathlib import PurePosixPath

# what a notebook reads or shows; no format that runs code when it is loaded
DATA_ENDINGS = frozenset(
    f".{ending}"
    for line in (
        "csv tsv txt md json jsonl dat data xml yaml yml log tex bib",
        "png jpg jpeg gif bmp webp svg tif tiff pdf",
        "npy npz xlsx xls ods parquet feather arff wav mp3",
    )
    for ending in line.split()
)
# loaded by Python, pytest, IPython or Jupyter without being asked
SELF_LOADING = frozenset({"sitecustomize", "usercustomize", "conftest", "ipykernel_launcher"})
CONFIG = re.compile(r".*_config(\.\w+)?$|profile_.*|ipython.*|jupyter.*|matplotlibrc.*", re.I)


def refusal(path: str, course_files: Collection[str] = ()) -> str:
    """Return why a student's file is left out; empty if it is kept.

    Kept are data files of known kinds, and Python modules that take nobody's place: neither a
    library's of this environment, nor a course file's.

    Args:
        path: relative to the submission, with ``/``.
        course_files: the course's own files that lie beside the notebook, same form.
    """
    parts = PurePosixPath(path).parts
    ending = PurePosixPath(path).suffix.lower()
    if any(part.startswith((".", "-", "~")) for part in parts):
        return "its name is a hidden file's or an option's"
    if any(CONFIG.fullmatch(part) for part in parts):
        return "it would configure a program"
    if _in_the_place_of(path, course_files):
        return "the course's own file of that name is used"
    if ending in DATA_ENDINGS:
        return ""
    if ending != ".py":
        return "files of this kind are not needed to grade"
    module = parts[0].split(".")[0]
    if module.lower() in SELF_LOADING or parts[-1].split(".")[0].lower() in SELF_LOADING:
        return "Python would load it without being asked"
    if is_importable(module) or is_importable(module.lower()):
        return f"it would take the place of the library {module!r}"
    if module in {PurePosixPath(name).parts[0].split(".")[0] for name in course_files}:
        return f"it would take the place of the course's {module!r}"
    return ""


@functools.lru_cache(maxsize=4096)
def is_importable(name: str) -> bool:
    """Say whether `name` is a top-level module of this environment; nothing is imported."""
    if name in sys.stdlib_module_names or name in sys.builtin_module_names:
        return True
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return name in sys.modules
    # any folder on the path is a "namespace package": such a folder is nobody's library
    return spec is not None and spec.origin is not None


def _in_the_place_of(path: str, course_files: Collection[str]) -> bool:
    """Whether the path is a course file's, or a folder's where that has a file, or vice versa."""
    own = path.casefold()
    return any(
        own == other or own.startswith(other + "/") or other.startswith(own + "/")
        for other in (name.casefold() for name in course_files)
    )
