"""values.schema.json of either chart is closed: Helm refuses what is misspelt, of the wrong type, or null.

The cases come from the schema and the defaults. All of one sort go to Helm in a single run, which has to name each.
"""

import copy
import json

import pytest
from closed_values import Values, dotted
from rendering import CHART, STORE_CHART, customer, objects

# Kubernetes, another tool or the customer owns their keys.
OPEN = {"global", "affinity", "nodeSelector", "podAnnotations", "podLabels"} | {
    "customer.greetings",  # by id
    "customers",  # by name
    "httpRoute.annotations",
    "ingress.annotations",
    "networkPolicy.ingressController.podLabels",
    "networkPolicy.prometheus.podLabels",
    "networkPolicy.dns.podLabels",
    "operator.classes",  # by name
    "operator.quota",
    "operator.webhook.namespaceSelector",
    "serviceMonitor.labels",
}
STORE_OPEN = {"global", "nodeSelector", "podAnnotations", "exporter.serviceMonitor.labels", "networkPolicy.prometheus.podLabels"}
APP, STORE = Values(CHART, OPEN, customer), Values(STORE_CHART, STORE_OPEN, dict)
NAMES = {id(APP): "", id(STORE): "store-"}


def cases(paths):
    """(chart, path) for each path that paths(chart) gives."""
    return [pytest.param(chart, path, id=f"{NAMES[id(chart)]}{dotted(path) or 'top'}") for chart in (APP, STORE) for path in paths(chart)]


@pytest.fixture(scope="module")
def of_typos():
    return {chart: chart.refused([((*path, "typo"), "x") for path in chart.closed]) for chart in (APP, STORE)}


@pytest.fixture(scope="module")
def of_types():
    return {chart: chart.refused([(path, chart.wrong(path)) for path in chart.leaves]) for chart in (APP, STORE)}


@pytest.mark.parametrize(("chart", "path"), cases(lambda chart: chart.closed))
def test_a_typo_is_refused(chart, path, of_typos):
    assert [what for where, what in of_typos[chart] if where == dotted(path) and "typo" in what]


@pytest.mark.parametrize(("chart", "path"), cases(lambda chart: chart.leaves))
def test_a_wrong_type_is_refused(chart, path, of_types):
    assert [what for where, what in of_types[chart] if where == dotted(path)]


@pytest.mark.parametrize(("chart", "path"), cases(lambda chart: chart.defaulted()))
def test_null_is_refused(chart, path):
    # A run each: null for an object hides those inside it.
    missing = chart.refused([(path, None)])
    assert [what for where, what in missing if where == dotted(path[:-1]) and path[-1] in what]


@pytest.mark.parametrize(("chart", "path"), cases(lambda chart: [path for path in chart.closed if path]))
def test_an_object_is_nothing_else(chart, path):
    assert [what for where, what in chart.refused([(path, "x")]) if where == dotted(path) and "object" in what]


# Settings that the chart hands on without a default of its own.
OPTIONAL_SETTINGS = (
    *("maxConnectionsPerAddress", "maxRequestsPerConnection", "maxRequestsPerTurn"),
    *("maxHeadBytes", "maxTargetBytes", "maxHeaders", "maxBodyBytes", "maxBufferBytes"),
    *("headTimeout", "bodyTimeout", "sendTimeout", "answerTimeout"),
    *("maxGreetings", "maxStreams", "changesKept", "trustedProxies"),
)


def test_schema_and_defaults_know_the_same_values():
    documented = set(APP.defaulted())
    unset = {("global",), *[("server", key) for key in OPTIONAL_SETTINGS]}
    unset |= {(*part, "resources", "limits", "cpu") for part in ((), ("operator",), ("operator", "webhook"))}
    assert set(APP.nodes) - {()} == documented | unset
    unset = {("global",), *[(part, "resources", "limits", "cpu") for part in ("redis", "sentinel", "exporter")]}
    assert set(STORE.nodes) - {()} == set(STORE.defaulted()) | unset


@pytest.mark.parametrize("chart", [APP, STORE], ids=["app", "store"])
def test_every_object_is_closed_or_known_to_be_open(chart):
    for path, node in chart.nodes.items():
        if node.get("type") == "object":
            assert (node.get("additionalProperties") is False) != (dotted(path) in chart.open), dotted(path)


@pytest.mark.parametrize("chart", [APP, STORE], ids=["app", "store"])
def test_it_refers_to_nothing_outside(chart):
    references = [node for node in json.dumps(chart.schema).split('"$ref": ')[1:] if not node.startswith(('"#/definitions/', '"#/properties/'))]
    assert not references


def test_the_defaults_fit_once_there_is_a_customer():
    values = copy.deepcopy(APP.defaults)
    values["customer"] |= {"name": "X", "greeting": "Hello!"}
    assert objects(values=values)


def test_global_is_open():
    assert objects(values=customer(**{"global": {"anything": {"goes": 1}}}))


