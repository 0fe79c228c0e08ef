"""Whatever others write into the table, it is text; and the pages let nothing in that is not theirs."""

import urllib.request

import pytest
from playwright.sync_api import expect

SCRIPT = "<img src=x onerror='alert(1)'><script>window.owned = 1</script>\"'><svg onload=alert(2)>"


def test_markup_in_a_greeting_stays_text(service, sign_in):
    service.put("evil", SCRIPT, description=SCRIPT)
    page = sign_in()
    expect(page.locator("#rows .text")).to_contain_text([SCRIPT, "Aus der Datei"])
    expect(page.locator("#now")).to_have_text(SCRIPT)
    expect(page.locator("#timeline button").first).to_have_text(SCRIPT)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#preview-result q")).to_have_text(SCRIPT)
    page.get_by_role("button", name="Delete evil").click()
    expect(page.get_by_role("dialog")).to_contain_text(SCRIPT)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit evil").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_value(SCRIPT)
    page.get_by_role("textbox", name="Text").fill(f"{SCRIPT} mine")
    page.get_by_role("dialog").get_by_label("Language").fill(SCRIPT)
    page.get_by_role("dialog").get_by_label("Tags").fill("<b>x</b>")
    page.get_by_role("button", name="Save").click()
    expect(page.locator('[data-field="language"] .fault')).to_be_visible()
    assert page.locator("img, svg, b, body script").count() == 0
    assert page.evaluate("window.owned") is None


def test_markup_in_a_greeting_stays_text_for_visitors(service, open_page):
    service.put("evil", SCRIPT)
    page = open_page(service.url)
    expect(page.get_by_role("heading")).to_have_text(SCRIPT)
    assert page.locator("img, svg, script").count() == 0


@pytest.mark.parametrize("path", ["/ui", "/docs", "/"])
def test_the_policy_holds(service, open_page, path):
    page = open_page(f"{service.url}/health")  # where nothing complains of what follows
    policy = page.request.get(service.url + path, headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for directive in "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'":
        assert directive in policy


def test_scripts_of_others_do_not_run(service, browser):
    page = browser.new_page()
    page.goto(f"{service.url}/ui")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.owned = 1";
        document.head.append(script);
        document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.owned = 2'>");
    }""")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("window.owned") is None
    page.close()


def test_the_token_never_leaves_in_an_address(service, sign_in):
    page = sign_in()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Search").fill("hello")
    expect(page.get_by_text("No greeting is like that.")).to_be_visible()
    assert asked and not [url for url in asked if "token" in url or "an-editor" in url]


def test_the_pages_hold_no_data(service):
    service.put("secret", "A secret greeting", state="draft")
    for path in "/ui", "/ui/ui.js", "/docs", "/docs/docs.js", "/openapi.json":
        with urllib.request.urlopen(service.url + path) as response:
            assert b"secret" not in response.read().lower().replace(b"a secret token", b"")
