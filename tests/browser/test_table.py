"""The table is searched, filtered, sorted and turned over; greetings come and go by the file."""

import json

import pytest
from playwright.sync_api import expect


@pytest.fixture
def season(service):
    service.put_a_season()


def ids(page):
    return page.locator("#rows code")


def test_search_looks_at_ids_texts_and_descriptions_in_any_case(season, page):
    search = page.get_by_label("Search")
    search.fill("SCHÖN")
    expect(ids(page)).to_have_text(["advent", "hello", "summer"])
    search.fill("agreed with")
    expect(ids(page)).to_have_text(["black-week"])
    search.fill("^(servus|marhaba)$")
    expect(ids(page)).to_have_text(["marhaba", "servus"])
    search.fill("nothing is like this")
    expect(page.get_by_text("No greeting is like that.")).to_be_visible()
    search.fill("")
    expect(ids(page)).to_have_count(8)


def test_a_pattern_that_is_none_is_said_to_be(season, page):
    page.get_by_label("Search").fill("(")
    expect(page.locator("#pattern-fault")).to_contain_text("pattern")
    expect(page.get_by_label("Search")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Search").fill("hello")
    expect(page.locator("#pattern-fault")).to_be_hidden()


def test_filters_work_together(season, page):
    filters = page.get_by_role("search")
    filters.get_by_label("Tag").fill("season")
    expect(ids(page)).to_have_text(["advent", "summer"])
    filters.get_by_label("Tag").fill("")
    filters.get_by_label("Language").fill("de")
    filters.get_by_label("due now").check()
    expect(ids(page)).to_have_text(["hello"])
    filters.get_by_label("due now").uncheck()
    filters.get_by_label("State").select_option("draft")
    expect(ids(page)).to_have_text(["welcome"])


def test_columns_sort_and_say_so(season, page):
    by_id = page.get_by_role("columnheader", name="Greeting")
    expect(by_id).to_have_attribute("aria-sort", "ascending")
    by_id.get_by_role("button").click()
    expect(ids(page).first).to_have_text("welcome-back")
    expect(by_id).to_have_attribute("aria-sort", "descending")
    given = page.get_by_role("columnheader", name="Given")
    given.get_by_role("button").click()
    given.get_by_role("button").click()
    expect(ids(page).first).to_have_text("advent")
    expect(by_id).to_have_attribute("aria-sort", "none")


def test_pages(service, sign_in):
    service.put_many([{"id": f"greeting-{i:03}", "text": f"Number {i}"} for i in range(120)])
    page = sign_in()
    expect(page.locator("#count")).to_have_text("1–50 of 121 greetings")
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    forth = page.get_by_role("button", name="Next")
    forth.click()
    expect(page.locator("#count")).to_have_text("51–100 of 121 greetings")
    expect(ids(page).first).to_have_text("greeting-050")
    forth.click()
    expect(ids(page)).to_have_count(21)
    expect(forth).to_be_disabled()
    page.get_by_role("button", name="Previous").click()
    expect(ids(page).first).to_have_text("greeting-050")
    page.get_by_label("Search").fill("Number 7$")
    expect(ids(page)).to_have_text(["greeting-007"])


def test_export_and_import(season, page, service, tmp_path):
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    exported = tmp_path / download.value.suggested_filename
    download.value.save_as(exported)
    greetings = [json.loads(line) for line in exported.read_text().splitlines()]
    assert [greeting["id"] for greeting in greetings] == sorted(greeting["id"] for greeting in greetings)
    assert len(greetings) == 7
    changed = [{**greetings[0], "text": "Another"}, {"id": "new-one", "text": "New"}]
    exported.write_text("".join(json.dumps(greeting) + "\n" for greeting in changed + greetings[1:]))
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import").click()
    chooser.value.set_files(exported)
    question = page.get_by_role("dialog", name="Import greetings?")
    expect(question).to_contain_text("1 new, 1 replaced, 6 as they are")
    assert service.get("new-one") is None
    question.get_by_role("button", name="Import").click()
    expect(ids(page)).to_have_count(9)
    assert service.get(greetings[0]["id"])["text"] == "Another"


def test_an_import_with_a_fault_changes_nothing(page, service, tmp_path):
    file = tmp_path / "greetings.ndjson"
    # More than the server takes at once.
    many = [json.dumps({"id": f"many-{i}", "text": "x" * 900}) for i in range(150)]
    file.write_text("\n".join([*many, json.dumps({"id": "faulty", "text": ""})]) + "\n")
    page.locator("#import-file").set_input_files(file)
    told = page.get_by_role("dialog", name="Not imported")
    expect(told).to_contain_text("line 151: text:")
    told.get_by_role("button", name="Close").click()
    expect(told).to_be_hidden()
    assert service.get("many-0") is None
    file.write_text("\n".join(many))
    page.locator("#import-file").set_input_files(file)
    page.get_by_role("dialog", name="Import greetings?").get_by_role("button", name="Import").click()
    expect(page.locator("#count")).to_have_text("1–50 of 151 greetings")
