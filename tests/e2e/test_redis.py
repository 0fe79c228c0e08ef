"""Greetings kept by the store of make deploy STORE=redis: whatever happens to its pods, its disks and its passwords, no
acknowledged write is lost, no visitor goes without a greeting, and whoever comes back joins by itself."""
import base64
import json
import os
import time

import pytest

from loadgen import Load
from site_under_test import PREFIX, STORE, host_of, wait_until
from test_deployed import kill, processes_of
from writer import Api, Writer

NAME = f"{PREFIX}redis"
VALUES = {"api": {"enabled": True}, "autoscaling": {"minReplicas": 2, "maxReplicas": 5, "targetCPU": "8m", "scaleDownSeconds": 10}}
PODS = [f"{STORE}-{number}" for number in range(3)]
WITHOUT_WRITES = 10  # most seconds in a failover
NEXT_ELECTION = 20  # seconds after one that no sentinel won, as where two of them stand at the same moment


class Store:
    """The store's pods, seen from outside."""

    def __init__(self, site):
        self.site = site

    def kubectl(self, *arguments):
        return self.site.kubectl("-n", STORE, *arguments)

    def within(self, pod, *arguments, container="redis"):
        return self.kubectl("exec", pod, "-c", container, "--", *arguments)

    def info(self, pod):
        text = self.within(pod, "/etc/greeter-store/store.sh", "cli", "info")
        return dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)

    def master(self):
        addresses = {service["spec"]["clusterIP"]: service["metadata"]["name"] for service in self.site.objects("services", STORE)}
        (pod, *_) = [pod for pod in PODS if self.uid(pod)]
        said = self.within(pod, "/etc/greeter-store/store.sh", "cli-sentinel", "sentinel", "get-master-addr-by-name", "greeter")
        return addresses[said.split()[0]]

    def replica(self):
        return next(pod for pod in PODS if pod != self.master())

    def uid(self, pod):
        return self.site.output("kubectl", "-n", STORE, "get", "pod", pod, "--ignore-not-found", "-o", "jsonpath={.metadata.uid}")

    def is_whole(self):
        """One master, two replicas that have everything, three sentinels that could replace it."""
        pods = self.site.objects("pods", STORE)
        if len(pods) != 3 or not all(status["ready"] for pod in pods for status in pod["status"].get("containerStatuses", [{"ready": False}])):
            return False
        try:
            infos = [self.info(pod) for pod in PODS]
            quorum = self.within(PODS[0], "/etc/greeter-store/store.sh", "cli-sentinel", "sentinel", "ckquorum", "greeter")
        except AssertionError:
            return False
        masters = [info for info in infos if info["role"] == "master"]
        return (len(masters) == 1 and masters[0]["connected_slaves"] == "2" and quorum.startswith("OK 3 ")
                and all(info.get("slave_priority", "100") == "100" for info in infos))

    def becomes_whole(self):
        wait_until(150, "the store is whole", self.is_whole)

    def lost_elections(self):
        """How often a sentinel was not elected, of those that have been there all the while."""
        return max(self.kubectl("logs", pod, "-c", "sentinel").count("-failover-abort-not-elected") for pod in PODS)

    def kill(self, pod, program):
        kill([process for process, name in processes_of(self.uid(pod)).items() if name in program])


@pytest.fixture(scope="module")
def deployed_store(site):
    site.write(NAME, greeting="Hello!", **VALUES)
    site.must("deploy", CUSTOMER=NAME, STORE="redis")
    yield Store(site)
    site.file(NAME).unlink(missing_ok=True)
    for name in NAME, STORE:
        site.must("undeploy", CUSTOMER=name, DELETE_DATA="1")


@pytest.fixture
def store(deployed_store):
    deployed_store.becomes_whole()
    return deployed_store


def secret(site, namespace, name):
    data = json.loads(site.kubectl("-n", namespace, "get", "secret", name, "-o", "json"))["data"]
    return {key: base64.b64decode(value).decode() for key, value in data.items()}


@pytest.fixture
def api(store):
    editor = dict(line.split() for line in secret(store.site, NAME, f"greeter-{NAME}-tokens")["tokens"].splitlines())["editor"]
    api = Api(store.site, host_of(NAME), editor)
    wait_until(60, "the API answers", lambda: api.ask("GET")[0] == 200)
    return api


