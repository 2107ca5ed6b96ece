"""Points and comments of the gradebook, in the words that a student's page shows of them.

An answer that nobody has graded is not an answer of 0 points. What the gradebook lacks is shown as
such. Grades, comments and submitted notebooks are nbgrader's own objects; only their numbers and
texts are read.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping

from nbjudge.record.pending_points import is_ungraded, points_text, tidy

UNKNOWN = "Not in the gradebook"


def show_comment(about: MutableMapping, comment: object | None) -> None:
    """Write a comment into a cell's nbgrader metadata; nbgrader's own is on an untouched answer."""
    about["comment"] = comment.comment if comment else None
    about["untouched"] = bool(comment and comment.auto_comment and not comment.manual_comment)


def show_grade(about: MutableMapping, grade: object | None) -> None:
    """Write one cell's points into its nbgrader metadata."""
    about["unknown"] = grade is None
    if grade is None:
        about["score"], about["shown_score"] = 0.0, UNKNOWN
        about["points"] = about.get("points", 0.0)
        return
    about["score"], about["points"] = grade.score, grade.max_score
    about["waiting"], about["by_hand"] = is_ungraded(grade), grade.manual_score is not None
    most = points_text(grade.max_score or 0.0)
    about["shown_score"] = (
        f"Not graded yet: {most} {_points(grade.max_score)}"
        if is_ungraded(grade)
        else f"Score: {points_text(grade.score)} / {most}"
    )


def show_sum(who: MutableMapping, submitted: object | None, grades: Iterable) -> None:
    """Write the notebook's points into nbgrader's part of the resources."""
    penalty = (submitted.late_submission_penalty if submitted else None) or 0.0
    who["late_penalty"] = penalty
    who["shown_penalty"] = points_text(penalty)
    who["score"] = max(0.0, submitted.score - penalty) if submitted else 0.0
    who["max_score"] = submitted.max_score if submitted else 0.0
    pending = tidy(sum(grade.max_score or 0.0 for grade in grades if is_ungraded(grade)))
    who["shown_pending"] = (
        f"{points_text(pending)} {_points(pending)} not graded yet" if pending else ""
    )
    who["shown_score"] = (
        f"{points_text(who['score'])} of {points_text(who['max_score'])} points"
        if submitted
        else UNKNOWN
    )


def _points(number: float) -> str:
    return "point" if number == 1 else "points"
