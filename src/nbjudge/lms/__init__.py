"""From an LMS and back: what students handed in there, their grades, and their pages.

Read in this order: `archive` (what may be taken out of a zip), `moodle`, `canvas` and `folder`
(whose file is which), `worksheet` and `roster` (who is who), `collect` (into ``submitted/``),
`grades` and `pages` (back).
"""
