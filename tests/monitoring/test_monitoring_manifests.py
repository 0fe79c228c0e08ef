"""What `kubectl apply -k deploy/monitoring` applies is what the operator's own definitions describe, and finds the instances."""

import functools
import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from closed_schema import closed
from monitoring import MONITORING, REPO, run

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


@pytest.fixture(scope="module")
def chart():
    """The objects of one customer, with a ServiceMonitor of its own."""
    done = run("helm", "template", "customer-c", REPO / "app-chart", "--namespace", "customer-c", "--kube-version", "1.34.0",
               "--values", REPO / "customer-values/customer-c.yaml", "--set", "serviceMonitor.enabled=true")
    assert done.returncode == 0, done.stderr
    return {item["kind"]: item for item in yaml.safe_load_all(done.stdout) if item}


def test_the_operator_takes_rules_and_monitors(applied, chart):
    assert not fault(applied["PrometheusRule"])
    assert not fault(applied["ServiceMonitor"])
    assert not fault(chart["ServiceMonitor"])


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


def test_grafana_gets_the_dashboard_as_it_is(applied):
    assert applied["ConfigMap"]["data"] == {"dashboard.json": (MONITORING / "dashboard.json").read_text()}


def test_the_fleet_is_scraped_as_one_release_would_be(applied, chart):
    fleet, own, service = applied["ServiceMonitor"]["spec"], chart["ServiceMonitor"]["spec"], chart["Service"]
    labels = service["metadata"]["labels"]
    for monitor in (fleet, own):
        assert monitor["selector"]["matchLabels"].items() <= labels.items()
        assert labels[monitor["jobLabel"]] == "greeter"  # the job that the alerts ask for
        assert monitor["endpoints"][0]["port"] in [port["name"] for port in service["spec"]["ports"]]
    assert fleet["endpoints"] == own["endpoints"] and fleet["namespaceSelector"] == {"any": True}


def test_the_names_of_the_alerts_fit_the_charts(chart):
    rules = (MONITORING / "rules.yaml").read_text()
    deployment = chart["Deployment"]
    assert re.fullmatch(re.search(r'deployment=~"([^"]+)"', rules)[1], deployment["metadata"]["name"])
    assert deployment["spec"]["template"]["spec"]["containers"][0]["name"] == re.search(r'container="([^"]+)"', rules)[1]
