"""make observe, as a user types it: a Prometheus, the page it prints, and nothing that is left when it ends."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from playwright.sync_api import expect

from monitoring import REPO, fetch, free_port, groups, panels, run, wait_until

CUSTOMERS = sorted(path.stem for path in (REPO / "customer-values").glob("*.yaml"))
IMAGES = REPO / "docs/images"
UPDATE = os.environ.get("UPDATE_SCREENSHOTS")  # keeps the pictures, and first fills five minutes of them
LARGEST = 200_000  # bytes


def asked(address):
    """Whether somebody answers what the script says to type."""
    return run("curl", "-fs", address).returncode == 0


class Observed:
    def __init__(self, **settings):
        self.port = settings.get("OBSERVE_PORT") or str(free_port())
        environment = os.environ | {"OBSERVE_PORT": self.port, "MAKEFLAGS": "", **settings}
        self.process = subprocess.Popen(
            [REPO / "scripts/observe"],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background have it ignored
        )
        self.said = ""
        for line in self.process.stderr:
            self.said += line
            if line.startswith("alerts:"):
                break
        self.url = f"http://localhost:{self.port}"

    def ask(self, path, **parameters):
        return json.loads(fetch(f"{self.url}/api/v1/{path}", **parameters))["data"]

    def up(self):
        """The customers whose instance answers Prometheus."""
        return sorted(one["metric"]["namespace"] for one in self.ask("query", query='up{job="greeter"} == 1')["result"])

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(20)
        self.process.stderr.close()
        return code


@pytest.fixture
def observe():
    started = []

    def start(**settings):
        started.append(Observed(**settings))
        return started[-1]

    yield start
    for observed in started:
        if observed.process.poll() is None:
            observed.stop()
        shutil.rmtree(REPO / "build/observe" / observed.port, ignore_errors=True)


@pytest.fixture
def fleet(observe):
    """Watched instances of all customers, each of which was asked."""
    observed = observe(GREETER_MANAGEMENT_PORT=str(free_port()))
    addresses = re.findall(r"^curl (\S+)$", observed.said, re.MULTILINE)
    wait_until("all are scraped", lambda: observed.up() == CUSTOMERS)
    end = time.monotonic() + (300 if UPDATE else 0)
    while True:
        for i, address in enumerate(addresses):
            for _ in range(3 * i + 1):
                assert asked(address)
        if time.monotonic() > end:
            return observed, addresses


def test_prometheus_has_the_alerts_and_nothing_is_left_in_the_end(fleet, open_page):
    observed, addresses = fleet
    assert len(addresses) == len(CUSTOMERS)
    loaded = [rule["name"] for group in observed.ask("rules")["groups"] for rule in group["rules"]]
    assert sorted(loaded) == sorted(rule.get("alert") or rule["record"] for group in groups() for rule in group["rules"])
    page = open_page(f"{observed.url}/user/")
    expect(page.locator("section.stat .value").first).to_be_visible()
    assert observed.stop() == 0
    assert not any(map(asked, [*addresses, f"localhost:{observed.port}/user/"]))
    expect(page.locator("#fault")).to_have_text(re.compile("^Prometheus does not answer: "))


def test_what_make_run_serves_is_watched(observe, instances):
    running = instances()
    observed = observe(GREETER_MANAGEMENT_PORT=running.management.split(":")[1])
    assert f"watching {running.management}" in observed.said
    wait_until("it is scraped", lambda: observed.up() == ["local"])
    assert observed.stop() == 0
    assert running.metrics(), "what it did not start goes on"


def test_somebody_elses_port_is_said(observe, instances):
    taken = instances()
    observed = observe(OBSERVE_PORT=taken.url.rsplit(":", 1)[1], GREETER_MANAGEMENT_PORT=taken.management.split(":")[1])
    assert observed.process.wait(20) == 1
    assert "is taken: OBSERVE_PORT chooses another" in observed.said


def test_the_page_draws_every_panel(fleet, open_page):
    observed, addresses = fleet
    for scheme in ("light", "dark"):
        page = open_page(f"{observed.url}/user/", width=1280, scheme=scheme)
        page.locator("#range").select_option("300")
        expect(page.locator("main section h3")).to_have_text([panel["title"] for panel in panels("dashboard.json")])
        expect(page.locator("#namespace option")).to_have_text(CUSTOMERS)
        expect(page.locator("section.stat .value").nth(2)).to_have_text("0")
        expect(page.locator("section.stat .value").nth(2)).to_have_class(re.compile("green"))
        expect(page.locator("section.stat .value").nth(0)).to_have_text(re.compile(r"^[\d.]+ req/s$"))
        expect(page.locator("section.timeseries").first.locator("li span")).to_have_text([re.compile(name) for name in CUSTOMERS])
        expect(page.locator("section.timeseries").first.locator("path").first).to_have_attribute("d", re.compile("L"))
        page.locator("#namespace").select_option(CUSTOMERS[-1])
        expect(page.get_by_role("heading", name=f"One customer: {CUSTOMERS[-1]}")).to_be_visible()
        expect(page.locator("section.table").last.locator("tbody tr")).to_have_count(1)
        expect(page.locator("#fault")).to_be_hidden()
        picture = page.screenshot()
        assert 20_000 < len(picture) < LARGEST
        if UPDATE:
            (IMAGES / f"observe-{scheme}.png").write_bytes(picture)
