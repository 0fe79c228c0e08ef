"""Greetings that are objects, of make deploy STORE=kubernetes: what kubectl changes is live within a second, nothing that was acknowledged is
lost, and no visitor goes without a greeting, whatever happens to the pods and to the API server."""
import base64
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest

from loadgen import Load
from site_under_test import PREFIX, REPO, host_of, wait_until
from writer import Api, Writer

NAME = f"{PREFIX}kubernetes"
KUBECONFIG = "cluster/state/kubeconfig"  # of the throwaway cluster


@pytest.fixture(scope="module")
def store(site):
    definition = "crd/greetings.greeter.parcellab.com"
    before = site.kubectl("get", definition, "--ignore-not-found", "-o", "jsonpath={.metadata.labels.greeter/store}")
    site.write(NAME, greeting="Hello!", api={"enabled": True})
    site.must("deploy", CUSTOMER=NAME, STORE="kubernetes")
    yield site
    site.file(NAME).unlink(missing_ok=True)
    site.must("undeploy", CUSTOMER=NAME, DELETE_DATA="1")
    site.kubectl("label", definition, "--overwrite", f"greeter/store={before}" if before else "greeter/store-")  # of other deploys


@pytest.fixture
def api(store):
    secret = json.loads(store.kubectl("-n", NAME, "get", "secret", f"greeter-{NAME}-tokens", "-o", "json"))["data"]["tokens"]
    tokens = dict(line.split() for line in base64.b64decode(secret).decode().splitlines())
    api = Api(store, host_of(NAME), tokens["editor"])
    wait_until(60, "the API answers", lambda: api.ask("GET")[0] == 200)
    return api


def greetings(site):
    """Name -> object."""
    return {item["metadata"]["name"]: item for item in site.objects("greetings", NAME)}


def apply(site, name, **spec):
    done = site.apply("Greeting", name, spec, namespace=NAME)
    assert done.returncode == 0, done.stderr


def test_it_has_pods_that_scale_no_volume_and_is_remembered(store):
    assert len(store.pods(NAME)) >= 2 and store.objects("hpa", NAME) and not store.objects("pvc", NAME)
    assert "1 unchanged" in store.must("deploy", "--plan", CUSTOMER=NAME).stdout


def test_what_the_api_writes_is_an_object(store, api):
    written = api.put("by-api", state="draft", tags=["b", "a"], language="de-at")
    item = greetings(store)["by-api"]
    assert item["spec"]["text"] == "by-api" and item["spec"]["state"] == "draft" and item["spec"]["tags"] == ["a", "b"] and item["spec"]["language"] == "de-AT"
    assert int(item["metadata"]["resourceVersion"]) == written["revision"]
    wait_until(20, "every pod has it", lambda: all(api.ask("GET", "/by-api") == (200, written) for _ in range(20)))


def test_what_kubectl_changes_is_live_within_a_second(store, api):
    times = []

    def are_quick():
        return len(times) >= 5 and median(times[-5:]) < 1

    while len(times) < 15 and not are_quick():  # the node may be busy for a while
        text = f"From kubectl {len(times)}"
        apply(store, "by-kubectl", text=text)
        begun = time.monotonic()
        wait_until(20, "every pod gives it", lambda text=text: store.answers(NAME, text, times=6))
        times.append(time.monotonic() - begun)
    print(f"seconds from the end of kubectl apply until six answers in a row had it: {[round(t, 2) for t in times]}")
    assert are_quick()
    store.kubectl("-n", NAME, "delete", "greeting", "by-kubectl")
    wait_until(20, "the customer's own again", lambda: store.answers(NAME, "Hello!", times=6))


def test_a_change_by_kubectl_makes_an_old_etag_fail(store, api):
    written = api.put("etag", state="draft")
    apply(store, "etag", text="changed meanwhile", state="draft")
    wait_until(20, "the API knows", lambda: api.ask("GET", "/etag")[1].get("text") == "changed meanwhile")
    headers = {"Authorization": f"Bearer {api.token}", "Content-Type": "application/json", "If-Match": f'"{written["revision"]}"'}
    status, _ = store.get(host_of(NAME), "/api/v1/greetings/etag", "PUT", headers, json.dumps({"text": "mine"}))
    assert status == 412


