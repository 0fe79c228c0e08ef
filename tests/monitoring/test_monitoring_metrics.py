"""Rules and dashboard ask for nothing that is not there: every name is exported by the real program, or by whom it is said."""

import http.server
import re
import threading

import promql_parser as promql
import pytest
import yaml

from monitoring import DASHBOARDS, Controller, Customers, Instance, dashboard, exported, expressions, fetch, panels, rules, run, wait_until

# Of others: kubelet, kube-state-metrics, the API server, cert-manager, Traefik, and Prometheus itself.
OTHERS = {
    "kubelet_volume_stats_available_bytes": {"persistentvolumeclaim"},
    "kubelet_volume_stats_capacity_bytes": {"persistentvolumeclaim"},
    "kube_deployment_status_replicas_available": {"deployment"},
    "kube_pod_container_status_restarts_total": {"container"},
    "apiserver_admission_webhook_rejection_count": {"name", "error_type"},
    "apiserver_admission_webhook_fail_open_count": {"name"},
    "apiserver_admission_webhook_admission_duration_seconds_bucket": {"name", "le"},
    "certmanager_certificate_expiration_timestamp_seconds": {"name", "exported_namespace"},
    "traefik_tls_certs_not_after": {"cn", "sans"},
    "ALERTS": {"alertname", "alertstate", "severity"},
    "up": set(),
}
# What Prometheus adds to whatever it scrapes through a ServiceMonitor.
TARGET = {"job", "instance", "namespace", "pod"}


def parts(node):
    """A node of a PromQL expression and all below it."""
    yield node
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        if isinstance(below := getattr(node, name, None), promql.Expr | promql.VectorSelector):
            yield from parts(below)
    for argument in getattr(node, "args", None) or []:
        yield from parts(argument)


def names(expression):
    """(metrics, labels) of an expression: what it selects, and what it selects, groups and joins by."""
    metrics, labels = set(), set()
    for node in parts(promql.parse(expression)):
        if isinstance(node, promql.VectorSelector):
            metrics.add(node.name)
            labels |= {matcher.name for matcher in node.matchers.matchers}
        if isinstance(node, promql.Call) and node.func.name == "label_replace":
            labels.add(node.args[3].val)
        modifier = getattr(node, "modifier", None)
        if isinstance(node, promql.AggregateExpr) and modifier:
            labels |= set(modifier.labels)
        if isinstance(node, promql.BinaryExpr) and modifier:
            labels |= {*(modifier.matching.labels if modifier.matching else []), *(modifier.group_labels or [])}
    return metrics, labels


def test_the_names_of_an_expression_are_found():
    found = names('sum by (a) (rate(m{b="1"}[5m])) / on (c) group_left (d) (topk(3, n) > 0) or label_replace(o, "x", "$1", "e", "")')
    assert found == ({"m", "n", "o"}, {"a", "b", "c", "d", "e"})


@pytest.fixture(scope="module")
def api_server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Customers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def programs(request, tmp_path_factory, api_server):
    """An instance that has been asked, and an operator and a webhook that know of a customer."""
    folder = tmp_path_factory.mktemp("programs")
    started = [Instance(folder), Controller(folder, "operator", api_server), Controller(folder, "webhook", api_server)]
    for program in started:
        program.start()
        request.addfinalizer(program.stop)
    instance, operator, webhook = started
    fetch(instance.url)
    wait_until("the request is counted", lambda: 'code="200"' in instance.metrics())
    wait_until("the store was asked", lambda: "greeter_visits_total{" in instance.metrics())
    wait_until("the operator knows", lambda: 'greeter_operator_customers{ready="false"} 1' in operator.metrics())
    wait_until("the webhook knows", lambda: "greeter_webhook_customers 1" in webhook.metrics())
    return started


@pytest.fixture(scope="module")
def real(programs):
    """The labels of all that they export."""
    found = {}
    for program in programs:
        for name, labels in exported(program.metrics()).items():
            found.setdefault(name, set()).update(labels)
    return found


@pytest.mark.parametrize("expression", [text for _, text in expressions()], ids=[where for where, _ in expressions()])
def test_what_is_asked_for_is_there(expression, real):
    recorded = {rule["record"]: TARGET for rule in rules("record")}
    known = real | OTHERS | recorded
    metrics, labels = names(expression)
    assert metrics, "it asks for no metric"
    assert metrics <= set(known), f"nobody exports {metrics - set(known)}"
    there = TARGET.union(*(known[metric] for metric in metrics))
    assert labels <= there, f"{metrics} have no labels {labels - there}"


def test_the_others_are_those_that_are_asked_for():
    asked = set().union(*(names(text)[0] for _, text in expressions()))
    assert set(OTHERS) <= asked, set(OTHERS) - asked


def test_prometheus_takes_what_the_dashboard_asks(tmp_path):
    asked = [{"record": f"panel:{i}", "expr": text} for i, (_, text) in enumerate(expressions())]
    (tmp_path / "panels.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": asked}]}))
    done = run("promtool", "check", "rules", "--lint=none", tmp_path / "panels.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_legend_shows_labels_that_its_expression_has():
    for panel in panels():
        for target in panel["targets"]:
            shown = set(re.findall(r"{{(\w+)}}", target.get("legendFormat", "")))
            assert shown <= names(target["expr"].replace("$__rate_interval", "1m"))[1] | TARGET, panel["title"]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_no_two_panels_lie_on_each_other(name):
    taken = set()
    ids = [panel["id"] for panel in panels(name)]
    assert len(ids) == len(set(ids))
    for panel in dashboard(name)["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and max(cells)[0] < 24, panel["title"]
        taken |= cells
