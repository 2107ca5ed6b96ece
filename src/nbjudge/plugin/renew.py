"""`python -m nbjudge.plugin.renew submitted autograded lab1`: forget outdated grading.

nbgrader grades a submission again only if its timestamp.txt is newer. Many submissions have none;
so a graded folder that is older than the files it was made from is removed here, and the next
`nbgrader autograde` makes it anew.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def renew(submitted: Path, autograded: Path, assignment: str) -> list[str]:
    """Remove outdated graded folders; return the names of the students."""
    outdated = []
    for graded in sorted(autograded.glob(f"*/{assignment}")):
        student = graded.parent.name
        made = min((p.stat().st_mtime for p in graded.glob("*.ipynb")), default=0.0)
        handed_in = submitted / student / assignment
        changed = max((p.lstat().st_mtime for p in handed_in.glob("*")), default=0.0)
        if changed > made:
            shutil.rmtree(graded)
            outdated.append(student)
    return outdated


if __name__ == "__main__":
    for name in renew(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]):
        print(f"{name}: changed since it was graded")
