"""Repeats verdicts from their audit lines' own seeds, for an appeal.

Nothing is written: neither the gradebook nor a graded folder changes. `nbjudge.cli.explain` puts
it together, `nbjudge.reports.terminal.case_details` prints what comes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nbjudge.errors import CourseError
from nbjudge.grading.assignment import Assignment
from nbjudge.grading.local_grader import RunFactory
from nbjudge.grading.notebook_records import NotebookRequest, ScoredCell
from nbjudge.grading.solutions import retry_with_solutions
from nbjudge.intake import Submission
from nbjudge.record.audit import judged_lines
from nbjudge.record.write_files import files_in_folder
from nbjudge.verdict.loader import load_hidden_tests


def find_graded(
    course: Assignment, graded: Path, student: str, notebook: str
) -> tuple[Submission, dict[str, dict]]:
    """Return what a student handed in, and the audit line of each cell of one notebook.

    Args:
        course: the assignment as it is now.
        graded: the student's graded folder.
        student: whose notebook it is.
        notebook: its name without ending.

    Raises `CourseError` if there is no such submission or notebook, or it was not graded.
    """
    if notebook not in course.notebooks:
        names = ", ".join(course.notebooks)
        raise CourseError(f"{course.name} has no notebook {notebook!r}: it has {names}.")
    found = judged_lines(graded, notebook)
    lines = {name: line for name, line in found.items() if "test" in line}
    if not (course.submitted / student / course.name).is_dir():
        gone = f"There is no submission in {course.submitted}/{student}/{course.name}"
        if lines:
            gone += " any more: put it back. What was judged is in the audit lines in " + str(
                graded
            )
        raise CourseError(f"{gone}.")
    if found and not lines:
        raise CourseError(
            f"{student} had not handed in {notebook} when it was graded: its tasks have 0 points, "
            "and there is no verdict to repeat."
        )
    if not lines:
        raise CourseError(f"{notebook} of {student} has no verdict yet: there is none in {graded}.")
    try:
        submission = course.read(student)
    except OSError as error:
        raise CourseError(f"The submission of {student} cannot be read: {error}") from error
    if notebook not in submission.notebooks:
        raise CourseError(f"{student} has no {notebook} in {course.submitted} any more.")
    problem = submission.notebooks[notebook].problem
    if problem:
        raise CourseError(f"{notebook} of {student} cannot be judged. {problem}")
    return submission, lines


def cells_of(
    course: Assignment, notebook: str, lines: Mapping[str, Mapping], task: str
) -> list[str]:
    """Return the cells of one task, or of all.

    Args:
        course: the assignment as it is now.
        notebook: its name without ending.
        lines: the notebook's audit lines, by grade_id.
        task: the grade_id of a judged cell, its hidden test or that one's title, whatever its
            case; empty for all of them.

    Raises `CourseError` if there is no such task.
    """
    if not task:
        return list(lines)
    tests = load_hidden_tests(course.hidden_tests, course.name, notebook)
    titles = {name: test.title for name, test in tests.items()}
    names = {
        cell: (cell, line["test"], titles.get(line["test"], "")) for cell, line in lines.items()
    }
    wanted = [
        cell for cell, known in names.items() if task.casefold() in [n.casefold() for n in known]
    ]
    if not wanted:
        there = "; ".join(", ".join(dict.fromkeys(filter(None, known))) for known in names.values())
        raise CourseError(f"{notebook} has no task {task!r}. It has: {there}.")
    return wanted


def replay(
    course: Assignment,
    submission: Submission,
    notebook: str,
    seeds: Mapping[str, int],
    make_run: RunFactory,
) -> list[ScoredCell]:
    """Run one notebook again; return its scored cells.

    Args:
        course: the assignment as it is now.
        submission: as it was handed in.
        notebook: its name without ending.
        seeds: of the hidden inputs, by grade_id.
        make_run: makes the run, with the course's limits and settings.
    """
    nb, _ = course.rebuilt(notebook, submission)
    tests = load_hidden_tests(course.hidden_tests, course.name, notebook)
    with files_in_folder(submission.files) as folder:
        request = NotebookRequest(
            notebook=nb,
            student=submission.student,
            assignment=course.name,
            name=notebook,
            folder=str(folder),
            course_files=str(course.release),
            seeds=seeds,
        )
        run = make_run(request, tests)
        run.run()
        result = retry_with_solutions(run, course.solutions[notebook], run.settings.carry)
    return list(result.scored)
