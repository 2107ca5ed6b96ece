"""Which cell of a student's notebook is which released cell.

The evidence, strongest first: the same text; the grade_id; the cell id; the function or class that
is defined; the names that later cells want; likeness; the place between recognised neighbours.
A student's cell that is none of the released ones is an extra.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nbjudge.intake.records import StudentCell
from nbjudge.rebuild.cell_source import CellText, read_text, similarity, skim_text, squashed, words
from nbjudge.rebuild.released import Released, ReleasedCell

ALIKE = 0.5  # share of common words from which on a text is an edited copy
PARSED_IN_ALL = 500_000  # characters, with and without grade_id; ten times a long notebook
STILL_ALIKE = 0.3  # the same, where an id or the place says so too


class Found:
    """A student's cell with what its text defines; read when it is first asked for.

    With `skim`, the text is not parsed: what the beginnings of its lines tell must do.
    """

    def __init__(self, index: int, cell: StudentCell, skim: bool = False):
        self.index = index
        self.cell = cell
        self._skim = skim

    @property
    def source(self) -> str:
        """The student's text."""
        return self.cell.source

    @cached_property
    def squashed(self) -> str:
        """The text without white space."""
        return squashed(self.source)

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the text."""
        return words(self.source)

    @cached_property
    def text(self) -> CellText:
        """What the text defines; prose defines nothing."""
        text = skim_text(self.source) if self._skim else read_text(self.source)
        if self.cell.kind != "code" and not text.is_python:
            return CellText(frozenset(), frozenset())
        return text


@dataclass
class Matches:
    """The result; all keys and values are numbers of cells.

    Attributes:
        answers: solution cell to the student's cell that answers it.
        covered: student's cell to the solution cells it answers, if they are several.
        edited_given: given cell that students may change to the student's version of it.
        edited_locked: student's cells that are changed copies of locked cells, to the locked cell.
        places: student's cell to the released cell in whose place it stands.
        dropped: student's cells that are copies of what is there anyway.
        notes: sentences for people.
        found: the student's cells that are not empty.
    """

    answers: dict[int, int] = field(default_factory=dict)
    covered: dict[int, list[int]] = field(default_factory=dict)
    edited_given: dict[int, int] = field(default_factory=dict)
    edited_locked: dict[int, int] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    found: dict[int, Found] = field(default_factory=dict)


def match(released: Released, cells: Sequence[StudentCell]) -> Matches:
    """Find the student's cells among the released ones."""
    return _Matcher(released, cells).run()


