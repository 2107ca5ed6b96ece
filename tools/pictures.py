"""Makes the pictures of the README from the sample class, which must be graded.

make pictures
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "support"))

from browser import chromium
from jupyter_page import EXPOSED, Formgrader, Notebook, Server, no_news
from matrix import known_answers
from playwright.sync_api import Browser
from students import PROGRAMS, RELEASE

ROOT = Path(__file__).resolve().parent.parent
# (page, picture, width and height in CSS pixels)
PICTURES = (
    ("feedback/penalty_lost/lab1/q1_l1_backprop.html", "student_page.png", 1100, 1010),
    (".build/report.html", "class_report.png", 1100, 1200),
)
SECOND_LINE = "the penalty on a second line that begins with +"


def main() -> None:
    """Write all pictures to docs/."""
    with chromium() as browser:
        for page, picture, width, height in PICTURES:
            _take(browser, ROOT / page, ROOT / "docs" / picture, width, height)
        _student(browser, ROOT / "docs" / "jupyterlab.png")
        _instructor(browser, ROOT / "docs" / "formgrader.png")


def _take(browser: Browser, page: Path, picture: Path, width: int, height: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": height})
    shown.goto(page.as_uri())
    shown.screenshot(path=picture)
    shown.close()
    print(picture.relative_to(ROOT))


def _student(browser: Browser, picture: Path) -> None:
    """Draw a student's JupyterLab with a wrong answer and its self-check."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lab1"
        shutil.copytree(RELEASE, folder)
        with Server(folder, PROGRAMS, "lab", [EXPOSED]) as server:
            page = browser.new_page(viewport={"width": 1180, "height": 700})
            nb = Notebook(page, server, "q1_l1_backprop.ipynb")
            no_news(page)
            for cell in nb.code_before("q1_loss_reg"):
                nb.run(cell)
            answers = known_answers("q1_l1_backprop")
            nb.type_over("q1_loss_reg", next(a.source for a in answers if a.name == SECOND_LINE))
            nb.run("q1_loss_reg")
            nb.run("q1_loss_reg_check")
            page.wait_for_timeout(1000)
            page.screenshot(path=picture)
            page.close()
    print(picture.relative_to(ROOT))


def _instructor(browser: Browser, picture: Path) -> None:
    """Draw formgrader with a written answer of the sample class."""
    with tempfile.TemporaryDirectory() as name:
        course = Path(name) / "course"
        left_out = shutil.ignore_patterns(".*", "tests", "bench", "docs", "src")
        shutil.copytree(ROOT, course, ignore=left_out)
        with Server(course, Path(sys.executable).parent, "lab") as server:
            page = browser.new_page(viewport={"width": 1180, "height": 820})
            formgrader = Formgrader(page, server)
            formgrader.follow("Manual Grading", "lab1", "q2_momentum", "Submission #1")
            answer = formgrader.frame.locator(".marking").first
            answer.scroll_into_view_if_needed()
            page.wait_for_timeout(2000)
            page.screenshot(path=picture)
            page.close()
    print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
