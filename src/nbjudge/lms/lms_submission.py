"""What one person handed in, as an LMS has it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class HandedIn:
    """One person's files.

    Attributes:
        key: what the LMS tells people apart by, such as Moodle's participant number.
        name: the person's name, as far as the LMS tells it.
        place: the folder's name in the archive, which goes back to the LMS with the pages.
        files: the path in the archive, by the path that the person gave.
        late: whether the LMS says so.
    """

    key: str
    name: str
    place: str
    files: dict[str, str] = field(default_factory=dict)
    late: bool = False
