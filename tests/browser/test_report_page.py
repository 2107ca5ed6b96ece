"""The page of the report on a class in a real browser: everybody can read it."""

import made_class
import once
import pytest
from browser import DESKTOP, PHONE, chromium, is_too_wide, open_all, opened, violations

pytestmark = pytest.mark.usefixtures("needs_browser")


@pytest.mark.parametrize("name", ["report", pytest.param("named", marks=pytest.mark.slow)])
def test_everybody_can_read_the_page(run_folder, name):
    written = once.made_once("class report", made_class.build_with_reports)
    with chromium() as browser:
        for width, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
            with opened(browser, written / f"{name}.html", width, scheme) as page:
                assert page.title() == "lab: report on the class"
                assert not page.asked
                open_all(page)
                assert not is_too_wide(page)
                assert not violations(page)
        with opened(browser, written / f"{name}.html", scripts=False) as page:
            assert page.get_by_text("Worth a look: solutions that are much alike").is_visible()
