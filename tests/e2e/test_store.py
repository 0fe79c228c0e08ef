"""A customer with a volume and tokens: what was written stays, whatever happens to its pod, its release and its node."""
import base64
import json
import os
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from site_under_test import PREFIX, REPO, host_of, wait_until
from test_deployed import kill, processes_of
from writer import Api, Writer

WRITABLE = {"persistence": {"enabled": True}, "api": {"enabled": True},
            "shutdown": {"preStopSeconds": 1, "delaySeconds": 0, "graceSeconds": 5}}
NAME = f"{PREFIX}writable"
KUBECONFIG = "cluster/state/kubeconfig"  # of the throwaway cluster


@pytest.fixture(scope="module")
def store(site):
    """The site with one writable customer on it."""
    site.write(NAME, greeting="Hello!", **WRITABLE)
    site.must("deploy", CUSTOMER=NAME)
    yield site
    site.file(NAME).unlink(missing_ok=True)


def tokens(site):
    """Role -> token, from the Secret."""
    secret = site.kubectl("-n", NAME, "get", "secret", f"greeter-{NAME}-tokens", "-o", "jsonpath={.data.tokens}")
    return dict(line.split() for line in base64.b64decode(secret).decode().splitlines())


@pytest.fixture
def api(store):
    api = Api(store, host_of(NAME), tokens(store)["editor"])
    wait_until(60, "the API answers", lambda: api.ask("GET")[0] == 200)
    return api


def kept(writer):
    """Everything that was acknowledged is there, as it was acknowledged."""
    assert writer.acknowledged
    lost = writer.lost(within=0)  # there is one pod, and nothing for it to hear of
    assert not lost, f"{len(lost)} of {len(writer.acknowledged)} are lost or changed: {lost[:5]}"
    print(f"{len(writer.acknowledged)} acknowledged writes, all there; gaps without an answer: "
          f"{[round(gap, 1) for gap in writer.gaps]} s")


def interrupted(api, prefix, disturb):
    """Writes all the while that disturb() goes on, until there are a few writes after it, and checks them all."""
    with Writer(api, prefix) as writer:
        wait_until(30, "writes before it", lambda: len(writer.acknowledged) >= 20)
        disturb()
        seen = len(writer.acknowledged)
        wait_until(120, "writes after it", lambda: len(writer.acknowledged) >= seen + 20)
    kept(writer)


def test_tokens_of_the_secret_decide_who_may_write(store, api):
    reader, nobody = Api(store, host_of(NAME), tokens(store)["reader"]), Api(store, host_of(NAME), "x" * 40)
    assert api.put("spring", state="draft")["id"] == "spring"
    assert reader.ask("GET", "/spring")[1]["text"] == "spring"
    assert reader.ask("PUT", "/summer", {"text": "no"})[0] == 403
    assert nobody.ask("GET")[0] == 401


def test_a_store_is_one_pod_without_an_autoscaler(store):
    assert len(store.pods(NAME)) == 1
    assert not store.objects("hpa", NAME) and not store.objects("pdb", NAME)
    assert [claim["status"]["phase"] for claim in store.objects("pvc", NAME)] == ["Bound"]


@pytest.mark.parametrize("values, message", [({"replicas": 2}, "replicas is 2"),
                                             ({"autoscaling": {"enabled": True}}, "autoscaling.enabled is true")])
def test_more_pods_than_one_are_refused_before_anything_is_touched(store, values, message):
    revision = store.releases()[NAME]["revision"]
    store.write(NAME, greeting="Hello!", **WRITABLE, **values)
    try:
        result = store.run("deploy", CUSTOMER=NAME)
    finally:
        store.write(NAME, greeting="Hello!", **WRITABLE)
    assert result.returncode == 1 and message in result.stderr
    assert store.releases()[NAME]["revision"] == revision


def replace_pod(site):
    (before,) = site.pods(NAME)
    site.kubectl("-n", NAME, "delete", "pod", before)
    wait_until(60, "its successor is ready", lambda: len(ready := site.ready(NAME)) == 1 and before not in ready)


def test_writes_outlive_a_deleted_pod(store, api):
    interrupted(api, "deleted", lambda: replace_pod(store))