BAD = [
    ({"text": ""}, "spec.text", "use 1 to 1000 characters, one of them visible"),
    ({"text": "x" * 1001}, "spec.text", "1000"),
    ({"text": "a\u0007"}, "spec.text", "use no control characters"),
    ({"text": "x", "language": "de_AT"}, '"de_AT"', 'use a language tag like "de" or "de-AT"'),
    ({"text": "x", "tags": ["A"]}, "spec.tags[0]", '"A"'),
    ({"text": "x", "state": "gone"}, "spec.state", '"draft", "active", "retired"'),
    ({"text": "x", "starts_at": "tomorrow"}, "spec.starts_at", '"tomorrow"'),
    ({"text": "x", "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "spec.ends_at", "use a time after starts_at"),
    ({}, "spec.text", "Required"),
]


@pytest.mark.parametrize(("spec", "field", "rule"), BAD, ids=lambda item: str(item)[:30])
def test_a_bad_greeting_is_refused_and_told_why(store, spec, field, rule):
    done = store.apply("Greeting", "bad", spec, namespace=NAME)
    assert done.returncode != 0 and field in done.stderr and rule in done.stderr, done.stderr
    assert "bad" not in greetings(store)


def test_kubectl_explains_and_lists_greetings(store):
    apply(store, "listed", text="A text", language="de", state="draft")
    assert "1 to 1000 characters" in store.kubectl("explain", "greeting.spec.text")
    (line,) = [line for line in store.kubectl("-n", NAME, "get", "gr").splitlines() if line.startswith("listed ")]
    assert "draft" in line and " de " in line and "A text" in line


def test_what_the_definition_lets_through_the_instance_refuses_by_itself(store, api):
    """Nobody asks a webhook here: the year 0000 is one that no calendar has."""
    apply(store, "odd", text="x", starts_at="0000-01-01T00:00:00Z")

    def accepted():
        return [(item["status"], item["message"]) for item in greetings(store)["odd"].get("status", {}).get("conditions", []) if item["type"] == "Accepted"]

    wait_until(30, "the object says so", lambda: accepted() and accepted()[0][0] == "False")
    assert "starts_at" in accepted()[0][1]
    assert api.ask("GET", "/odd")[0] == 404
    apply(store, "odd", text="x", starts_at="2001-01-01T00:00:00Z", state="draft")
    wait_until(30, "it takes part", lambda: api.ask("GET", "/odd")[0] == 200)
    wait_until(30, "the object says so", lambda: accepted()[0][0] == "True")


def may(site, verb, what, *arguments):
    account = f"--as=system:serviceaccount:{NAME}:greeter-{NAME}"
    done = subprocess.run(["kubectl", "auth", "can-i", verb, what, account, *arguments], env=site.env, capture_output=True, text=True)
    return done.stdout.strip() == "yes"


def test_an_instance_may_do_no_more_than_it_needs(store):
    assert may(store, "patch", "greetings", "-n", NAME) and may(store, "update", "configmaps/greeter-visits", "-n", NAME)
    never = [("get", "secrets"), ("list", "configmaps"), ("update", f"configmaps/greeter-{NAME}"), ("get", "pods"), ("create", "configmaps"),
             ("deletecollection", "greetings")]
    assert not [what for what in never if may(store, *what, "-n", NAME)]
    assert not may(store, "list", "greetings", "-n", "default") and not may(store, "list", "greetings", "-A") and not may(store, "list", "customers")


def load_on(site):
    return Load(site.ingress_address(), host_of(NAME), "Hello!")


def interrupted(site, api, disturb):
    """Writes and greets all the while that disturb() goes on, and until there are writes after it; then checks everything."""
    with load_on(site) as load, Writer(api, f"w{time.monotonic_ns()}") as writer:
        wait_until(30, "writes before it", lambda: len(writer.acknowledged) >= 20)
        disturb()
        seen = len(writer.acknowledged)
        wait_until(120, "writes after it", lambda: len(writer.acknowledged) >= seen + 20)
    lost = writer.lost()
    print(f"{len(writer.acknowledged)} acknowledged writes, {len(lost)} lost; {load.requests} greetings, {len(load.failures)} failed; "
          f"seconds without writes: {[round(gap, 1) for gap in writer.gaps]}")
    assert not lost, lost[:5]
    assert not load.failures, load.failures[:5]


def test_a_pod_is_deleted_under_load(store, api):
    def disturb():
        store.kubectl("-n", NAME, "delete", "pod", next(iter(store.pods(NAME))), "--wait=true")
        wait_until(90, "two pods again", lambda: len(store.ready(NAME)) >= 2)

    interrupted(store, api, disturb)


def api_server():
    """Its process on the throwaway cluster."""
    file = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "greeter/cluster/state/run/kube-apiserver.pid"
    return int(file.read_text(encoding="utf-8"))


def test_the_api_server_is_killed_under_load(store, api):
    if not store.env.get("KUBECONFIG", "").endswith(KUBECONFIG) or os.geteuid() != 0:
        pytest.skip("the API server can be killed only on the throwaway cluster, as root")
    written = api.put("before", state="draft")

    def disturb():
        process = api_server()
        os.kill(process, signal.SIGKILL)
        time_without = time.monotonic()
        assert store.answers(NAME, "Hello!", times=50), "greetings don't need it"
        wait_until(30, "it has ended", lambda: not Path(f"/proc/{process}/exe").is_file())
        started = subprocess.run([REPO / "tests/cluster/control-plane"], capture_output=True, text=True, timeout=180)
        assert started.returncode == 0, started.stderr
        print(f"{time.monotonic() - time_without:.0f} s without an API server")

    interrupted(store, api, disturb)
    wait_until(30, "what was there is there", lambda: api.ask("GET", "/before") == (200, written))
    apply(store, "after", text="Said after it", state="active")
    wait_until(30, "the informers have caught up", lambda: store.answers(NAME, "Said after it"))
    store.kubectl("-n", NAME, "delete", "greeting", "after")


def test_visits_are_counted_in_kubernetes(store, api):
    def counted():
        item = json.loads(store.kubectl("-n", NAME, "get", "configmap", "greeter-visits", "-o", "json"))
        return item["metadata"]["resourceVersion"], item.get("data") or item.get("binaryData")

    def written():  # by each pod once a minute, and when it is asked
        store.get(host_of(NAME), "/api/v1/visits", "GET", {"Authorization": f"Bearer {api.token}"})
        return "visited" in json.dumps(counted())

    apply(store, "visited", text="Seen")
    wait_until(30, "every pod gives it", lambda: store.answers(NAME, "Seen"))
    wait_until(30, "its visits are written", written)
    store.kubectl("-n", NAME, "delete", "greeting", "visited")


def test_a_customer_that_is_removed_finds_its_greetings_again(store, api):
    written = api.put("outlives", state="draft")
    assert "its greetings stay" in store.must("undeploy", CUSTOMER=NAME).stderr
    assert "outlives" in greetings(store)
    store.must("deploy", CUSTOMER=NAME)
    wait_until(60, "its greeting is there", lambda: api.ask("GET", "/outlives") == (200, written))
