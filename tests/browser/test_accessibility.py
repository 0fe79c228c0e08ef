"""For whoever uses a keyboard, a screen reader, a dark or a small screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])
STEPS = 40  # of the Tab key; more are a trap


def check(page):
    """axe-core's rules, contrast among them."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def tab_to(page, target, key="Tab"):
    for _ in range(STEPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError("the keyboard does not get there")


def has_outline(page):
    style = "getComputedStyle(document.activeElement)"
    return page.evaluate(f"{style}.outlineStyle !== 'none' && parseFloat({style}.outlineWidth) >= 2")


@SCHEMES
def test_the_prompt(open_page, service, scheme):
    page = open_page(f"{service.url}/ui", scheme=scheme)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Token").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#token-fault")).to_be_visible()
    check(page)


@SCHEMES
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page(sign_in, service, scheme, width):
    service.put_a_season()
    page = sign_in(scheme=scheme, width=width)
    expect(page.locator("#by-day li")).to_have_count(30)
    check(page)


@SCHEMES
def test_the_form_and_its_faults(page, service, sign_in, scheme):
    page = sign_in(scheme=scheme)
    page.get_by_role("button", name="New greeting").click()
    check(page)
    page.get_by_role("dialog").get_by_label("Tags").fill("NO!")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-field] .fault")).to_have_count(2)
    check(page)


@SCHEMES
def test_the_conflict(service, sign_in, scheme):
    service.put("hello", "Hello!")
    page = sign_in(scheme=scheme)
    page.get_by_role("button", name="Edit hello").click()
    page.get_by_role("textbox", name="Text").fill("Mine")
    service.put("hello", "Theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog", name="Somebody was faster")).to_be_visible()
    check(page)


def test_a_greeting_is_made_by_keyboard_alone(page, service):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the greetings")).to_be_focused()
    assert has_outline(page)
    page.keyboard.press("Enter")
    new = page.get_by_role("button", name="New greeting")
    tab_to(page, new)
    assert has_outline(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Text")).to_be_focused()
    page.keyboard.type("Typed")
    tab_to(page, page.get_by_role("dialog").get_by_label("Tags"))
    page.keyboard.type("by-hand")
    tab_to(page, page.get_by_role("button", name="Save"))
    assert has_outline(page)
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="Typed")).to_be_visible()
    expect(new).to_be_focused()
    [greeting] = [line for line in service.call("GET", "greetings/export")[1].splitlines() if "Typed" in line]
    assert "by-hand" in greeting


def test_every_control_can_be_reached_and_seen(page, service):
    service.put("hello", "Hello!")
    expect(page.get_by_role("button", name="Delete hello")).to_be_visible()
    reached = set()
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(document.activeElement.ariaLabel || document.activeElement.textContent).trim()"))
        assert has_outline(page) or page.evaluate("document.activeElement === document.body")
    for name in "API", "Forget the token", "Show", "New greeting", "Export", "Import…", "Edit hello", "Delete hello":
        assert name in reached


def test_a_dialog_keeps_the_keyboard_and_gives_it_back(page):
    button = page.get_by_role("button", name="New greeting")
    button.focus()
    page.keyboard.press("Enter")
    for _ in range(STEPS // 2):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


@pytest.mark.parametrize("width", [360, 800])
def test_nothing_is_wider_than_the_screen(service, sign_in, width):
    service.put_a_season()
    service.put("a" * 63, "W" * 1000, description="W" * 500, tags=["w" * 63, "b" * 63], language="de")
    page = sign_in(width=width)
    expect(page.locator("#rows tr")).to_have_count(9)
    page.get_by_label("Look back").select_option("a year")
    expect(page.locator("#by-day li")).to_have_count(365)
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(fits)
    page.get_by_role("button", name=f"Edit {'a' * 63}").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate(fits)
    assert page.evaluate("(d => d.scrollWidth <= d.clientWidth)(document.querySelector('dialog[open]'))")


def test_colours_follow_the_system(sign_in):
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = sign_in(scheme="light"), sign_in(scheme="dark")
    assert light.evaluate(background) == "rgb(244, 246, 248)"
    assert dark.evaluate(background) == "rgb(15, 21, 28)"


def test_nothing_moves_for_whoever_wants_it_so(page, service):
    moving = "getComputedStyle(document.querySelector('tr.changed td')).animationName"
    service.put("hello", "Hello!")
    expect(page.get_by_text("Hello!").first).to_be_visible()
    service.put("hello", "Changed")
    expect(page.locator("tr.changed")).to_have_count(1)
    assert page.evaluate(moving) == "changed"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(moving) == "none"
