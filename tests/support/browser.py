"""Pages in a real, headless Chromium: what axe-core says of them, their width, pictures of them."""

import contextlib

from axe_playwright_python.sync_playwright import Axe
from pages import browser_path
from playwright.sync_api import sync_playwright

PHONE, DESKTOP = 360, 1280  # CSS pixels
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


@contextlib.contextmanager
def chromium():
    """Give a browser that can reach nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def opened(browser, path, width=DESKTOP, scheme="light", scripts=True):
    """Give a page that is loaded; what it asks of the network is in its `asked`.

    axe-core is a script; without `scripts`, the page is as one sees it who has turned them off.
    """
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        java_script_enabled=scripts,
        bypass_csp=scripts,
    )
    try:
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        page.asked = [url for url in page.asked if not url.startswith(("file:", "data:"))]
        yield page
    finally:
        context.close()


def open_all(page):
    """Open everything that is folded."""
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")


def violations(page):
    """Return what axe-core finds wrong, as texts: the rule and the places."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for each in found
        for node in each["nodes"]
    ]


def is_too_wide(page):
    """Say whether the page must be scrolled sideways."""
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