def load_on(site):
    return Load(site.ingress_address(), host_of(NAME), "Hello!")


def interrupted(store, api, disturb, most=WITHOUT_WRITES):
    """Writes and greets all the while that disturb() goes on and until the store is whole again; then checks everything."""
    prefix, elections = f"w{time.monotonic_ns()}", store.lost_elections()
    with load_on(store.site) as load, Writer(api, prefix) as writer:
        wait_until(30, "writes before it", lambda: len(writer.acknowledged) >= 20)
        disturb()
        store.becomes_whole()
        seen = len(writer.acknowledged)
        wait_until(60, "writes after it", lambda: len(writer.acknowledged) >= seen + 20)
    lost = writer.lost()
    print(f"{len(writer.acknowledged)} acknowledged writes, {len(lost)} lost; {load.requests} greetings, {len(load.failures)} "
          f"failed; seconds without writes: {[round(gap, 1) for gap in writer.gaps]}")
    assert not lost, lost[:5]
    assert not load.failures, load.failures[:5]
    assert max(writer.gaps, default=0) <= most + NEXT_ELECTION * max(0, store.lost_elections() - elections)


def test_the_customer_has_pods_that_scale_and_no_volume(store):
    assert len(store.site.pods(NAME)) >= 2 and store.site.objects("hpa", NAME) and not store.site.objects("pvc", NAME)
    # A later deploy goes on with the store without being told.
    assert "1 unchanged" in store.site.must("deploy", "--plan", CUSTOMER=NAME).stdout


def test_the_plan_says_what_becomes_of_the_store(store):
    assert "store  upgraded where it differs" in store.site.must("deploy", "--plan", CUSTOMER=NAME, STORE="redis").stdout
    without = store.site.must("deploy", "--plan", CUSTOMER=NAME, STORE="none").stdout
    assert "1 changed" in without and "store  no longer used; it and what is in it stay" in without