BAD = [
    ("customer.name", ""),
    ("customer.name", True),
    ("customer.name", "two\nlines"),
    ("customer.greeting", ""),
    ("customer.greeting", " \t\n"),
    ("customer.greeting", True),
    ("customer.greetings", []),
    ("customer.greetings", {"a": {}}),
    ("customer.greetings", {"a": {"text": "x", "typo": "x"}}),
    ("customer.hosts", ["Upper.example.com"]),
    ("customer.hosts", ["under_score.example.com"]),
    ("customer.hosts", ["-dash.example.com"]),
    ("customer.hosts", ["a.example.com:80"]),
    ("customer.hosts", ["*.example.com"]),
    ("customer.hosts", ["a.example.com", "a.example.com"]),
    ("customer.hosts", [None]),
    ("customer.hosts", ["a" * 64 + ".example.com"]),
    ("customer.hosts", [".".join(["a" * 63] * 4)]),
    ("domain", ""),
    ("domain", "example.com."),
    ("domain", "http://example.com"),
    ("image.repository", "greeter "),
    ("image.tag", "1.0 "),
    ("image.digest", "sha256:1"),
    ("image.pullPolicy", "always"),
    ("imagePullSecrets", ["registry"]),
    ("imagePullSecrets", [{"name": "registry", "typo": "x"}]),
    ("server.logLevel", "loud"),
    ("server.workers", -1),
    ("server.workers", 1.5),
    ("server.maxConnections", 0),
    ("server.idleTimeout", "100"),
    ("server.idleTimeout", "0s"),
    ("server.changesKept", "7d"),
    ("shutdown.preStopSeconds", 0),
    ("shutdown.graceSeconds", 0),
    ("persistence.size", "0Gi"),
    ("persistence.size", 5),
    ("persistence.size", "big"),
    ("persistence.storageClassName", "not a name"),
    ("persistence.accessModes", []),
    ("persistence.accessModes", ["ReadOnlyMany"]),
    ("persistence.existingClaim", "Upper"),
    ("persistence.enabled", "yes"),
    ("redis.url", "greeter-store"),
    ("redis.url", "http://greeter-store"),
    ("redis.url", "redis://me:secret@greeter-store"),
    ("redis.url", "redis+sentinel://greeter-store:26379/a b"),
    ("redis.existingSecret", "Upper"),
    ("redis.waitSeconds", "20s"),
    ("redis.waitSeconds", -1),
    ("networkPolicy.redis.peers", []),
    ("networkPolicy.redis.ports", [0]),
    ("api.enabled", "yes"),
    ("api.existingSecret", "under_score"),
    ("autoscaling.enabled", "sometimes"),
    ("replicas", "2"),
    ("replicas", 0),
    ("autoscaling.minReplicas", 0),
    ("autoscaling.targetCPU", "20%"),
    ("autoscaling.targetCPU", 1),
    ("autoscaling.scaleDownSeconds", "5m"),
    ("topologySpread.whenUnsatisfiable", "Never"),
    ("resources.limits.memory", "64MB"),
    ("service.port", 0),
    ("service.port", 65536),
    ("ingress.className", ""),
    ("ingress.annotations", {"a": True}),
    ("ingress.tls.secretName", "Upper"),
    ("ingress.tls.issuer.name", "under_score"),
    ("ingress.tls.issuer.kind", "clusterissuer"),
    ("ingress.redirect", "yes"),
    ("ingress.securityHeaders.hstsSeconds", -1),
    ("ingress.rateLimit.average", 0),
    ("ingress.rateLimit.period", "1h"),
    ("ingress.rateLimit.burst", "200"),
    ("httpRoute.annotations", {"a": 1}),
    ("httpRoute.parentRefs", ["public"]),
    ("httpRoute.parentRefs", [{"namespace": "gateways"}]),
    ("httpRoute.redirectFrom", [{"name": "public", "section": "http"}]),
    ("service.ipFamilyPolicy", "DualStack"),
    ("service.ipFamilies", ["ipv6"]),
    ("service.ipFamilies", ["IPv6", "IPv6"]),
    ("server.trustedProxies", ""),
    ("server.trustedProxies", "10.0.0.0/8,"),
    ("server.trustedProxies", "traefik"),
    ("rollout.wave", -1),
    ("rollout.wave", 10),
    ("rollout.wave", "1"),
    ("mode", "single"),
    ("customers", {"x": {"customer": {}}}),
    ("networkPolicy.prometheus.podLabels", {"app.kubernetes.io/name": 1}),
    ("serviceMonitor.interval", "often"),
    ("podLabels", {"a": "no blanks"}),
    ("serviceMonitor.labels", {"a": 1}),
]


@pytest.mark.parametrize(("path", "value"), BAD, ids=lambda item: str(item)[:40])
def test_a_bad_value_is_refused(path, value):
    assert [where for where, _ in APP.refused([(tuple(path.split(".")), value)]) if where.startswith(path)]


STORE_BAD = [
    ("image.tag", ""),
    ("passwords.existingSecret", "Upper"),
    ("redis.maxmemory", "96Mi"),
    ("redis.maxmemory", "0"),
    ("redis.minReplicasToWrite", 3),
    ("redis.minReplicasMaxLag", 0),
    ("sentinel.downAfterMilliseconds", 0),
    ("sentinel.failoverTimeoutMilliseconds", "10s"),
    ("persistence.size", "0Gi"),
    ("antiAffinity", "always"),
    ("networkPolicy.clients", ["greeter"]),
    ("exporter.serviceMonitor.interval", "often"),
]


@pytest.mark.parametrize(("path", "value"), STORE_BAD, ids=lambda item: str(item)[:40])
def test_a_bad_value_of_the_store_is_refused(path, value):
    assert [where for where, _ in STORE.refused([(tuple(path.split(".")), value)]) if where.startswith(path)]