class _Matcher:
    def __init__(self, released: Released, cells: Sequence[StudentCell]):
        self.released = released.cells
        self.wanted = released.wanted
        self.solutions = released.solutions
        self.found = _found(cells)
        self.open = {found.index: found for found in self.found}  # not recognised so far
        self.doubtful: list[tuple[Found, ReleasedCell]] = []  # an id, but another task's text
        self.stubs: set[int] = set()  # solution cells whose stub is still in the notebook
        self.result = Matches(found={found.index: found for found in self.found})

    def run(self) -> Matches:
        self.match_texts()
        by_place = self.match_ids()
        self.choose_answers(by_place)
        self.match_definitions()
        self.match_doubtful_ids()
        self.match_wanted_names()
        self.match_edited_copies()
        self.match_places()
        return self.result

    # --- the steps, in their order ----------------------------------------------------------

    def match_texts(self) -> None:
        """A text equal to a released one, but for white space, is that cell."""
        by_text = defaultdict(list)
        for cell in self.released:
            if cell.squashed:
                by_text[cell.squashed].append(cell)
        taken, last = set(), -1
        for found in self.found:
            targets = by_text.get(found.squashed)
            if not targets:
                continue
            target = self._which(found, targets, taken, last)
            self._close(found)
            if target.place in taken:
                continue  # pasted twice: the second is no landmark
            taken.add(target.place)
            last = target.place
            self.result.places[found.index] = target.place
            if target.solution:
                self.stubs.add(target.place)

    def match_ids(self) -> dict[int, list[Found]]:
        """Return the cells that carry a solution's id, by its place; settle the other ids."""
        by_grade_id = {cell.grade_id: cell for cell in self.released if cell.grade_id}
        by_cell_id = {cell.cell_id: cell for cell in self.released if cell.cell_id}
        by_place = defaultdict(list)
        for found in list(self.open.values()):
            target = by_grade_id.get(found.cell.grade_id) or by_cell_id.get(found.cell.cell_id)
            if target is None:
                continue
            if self._answers_another(found, target):
                self.doubtful.append((found, target))
            elif target.solution:
                by_place[target.place].append(found)
            elif not target.locked:
                self._take_given(found, target)
            elif similarity(found.words, target.words) >= STILL_ALIKE:
                self._drop_locked(found, target)
        return by_place

    def choose_answers(self, by_place: dict[int, list[Found]]) -> None:
        """Of several cells with one solution's id, take the one that answers it, or the last."""
        for place, candidates in by_place.items():
            target = self.released[place]
            best = max(candidates, key=lambda found: self._rank(found, target))
            # the answer was written into a cell of its own, and this one only uses it
            elsewhere = self._hits_all(target) if not self._hits(best, target) else []
            if target.text.defined and elsewhere:
                continue
            self._answer(target, best)
            for other in candidates:
                if other is not best and other.squashed == best.squashed:
                    self._close(other)
            if len(candidates) > 1:
                self.result.notes.append(
                    f"{target.name}: {len(candidates)} cells carry this id. The one in its place "
                    "counts, of several the last; the others stay as cells of the student's own."
                )

    def match_definitions(self) -> None:
        """A cell that defines what a solution cell must define is its answer."""
        for target in self._unanswered():
            candidates = self._hits_all(target)
            if candidates:
                best = max(candidates, key=lambda found: self._rank(found, target))
                self._answer(target, best)

    def match_doubtful_ids(self) -> None:
        """A solution's id decides after all, where the other task had an answer of its own."""
        for found, target in self.doubtful:
            unanswered = target.place not in self.result.answers
            if target.solution and unanswered and found.index in self.open:
                self._answer(target, found)

    def match_wanted_names(self) -> None:
        """A cell that makes the names which later cells want is the answer."""
        for target in self._unanswered():
            wanted = self.wanted.get(target.place, frozenset())
            candidates = [f for f in self._candidates() if wanted & f.text.assigned]
            if candidates:
                best = max(candidates, key=lambda found: self._rank(found, target))
                self._answer(target, best)

    def match_edited_copies(self) -> None:
        """A text that is much like a given cell's, and stands for it, is a changed copy."""
        present = set(self.result.places.values())
        given = [c for c in self.released if not c.solution and c.place not in present and c.words]
        for found in list(self.open.values()):
            after = self._place_before(found.index)
            likeness = [
                (_likeness(found, cell), cell.place > after, -cell.place, cell)
                for cell in given
                if (cell.kind == "code") == (found.cell.kind == "code")
            ]
            if not likeness:
                continue
            share, _, _, cell = max(likeness, key=lambda entry: entry[:3])
            if share < ALIKE:
                continue
            given.remove(cell)
            if cell.locked:
                self._drop_locked(found, cell)
            else:
                self._take_given(found, cell)

    def match_places(self) -> None:
        """What stands between a solution cell's neighbours, and is nothing else, answers it."""
        for target in self._unanswered():
            if target.kind == "code" and target.place in self.stubs:
                continue  # the stub is still there: not attempted
            candidates = self._in_gap(target)
            if target.kind != "code" and not candidates:
                candidates = self._other_prose(target)
            if target.kind == "code" and target.text.defined:
                candidates = [
                    f for f in candidates if similarity(f.words, target.words) >= STILL_ALIKE
                ]
            if candidates:
                self._answer(target, max(candidates, key=lambda f: (len(f.words), f.index)))

    # --- what the steps share ---------------------------------------------------------------

    def _unanswered(self) -> list[ReleasedCell]:
        return [cell for cell in self.solutions if cell.place not in self.result.answers]

    def _candidates(self) -> list[Found]:
        """Return the cells that may still answer: the open ones, and other tasks' answers."""
        answers = set(self.result.answers.values())
        return [f for f in self.found if f.index in self.open or f.index in answers]

    def _hits(self, found: Found, target: ReleasedCell) -> int:
        return len(target.text.defined & found.text.defined)

    def _hits_all(self, target: ReleasedCell) -> list[Found]:
        return [found for found in self._candidates() if self._hits(found, target)]

    def _rank(self, found: Found, target: ReleasedCell):
        """Order candidates for an answer, the best last.

        What counts, first things first: the right kind; what is defined; what is wanted; that the
        text is not another task's answer; that it stands where the task is, where a self-check
        would use it; and of two such the later one, as when both are run.
        """
        return (
            (found.cell.kind == "code") == (target.kind == "code"),
            self._hits(found, target),
            len(self.wanted.get(target.place, frozenset()) & found.text.assigned),
            found.index in self.open,
            self._place_before(found.index) < target.place <= self._place_after(found.index),
            found.index,
        )

    def _answers_another(self, found: Found, target: ReleasedCell) -> bool:
        """Whether the cell has one cell's id, but its text defines what another task asks for."""
        if target.solution and (target.kind != "code" or self._hits(found, target)):
            return False
        own = target.text.defined
        return any((cell.text.defined - own) & found.text.defined for cell in self.solutions)

    def _answer(self, target: ReleasedCell, found: Found) -> None:
        self._close(found)
        covered = self.result.covered.setdefault(found.index, [])
        covered.append(target.place)
        covered.sort()
        self.result.answers[target.place] = found.index
        self.result.places.setdefault(found.index, target.place)

    def _take_given(self, found: Found, target: ReleasedCell) -> None:
        """Take the student's version of a given cell; of two, the last, and the first is an own."""
        earlier = self.result.edited_given.get(target.place)
        if earlier is not None:
            self.result.dropped.discard(earlier)
            self.result.places.pop(earlier)
        self._close(found)
        self.result.edited_given[target.place] = found.index
        self.result.places[found.index] = target.place

    def _drop_locked(self, found: Found, target: ReleasedCell) -> None:
        self._close(found)
        self.result.edited_locked[found.index] = target.place
        self.result.places.setdefault(found.index, target.place)
        self.result.notes.append(
            f"{target.name}: the cell is locked, so a changed copy of it was replaced by the "
            "released one."
        )

    def _close(self, found: Found) -> None:
        self.open.pop(found.index, None)
        self.result.dropped.add(found.index)

    def _which(self, found: Found, targets, taken: set[int], last: int) -> ReleasedCell:
        """Of released cells with the same text: by id, else the next one that is not taken."""
        for target in targets:
            if found.cell.grade_id and found.cell.grade_id == target.grade_id:
                return target
            if found.cell.cell_id and found.cell.cell_id == target.cell_id:
                return target
        free = [target for target in targets if target.place not in taken]
        following = [target for target in free if target.place > last]
        return (following or free or targets)[0]

    def _place_before(self, index: int) -> int:
        """Return the place of the last recognised cell before the student's cell `index`."""
        before = [i for i in self.result.places if i < index]
        return self.result.places[max(before)] if before else -1

    def _place_after(self, index: int) -> float:
        """Return the place of the next recognised cell after the student's cell `index`."""
        after = [i for i in self.result.places if i > index]
        return self.result.places[min(after)] if after else float("inf")

    def _in_gap(self, target: ReleasedCell) -> list[Found]:
        """Return the open cells of the target's kind between its recognised neighbours."""
        is_code = target.kind == "code"
        return [f for f in self._between(target) if (f.cell.kind == "code") == is_code]

    def _between(self, target: ReleasedCell) -> list[Found]:
        """Return the open cells between the recognised neighbours of a released cell."""
        by_place = {place: index for index, place in self.result.places.items()}
        before = [place for place in by_place if place < target.place]
        after = [place for place in by_place if place > target.place]
        start = by_place[max(before)] if before else -1
        end = by_place[min(after)] if after else float("inf")
        return [found for found in self.open.values() if start < found.index < end]

    def _other_prose(self, target: ReleasedCell) -> list[Found]:
        """Return where else a written answer may be: in a cell turned into code, or moved."""
        retyped = [
            found
            for found in self._between(target)
            if found.cell.kind == "code" and not found.text.is_python
        ]
        asked = [cell for cell in self._unanswered() if cell.kind != "code"]
        if retyped or len(asked) > 1 or target.place in self.stubs:
            return retyped
        return [found for found in self.open.values() if found.cell.kind != "code"]


def _found(cells: Sequence[StudentCell]) -> list[Found]:
    """Return the cells that are not empty; a flood of text is skimmed, the rest is parsed."""
    found, lengths = [], {True: 0, False: 0}
    for index, cell in enumerate(cells):
        if cell.source.strip():
            # counted apart, so that a flood of own cells takes nothing from the tasks' cells
            known = cell.grade_id is not None
            lengths[known] += len(cell.source)
            found.append(Found(index, cell, skim=lengths[known] > PARSED_IN_ALL))
    return found


def _likeness(found: Found, cell: ReleasedCell) -> float:
    """Return how much a text is like a given cell's; one that goes on where that ends is it."""
    if cell.kind == "markdown" and found.squashed.startswith(cell.squashed):
        return 1.0
    if cell.kind == "markdown" and 2 <= len(cell.words) <= 20 and cell.words <= found.words:
        return 1.0 if found.source.split()[0] == cell.source.split()[0] else 0.0
    if cell.kind == "code" and cell.text.defined and not cell.text.defined & found.text.defined:
        return 0.0
    return similarity(found.words, cell.words)
