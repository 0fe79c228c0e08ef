"""How often greetings were given."""

import urllib.request

import pytest
from playwright.sync_api import expect
from service import READER

pytestmark = pytest.mark.usefixtures("within_a_day")


def greet(service, times):
    for _ in range(times):
        urllib.request.urlopen(service.url, timeout=20).close()


@pytest.fixture
def given(service):
    """The customer's own text twelve times, then "hello" three times."""
    greet(service, 12)
    service.put("hello", "Hello!")
    greet(service, 3)


def test_in_all_by_day_and_by_greeting(given, page):
    expect(page.locator("#visits-total")).to_have_text("15")
    expect(page.get_by_role("list", name="Most of them").get_by_role("listitem")).to_have_text(
        ["the customer’s own text12", "hello3"]
    )
    days = page.get_by_role("list", name="By day").get_by_role("listitem")
    expect(days).to_have_count(30)
    expect(days.last).to_contain_text(": 15")
    expect(days.first).to_contain_text(": 0")
    heights = page.locator("#by-day .bar").evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().height)")
    assert heights[-1] > 50 and set(heights[:-1]) == {0}


def test_looking_back_further(given, page):
    page.get_by_label("Look back").select_option("a year")
    expect(page.locator("#by-day li")).to_have_count(365)
    page.get_by_label("Look back").select_option("a week")
    expect(page.locator("#by-day li")).to_have_count(7)


def test_what_is_given_meanwhile_appears_by_itself(given, page, service):
    expect(page.locator("#visits-total")).to_have_text("15")
    greet(service, 5)
    expect(page.locator("#visits-total")).to_have_text("20", timeout=20_000)


def test_a_reader_sees_them_too(given, sign_in):
    expect(sign_in(token=READER).locator("#visits-total")).to_have_text("15")


def test_without_a_store_there_are_none(service, open_page):
    service.stop()
    service.settings["GREETER_STORE"] = "none"
    service.start()
    page = open_page(f"{service.url}/ui#token={READER}")
    expect(page.locator("#main")).to_be_visible()
    expect(page.locator("#visits")).to_be_hidden()
