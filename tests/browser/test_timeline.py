"""What visitors read now, next, and at any other time."""

import pytest
from playwright.sync_api import expect
from service import at


@pytest.fixture
def week(service):
    service.put("always", "Always")
    service.put("tomorrow", "Tomorrow", starts_at=at(days=1), ends_at=at(days=2))
    service.put("bonjour", "Bonjour !", language="fr", starts_at=at(days=-1))


def segments(page):
    return page.locator("#timeline button")


def test_now_and_next(service, page):
    service.put("always", "Always")
    service.put("tomorrow", "Tomorrow", starts_at=at(days=1), ends_at=at(days=2))
    expect(page.locator("#now")).to_have_text("Always")
    expect(page.locator("#next")).to_have_text("Tomorrow")
    expect(page.locator("#next-from")).to_contain_text("tomorrow, from")
    expect(segments(page)).to_have_text(["Always", "Tomorrow", "Always"])


def test_next_becomes_now_when_its_time_has_come(service, page):
    service.put("soon", "Soon", starts_at=at(seconds=10))
    expect(page.locator("#next")).to_have_text("Soon")
    expect(page.locator("#now")).to_have_text("Moin!")
    expect(page.locator("#now")).to_have_text("Soon", timeout=40_000)


def test_visitors_of_another_language_read_something_else(week, page):
    expect(page.locator("#now")).to_have_text("Bonjour !")
    page.get_by_label("Visitor’s language").fill("en")
    page.get_by_label("Visitor’s language").press("Enter")
    expect(page.locator("#now")).to_have_text("Always")
    page.get_by_label("Visitor’s language").fill("fr-CA, de;q=0.5")
    page.get_by_label("Visitor’s language").press("Enter")
    expect(page.locator("#now")).to_have_text("Bonjour !")


def test_arrow_keys_go_along_the_timeline(service, page):
    service.put("always", "Always")
    service.put("tomorrow", "Tomorrow", starts_at=at(days=1), ends_at=at(days=2))
    expect(segments(page)).to_have_count(3)
    segments(page).first.focus()
    page.keyboard.press("ArrowRight")
    expect(segments(page).nth(1)).to_be_focused()
    expect(page.locator("#segment-text")).to_have_text("Tomorrow")
    page.keyboard.press("End")
    expect(page.locator("#segment-text")).to_have_text("Always")
    page.keyboard.press("ArrowLeft")
    assert page.locator('#timeline button[tabindex="0"]').count() == 1
    page.get_by_role("button", name="Open tomorrow").click()
    expect(page.get_by_role("dialog", name="Edit tomorrow")).to_be_visible()


def test_the_pointer_shows_what_lies_under_it(service, page):
    service.put("tomorrow", "Tomorrow", starts_at=at(days=1), ends_at=at(days=20))
    segments(page).nth(1).hover()
    expect(page.locator("#segment-text")).to_have_text("Tomorrow")


def test_looking_further_ahead(service, page):
    service.put("later", "Later", starts_at=at(days=60))
    expect(page.locator("#next-from")).to_contain_text("nothing changes until")
    page.get_by_label("Look ahead").select_option("a year")
    expect(page.locator("#next")).to_have_text("Later")


def test_preview(service, page):
    days = {"starts_at": "2027-03-27T23:00:00Z", "ends_at": "2027-03-29T22:00:00Z"}
    service.put("easter", "Frohe Ostern!", language="de", **days)
    preview = page.locator("#preview")
    preview.get_by_label("At").fill("2027-03-28T00:00:00")  # the first moment, in Berlin
    preview.get_by_role("button", name="Show").click()
    expect(page.locator("#preview-result q")).to_have_text("Frohe Ostern!")
    expect(page.locator("#preview-result q")).to_have_attribute("lang", "de")
    preview.get_by_label("At").fill("2027-03-27T23:59:59")
    preview.get_by_label("For").fill("de")
    preview.get_by_role("button", name="Show").click()
    expect(page.locator("#preview-result")).to_contain_text("the customer’s own text")
