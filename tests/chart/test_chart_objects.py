"""Rules that every release has to keep, checked over every file of configurations/ and some that break them."""

import shutil

import pytest
from rendering import CHART, SERVING, customer, find, objects, one, pod, refusal, rendered, template

SELECTOR = {"app.kubernetes.io/name": "greeter", "app.kubernetes.io/instance": "customer-x"}


@pytest.fixture(params=SERVING, ids=lambda path: path.stem)
def items(request):
    return rendered(request.param)


def selectors(items):
    """Every selector that is meant to take the server's pods."""
    for item in items:
        spec = item.get("spec", {})
        if item["kind"] == "Service":
            yield spec["selector"]
        elif item["kind"] == "NetworkPolicy":
            yield spec["podSelector"]["matchLabels"]
        elif "selector" in spec:
            yield spec["selector"]["matchLabels"]
        for spread in spec.get("template", {}).get("spec", {}).get("topologySpreadConstraints", []):
            yield spread["labelSelector"]["matchLabels"]


def takes(selector, labels):
    return selector.items() <= labels.items()


def test_selectors_take_the_servers_pods_and_no_test_pod(items):
    labels = one(items, "Deployment")["spec"]["template"]["metadata"]["labels"]
    test = one(items, "Pod")["metadata"]["labels"]
    assert labels["app.kubernetes.io/component"] != test["app.kubernetes.io/component"]
    for selector in selectors(items):
        assert takes(selector, labels) and not takes(selector, test)


def test_selectors_never_change(tmp_path):
    chart = shutil.copytree(CHART, tmp_path / "chart")
    text = (chart / "Chart.yaml").read_text()
    (chart / "Chart.yaml").write_text(text.replace("\nversion: ", "\nversion: 9").replace('appVersion: "', 'appVersion: "9'))
    more = {"serviceMonitor": {"enabled": True}, "podLabels": {"a": "b"}, "image": {"tag": "other"}}
    for items in objects(values=customer()), objects(values=customer(**more), chart=chart):
        assert all(selector == SELECTOR for selector in selectors(items))


def test_a_new_chart_alone_or_a_new_greeting_restarts_nothing(tmp_path):
    chart = shutil.copytree(CHART, tmp_path / "chart")
    text = (chart / "Chart.yaml").read_text()
    (chart / "Chart.yaml").write_text(text.replace("\nversion: ", "\nversion: 9"))
    changed = {"customer": {"name": "X", "greeting": "Changed!", "hosts": ["x.example.com"]}}
    before, after = objects(values=customer()), objects(values=changed, chart=chart)
    assert one(before, "ConfigMap")["data"] != one(after, "ConfigMap")["data"]
    assert one(before, "Deployment")["spec"]["template"] == one(after, "Deployment")["spec"]["template"]


def test_every_object_bears_name_namespace_and_labels(items):
    for item in items:
        labels = item["metadata"]["labels"]
        assert item["metadata"]["name"].startswith(f"greeter-{item['metadata']['namespace']}") or item["metadata"]["name"] == "greeter-visits"
        assert {"version", "part-of", "name", "instance"} <= {label.removeprefix("app.kubernetes.io/") for label in labels}


def test_pods_meet_the_restricted_standard(items):
    for spec in pod(items), one(items, "Pod")["spec"]:
        security = spec["securityContext"]
        assert security["runAsNonRoot"] and (security["runAsUser"], security["runAsGroup"]) == (65532, 65532)
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False and spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        kinds = {kind for volume in spec.get("volumes", []) for kind in volume if kind != "name"}
        assert kinds <= {"configMap", "projected", "secret", "persistentVolumeClaim"}
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert "memory" in container["resources"]["limits"]
    assert one(items, "ServiceAccount")["automountServiceAccountToken"] is False


def seconds(text):
    return int(text.removesuffix("s"))


