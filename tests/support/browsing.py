"""Chromium for tests of pages: a session has one, and every page it opens must be free of complaints."""

import os
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

# Whatever else the browser would fetch on its own account.
QUIET = "--no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-quic"
BROWSERS = "chromium", "chromium-browser", "google-chrome"
PATIENCE = 30_000  # milliseconds for whatever has to come, on a machine that has much else to do

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser():
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not program:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", *QUIET.split()]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens pages, and fails the test where one of them complained: of scripts, or of what its policy forbids."""
    contexts, complaints = [], []

    def heard(message):
        # That a request was refused is what some tests are about; the page says so to its viewer.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    def open_page(url, width=1280, scheme="light", zone="Europe/Berlin", locale="en-GB"):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, color_scheme=scheme, timezone_id=zone, locale=locale)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"a script opened: {dialog.message}"), dialog.dismiss()))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
