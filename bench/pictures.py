"""Makes the pictures of the README from the sample class, which must be graded.

make pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from browser import chromium
from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
# (page, picture, width and height in CSS pixels)
PICTURES = (
    ("feedback/penalty_lost/lab1/q1_l1_backprop.html", "student_page.png", 1100, 1010),
    (".build/report.html", "class_report.png", 1100, 1200),
)


def main() -> None:
    """Write all pictures to docs/."""
    with chromium() as browser:
        for page, picture, width, height in PICTURES:
            _take(browser, ROOT / page, ROOT / "docs" / picture, width, height)


def _take(browser: Browser, page: Path, picture: Path, width: int, height: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": height})
    shown.goto(page.as_uri())
    shown.screenshot(path=picture)
    shown.close()
    print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main()
