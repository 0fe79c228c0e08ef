"""Many customers on one node: deployed, verified, measured under load, changed all at once. FLEET=100 says how many;
the figures go to build/fleet.json (docs/scale.md has those of a hundred)."""
import http.client
import json
import os
import re
import threading
import time

import pytest

from site_under_test import PREFIX, REPO, Site, wait_until
from test_deployed import processes_of
from test_safe_change import SMALL

SIZE = int(os.environ.get("FLEET", 12))
DOMAIN = "fleet.example"
NAMES = [f"{PREFIX}fleet-{number:03}" for number in range(1, SIZE + 1)]
FIGURES = REPO / "build/fleet.json"
REQUESTS = 2000  # of the load, over all hosts


class Fleet(Site):
    figures = {"customers": SIZE}

    def greet(self, text):
        for name in NAMES:
            self.write(name, f"{text} {name}", **SMALL, rollout={"wave": int(name != NAMES[0])})

    def timed(self, what, script, *arguments, **env):
        begun = time.monotonic()
        result = self.must(script, *arguments, **env)
        self.note(what, round(time.monotonic() - begun, 1))
        return result

    def note(self, what, value):
        self.figures[what] = value
        FIGURES.write_text(json.dumps(self.figures, indent=2) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def fleet(site, tmp_path_factory):
    fleet = Fleet(tmp_path_factory.mktemp("fleet"), site.env.get("KUBECONFIG"), domain=DOMAIN)
    fleet.greet("Welcome to")
    fleet.first = fleet.timed("deploy_seconds", "deploy")
    yield fleet
    begun = time.monotonic()
    fleet.must("undeploy", CUSTOMER=" ".join(NAMES))
    fleet.note("undeploy_seconds", round(time.monotonic() - begun, 1))
    assert not [name for name in fleet.deployed() if name in NAMES]


def test_deploy_counts_its_progress(fleet):
    counted = re.findall(rf"^(\d+)/{SIZE} (\S+): deployed in", fleet.first.stderr, re.MULTILINE)
    assert [int(number) for number, _ in counted] == list(range(1, SIZE + 1))
    assert sorted(name for _, name in counted) == NAMES
    assert fleet.first.stderr.index(f"1/{SIZE} {NAMES[0]}:") < fleet.first.stderr.index(f"wave 1: {SIZE - 1} customer(s)")


def test_verify_asks_everybody(fleet):
    assert f"all {SIZE + 1} answers through" in fleet.timed("verify_seconds", "verify").stderr


def test_deploy_without_a_change_is_quick(fleet):
    assert f"{SIZE} unchanged" in fleet.timed("deploy_unchanged_seconds", "deploy").stderr
    fleet.timed("plan_seconds", "deploy", "--plan")


def memory(site, name):
    """Bytes that the customer's processes have to themselves, with their share of what several map."""
    total = 0
    for pod in site.objects("pods", name):
        for process in processes_of(pod["metadata"]["uid"]):
            total += int(re.search(r"^Pss: +(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)[1]) * 1024
    return total


def test_memory_of_a_customer(fleet):
    if os.geteuid() != 0:
        pytest.skip("reading another user's /proc entries needs root")
    bytes_each = [memory(fleet, name) for name in NAMES]
    if not any(bytes_each):
        pytest.skip("the pods run on another machine")
    fleet.note("memory_mib_each", round(sum(bytes_each) / SIZE / 2**20, 2))
    assert max(bytes_each) < 16 * 2**20, "more than the chart's request"


def ask_all(address, latencies, faults, stop, pause, offset):
    """Asks one host after the other on a connection that is kept, `pause` seconds between two requests."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    number = offset
    while not stop.wait(pause):
        name = NAMES[number % SIZE]
        number += 1
        begun = time.perf_counter()
        try:
            connection.request("GET", "/", headers={"Host": f"{name}.{DOMAIN}"})
            response = connection.getresponse()
            body = response.read()
            latencies.append(time.perf_counter() - begun)
            if response.status != 200 or not json.loads(body)["response"].endswith(name):
                faults.append((name, response.status, body[:100]))
        except (OSError, http.client.HTTPException) as error:
            faults.append((name, repr(error)))
            connection.close()


def test_ingress_answers_all_hosts_under_load(fleet):
    latencies, faults, stop = [], [], threading.Event()
    clients = [threading.Thread(target=ask_all, args=(fleet.ingress_address(), latencies, faults, stop, 0.02, number * SIZE // 8))
               for number in range(8)]
    begun = time.monotonic()
    for client in clients:
        client.start()
    wait_until(120, f"{REQUESTS} requests", lambda: len(latencies) + len(faults) >= REQUESTS)
    stop.set()
    for client in clients:
        client.join()
    fleet.note("ingress_requests_per_second", round(len(latencies) / (time.monotonic() - begun)))
    latencies.sort()
    for share in (50, 99):
        fleet.note(f"ingress_p{share}_ms", round(latencies[len(latencies) * share // 100] * 1000, 2))
    assert not faults, f"{len(faults)} of {len(latencies)}: {faults[:3]}"


def test_change_of_everybody_is_live(fleet):
    pods = {name: fleet.pods(name) for name in NAMES[:5]}
    fleet.greet("Moin from")
    fleet.timed("change_all_seconds", "deploy")
    fleet.must("verify")
    assert {name: fleet.pods(name) for name in NAMES[:5]} == pods, "a change of greetings must restart nothing"
