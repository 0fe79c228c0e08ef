"""Greetings are made, changed, retired and deleted; what is wrong is said where it is wrong."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def form(page):
    page.get_by_role("button", name="New greeting").click()
    return page.get_by_role("dialog", name="New greeting")


def row(page, name):
    return page.locator(f'#rows tr[data-id="{name}"]')


def test_a_greeting_is_made(page, form, service):
    form.get_by_label("Id").fill("easter")
    form.get_by_label("Text").fill("Frohe Ostern!\nAlles Gute")
    form.get_by_label("Language").fill("de-at")
    form.get_by_label("Given from").fill("2049-03-28T00:00")
    expect(form.get_by_label("In UTC").first).to_have_text("2049-03-27T23:00:00Z")
    form.get_by_label("Until").fill("2049-03-30T00:00")  # summer time by then
    expect(form.get_by_label("In UTC").last).to_have_text("2049-03-29T22:00:00Z")
    form.get_by_label("Tags").fill("spring, season")
    form.get_by_label("Description").fill("Every year")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    expect(page.get_by_text("Saved easter.")).to_be_visible()
    expect(row(page, "easter")).to_contain_text("Frohe Ostern!")
    expect(row(page, "easter").locator(".state")).to_have_text("scheduled")
    greeting = service.get("easter")
    assert greeting["text"] == "Frohe Ostern!\nAlles Gute"
    assert greeting["language"].lower() == "de-at"
    assert greeting["tags"] == ["season", "spring"]
    assert (greeting["starts_at"], greeting["ends_at"]) == ("2049-03-27T23:00:00Z", "2049-03-29T22:00:00Z")


def test_a_greeting_without_an_id_gets_one(page, form):
    form.get_by_label("Text").fill("Hello!")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_role("cell", name="Hello!")).to_be_visible()


def test_faults_stand_next_to_their_fields(page, form):
    form.get_by_label("Id").fill("No label")
    form.get_by_label("Language").fill("what?")
    form.get_by_label("Given from").fill("2027-01-02T00:00")
    form.get_by_label("Until").fill("2027-01-01T00:00")
    form.get_by_label("Tags").fill("good BAD!")
    form.get_by_role("button", name="Save").click()
    for name in "id", "text", "language", "ends_at", "tags":
        field = form.locator(f'[data-field="{name}"]')
        expect(field.locator(".fault")).to_have_count(1)
        control = field.locator("input, textarea").first
        expect(control).to_have_attribute("aria-invalid", "true")
        expect(control).to_have_accessible_description(field.locator(".fault").inner_text())
    expect(form.locator('[data-field="tags"] .fault')).to_contain_text("BAD!")
    expect(form.locator('[data-field="starts_at"] .fault')).to_have_count(0)
    expect(form.get_by_label("Id")).to_be_focused()
    form.get_by_label("Id").fill("label")
    form.get_by_label("Text").fill("Text")
    form.get_by_label("Language").fill("")
    form.get_by_label("Until").fill("2027-01-03T00:00")
    form.get_by_label("Tags").fill("good")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "label")).to_be_visible()


def test_an_id_that_is_taken_is_said_to_be(page, form, service):
    service.put("hello", "Hello!")
    form.get_by_label("Id").fill("hello")
    form.get_by_label("Text").fill("Another")
    form.get_by_role("button", name="Save").click()
    expect(form.locator('[data-field="id"] .fault')).to_contain_text("taken")
    assert service.get("hello")["text"] == "Hello!"


def test_a_greeting_is_changed_and_its_times_stay_to_the_millisecond(page, service):
    service.put("hello", "Hello!", starts_at="2026-01-01T00:00:00.125Z", tags=["a"])
    page.get_by_role("button", name="Edit hello").click()
    form = page.get_by_role("dialog", name="Edit hello")
    expect(form.get_by_label("Text")).to_have_value("Hello!")
    form.get_by_label("Text").fill("Hello, hello!")
    form.get_by_role("button", name="Save").click()
    expect(row(page, "hello")).to_contain_text("Hello, hello!")
    expect(page.get_by_role("button", name="Edit hello")).to_be_focused()
    greeting = service.get("hello")
    assert (greeting["text"], greeting["tags"]) == ("Hello, hello!", ["a"])
    assert greeting["starts_at"] == "2026-01-01T00:00:00.125Z"


def test_what_has_been_typed_is_not_thrown_away_unasked(page, form):
    form.get_by_label("Text").fill("Half a greeting")
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Discard").get_by_role("button", name="Cancel").click()
    expect(form.get_by_label("Text")).to_have_value("Half a greeting")
    form.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Discard").click()
    expect(form).to_be_hidden()


def test_a_greeting_is_retired_activated_and_deleted(page, service):
    service.put("hello", "Hello!")
    page.get_by_role("button", name="Retire hello").click()
    expect(row(page, "hello").locator(".state")).to_have_text("retired")
    expect(page.get_by_role("button", name="Edit hello")).to_be_visible()
    page.get_by_role("button", name="Activate hello").click()
    expect(row(page, "hello").locator(".state")).to_have_text("active")
    page.get_by_role("button", name="Delete hello").click()
    question = page.get_by_role("dialog", name="Delete hello?")
    question.get_by_role("button", name="Cancel").click()
    assert service.get("hello")
    expect(page.get_by_role("button", name="Delete hello")).to_be_focused()
    page.get_by_role("button", name="Delete hello").click()
    question.get_by_role("button", name="Delete").click()
    expect(row(page, "hello")).to_have_count(0)
    assert service.get("hello") is None


def test_a_greeting_of_the_customers_file_can_be_covered_and_uncovered(page, service):
    expect(row(page, "welcome")).to_contain_text("from the configuration")
    expect(page.get_by_role("button", name="Delete welcome")).to_be_disabled()
    page.get_by_role("button", name="Activate welcome").click()
    expect(row(page, "welcome").locator(".state")).to_have_text("active")
    expect(page.locator("#now")).to_have_text("Aus der Datei")
    assert service.get("welcome")["origin"] == "store"
    page.get_by_role("button", name="Delete welcome").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(page, "welcome")).to_contain_text("from the configuration")
    expect(row(page, "welcome").locator(".state")).to_have_text("draft")
