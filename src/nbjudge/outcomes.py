"""How the judging of one task or one case can end. Every submission ends in one of these."""

from enum import Enum


class Outcome(Enum):
    """A typed outcome; the value is what people read and what the audit line keeps."""

    PASSED = "passed"
    WRONG_VALUE = "wrong value"
    WRONG_SHAPE = "wrong shape"
    WRONG_TYPE = "wrong type"
    CHANGED_ARGUMENTS = "changed its arguments in place"
    NO_FIGURE = "no figure"
    RAISED = "raised an error"
    NO_GPU = "asks for a GPU"
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    TOO_MUCH_OUTPUT = "too much output"
    KERNEL_DIED = "kernel died"
    NO_ANSWER = "no answer"
    NOT_ATTEMPTED = "not attempted"
    MISSING = "missing"
    UNREADABLE = "unreadable"


# what says more of a submission as a whole than of one task, in the order of a summary
NEEDS_REVIEW = (
    Outcome.UNREADABLE,
    Outcome.TIMED_OUT,
    Outcome.OUT_OF_MEMORY,
    Outcome.TOO_MUCH_OUTPUT,
    Outcome.KERNEL_DIED,
    Outcome.NO_ANSWER,
    Outcome.NO_GPU,
)
