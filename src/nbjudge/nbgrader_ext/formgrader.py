"""formgrader's page of a submission, in the words of the lab and with the marking scheme.

`nbjudge.configure` puts `JudgeFormgrader` where formgrader looks for nbconvert's exporter.
"""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory

from nbjudge.record.audit import judged_lines
from nbjudge.reports.html.notebook_cells import Cells
from nbjudge.reports.html.sections import sections
from nbjudge.verdict.student_view import told_of

# nbgrader's lines around solutions and marking schemes
_MARKS = re.compile(r"^### (?:BEGIN|END) [A-Z ]+$\n?", re.MULTILINE)
STYLE = """
.output_stream pre, .output_text pre { white-space: pre-wrap; overflow-wrap: anywhere; }
.output_subarea { max-width: 100%; }
.marking { padding: 0.4em 0.8em; background: #f4f6f8; border-top: 1px solid #c9d1d9; }
.marking summary { display: list-item; cursor: pointer; font-weight: bold; }
img { border: none; }
"""


class JudgeFormgrader(HTMLExporter):
    """nbconvert's exporter, with what a grader needs beside each answer.

    A graded cell is called by its task's title, and beside a written answer stand the model answer
    and the marking scheme from the course's source.
    """

    def from_notebook_node(self, nb, resources=None, **kw):
        """Return the page of one graded notebook."""
        titles = _titles(nb, resources or {})
        page, resources = super().from_notebook_node(nb, resources, **kw)
        soup = BeautifulSoup(page, "html.parser")
        if soup.head is not None:
            style = soup.new_tag("style")
            style.string = STYLE
            soup.head.append(style)
        schemes = self._schemes(resources)
        for panel in soup.select(".nbgrader_cell"):
            field = panel.select_one("input.score")
            if field is None:
                continue
            grade_id = field.get("id", "")
            if grade_id in titles:
                panel.select_one(".nbgrader-label").insert(0, f"{titles[grade_id]} · ")
            if grade_id in schemes and panel.select_one("textarea") is not None:
                panel.select_one(".panel-footer").insert_before(_scheme(soup, schemes[grade_id]))
        return str(soup), resources

    def _schemes(self, resources) -> dict[str, NotebookNode]:
        """Return the course's own cells of written answers, by grade_id."""
        coursedir = CourseDirectory(config=self.config)
        folder = coursedir.format_path(coursedir.source_directory, ".", resources["assignment_id"])
        path = Path(folder) / f"{resources['notebook_id']}.ipynb"
        if not path.is_file():
            return {}
        cells = nbformat.read(path, as_version=4).cells
        return {
            cell.metadata.nbgrader["grade_id"]: cell
            for cell in cells
            if cell.cell_type == "markdown" and "nbgrader" in cell.metadata
        }


def _titles(nb: NotebookNode, resources) -> dict[str, str]:
    """Return what people call the graded cells of a notebook."""
    folder = resources.get("metadata", {}).get("path", ".")
    lines = judged_lines(folder, resources.get("notebook_id", ""))
    found = {}
    for section in sections(nb.cells):
        if section.graded is not None:
            grade_id = section.graded.metadata.nbgrader["grade_id"]
            told = told_of(lines.get(grade_id, {}))
            found[grade_id] = told["title"] if told else section.heading
    return {grade_id: title for grade_id, title in found.items() if title}


def _scheme(soup: BeautifulSoup, cell: NotebookNode):
    """Return the model answer and the marking scheme of a written answer, to be folded."""
    shown = Cells(".", embed_images=False).courses_words(_MARKS.sub("", cell.source))
    details = soup.new_tag("details", attrs={"class": "marking", "open": ""})
    summary = soup.new_tag("summary")
    summary.string = "Model answer and marking scheme"
    details.append(summary)
    details.append(BeautifulSoup(str(shown), "html.parser"))
    return details