def kill_process(site):
    (pod,) = [pod for pod in site.objects("pods", NAME) if pod["metadata"]["labels"]["app.kubernetes.io/component"] == "server"]
    kill(processes_of(pod["metadata"]["uid"]))
    wait_until(60, "the container runs again", lambda: sum(site.pods(NAME).values()) > 0 and len(site.ready(NAME)) == 1)


def test_writes_outlive_a_killed_process(store, api):
    if os.geteuid() != 0:
        pytest.skip("killing another user's process needs root")
    interrupted(api, "killed", lambda: kill_process(store))


@pytest.fixture(scope="module")
def other_image(site):
    """The same program in an image of another name: what an update brings."""
    name, tag = site.output("docker", "create", site.env["IMAGE"]), f"greeter:{PREFIX}update"
    site.output("docker", "commit", "--change", "LABEL greeter.test=update", name, tag)
    site.output("docker", "rm", name)
    yield tag
    site.output("docker", "rmi", "-f", tag)


def test_writes_and_tokens_outlive_an_update_to_another_image(store, api, other_image):
    before = tokens(store)
    interrupted(api, "updated", lambda: store.must("deploy", CUSTOMER=NAME, IMAGE=other_image))
    images = {pod["spec"]["containers"][0]["image"] for pod in store.objects("pods", NAME)}
    assert images == {other_image}
    assert tokens(store) == before


def restart_node():
    for script in "down", "up":
        subprocess.run([REPO / "tests/cluster" / script], check=True, capture_output=True)


def test_writes_outlive_a_restart_of_the_node(store, api):
    """All containers of the node are killed while they write, then everything is started again."""
    if not store.env.get("KUBECONFIG", "").endswith(KUBECONFIG):
        pytest.skip("only the throwaway cluster may be restarted")
    interrupted(api, "node", restart_node)


def test_what_was_written_outlives_the_release(store, api):
    written, before = api.put("outlives", state="draft"), tokens(store)
    told = store.must("undeploy", CUSTOMER=NAME).stderr
    assert f"claim greeter-{NAME}" in told and NAME not in store.releases()
    store.must("deploy", CUSTOMER=NAME)
    assert tokens(store) == before
    wait_until(60, "the API answers", lambda: api.ask("GET")[0] == 200)
    assert api.ask("GET", "/outlives") == (200, written)


def test_new_tokens_are_taken_by_the_running_pod(store, api):
    old, (pod,) = tokens(store), store.pods(NAME)
    store.kubectl("-n", NAME, "delete", "secret", f"greeter-{NAME}-tokens")
    store.must("deploy", CUSTOMER=NAME, FORCE="1")
    new = Api(store, host_of(NAME), tokens(store)["editor"])
    assert new.token not in old.values()
    wait_until(90, "the new token is taken", lambda: new.ask("GET")[0] == 200)
    assert api.ask("GET")[0] == 401 and list(store.pods(NAME)) == [pod]


def response(site):
    status, body = site.get(host_of(NAME))
    return json.loads(body).get("response") if status == 200 else status


def rfc3339(moment):
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_greetings_of_the_file_and_scheduled_ones_are_given_when_they_are_due(store, api):
    now = datetime.now(timezone.utc)
    (pod,) = store.pods(NAME)
    greetings = {"over": {"text": "It is over", "ends_at": rfc3339(now - timedelta(hours=1))},
                 "now": {"text": "From the file", "starts_at": rfc3339(now - timedelta(hours=1))}}
    store.write(NAME, greeting="Hello!", greetings=greetings, **WRITABLE)
    store.must("deploy", CUSTOMER=NAME)
    wait_until(90, "the file's greeting is given", lambda: response(store) == "From the file")
    assert list(store.pods(NAME)) == [pod], "a changed greeting replaced the pod"
    # The one that starts latest wins, from its second on, and for no longer than it was meant.
    start = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=5)
    api.put("scheduled", text="Right now", starts_at=rfc3339(start), ends_at=rfc3339(start + timedelta(seconds=5)))
    assert response(store) == "From the file"
    wait_until(15, "the scheduled greeting is given", lambda: response(store) == "Right now")
    assert datetime.now(timezone.utc) >= start
    wait_until(15, "it is over", lambda: response(store) == "From the file")
    assert f"{host_of(NAME)} ok" in " ".join(store.run("verify", WITHIN="1").stdout.split())
    assert "Succeeded" in store.output("helm", "test", NAME, "-n", NAME, "--timeout", "60s")
