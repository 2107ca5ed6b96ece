"""nbgrader's list of autograde steps, as a `LocalGrader` wants it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from traitlets import import_item
from traitlets.config import Config, LoggingConfigurable

from nbjudge.errors import CourseError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.local_grader import LocalGrader, Step, TaskScored
from nbjudge.nbgrader_ext.execute import JudgeExecute

_LIST = "c.Autograde.autograde_preprocessors"
_WHOLE = ("preprocess", "preprocess_cell")  # what nbconvert would call of JudgeExecute


def local_grader(
    config: Config,
    preprocessors: Sequence,
    grader_seconds: float,
    assignment: Assignment,
    log: logging.Logger,
    on_scored: TaskScored | None = None,
) -> LocalGrader:
    """Return the grader of an assignment; see `LocalGrader`.

    Raises `CourseError` if the steps of the course are not such as can judge.

    Args:
        config: of the course.
        preprocessors: nbgrader's ``autograde_preprocessors``.
        grader_seconds: CPU seconds that one notebook may cost the grader.
        assignment: that is graded.
        log: is told what an instructor may want to know.
        on_scored: is told of each verdict.
    """
    steps = [_step(each, config, log) for each in preprocessors]
    place = _place_of_judge(steps)
    judge = steps.pop(place)
    return LocalGrader(
        assignment, judge.make_run, steps[place:], grader_seconds, log, steps[:place], on_scored
    )


def _step(preprocessor: object, config: Config, log: logging.Logger) -> Step:
    """Return what nbconvert would call for one entry of its lists: a name, a class or a step."""
    if isinstance(preprocessor, str):
        preprocessor = import_item(preprocessor)
    if not isinstance(preprocessor, type):
        return preprocessor
    if issubclass(preprocessor, LoggingConfigurable):
        return preprocessor(config=config, log=log)
    return preprocessor()


def _place_of_judge(steps: Sequence[Step]) -> int:
    for place, step in enumerate(steps):
        if not isinstance(step, JudgeExecute):
            continue
        if not step.enabled:
            raise CourseError(
                f"{type(step).__name__} is not enabled, and nothing else can judge: leave out "
                "--no-execute, or its line in nbgrader_config.py."
            )
        for name in _WHOLE:
            if getattr(type(step), name) is not getattr(JudgeExecute, name):
                raise CourseError(
                    f"{type(step).__name__}.{name} is not called by nbjudge: override settings_for "
                    "or make_run instead, see JudgeExecute."
                )
        return place
    raise CourseError(f"{_LIST} has no JudgeExecute, so nothing can be judged.")
