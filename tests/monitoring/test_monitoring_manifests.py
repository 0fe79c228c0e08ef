"""What `kubectl apply -k deploy/monitoring` applies is what the definitions of Prometheus' operator describe, and finds all
that is to be watched."""

import functools
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from closed_schema import closed
from monitoring import DASHBOARDS, MONITORING, REPO, rules, run

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
os.environ["PATH"] = f"{CACHE}/greeter/bin:{os.environ['PATH']}"
OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"  # a Go module that has the definitions


@functools.cache
def definitions():
    """The schema of each kind's spec."""
    done = run("go", "mod", "download", "-json", OPERATOR)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = Path(json.loads(done.stdout)["Dir"]) / "example/prometheus-operator-crd"
    found = {}
    for name in ("prometheusrules", "servicemonitors"):
        definition = yaml.safe_load((folder / f"monitoring.coreos.com_{name}.yaml").read_text())["spec"]
        version = next(version for version in definition["versions"] if version["name"] == "v1")
        found[definition["names"]["kind"]] = closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    return found


def fault(item):
    """What is wrong with an object, or nothing."""
    return jsonschema.exceptions.best_match(jsonschema.Draft7Validator(definitions()[item["kind"]]).iter_errors(item["spec"]))


@pytest.fixture(scope="module")
def applied():
    done = run("kubectl", "kustomize", MONITORING)
    assert done.returncode == 0, done.stderr
    return {item["kind"]: item for item in yaml.safe_load_all(done.stdout)}


def rendered(release, *arguments):
    done = run("helm", "template", release, REPO / "app-chart", "--namespace", release, "--kube-version", "1.34.0",
               "--set", "serviceMonitor.enabled=true", *arguments)
    assert done.returncode == 0, done.stderr
    return [item for item in yaml.safe_load_all(done.stdout) if item]


@pytest.fixture(scope="module")
def chart():
    """The objects of one customer, with a ServiceMonitor of its own."""
    return {item["kind"]: item for item in rendered("customer-c", "--values", REPO / "customer-values/customer-c.yaml")}


@pytest.fixture(scope="module")
def operator():
    return rendered("greeter-operator", "--set", "mode=operator")


def test_the_definitions_take_rules_and_monitors(applied, chart, operator):
    assert not fault(applied["PrometheusRule"])
    assert not fault(applied["ServiceMonitor"])
    for item in [chart["ServiceMonitor"], *[item for item in operator if item["kind"] == "ServiceMonitor"]]:
        assert not fault(item)


@pytest.mark.parametrize("key", ["expr", "for", "labels"])
def test_a_slip_in_a_rule_is_seen(applied, key):
    broken = json.loads(json.dumps(applied["PrometheusRule"]))
    broken["spec"]["groups"][-1]["rules"][0][key + "s"] = "x"
    assert f"{key}s" in fault(broken).message


def test_everything_is_where_the_stack_looks(applied):
    assert set(applied) == {"PrometheusRule", "ServiceMonitor", "ConfigMap"}
    for item in applied.values():
        assert item["metadata"]["namespace"] == "monitoring"
        assert item["metadata"]["labels"]["release"] == "kube-prometheus-stack"
    assert applied["ConfigMap"]["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_grafana_gets_the_dashboards_as_they_are(applied):
    assert applied["ConfigMap"]["data"] == {name: (MONITORING / name).read_text() for name in DASHBOARDS}


def selects(selector, labels):
    return selector["matchLabels"].items() <= labels.items() and all(
        labels[wanted["key"]] in wanted["values"] for wanted in selector.get("matchExpressions", []))


@pytest.mark.parametrize("job", ["greeter", "greeter-operator", "greeter-webhook"])  # which the alerts ask for
def test_the_fleet_is_scraped_as_each_release_would_be(applied, chart, operator, job):
    objects = [item for item in [*chart.values(), *operator] if item["metadata"]["labels"]["app.kubernetes.io/name"] == job]
    own, service = (next(item for item in objects if item["kind"] == kind) for kind in ("ServiceMonitor", "Service"))
    fleet, own, labels = applied["ServiceMonitor"]["spec"], own["spec"], service["metadata"]["labels"]
    for monitor in (fleet, own):
        assert selects(monitor["selector"], labels)
        assert labels[monitor["jobLabel"]] == job
        assert monitor["endpoints"][0]["port"] in [port["name"] for port in service["spec"]["ports"]]
    assert fleet["endpoints"] == own["endpoints"] and fleet["namespaceSelector"] == {"any": True}


def values_of(label, rules):
    """What rules ask a label of workloads to be, as a pattern."""
    return "|".join(re.findall(rf'{label}=~?"([^"]+)"', str([rule["expr"] for rule in rules])))


def test_the_names_of_the_alerts_fit_the_charts(chart, operator):
    of_customers = [rule for rule in rules("alert") if rule["alert"] == "GreeterCustomerDown"]
    of_others = [rule for rule in rules("alert") if rule not in of_customers]
    assert re.fullmatch(values_of("deployment", of_customers), chart["Deployment"]["metadata"]["name"])
    deployments = [item for item in operator if item["kind"] == "Deployment"]
    names = {item["metadata"]["name"] for item in deployments}
    assert names == set(values_of("deployment", of_others).split("|"))
    assert {item["metadata"]["namespace"] for item in deployments} == set(re.findall(r'deployment="[^}]+namespace="([^"]+)"', str(of_others)))
    for item in [chart["Deployment"], *deployments]:
        assert re.fullmatch(values_of("container", of_others), item["spec"]["template"]["spec"]["containers"][0]["name"])


def test_the_webhooks_that_the_alerts_ask_the_api_server_for_are_those_of_the_chart(operator):
    (configuration,) = [item for item in operator if item["kind"] == "ValidatingWebhookConfiguration"]
    asked = set(re.findall(r'name=~"([^"]*greeter[^"]*)", error_type', str(rules("alert"))))
    assert len(asked) == 1
    assert all(re.fullmatch(*asked, webhook["name"]) for webhook in configuration["webhooks"])
