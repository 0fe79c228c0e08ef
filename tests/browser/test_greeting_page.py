"""What a visitor's browser shows at /."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


def test_a_browser_gets_a_page(service, open_page):
    page = open_page(service.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Moin!")
    expect(page).to_have_title("C")


@pytest.mark.parametrize("locale, language, text", [("de-AT", "de", "Grüß Gott!"), ("ar", "ar", "مرحبا بكم")])
def test_the_page_speaks_the_visitors_language_and_says_which(service, open_page, locale, language, text):
    service.put("german", "Grüß Gott!", language="de")
    service.put("arabic", "مرحبا بكم", language="ar")
    page = open_page(service.url, locale=locale)
    expect(page.get_by_role("heading")).to_have_text(text)
    expect(page.locator("html")).to_have_attribute("lang", language)
    direction = page.get_by_role("heading").evaluate("element => getComputedStyle(element).direction")
    assert direction == ("rtl" if language == "ar" else "ltr")


def test_line_breaks_stay_and_long_texts_fit(service, open_page):
    service.put("long", "One line\nand another\n" + "W" * 900)
    page = open_page(service.url, width=360)
    assert page.get_by_role("heading").inner_text().startswith("One line\nand another\n")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(service, open_page, scheme):
    found = Axe().run(open_page(service.url, scheme=scheme))
    assert found.violations_count == 0, found.generate_report()
