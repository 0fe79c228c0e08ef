"""The chart of Redis with Sentinel."""

import base64
import json
import shutil

import kubernetes_validate
import pytest
from rendering import KUBERNETES, REPO, STORE_CHART, STORE_CONFIGURATIONS, find, helm, objects, one, refusal, rendered, run, template

every_configuration = pytest.mark.parametrize("path", STORE_CONFIGURATIONS, ids=lambda path: path.stem)
SELECTOR = {"app.kubernetes.io/name": "greeter-store", "app.kubernetes.io/instance": "greeter-store"}


def store(**values):
    return objects(values=values, chart=STORE_CHART, release="greeter-store")


def pod(items):
    return one(items, "StatefulSet")["spec"]["template"]


@every_configuration
@pytest.mark.parametrize("kubernetes", KUBERNETES)
def test_the_schema_of_kubernetes_accepts_every_object(path, kubernetes):
    for item in objects("--values", path, release=path.stem, kubernetes=kubernetes, chart=STORE_CHART):
        if item["kind"] != "ServiceMonitor":
            kubernetes_validate.validate(item, kubernetes.rsplit(".", 1)[0], strict=True)


@every_configuration
def test_helm_finds_nothing_to_say(path):
    done = helm("lint", "--strict", "--quiet", STORE_CHART, "--values", path)
    assert done.returncode == 0, done.stdout + done.stderr


# check: why kube-score is not followed there.
EXCEPTIONS = {
    "container-image-pull-policy": "a node without a registry has to start",
    "container-resources": "no CPU limit: it would throttle bursts and free nothing for others",
    "pod-probes-identical": "a sentinel that answers is ready; there is nothing else to ask it",
    "service-targets-pod": "kube-score knows no label that the StatefulSet's controller gives, such as pod-name",
}


def findings(path):
    manifest = template("--values", path, release=path.stem, chart=STORE_CHART).stdout
    done = run("kube-score", "score", "--output-format", "json", "--enable-optional-test", "container-seccomp-profile", "-", input=manifest)
    return {check["check"]["id"]: check["comments"] for report in json.loads(done.stdout) for check in report["checks"]
            if not check["skipped"] and check["grade"] < 10}


@every_configuration
def test_kube_score_finds_nothing_new(path):
    assert not {check: comments for check, comments in findings(path).items() if check not in EXCEPTIONS}


def test_every_exception_is_still_needed():
    assert findings(STORE_CONFIGURATIONS[0]).keys() == EXCEPTIONS.keys()


@every_configuration
def test_every_container_meets_the_restricted_standard(path):
    spec = pod(rendered(path, STORE_CHART))["spec"]
    assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not spec["automountServiceAccountToken"] and not spec["enableServiceLinks"]
    for container in spec["containers"]:
        assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert {"readinessProbe", "livenessProbe", "resources"} <= container.keys()


def test_every_pod_has_an_address_that_stays():
    items = store()
    labels = pod(items)["metadata"]["labels"]
    for number in range(3):
        (service,) = [item for item in find(items, "Service") if item["metadata"]["name"] == f"greeter-store-{number}"]
        selector = dict(service["spec"]["selector"])
        assert selector.pop("statefulset.kubernetes.io/pod-name") == f"greeter-store-{number}"
        assert selector == SELECTOR and selector.items() <= labels.items()
        # It has to be heard before it is ready, or no store could ever begin.
        assert service["spec"]["publishNotReadyAddresses"] and "clusterIP" not in service["spec"]
        assert {port["port"] for port in service["spec"]["ports"]} == {6379, 26379}
    assert one(items, "StatefulSet")["spec"]["replicas"] == 3


