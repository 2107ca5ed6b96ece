"""Answers as students write them, right and wrong: one module for each notebook."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """One answer to one task.

    Attributes:
        test: the task's hidden test.
        name: how it is written, or what is wrong with it.
        source: the whole text of the solution cell (what the stub's cell ends with included).
        mistake: the name that the judge must give it; None for a right answer, or for a wrong one
            that only its outcome describes.
        outcome: of a wrong answer without a named mistake, such as "raised an error".
        secret: why the self-check of a wrong answer holds all the same: what it would have to know
            that is not to be told before the notebook is handed in.
    """

    test: str
    name: str
    source: str
    mistake: str | None = None
    outcome: str = "passed"
    secret: str = ""

    @property
    def wanted(self) -> str:
        """What the judge must call it: the mistake's name, or the outcome."""
        return self.mistake or self.outcome

    @property
    def right(self) -> bool:
        """Whether this answer must get all points."""
        return self.mistake is None and self.outcome == "passed"
