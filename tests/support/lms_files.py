"""Archives and lists as LMSs make them, after their documentation and Moodle's source."""

import csv
import io
import zipfile

MOODLE_COLUMNS = (
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
)


GERMAN_COLUMNS = (
    "ID",
    "Vollständiger Name",
    "E-Mail-Adresse",
    "Status",
    "Bewertung",
    "Bestwertung",
    "Bewertung kann geändert werden",
    "Zuletzt geändert (Abgabe)",
    "Zuletzt geändert (Bewertung)",
    "Feedback als Kommentar",
)


def zipped(path, files):
    """Write a zip of these files, given as (name or ZipInfo, content)."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def moodle_place(name, number):
    """Return what Moodle calls a person's folder."""
    return f"{name}_{number}_assignsubmission_file"


def moodle_worksheet(
    path, people, maximum="105.00", columns=MOODLE_COLUMNS, word="Participant ", grade=""
):
    """Write a grading worksheet for people, given as (number, name)."""
    rows = [
        [f"{word}{number}", name, f"{number}@example.org", "Submitted for grading", grade,
         maximum, "Yes", "Sunday, 1 March 2026, 10:00 AM", "-", ""]
        for number, name in people
    ]  # fmt: skip
    return written(path, [columns, *rows])


def canvas_gradebook(path, people, column="lab1 (4711)", maximum="105"):
    """Write an exported gradebook for people, given as (number, "last, first", login)."""
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Quiz (1)", column]
    possible = ["    Points Possible", "", "", "", "", "10", maximum]
    rows = [
        [name, number, f"s{number}", login, "Deep Learning", "7", ""]
        for number, name, login in people
    ]
    return written(path, [head, possible, *rows])


def written(path, rows):
    """Write rows as CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def read_rows(path):
    """Return the rows of a CSV file as dictionaries."""
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