def test_a_customer_with_a_volume_keeps_it(store):
    site, name = store.site, f"{PREFIX}volume"
    site.write(name, greeting="Mine", **VALUES | {"persistence": {"enabled": True}, "autoscaling": {}})
    try:
        site.must("deploy", CUSTOMER=name)
        (deployment,) = site.objects("deployments", name)
        environment = {item["name"]: item.get("value") for item in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
        assert environment["GREETER_STORE"] == "sqlite:/data/greetings.db" and site.objects("pvc", name)
    finally:
        site.file(name).unlink()
        site.must("undeploy", CUSTOMER=name, DELETE_DATA="1")


def test_all_instances_know_what_one_was_told(store, api):
    written = api.put("everywhere", state="draft")
    wait_until(20, "all have it", lambda: all(api.ask("GET", "/everywhere") == (200, written) for _ in range(20)))


def test_nobody_gets_in_without_a_password_or_sees_what_is_not_his(store):
    password, master = secret(store.site, NAME, STORE)["password"], store.master()

    def said(user, password, *command, port="6379"):
        return store.within(master, "env", f"REDISCLI_AUTH={password}", "redis-cli", "--no-auth-warning", *(("--user", user) if user else ()),
                            "-p", port, *command)

    assert "NOAUTH" in store.within(master, "redis-cli", "get", "x")
    assert "NOAUTH" in store.within(master, "redis-cli", "-p", "26379", "sentinel", "masters")
    assert "NOAUTH" in said(NAME, "wrong", "get", f"greeter:{NAME}:x")
    assert "NOAUTH" in said("default", password, "get", f"greeter:{NAME}:x")
    assert said(NAME, password, "hlen", f"greeter:{NAME}:greetings").isdigit()
    for command in (("get", "greeter:another:x"), ("scan", "0"), ("randomkey",), ("keys", "*"), ("flushall",), ("acl", "list"),
                    ("config", "get", "*"), ("eval", "return redis.call('get', KEYS[1])", "1", "greeter:another:x")):
        answer = said(NAME, password, *command)
        assert "NOPERM" in answer or "permission" in answer, (command, answer)
    sentinel = secret(store.site, NAME, STORE)["sentinel-password"]
    assert said("", sentinel, "sentinel", "get-master-addr-by-name", "greeter", port="26379")
    for command in ("failover", "remove", "reset"):
        assert "NOPERM" in said("", sentinel, "sentinel", command, "greeter", port="26379")


def replace(store, pod, *how):
    """Until there is another pod of that name."""
    before = store.uid(pod)
    store.kubectl("delete", "pod", pod, "--wait=false", *how)
    wait_until(60, f"{pod} is made anew", lambda: store.uid(pod) not in ("", before))


def vanish(store, pod, disk=False):
    """The pod goes without a chance to hand over, and with it its disk if so wanted."""
    if disk:
        store.kubectl("delete", "pvc", f"data-{pod}", "--wait=false")
    replace(store, pod, "--force", "--grace-period=0")


def test_the_masters_pod_is_deleted(store, api):
    interrupted(store, api, lambda: replace(store, store.master()))


def test_the_masters_pod_is_gone_at_once(store, api):
    interrupted(store, api, lambda: vanish(store, store.master()))


def test_the_masters_disk_is_lost(store, api):
    interrupted(store, api, lambda: vanish(store, store.master(), disk=True))


def test_a_replica_its_disk_and_a_sentinel_come_back(store, api):
    def disturb():
        vanish(store, store.replica())
        store.becomes_whole()
        vanish(store, store.replica(), disk=True)
        store.becomes_whole()
        if os.geteuid() == 0:
            store.kill(store.replica(), ("redis-sentinel", "redis-server"))

    interrupted(store, api, disturb)


def test_all_of_the_store_restarts(store, api):
    def disturb():
        before = [store.uid(pod) for pod in PODS]
        store.kubectl("delete", "pod", *PODS, "--force", "--grace-period=0", "--wait=false")
        wait_until(60, "all are new", lambda: not {"", *before} & {store.uid(pod) for pod in PODS})

    interrupted(store, api, disturb, most=60)


def test_passwords_are_rotated(store, api):
    old, inside = secret(store.site, NAME, STORE), secret(store.site, STORE, STORE)
    interrupted(store, api, lambda: store.site.must("store-user", "rotate", GRACE="15"), most=1)
    new = secret(store.site, NAME, STORE)
    assert new.keys() == old.keys() and not set(new.values()) & set(old.values())
    assert not set(secret(store.site, STORE, STORE).values()) & set(inside.values())
    users = store.within(PODS[0], "/etc/greeter-store/store.sh", "users").splitlines()
    assert len([line for line in users if line.startswith(f"{NAME} ")]) == 1
    # Whoever connects from now on has the new one.
    interrupted(store, api, lambda: replace(store, store.master()))


def test_pods_come_and_go_with_the_load(store, api):
    site = store.site

    class Calm(Load):
        CLIENTS, PAUSE = 2, 0.05

    class Storm(Load):
        CLIENTS, PAUSE = 24, 0.001

    with Calm(site.ingress_address(), host_of(NAME), "Hello!") as calm:
        wait_until(240, "two pods", lambda: len(site.pods(NAME)) == 2)
        began = time.monotonic()
        with Storm(site.ingress_address(), host_of(NAME), "Hello!") as storm:
            wait_until(240, "five pods", lambda: len(site.ready(NAME)) == 5)
            grown = time.monotonic() - began
        wait_until(240, "two pods again", lambda: len(site.pods(NAME)) == 2)
        shrunk = time.monotonic() - began - grown
        seen = calm.requests
        wait_until(60, "requests after it", lambda: calm.requests >= seen + 200)
    failures = storm.failures + calm.failures
    print(f"from 2 to 5 pods in {grown:.0f} s, back to 2 in {shrunk:.0f} s; {storm.requests + calm.requests} requests, {len(failures)} failed")
    assert not failures, failures[:5]


def test_a_customer_that_is_removed_loses_its_user_and_finds_its_greetings_again(store, api):
    written = api.put("outlives", state="draft")
    store.site.must("undeploy", CUSTOMER=NAME)
    wait_until(30, "its user is gone", lambda: f"\n{NAME} " not in store.within(PODS[0], "/etc/greeter-store/store.sh", "users"))
    store.site.must("deploy", CUSTOMER=NAME)
    token = dict(line.split() for line in secret(store.site, NAME, f"greeter-{NAME}-tokens")["tokens"].splitlines())["editor"]
    again = Api(store.site, host_of(NAME), token)
    wait_until(60, "its greeting is there", lambda: again.ask("GET", "/outlives") == (200, written))
