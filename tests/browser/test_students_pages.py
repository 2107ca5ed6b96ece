"""The sample class's pages in a real browser: on a phone, in the dark, on paper, read aloud."""

import pytest
from browser import PHONE, chromium, is_too_wide, open_all, opened, violations

pytestmark = [pytest.mark.usefixtures("needs_browser"), pytest.mark.xdist_group("sample class")]
NOTEBOOKS = ("q1_l1_backprop", "q2_momentum", "q3_pytorch_l2", "q4_height_weight")
TEN = [
    *(("penalty_lost", notebook) for notebook in NOTEBOOKS),
    *(("all_right", notebook) for notebook in NOTEBOOKS),
    *(("half_done", notebook) for notebook in NOTEBOOKS[:2]),
]
ONE = [TEN[7]]


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def page_of(course, student, notebook):
    return course / "feedback" / student / "lab1" / f"{notebook}.html"


@pytest.mark.parametrize(
    "pages", [ONE, pytest.param(TEN, marks=pytest.mark.slow)], ids=["one", "ten"]
)
def test_pages_can_be_read_on_a_phone(graded_sample, browser, pages):
    for student, notebook in pages:
        with opened(browser, page_of(graded_sample, student, notebook), PHONE) as page:
            assert not is_too_wide(page)
            open_all(page)
            assert not is_too_wide(page)
            assert violations(page) == []
            assert page.asked == []


@pytest.mark.parametrize(
    ("scheme", "notebooks"),
    [
        ("light", NOTEBOOKS[:1]),
        ("dark", NOTEBOOKS[:1]),
        pytest.param("light", NOTEBOOKS[1:], marks=pytest.mark.slow),
        pytest.param("dark", NOTEBOOKS[1:], marks=pytest.mark.slow),
    ],
)
def test_pages_are_accessible_on_a_wide_screen(graded_sample, browser, scheme, notebooks):
    for notebook in notebooks:
        with opened(
            browser, page_of(graded_sample, "penalty_lost", notebook), scheme=scheme
        ) as page:
            assert violations(page) == []


def test_a_screen_reader_finds_the_tasks_the_mistake_and_the_formulas(graded_sample, browser):
    path = page_of(graded_sample, "penalty_lost", "q1_l1_backprop")
    with opened(browser, path) as page:
        open_all(page)
        tree = page.locator("body").aria_snapshot()
    assert 'heading "Regularised loss" [level=2]' in tree
    assert "Likely mistake: the penalty is never added." in tree
    assert "math" in tree
    assert 'img "Figure of the task “The λ study”. It should show: Left, λ too small: ' in tree


def test_pages_need_no_script(graded_sample, browser):
    path = page_of(graded_sample, "penalty_lost", "q1_l1_backprop")
    with opened(browser, path, scripts=False) as page:
        summary = page.locator("summary").first
        assert not page.locator("details.given > *:not(summary)").first.is_visible()
        summary.click()
        assert page.locator("details.given > *:not(summary)").first.is_visible()


def test_what_is_printed_fits_the_paper_and_leaves_out_what_was_given(graded_sample, browser):
    with opened(browser, page_of(graded_sample, "all_right", "q4_height_weight"), 794) as page:
        page.emulate_media(media="print")
        assert not is_too_wide(page)
        assert not page.locator("details.given").first.is_visible()
        assert page.pdf(format="A4").startswith(b"%PDF")
