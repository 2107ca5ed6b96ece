"""Pairs of students whose solutions are more alike than others of their class.

Winnowing of tokens (Schleimer, Wilkerson and Aiken 2003): of each run of tokens a hash is taken,
and of each window of hashes the smallest one is kept. No run goes beyond the end of a statement, so
that the order of statements does not count. What the course has given is subtracted. What is left
weighs the more the fewer students have it: right solutions of one short task look alike, and what
everybody writes says nothing about two of them.

How alike two answers must be to be worth a look is not fixed either: it is the class that says how
alike answers to this task are. So an answer counts by how far it stands out from all pairs of the
class, in standard deviations, and a pair by the sum of the tasks in which it stands out most. Two
students write the same short solution by chance now and then, so one task is not enough where there
are several; and the more pairs there are, the more of them are alike by chance.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

from nbjudge.reports.class_page.tokens import Piece, names, pieces, symbols

RUN, WINDOW = 16, 4  # tokens whose hash is taken; hashes of which the smallest is kept
SHORT = 3  # lines of a task's usual answer that are too few to say anything
FEWEST = 10  # answers to a task that say how alike such answers are
COMMON = 0.25  # of the class: what more students share says nothing about two of them
MOST_SHARING = 40  # students; the same for a class of hundreds, where pairs would be too many
LEAST = 0.25  # likeness, from 0 to 1, that counts at all
SPREAD = 0.03  # least standard deviation of a likeness, which goes from 0 to 1
# standard deviations from which on a pair is worth a look: the sum of a constant and of what grows
# with the logarithm of the number of pairs; chosen on classes such as those of docs/alike.md
BASE, BY_PAIRS = 3.5, 0.4
TASKS_NEEDED = 1.3  # as much of that as this many tasks give at most
_OPEN, _CLOSED = ("(", "[", "{"), (")", "]", "}")
TOLD = 1.5  # standard deviations from which on one task of such a pair is told


@dataclass(frozen=True)
class AlikeAnswers:
    """Two answers to one task.

    Attributes:
        task: whichever key the task has.
        likeness: the weight of what both have, of the mean weight of the two; from 0 to 1.
        stands_out: how many standard deviations that is above the mean of all pairs of the class.
        lines: in each of the two answers, those that the other has, too; from 0.
    """

    task: object
    likeness: float
    stands_out: float
    lines: tuple[frozenset[int], frozenset[int]]


@dataclass(frozen=True)
class Pair:
    """Two students with answers that are more alike than those of the class.

    Attributes:
        students: the two.
        stands_out: the largest sum of any number m of tasks, divided by the square root of m: what
            one task says by chance, several do not say together.
        answers: those that are alike, the most striking first.
    """

    students: tuple[str, str]
    stands_out: float
    answers: tuple[AlikeAnswers, ...]


Marks = dict[int, set[int]]  # fingerprints of an answer, with the lines where they stand


def alike_pairs(
    answers: Mapping[object, Mapping[str, str]], given: Mapping[object, str]
) -> list[Pair]:
    """Return the pairs that are worth a look, the most striking first.

    Args:
        answers: for each task the students' code, by student; see `is_short` for which.
        given: for each task the course's own code, in which nothing is a student's.
    """
    found = defaultdict(list)
    compared = {task: codes for task, codes in answers.items() if len(codes) >= FEWEST}
    for task, codes in compared.items():
        for students, alike in _alike_in(task, codes, given.get(task, "")):
            found[students].append(alike)
    most = max(map(len, compared.values()), default=FEWEST)
    needed = BASE + BY_PAIRS * math.log(math.comb(most, 2))
    at_most = needed / TASKS_NEEDED if len(compared) > 1 else math.inf
    pairs = [
        Pair(students, *_together(sorted(each, key=lambda alike: -alike.stands_out), at_most))
        for students, each in found.items()
    ]
    worth = [pair for pair in pairs if pair.stands_out >= needed]
    return sorted(worth, key=lambda pair: (-pair.stands_out, pair.students))


def _together(
    alike: Sequence[AlikeAnswers], at_most: float
) -> tuple[float, tuple[AlikeAnswers, ...]]:
    """Return how far a pair stands out, and the answers that are told; most striking first.

    Args:
        alike: the pair's answers, the most striking first.
        at_most: what one of them counts.
    """
    sums, total = [], 0.0
    for number, each in enumerate(alike, start=1):
        total += min(at_most, each.stands_out)
        sums.append(total / math.sqrt(number))
    return max(sums), tuple(each for each in alike if each.stands_out >= TOLD)


def is_short(codes: Iterable[str], given: str) -> bool:
    """Whether the usual answer has no more than `SHORT` lines that the course has not given."""
    known = {line.strip() for line in given.splitlines()}
    lengths = [len(_own_lines(code, known)) for code in codes]
    return not lengths or statistics.median(lengths) <= SHORT


def _own_lines(code: str, known: Collection[str]) -> list[str]:
    lines = {piece.line for piece in pieces(code) if piece.kind not in ("comment", "blank")}
    texts = [line.strip() for number, line in enumerate(code.split("\n")) if number in lines]
    return [text for text in texts if text not in known]


def _alike_in(
    task: object, codes: Mapping[str, str], given: str
) -> Iterator[tuple[tuple[str, str], AlikeAnswers]]:
    """Return (students, their answers) of the pairs that are alike, and more than the mean."""
    known = names(given)
    subtracted = _marks(given, known).keys()
    marks = {student: _marks(code, known) for student, code in sorted(codes.items())}
    having = defaultdict(list)
    for student, own in marks.items():
        for mark in own.keys() - subtracted:
            having[mark].append(student)
    weights = {mark: math.log2(len(codes) / len(who)) for mark, who in having.items()}
    shared = _shared(having, min(MOST_SHARING, math.ceil(COMMON * len(codes))))
    whole = {
        student: sum(weights[mark] for mark in own.keys() - subtracted)
        for student, own in marks.items()
    }
    likeness = {
        (one, other): 2 * sum(weights[mark] for mark in both) / (whole[one] + whole[other])
        for (one, other), both in shared.items()
    }
    mean, spread = _mean_and_spread(likeness.values(), math.comb(len(codes), 2))
    for pair, value in likeness.items():
        if value > mean and value >= LEAST:
            lines = tuple(
                frozenset().union(*(marks[student][mark] for mark in shared[pair]))
                for student in pair
            )
            yield pair, AlikeAnswers(task, value, (value - mean) / spread, lines)


def _shared(having: Mapping[int, Sequence[str]], most: int) -> dict[tuple[str, str], list[int]]:
    """Return the fingerprints that two students share, and no more than `most` have."""
    shared = defaultdict(list)
    for mark, who in having.items():
        if len(who) <= most:
            for pair in combinations(who, 2):
                shared[pair].append(mark)
    return shared


def _mean_and_spread(values: Collection[float], count: int) -> tuple[float, float]:
    """Return mean and standard deviation of `count` values, of which all others are 0."""
    mean = sum(values) / count
    squares = sum(value**2 for value in values) / count
    return mean, max(SPREAD, math.sqrt(max(0.0, squares - mean**2)))


def _marks(code: str, given_names: Collection[str]) -> Marks:
    """Return the fingerprints of some code."""
    marks: Marks = defaultdict(set)
    for statement in _statements(symbols(code, given_names)):
        texts = [symbol.text for symbol in statement]
        hashes = [
            crc32(" ".join(texts[place : place + RUN]).encode("utf-8", "replace"))
            for place in range(max(1, len(texts) - RUN + 1))
        ]
        for place in _winnowed(hashes):
            marks[hashes[place]].update(symbol.line for symbol in statement[place : place + RUN])
    return marks


def _statements(found: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Return the symbols statement by statement: to the end of a line, outside of brackets."""
    statement: list[Piece] = []
    depth = 0
    for symbol in found:
        if statement and depth <= 0 and symbol.line != statement[-1].line:
            yield statement
            statement, depth = [], 0
        depth += (symbol.text in _OPEN) - (symbol.text in _CLOSED)
        statement.append(symbol)
    if statement:
        yield statement


def _winnowed(hashes: Sequence[int]) -> set[int]:
    """Return the places of the smallest hash, the last of equal ones, of each window."""
    return {
        min(range(start, min(start + WINDOW, len(hashes))), key=lambda at: (hashes[at], -at))
        for start in range(max(1, len(hashes) - WINDOW + 1))
    }