def test_no_password_is_in_anything_but_the_secret():
    items = store()
    secret = one(items, "Secret")
    assert secret["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    passwords = [base64.b64decode(text).decode() for text in secret["data"].values()]
    assert len(set(passwords)) == 4 and all(len(password) == 40 for password in passwords)
    rest = json.dumps([item for item in items if item is not secret])
    assert not [password for password in passwords if password in rest]
    assert not find(store(passwords={"existingSecret": "mine"}), "Secret")


def test_what_is_acknowledged_is_kept():
    settings = dict(line.split(" ", 1) for line in one(store(), "ConfigMap")["data"]["redis.conf"].splitlines() if line[0] != "#")
    assert settings["appendonly"] == "yes" and settings["maxmemory-policy"] == "noeviction"
    assert (settings["min-replicas-to-write"], settings["min-replicas-max-lag"]) == ("1", "3")
    sentinel = one(store(), "ConfigMap")["data"]["sentinel.conf"]
    assert "sentinel down-after-milliseconds greeter 3000\n" in sentinel


def test_a_start_reads_its_whole_log():
    """Redis replays transactions of the AOF as the default user: what that user may not do would be skipped."""
    script = one(store(), "ConfigMap")["data"]["store.sh"]
    (default,) = [line for line in script.splitlines() if 'echo "user default reset off' in line]
    assert default.strip() == 'echo "user default reset off resetpass ~* &* +@all"'


def test_a_changed_setting_replaces_the_pods_and_a_new_chart_version_does_not(tmp_path):
    chart = shutil.copytree(STORE_CHART, tmp_path / "store-chart")
    text = (chart / "Chart.yaml").read_text()
    (chart / "Chart.yaml").write_text(text.replace("\nversion: ", "\nversion: 9"))
    newer = objects(values={}, chart=chart, release="greeter-store")
    assert pod(store()) == pod(newer)
    assert pod(store()) != pod(store(redis={"maxmemory": "50mb"}))


def test_only_greeters_pods_and_its_own_reach_it():
    policy = one(store(), "NetworkPolicy")["spec"]
    (own, clients) = policy["ingress"][0]["from"]
    assert own == {"podSelector": {"matchLabels": SELECTOR}}
    assert clients == {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app.kubernetes.io/name": "greeter"}}}
    assert len(policy["ingress"]) == 1 and policy["policyTypes"] == ["Ingress", "Egress"]
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {6379, 26379, 53}
    (_, prometheus) = one(store(exporter={"enabled": True}), "NetworkPolicy")["spec"]["ingress"]
    assert prometheus["ports"] == [{"port": 9121}]


@pytest.mark.parametrize(("how", "kind"), [("preferred", "preferred"), ("required", "required")])
def test_pods_keep_apart(how, kind):
    (rule,) = pod(store(antiAffinity=how))["spec"]["affinity"]["podAntiAffinity"]
    assert rule == f"{kind}DuringSchedulingIgnoredDuringExecution"


def test_a_monitor_of_nothing_is_refused():
    assert "exporter.enabled is false" in refusal(values={"exporter": {"serviceMonitor": {"enabled": True}}}, chart=STORE_CHART)


def test_instances_are_given_what_the_chart_makes():
    """scripts/store.sh writes the URL; the Services, the master's name and the Secret's key are the chart's."""
    command = "set -euo pipefail; . scripts/lib.sh; . scripts/kube.sh; . scripts/store.sh; STORE=redis store_values"
    done = run("bash", "-c", command, cwd=REPO)
    assert done.returncode == 0, done.stderr
    values = json.loads(done.stdout)["redis"]
    items = store()
    services = {f"{item['metadata']['name']}.greeter-store.svc" for item in find(items, "Service") if item["metadata"]["name"][-1].isdigit()}
    hosts = values["url"].removeprefix("redis+sentinel://{release}@").removesuffix("/greeter?prefix=greeter:{release}:")
    assert set(hosts.split(",")) == services and len(services) == 3
    assert "\nNAME=greeter " in one(items, "ConfigMap")["data"]["store.sh"] and "sentinel-password" in one(items, "Secret")["data"]
