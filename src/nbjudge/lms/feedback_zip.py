"""All feedback pages in one zip, as Moodle's "Upload multiple feedback files in a zip" takes them.

Each person's pages lie in the folder that Moodle gave that person's files in.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

_TIME = (2000, 1, 1, 0, 0, 0)  # of all files: the same pages give the same zip


def write_pages(
    feedback: Path, assignment: str, people: Mapping[str, Mapping[str, str]], target: Path
) -> tuple[list[str], list[str]]:
    """Write the zip; return the students whose pages are in it, and those who have none.

    Args:
        feedback: the folder of all feedback.
        assignment: such as ``lab1``.
        people: what `nbjudge.lms.collect` has learnt, by student.
        target: the zip.
    """
    written, without = [], []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for student, person in sorted(people.items()):
            if person["from"] != "moodle":
                continue
            pages = sorted((feedback / student / assignment).glob("*.html"))
            (written if pages else without).append(student)
            for page in pages:
                info = zipfile.ZipInfo(f"{person['place']}/{page.name}", _TIME)
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                archive.writestr(info, page.read_bytes())
    return written, without
