"""The rights that nbgrader gives to the files it writes."""

from __future__ import annotations

import logging
import os
from pathlib import Path

GROUP_SHARED = 0o2770  # of a folder: all rights for owner and group, which its content inherits


def give_permissions(
    folder: Path, files: int, group_shared: bool, root: Path, log: logging.Logger
) -> None:
    """Give the files in a folder the rights that the course wants, as nbgrader's converters do.

    Args:
        folder: with files and folders that are this process's.
        files: the rights of files, written in decimal digits that are read as octal ones: 444.
        group_shared: whether a course's graders share its folders.
        root: the folder of the step, such as ``autograded``; shared, too.
        log: is told what an instructor may want to know.
    """
    log.info("Setting destination file permissions to %s", files)
    rights = int(str(files), 8)
    for path, _, names in os.walk(folder):
        for name in names:
            os.chmod(os.path.join(path, name), rights)
        if group_shared:
            _share(path, log)
    if group_shared:
        _share(root, log)


def _share(folder: str | Path, log: logging.Logger) -> None:
    mode = os.stat(folder).st_mode
    if mode & GROUP_SHARED == GROUP_SHARED:
        return
    try:
        os.chmod(folder, (mode | GROUP_SHARED) & 0o2777)
    except PermissionError:
        log.warning("Could not update permissions of %s to make it groupshared", folder)
