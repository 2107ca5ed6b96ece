"""All errors of nbjudge. A message says what happened, to whose file, and what to do next."""

from __future__ import annotations

import errno


class NbjudgeError(RuntimeError):
    """What a command can end with in one sentence instead of a traceback."""


class UnreadableFileError(NbjudgeError, OSError):
    """A file that is not read; the message says why, without its name.

    Attributes:
        ours: whether that is the machine's doing, or its grader's, and not that of the file.
    """

    # rights, a disk, a network drive
    _OURS = (errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.ENOTCONN)

    def __init__(self, why: str, number: int | None = None):
        super().__init__(why)
        self.ours = number in self._OURS


class BrokenJsonError(NbjudgeError, ValueError):
    """The text is no JSON, or ends too early; the message is for people."""


class GraderLimitError(KeyboardInterrupt):
    """The grader itself has worked too long.

    A kind of interrupt, because an event loop lets nothing else out of its callbacks.
    """


class BoxError(NbjudgeError):
    """No box can be had on this machine; the message says what is missing and what to do."""


class WarmProcessError(BoxError):
    """The process that kernels are forks of has ended; the machine itself may have boxes."""


class FormulaError(NbjudgeError, ValueError):
    """The text is no formula that can be drawn."""


class HiddenTestError(NbjudgeError):
    """The course's hidden tests cannot be used; the message says what to mend."""


class NoGradesError(NbjudgeError):
    """There is no gradebook, or it cannot be read; the message is a sentence."""


class GradebookError(NbjudgeError):
    """The gradebook cannot be used; the message says why, and what to do."""


class InUseError(NbjudgeError):
    """Another process is grading the same student."""


class BadResultError(NbjudgeError):
    """What came back is not what grading a submission gives."""


class CourseError(NbjudgeError):
    """Something of the course is missing or cannot be used; the message says what to do."""


class NoWorkerError(NbjudgeError):
    """Nobody can grade; the message says why."""


class SchedulerLostError(NbjudgeError):
    """The connection to Dask's scheduler is gone."""


class RunEndedError(NbjudgeError):
    """A run that had begun cannot go on; the message says why. What is graded by then is kept."""


class AdoptError(NbjudgeError):
    """Nothing can be made of the notebook; the message says why."""


class AnswersError(NbjudgeError):
    """An answers file cannot be used; the message says why."""


class NewError(NbjudgeError):
    """Nothing was written; the message says why."""


class ArchiveError(NbjudgeError):
    """There is nothing that can be collected; the message says why."""


class RosterError(NbjudgeError):
    """A CSV file cannot be used; the message says why, and what to do."""


class NoFiguresError(NbjudgeError):
    """matplotlib is not installed; the message says how to get it."""


class PatchError(NbjudgeError):
    """Another library lacks a name that nbjudge replaces; the message names library and version."""


class Stopped(KeyboardInterrupt):
    """Somebody stopped the run; `number` is the signal's."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number