def test_a_pod_has_time_to_stop(items):
    spec = pod(items)
    environment = {item["name"]: item["value"] for item in spec["containers"][0]["env"]}
    sleep = spec["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = sleep + seconds(environment["GREETER_SHUTDOWN_DELAY"]) + seconds(environment["GREETER_SHUTDOWN_GRACE"])
    assert spec["terminationGracePeriodSeconds"] > needed
    # Traefik learns of a change at most every 2 s.
    assert sleep > 2


def test_a_rollout_loses_no_pod(items):
    spec = one(items, "Deployment")["spec"]
    if find(items, "PersistentVolumeClaim"):
        assert spec["strategy"] == {"type": "Recreate"}, "two pods would write one store"
    else:
        assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    assert spec["minReadySeconds"] > 0


def test_settings_are_text_without_exponents_and_unique(items):
    environment = pod(items)["containers"][0]["env"]
    names = [item["name"] for item in environment]
    assert len(names) == len(set(names))
    assert all(isinstance(item["value"], str) and "e+" not in item["value"] for item in environment)


def test_probes_ask_the_management_port(items):
    container = pod(items)["containers"][0]
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")}
    assert {probe["port"] for probe in probes.values()} == {"management"}
    assert [probes[name]["path"] for name in ("startup", "readiness", "liveness")] == ["/livez", "/readyz", "/livez"]


def test_the_configuration_is_reloaded_not_rolled_out(items):
    deployment = one(items, "Deployment")
    mounts = pod(items)["containers"][0]["volumeMounts"]
    assert mounts[0]["mountPath"] == "/etc/greeter/customers"
    assert not [mount for mount in mounts if "subPath" in mount]
    annotations = deployment["spec"]["template"]["metadata"].get("annotations", {})
    assert not [name for name in annotations if "checksum" in name]


def test_the_ingress_reaches_the_public_port_only(items):
    ports = {port["name"]: port for port in one(items, "Service")["spec"]["ports"]}
    assert ports["http"]["targetPort"] == "http" and ports["management"]["targetPort"] == "management"
    assert one(items, "Service")["spec"]["type"] == "ClusterIP"
    for item in find(items, "Ingress"):
        for rule in item["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                assert path["backend"]["service"]["port"] == {"name": "http"}


def test_tls_covers_every_host():
    items = objects(values=customer(ingress={"tls": {"enabled": True}}, customer={"name": "X", "greeting": "x", "hosts": ["h.x"]}))
    spec = one(items, "Ingress")["spec"]
    assert spec["tls"] == [{"hosts": ["customer-x.parcellab.com", "h.x"]}]
    assert [rule["host"] for rule in spec["rules"]] == spec["tls"][0]["hosts"]


def test_the_network_policy_lets_in_who_has_to_come_in():
    items = objects(values=customer())
    policy = one(items, "NetworkPolicy")["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"] and policy["egress"] == []
    ports = {port["name"]: port["containerPort"] for port in pod(items)["containers"][0]["ports"]}
    traefik, prometheus, test = policy["ingress"]

    def peer(namespace, name):
        return {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": name}},
        }

    assert traefik == {"from": [peer("kube-system", "traefik")], "ports": [{"port": ports["http"]}]}
    assert prometheus == {"from": [peer("monitoring", "prometheus")], "ports": [{"port": ports["management"]}]}
    assert test["ports"] == [{"port": ports["http"]}]
    (source,) = test["from"]
    assert takes(source["podSelector"]["matchLabels"], one(items, "Pod")["metadata"]["labels"])


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("fewest", [1, 2, 3])
@pytest.mark.parametrize("scaled", [True, False])
def test_disruption_budget_and_replicas_follow_the_fewest_pods(enabled, fewest, scaled):
    other = 3 - fewest if fewest < 3 else 1
    scaling = {"enabled": scaled, "minReplicas": fewest if scaled else other}
    values = customer(autoscaling=scaling, replicas=other if scaled else fewest, podDisruptionBudget={"enabled": enabled})
    items = objects(values=values)
    assert len(find(items, "PodDisruptionBudget")) == (enabled and fewest >= 2)
    assert all(item["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow" for item in find(items, "PodDisruptionBudget"))
    scalers, deployment = find(items, "HorizontalPodAutoscaler"), one(items, "Deployment")["spec"]
    assert [item["spec"]["minReplicas"] for item in scalers] == ([fewest] if scaled else [])
    assert deployment.get("replicas") == (None if scaled else fewest)


CONTRADICTIONS = [
    ({"persistence": {"enabled": True}, "autoscaling": {"enabled": True}}, "autoscaling.enabled is true as well: leave it out"),
    ({"persistence": {"enabled": True}, "replicas": 2}, "replicas is 2: leave it out, or set it to 1"),
    ({"persistence": {"existingClaim": "x"}}, "persistence.existingClaim is set but persistence.enabled is false"),
    ({"api": {"existingSecret": "x"}}, "api.existingSecret is set but api.enabled is false"),
    ({"autoscaling": {"minReplicas": 6}}, "autoscaling.minReplicas is 6, more than autoscaling.maxReplicas, 5"),
    ({"ingress": {"tls": {"secretName": "x"}}}, "ingress.tls.secretName is set but ingress.tls.enabled is false"),
    ({"ingress": {"tls": {"issuer": {"name": "x"}}}}, "ingress.tls.issuer.name is set but ingress.tls.enabled is false"),
    ({"ingress": {"redirect": True}}, "ingress.redirect is true but ingress.tls.enabled is false"),
    ({"httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}}, "set ingress.enabled to false"),
    ({"httpRoute": {"enabled": True}, "ingress": {"enabled": False}}, "httpRoute.parentRefs is empty"),
    ({"httpRoute": {"redirectFrom": [{"name": "g"}]}}, "httpRoute.enabled is false"),
    ({"service": {"ipFamilies": ["IPv4", "IPv6"]}}, "set it to PreferDualStack or RequireDualStack"),
    ({"customers": {"x": "x"}}, "customers is set but mode is instance"),
    ({"mode": "operator"}, "mode is operator, but customer.greeting is set: the operator's customers are objects of kind Customer"),
    ({"kubernetes": {"enabled": True}, "persistence": {"enabled": True}}, "kubernetes.enabled is true and persistence.enabled is as well"),
    ({"kubernetes": {"enabled": True}, "redis": {"url": "redis://there"}}, "kubernetes.enabled is true and redis.url is set"),
    ({"ingress": {"enabled": False, "tls": {"enabled": True}}}, "ingress.enabled is false"),
    ({"service": {"port": 9090}}, "service.port is 9090, which is the management port"),
    ({"podLabels": {"app.kubernetes.io/name": "x"}}, "podLabels has app.kubernetes.io/name, a label of the chart's own"),
    ({"serviceMonitor": {"labels": {"helm.sh/x": "x"}}}, "serviceMonitor.labels has helm.sh/x"),
    ({"customer": {"name": "X", "greeting": "x", "hosts": ["customer-x.parcellab.com"]}}, "leave it out"),
    ({"domain": ".".join(["a" * 61] * 4)}, "shorten domain"),
]


@pytest.mark.parametrize(("values", "message"), CONTRADICTIONS, ids=lambda item: str(item)[:40])
def test_a_contradiction_is_refused(values, message):
    assert message in refusal(values=customer(**values))


def test_an_older_kubernetes_is_refused():
    assert "incompatible with Kubernetes" in refusal(values=customer(), kubernetes="1.29.9")


@pytest.mark.parametrize("kubernetes", ["1.30.0", "1.33.5+k3s1", "1.34.1-eks-1234567"])
def test_suffixed_versions_are_accepted(kubernetes):
    assert template(values=customer(), kubernetes=kubernetes).returncode == 0


def test_a_customer_may_start_with_a_digit():
    name = one(objects(values=customer(), release="3m"), "Service")["metadata"]["name"]
    assert name[0].isalpha()
