"""A real browser, and a real server for each test."""

import re
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from service import EDITOR, Service

sys.path.append(str(Path(__file__).parents[1] / "support"))
from browsing import browser, open_page  # noqa: E402, F401
from days import within_a_day  # noqa: E402, F401


@pytest.fixture
def service(tmp_path):
    service = Service(tmp_path)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def sign_in(open_page, service):
    """The page as one sees it who has a token, when all of it is there."""

    def sign_in(token=EDITOR, **options):
        page = open_page(f"{service.url}/ui#token={token}", **options)
        expect(page.locator("#connection")).to_have_text("Live")
        expect(page.locator("#rows tr")).not_to_have_count(0)
        expect(page.locator("#now")).to_have_text(re.compile("."))
        return page

    return sign_in


@pytest.fixture
def page(sign_in):
    return sign_in()
