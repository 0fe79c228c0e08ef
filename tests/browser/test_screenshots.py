"""The pictures of docs/ui.md, which every run takes; UPDATE_SCREENSHOTS=1 keeps them."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

IMAGES = Path(__file__).parents[2] / "docs/images"
LARGEST = 150_000  # bytes


def keep(name, picture):
    assert 5_000 < len(picture) < LARGEST
    if os.environ.get("UPDATE_SCREENSHOTS"):
        (IMAGES / f"ui-{name}.png").write_bytes(picture)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page(service, sign_in, scheme):
    service.put_a_season()
    page = sign_in(scheme=scheme, width=1040)
    page.get_by_label("Visitor’s language").fill("de")
    page.get_by_label("Visitor’s language").press("Enter")
    expect(page.locator("#now")).to_have_text("Schön, dass Sie da sind!")
    page.locator("#timeline button").nth(1).hover()
    page.evaluate("document.activeElement.blur()")
    keep(scheme, page.screenshot())


def test_the_form(service, sign_in):
    service.put_a_season()
    page = sign_in(width=1040)
    page.get_by_role("button", name="New greeting").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Text").fill("Frohe Ostern!")
    form.get_by_label("Language").fill("de")
    form.get_by_label("Given from").fill("2027-03-28T00:00")
    form.get_by_label("Until").fill("2027-03-27T00:00")
    form.get_by_role("button", name="Save").click()
    expect(form.locator('[data-field="ends_at"] .fault')).to_be_visible()
    keep("form", form.screenshot())


def test_the_page_on_a_telephone(service, sign_in):
    service.put_a_season()
    page = sign_in(width=360, scheme="dark")
    keep("telephone", page.screenshot())
