"""Others work on the same table at the same time."""

import pytest
from playwright.sync_api import expect


def text_of(page, name):
    return page.locator(f'#rows tr[data-id="{name}"] .text')


@pytest.fixture
def form(service, page):
    """Greeting "hello", open, with a text that is not saved yet."""
    service.put("hello", "Hello!", description="As it was")
    page.get_by_role("button", name="Edit hello").click()
    form = page.get_by_role("dialog", name="Edit hello")
    form.get_by_label("Text").fill("Mine")
    return form


@pytest.fixture
def conflict(form, page, service):
    """... and that was changed behind the page's back before it was."""
    service.put("hello", "Theirs", description="As it was", tags=["fresh"])
    form.get_by_role("button", name="Save").click()
    return page.get_by_role("dialog", name="Somebody was faster")


def test_changes_of_others_appear_by_themselves(page, service):
    expect(page.locator("#now")).to_have_text("Moin!")
    service.put("hello", "Hello!")
    expect(text_of(page, "hello")).to_have_text("Hello!")
    expect(page.locator("#now")).to_have_text("Hello!")
    service.put("hello", "Hello again!")
    expect(text_of(page, "hello")).to_have_text("Hello again!")
    service.delete("hello")
    expect(text_of(page, "hello")).to_have_count(0)
    expect(page.locator("#now")).to_have_text("Moin!")


def test_two_pages_see_each_other(sign_in):
    here, there = sign_in(), sign_in()
    here.get_by_role("button", name="New greeting").click()
    here.get_by_role("textbox", name="Id").fill("shared")
    here.get_by_role("textbox", name="Text").fill("For all")
    here.get_by_role("button", name="Save").click()
    expect(text_of(there, "shared")).to_have_text("For all")


def test_what_was_missed_is_caught_up_with(page, service):
    service.put("before", "Before")
    expect(text_of(page, "before")).to_be_visible()
    service.stop()
    expect(page.locator("#connection")).to_have_text("Reconnecting…")
    service.start()
    service.put("meanwhile", "Meanwhile")
    expect(text_of(page, "meanwhile")).to_be_visible()
    expect(page.locator("#connection")).to_have_text("Live")
    service.put("after", "After")
    expect(text_of(page, "after")).to_be_visible()


def test_a_tab_that_nobody_looks_at_leaves_its_connection_to_others(page, service):
    show = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    service.put("before", "Before")
    expect(text_of(page, "before")).to_be_visible()
    page.evaluate(show, True)
    expect(page.locator("#connection")).to_have_text("Reconnecting…")
    service.put("meanwhile", "Meanwhile")
    page.evaluate(show, False)
    expect(text_of(page, "meanwhile")).to_be_visible()


def test_the_keyboard_stays_where_it_is_when_others_change_something(page, service):
    service.put("hello", "Hello!")
    button = page.get_by_role("button", name="Retire hello")
    button.focus()
    service.put("hello", "Changed")
    expect(text_of(page, "hello")).to_have_text("Changed")
    expect(button).to_be_focused()


def test_an_open_form_says_that_its_greeting_was_changed(form, service):
    service.put("hello", "Theirs")
    expect(form.get_by_text("Somebody has just changed this greeting.")).to_be_visible()
    expect(form.get_by_label("Text")).to_have_value("Mine")


def test_a_conflict_shows_both(conflict, service):
    rows = conflict.locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("textTheirsMine")
    expect(rows.nth(0).locator(".marked")).to_have_text("Theirs")
    expect(rows.nth(1)).to_contain_text("tagsfresh–")
    assert service.get("hello")["text"] == "Theirs"


def test_a_conflict_can_be_overwritten(conflict, page, service):
    conflict.get_by_role("button", name="Overwrite with mine").click()
    expect(text_of(page, "hello")).to_have_text("Mine")
    assert service.get("hello")["tags"] == []


def test_a_conflict_can_be_given_in_to(conflict, form, page, service):
    conflict.get_by_role("button", name="Reload theirs").click()
    expect(form.get_by_label("Text")).to_have_value("Theirs")
    form.get_by_label("Description").fill("Ours")
    form.get_by_role("button", name="Save").click()
    expect(form).to_be_hidden()
    greeting = service.get("hello")
    assert (greeting["text"], greeting["description"], greeting["tags"]) == ("Theirs", "Ours", ["fresh"])


def test_from_a_conflict_one_can_go_back(conflict, form, service):
    conflict.get_by_role("button", name="Back to my text").click()
    expect(form.get_by_label("Text")).to_have_value("Mine")
    assert service.get("hello")["text"] == "Theirs"


def test_what_others_deleted_can_be_saved_anew(form, page, service):
    service.delete("hello")
    form.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("dialog", name="Somebody was faster")
    expect(conflict).to_contain_text("hello has been deleted")
    conflict.get_by_role("button", name="Save mine anew").click()
    expect(text_of(page, "hello")).to_have_text("Mine")
    assert service.get("hello")["description"] == "As it was"
