"""From an LMS and back: students' files, grades and feedback pages.

Read `archive` (what may be taken out of a zip), `moodle`, `canvas`, `folder` (whose file is
which), `roster` and `moodle_worksheet` (who is who), `collect` (into ``submitted/``).
"""
