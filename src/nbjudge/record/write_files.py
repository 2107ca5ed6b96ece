"""Writing files by their path, into a folder that stays or one that goes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbjudge.temp_folders import BESIDE, OwnFolder


def write_file(path: Path, content: bytes) -> None:
    """Write one file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@contextlib.contextmanager
def files_in_folder(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Give a temporary folder with these files, by their path in it; it is gone after the block."""
    folder = OwnFolder(BESIDE)
    try:
        for path, content in files.items():
            write_file(folder.path / path, content)
        yield folder.path
    finally:
        folder.remove()
