"""The API's page: with the viewer from its content network, and without."""

import shutil
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from service import EDITOR

DOCS = Path(__file__).parents[2] / "app/ui/docs.js"
CACHE = Path.home() / ".cache/greeter"
HOST = "https://cdn.jsdelivr.net/npm/"


@pytest.fixture(scope="session")
def viewer():
    """The folder of the viewer's package, in the version that the page names."""
    npm = shutil.which("npm")
    if not npm:
        pytest.skip("npm is not installed")
    package = DOCS.read_text().split(HOST)[1].split("/")[0]
    folder = CACHE / package
    if not folder.exists():
        fresh = folder.with_suffix(".new")
        fresh.mkdir(parents=True, exist_ok=True)
        pack = [npm, "pack", "--silent", package]
        subprocess.run(pack, cwd=fresh, check=True, stdout=subprocess.DEVNULL, timeout=300)
        [archive] = fresh.glob("*.tgz")
        shutil.unpack_archive(archive, fresh)
        fresh.rename(folder)
    return folder / "package"


@pytest.fixture
def docs(browser, service):
    """Opens the page with a content network that gives what `files(name)` says; None: it can't be reached."""
    contexts = []

    def docs(files, token=""):
        context = browser.new_context(color_scheme="dark")
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda m: page.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))

        def answer(route):
            name = route.request.url.rsplit("/", 1)[1]
            body = files(name)
            if body is None:
                return route.abort()
            kind = "text/css" if name.endswith(".css") else "text/javascript"
            return route.fulfill(body=body, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})

        context.route(f"{HOST}**", answer)
        if token:
            context.add_init_script(f"sessionStorage.setItem('greeter-token', '{token}')")
        page.goto(f"{service.url}/docs")
        return page

    yield docs
    for context in contexts:
        context.close()


def nothing(_):
    return None


def test_the_viewer_shows_the_api_and_tries_it(docs, viewer, service):
    service.put("hello", "Hello!")
    page = docs(lambda name: (viewer / name).read_bytes(), EDITOR)
    who = page.locator(".opblock", has=page.locator('[data-path="/api/v1/whoami"]'))
    who.locator(".opblock-summary-control").click()
    who.get_by_role("button", name="Execute").click()
    expect(who.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    expect(who.locator(".live-responses-table .highlight-code").first).to_contain_text('"editor"')
    assert page.complaints == []


def test_files_that_are_not_the_packages_do_not_run(docs, viewer):
    page = docs(lambda name: (viewer / name).read_bytes() + b" ")
    expect(page.locator("#viewer")).to_contain_text("could not be loaded")
    assert any("integrity" in complaint for complaint in page.complaints)
    assert page.evaluate("typeof SwaggerUIBundle") == "undefined"


def test_without_the_viewer_the_page_lists_what_there_is(docs):
    page = docs(nothing)
    expect(page.locator("#viewer")).to_contain_text("The viewer that can also try requests comes from cdn.jsdelivr.net")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Greeter")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    link = page.get_by_role("link", name="PUT /api/v1/greetings/{id}", exact=True)
    link.click()
    expect(page.get_by_role("heading", name="PUT /api/v1/greetings/{id}")).to_be_in_viewport()
    described = page.request.get(page.url.replace("/docs", "/openapi.json").split("#")[0]).json()
    operations = sum(len(set(path) & {"get", "post", "put", "patch", "delete"}) for path in described["paths"].values())
    expect(page.locator("article")).to_have_count(operations)


def test_a_content_network_that_says_nothing_is_not_waited_for(browser, service):
    page = browser.new_page()
    page.route(f"{HOST}**", lambda route: None)  # never answered
    page.goto(f"{service.url}/docs")
    expect(page.locator("article").first).to_be_visible()  # at once
    expect(page.locator("#viewer")).to_contain_text("it takes long")
    page.close()
