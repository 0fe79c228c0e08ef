"""Who may come in, and what they may do."""

import re

from playwright.sync_api import expect
from service import EDITOR, READER


def give(page, token):
    page.get_by_label("Token").fill(token)
    page.get_by_role("button", name="Go on").click()


def test_the_page_asks_for_a_token(open_page, service):
    page = open_page(f"{service.url}/ui")
    prompt = page.get_by_role("dialog", name="Who are you?")
    expect(prompt).to_be_visible()
    expect(page.get_by_label("Token")).to_have_attribute("type", "password")
    give(page, "no-token-of-this-server")
    expect(prompt).to_contain_text("The server does not know this token.")
    expect(page.get_by_label("Token")).to_be_focused()
    give(page, EDITOR)
    expect(prompt).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_have_text("Greetings of C")
    expect(page.locator("#rows tr")).to_have_count(1)


def test_the_token_stays_in_the_tab_until_it_is_forgotten(page):
    page.reload()
    expect(page.locator("#rows tr")).to_have_count(1)
    assert page.evaluate("localStorage.length") == 0
    page.get_by_role("button", name="Forget the token").click()
    expect(page.get_by_role("dialog", name="Who are you?")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_link_may_bring_the_token_and_does_not_show_it_afterwards(sign_in, service):
    page = sign_in()
    assert page.url == f"{service.url}/ui"
    assert EDITOR not in page.content()
    page.goto("about:blank")
    page.go_back()
    assert page.url == f"{service.url}/ui"


def test_a_token_that_is_no_longer_good_is_asked_for_again(page, service):
    page.get_by_role("button", name="New greeting").click()
    page.get_by_role("textbox", name="Text").fill("Typed before the token changed")
    service.allow(editor="the-next-editors-token")
    service.wait_until(lambda: service.call("GET", "whoami")[0] == 401)  # the file is read again soon
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog", name="Who are you?")).to_contain_text("no longer takes the token")
    give(page, "the-next-editors-token")
    expect(page.get_by_text("Typed before the token changed").first).to_be_visible()
    expect(page.locator("#rows tr")).to_have_count(2)


def test_a_reader_sees_why_nothing_can_be_changed(sign_in, service):
    service.put("hello", "Hello!")
    page = sign_in(READER)
    expect(page.locator("#why-not")).to_contain_text("Your token is a reader’s")
    for name in "New greeting", "Import…", "Retire hello", "Delete hello":
        button = page.get_by_role("button", name=name)
        expect(button).to_be_visible()
        expect(button).to_be_disabled()
    expect(page.get_by_role("button", name="Export")).to_be_enabled()
    page.get_by_role("button", name="View hello").click()
    expect(page.get_by_role("dialog", name="View hello")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="View hello")).to_be_focused()


def test_a_server_that_went_away_is_said_to_have(open_page, service):
    page = open_page(f"{service.url}/ui")
    service.stop()
    give(page, EDITOR)
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("can’t be reached"))
    service.start()
    give(page, EDITOR)
    expect(page.locator("#rows tr")).to_have_count(1)


def test_without_a_store_nothing_can_be_changed_and_the_page_says_why(service, sign_in):
    service.stop()
    service.settings["GREETER_STORE"] = "none"
    service.start()
    page = sign_in()
    expect(page.locator("#why-not")).to_contain_text("GREETER_STORE")
    expect(page.get_by_role("button", name="New greeting")).to_be_disabled()
    expect(page.get_by_role("button", name="Activate welcome")).to_be_disabled()
