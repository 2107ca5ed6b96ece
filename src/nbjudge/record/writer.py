"""The one writer: what was graded, by whatever process, enters autograded/ and the gradebook.

However many processes grade, one process writes, student by student. `PreviewWriter` takes the
place of `ResultWriter` where nothing may be written yet.
"""

from __future__ import annotations

import contextlib
import errno
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from logging import Logger
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties

from nbjudge.errors import GradebookError, InUseError
from nbjudge.record.audit import EARLIER, LAST, judged_lines, keep_earlier
from nbjudge.record.graded_folder import GradedFolder, copy_files, remove, unfinished
from nbjudge.record.previews import Proposals
from nbjudge.record.results import GradedNotebook, GradedSubmission, GradingTask
from nbjudge.record.save_scores import (
    Entry,
    enter,
    entered_points,
    given_by_hand,
    renew_penalties,
)
from nbjudge.record.score_changes import Moved, moved
from nbjudge.record.write_files import write_file

# what grading writes beside a student's files: none of theirs, and no folder, stands in its place
GRADERS_OWN = (".ipynb", LAST, EARLIER, ".html", "timestamp.txt")


class _Records:
    """Where the graded submissions of one assignment are, and previews of them.

    Attributes:
        changes: graded cells that have other points than before, or would have.
    """

    def __init__(
        self, gradebook: Gradebook, assignment: str, autograded: Path, previews: Proposals
    ):
        """Get ready; see `ResultWriter`."""
        self.changes: list[Moved] = []
        self._gradebook, self._assignment, self._autograded = gradebook, assignment, autograded
        self._previews = previews

    def folder(self, student: str) -> GradedFolder:
        """Return the places of a student's graded assignment."""
        return GradedFolder(self._autograded / student / self._assignment)

    def graded_folder(self, student: str) -> Path:
        """Return where a student's graded assignment is, or will be."""
        return self.folder(student).path

    def locked(self, student: str) -> AbstractContextManager[None]:
        """Hold a student's folder for this process. Raises `InUseError` if another one has it."""
        return self.folder(student).alone()

    def entered_points(
        self, student: str | None = None
    ) -> Mapping[str, Mapping[tuple[str, str], float | None]]:
        """Return the points that the gradebook has; see `nbjudge.record.save_scores`."""
        return entered_points(self._gradebook, self._assignment, student)


class ResultWriter(_Records):
    """Writes the graded submissions of one assignment."""

    def __init__(
        self,
        gradebook: Gradebook,
        assignment: str,
        autograded: Path,
        previews: Proposals,
        notebooks: Mapping[str, object],
        penalties: AssignLatePenalties,
        create_student: bool,
        set_permissions: Callable[[Path], None],
        log: Logger,
        from_previews: bool = False,
    ):
        """Get ready.

        Args:
            gradebook: of the course.
            assignment: such as ``lab1``.
            autograded: the folder of all graded submissions.
            previews: of the assignment; those of students whose results are written go.
            notebooks: its released notebooks, by name.
            penalties: with the course's plugin.
            create_student: whether a student whom the gradebook does not know is added.
            set_permissions: gives the files in a folder the rights that the course wants.
            log: is told what an instructor may want to know.
            from_previews: whether a preview that is still right is taken for a result.
        """
        super().__init__(gradebook, assignment, autograded, previews)
        self._notebooks, self._penalties = notebooks, penalties
        self._create_student, self._set_permissions = create_student, set_permissions
        self._log, self._from_previews = log, from_previews

    def known_result(self, task: GradingTask) -> GradedSubmission | None:
        """Return what a preview has graded already, if it may be taken and is still right."""
        return self._previews.find(task) if self._from_previews else None

    def write(self, task: GradingTask, graded: GradedSubmission) -> None:
        """Let a student's results appear: first complete beside their place, then all at once.

        Notebooks that were not graded stay as they are.
        """
        submission = task.submission
        folder = self.folder(submission.student)
        with folder.writing() as target:
            for name, content in submission.files.items():
                if not Path(name).parts[0].endswith(GRADERS_OWN):
                    write_file(target / name, content)
            if submission.timestamp is not None:
                time = f"{submission.timestamp.isoformat(' ')} UTC\n"
                write_file(target / "timestamp.txt", time.encode())
            for name in self._notebooks:
                if name in graded.notebooks:
                    keep_earlier(folder.path, target, name)
                    _write_notebook(target, name, graded.notebooks[name])
                else:
                    kept = [name + ending for ending in (".ipynb", LAST, EARLIER)]
                    copy_files(folder.path, target, kept)
            self._set_permissions(target)
        self.enter(submission.student)
        self._previews.forget(submission.student)

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
                before = judged_lines(folder.last, notebook)
                after = judged_lines(folder.graded, notebook)
                self.changes += moved(student, notebook, before, after, by_hand)
            folder.put_into_place()

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

    def finish(self, all_graded: bool) -> dict[str, tuple[float, float]]:
        """Bring up to date what depends on the whole class, when all submissions are written.

        Args:
            all_graded: whether the run was of the whole class, and none of it failed.

        Returns:
            By student the late penalty before and after, of those who have another one.
        """
        if all_graded:
            self._previews.forget_all()
        return renew_penalties(self._gradebook, self._assignment, self._autograded, self._penalties)


class PreviewWriter(_Records):
    """Keeps results aside, and says whose points would change: nothing is written.

    It stands where a `ResultWriter` does.
    """

    def known_result(self, task: GradingTask) -> GradedSubmission | None:
        """Return what an earlier preview has graded, if that is still right."""
        return self._previews.find(task)

    def write(self, task: GradingTask, graded: GradedSubmission) -> None:
        """Keep what would be written."""
        self._previews.keep(task, graded)
        by_hand = given_by_hand(self._gradebook, self._assignment, task.student)
        for name, notebook in graded.notebooks.items():
            before = judged_lines(self.graded_folder(task.student), name)
            after = {line["cell"]: line for line in map(json.loads, notebook.lines) if line["cell"]}
            self.changes += moved(task.student, name, before, after, by_hand)

    def enter(self, student: str) -> None:
        """Do nothing: no student is entered in the gradebook."""

    def finish_last_run(self) -> None:
        """Do nothing: what an earlier run had graded but not entered stays as it is."""

    def finish(self, all_graded: bool) -> dict[str, tuple[float, float]]:
        """Do nothing; no late penalty changes."""
        return {}


def is_no_room(error: Exception) -> bool:
    """Whether an error says that the disk is full."""
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def _write_notebook(target: Path, name: str, graded: GradedNotebook) -> None:
    if graded.text is not None:
        write_file(target / f"{name}.ipynb", graded.text.encode())
    write_file(target / f"{name}{LAST}", "".join(f"{line}\n" for line in graded.lines).encode())
