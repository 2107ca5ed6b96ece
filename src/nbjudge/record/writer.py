"""The one writer: what was graded, by whatever process, enters autograded/ and the gradebook.

However many processes grade, one process writes, student by student.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from logging import Logger
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties

from nbjudge.errors import GradebookError, InUseError
from nbjudge.intake import Submission
from nbjudge.record.audit import EARLIER, LAST, judged_lines, keep_earlier, write_audit
from nbjudge.record.graded_folder import GradedFolder, copy_files, remove, unfinished
from nbjudge.record.results import Graded, GradedNotebook
from nbjudge.record.save_scores import Entry, enter, given_by_hand
from nbjudge.record.score_changes import Moved, compared, moved
from nbjudge.record.write_files import write_file

# what grading writes beside a student's files: none of theirs, and no folder, stands in its place
GRADERS_OWN = (".ipynb", LAST, EARLIER, ".html", "timestamp.txt")


class Writer:
    """Writes the graded submissions of one assignment.

    Attributes:
        moved: graded cells that have other points than before.
    """

    def __init__(
        self,
        gradebook: Gradebook,
        assignment: str,
        notebooks: Mapping[str, object],
        autograded: Path,
        penalties: AssignLatePenalties,
        create_student: bool,
        set_permissions: Callable[[Path], None],
        log: Logger,
    ):
        """Get ready.

        Args:
            gradebook: of the course.
            assignment: such as ``lab1``.
            notebooks: its released notebooks, by name.
            autograded: the folder of all graded submissions.
            penalties: with the course's plugin.
            create_student: whether a student whom the gradebook does not know is added.
            set_permissions: gives the files in a folder the rights that the course wants.
            log: is told what an instructor may want to know.
        """
        self.moved: list[Moved] = []
        self._gradebook, self._assignment, self._notebooks = gradebook, assignment, notebooks
        self._autograded, self._penalties = autograded, penalties
        self._create_student, self._set_permissions = create_student, set_permissions
        self._log = log

    def folder(self, student: str) -> GradedFolder:
        """Return the places of a student's graded assignment."""
        return GradedFolder(self._autograded / student / self._assignment)

    def write(self, submission: Submission, graded: Graded) -> None:
        """Let a student's results appear: first complete beside their place, then all at once.

        Notebooks that were not graded stay as they are.
        """
        folder = self.folder(submission.student)
        with folder.writing() as target:
            for name, content in submission.files.items():
                if not Path(name).parts[0].endswith(GRADERS_OWN):
                    write_file(target / name, content)
            if submission.timestamp is not None:
                write_file(target / "timestamp.txt", _time(submission.timestamp))
            for name in self._notebooks:
                if name in graded.notebooks:
                    keep_earlier(folder.path, target, name)
                    _write_notebook(target, name, graded.notebooks[name])
                else:
                    kept = [name + ending for ending in (".ipynb", LAST, EARLIER)]
                    copy_files(folder.path, target, kept)
            self._set_permissions(target)
        self.enter(submission.student)

    def enter(self, student: str) -> None:
        """Enter a student's complete folder in the gradebook and put it into its place."""
        folder = self.folder(student)
        new = folder.graded.is_dir()
        entry = Entry(
            self._assignment,
            student,
            folder.graded if new else folder.path,
            folder.last,
            self._create_student,
        )
        by_hand = enter(self._gradebook, entry, self._penalties, self._log)
        if new:
            for notebook in self._notebooks:
                found = moved(student, notebook, folder.last, folder.graded)
                # points given by hand count, whatever the judge says
                self.moved += [each for each in found if (each.notebook, each.cell) not in by_hand]
            folder.put_into_place()

    def would_move(self, student: str, graded: Graded) -> list[Moved]:
        """Return whose points would be others if this were written."""
        found = []
        by_hand = given_by_hand(self._gradebook, self._assignment, student)
        for name, notebook in graded.notebooks.items():
            before = judged_lines(self.folder(student).path, name)
            after = {line["cell"]: line for line in map(json.loads, notebook.lines) if line["cell"]}
            found += compared(student, name, before, after)
        return [each for each in found if (each.notebook, each.cell) not in by_hand]

    def finish_last_run(self) -> None:
        """Finish what an earlier run had graded but not entered; drop what it had half-written."""
        for folder in unfinished(self._autograded, self._assignment):
            student = folder.path.parent.name
            try:
                with folder.alone():
                    self._finish(student, folder)
            except InUseError:
                continue
            except GradebookError:
                raise
            except Exception as error:  # of one student: costs nobody else anything
                if is_no_room(error):
                    raise
                self._log.warning(
                    "%s: what the last run had graded could not be entered, so it is graded again: "
                    "%s",
                    student,
                    error,
                )
                with contextlib.suppress(OSError):  # said again when it is written
                    remove(folder.graded)

    def _finish(self, student: str, folder: GradedFolder) -> None:
        if folder.tidy():
            self._log.warning(
                "%s: the last run ended in the middle of grading this submission; what it had is "
                "dropped, and it is graded again.",
                student,
            )
        if folder.graded.is_dir():
            self.enter(student)
            self._log.warning(
                "%s: graded by the last run, and entered in the gradebook now.", student
            )


def is_no_room(error: Exception) -> bool:
    """Whether an error says that the disk is full."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def _write_notebook(target: Path, name: str, graded: GradedNotebook) -> None:
    if graded.text is not None:
        write_file(target / f"{name}.ipynb", graded.text.encode())
    write_audit(target, name, graded.lines)


def _time(timestamp: datetime) -> bytes:
    return f"{timestamp.isoformat(' ')} UTC\n".encode()
