"""Reading what students hand in: bytes that nobody trusts become plain records of text.

The straight line: `files` looks at a folder without following anything, `names` says which file
is which notebook, `json_text` and `reader` turn bytes into cells, `support` decides on the files
beside them, `submission` puts it together. Nothing here needs a gradebook or a kernel.
"""

from nbjudge.intake.reader import read_notebook
from nbjudge.intake.records import (
    IntakeLimits,
    ReadNotebook,
    Refusal,
    StudentCell,
    Submission,
)
from nbjudge.intake.submission import find_submissions, read_submission, read_timestamp

__all__ = [
    "IntakeLimits",
    "ReadNotebook",
    "Refusal",
    "StudentCell",
    "Submission",
    "find_submissions",
    "read_notebook",
    "read_submission",
    "read_timestamp",
]
