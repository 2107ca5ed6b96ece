"""What the hidden tests of a trained network share: its labels on private rows, and their share.

`ask_predict` is sent to the student's kernel; the true labels never leave the grader's process.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from nbjudge import Anything, Between, Credit, Mistake, Opaque


def ask_predict(student, X, few):
    """Let the student's predict label private rows, all at once and a few alone."""
    import numpy as np
    import torch

    given = X.copy()
    net = student.net if "net" in student else None
    parameters = list(net.parameters()) if isinstance(net, torch.nn.Module) else []
    numbers = [p.detach().clone() for p in parameters]

    def labels(rows):
        found = student.predict(rows.copy())
        if hasattr(found, "detach"):
            found = found.detach().cpu().numpy()
        return np.asarray(found)

    together = labels(X)
    alone = np.concatenate([labels(X[i : i + 2]).reshape(-1) for i in range(0, 2 * few, 2)])
    student.predict(given)
    return {
        "together": together.astype(float),
        "alone": alone.astype(float),
        "X": bool((given == X).all()),
        "net": all(bool((p == was).all()) for p, was in zip(parameters, numbers)),
    }


@dataclass(frozen=True)
class Labels:
    """What is asked of labels: one for each row, right ones, and nothing else touched.

    Attributes:
        row: what a row is called, such as "image".
        labels: how the labels are called, such as "0 and 1".
        classes: their number.
        steps: shares of right labels that earn the first, second, ... part of the points.
        given: the name of what predict is given.
        instead: what may come in the place of labels: a name, and whether an array is that.
    """

    row: str
    labels: str
    classes: int
    steps: tuple[float, ...]
    given: str = "X"
    instead: Mapping[str, Callable[[np.ndarray, int], bool]] = field(default_factory=dict)

    share = "the private accuracy"
    kept_net = "net is left as it was"

    @property
    def only_labels(self) -> str:
        """The name of: nothing but labels."""
        return f"the labels are {self.labels}, one for each {self.row}"

    @property
    def alone(self) -> str:
        """The name of: no label depends on other rows."""
        return (
            f"a{'n' * (self.row[0] in 'aeiou')} {self.row} has the same label in whatever company"
        )

    @property
    def all_occur(self) -> str:
        """The name of: there is more than one label."""
        return "both labels occur" if self.classes == 2 else "more than one label occurs"

    @property
    def kept(self) -> str:
        """The name of: what predict is given is not changed."""
        return (
            f"{self.given} is left as it was"
            if self.given == "X"
            else f"{self.given} are left as they were"
        )

    def measure(self, answer, X, truth, few):
        """Return the accuracy on the private rows, and whether the rest is as it should be."""
        if not isinstance(answer, dict):
            return answer
        together, alone = answer.get("together"), answer.get("alone")
        kept = {self.kept: answer.get("X"), self.kept_net: answer.get("net")}
        rows = isinstance(together, np.ndarray) and together.shape in ((len(X),), (len(X), 1))
        if not rows or not np.isin(together, range(self.classes)).all():
            array = together if isinstance(together, np.ndarray) else np.zeros(0)
            return {
                self.only_labels: False,
                **{name: bool(is_that(array, len(X))) for name, is_that in self.instead.items()},
                **dict.fromkeys(self._of_labels, Opaque("no labels to look at")),
                **kept,
            }
        together = together.ravel()
        same = isinstance(alone, np.ndarray) and np.array_equal(alone, together[: 2 * few])
        return {
            self.only_labels: True,
            self.alone: bool(same),
            self.all_occur: bool(together.min() != together.max()),
            **kept,
            self.share: float((together == truth).mean()),
        }

    def expect(self) -> dict:
        """Return what earns all points."""
        properties = (self.only_labels, self.alone, self.all_occur, self.kept, self.kept_net)
        return {**dict.fromkeys(properties, True), self.share: Between(self.steps[-1], 1.0)}

    def credit(self, found: dict) -> Credit | None:
        """Give a part of the points for each step; all but one at most if something else is wrong.

        `found` is what `measure` returned.
        """
        share = found.get(self.share)
        if not isinstance(share, float):
            return None
        steps = sum(share >= step for step in self.steps)
        if not all(found.get(name) for name in (self.alone, self.kept, self.kept_net)):
            steps = min(steps, len(self.steps) - 1)
        if not steps:
            return None
        said = (
            f"{share:.1%} of the private {self.row}s are right, {steps} of {len(self.steps)} steps."
        )
        return Credit(steps / len(self.steps), said)

    def mistake(self, help_text: str, accuracy: tuple[float, float], **wrong) -> Mistake:
        """Return a mistake by the range of its accuracy, and by properties that are wrong."""
        return Mistake(lambda **case: {self.share: Between(*accuracy), **wrong}, help_text)

    def no_labels(self, help_text: str, **instead: bool) -> Mistake:
        """Return a mistake of answers that are no labels, by what they are instead."""
        anything = dict.fromkeys((*self._of_labels, self.kept, self.kept_net), Anything())
        return Mistake(lambda **case: {self.only_labels: False, **instead, **anything}, help_text)

    @property
    def _of_labels(self) -> tuple[str, ...]:
        return self.alone, self.all_occur, self.share
