"""values.schema.json is closed: Helm refuses what is misspelt, of the wrong type, or null.

The cases come from the schema and the defaults. All of one sort go to Helm in a single run, which has to name each.
"""

import copy
import json

import pytest
import yaml
from rendering import CHART, customer, faults, objects, refusal

SCHEMA = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
DEFAULTS = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
# Kubernetes, another tool or the customer owns their keys.
OPEN = {"global", "affinity", "nodeSelector", "podAnnotations", "podLabels"} | {
    "customer.greetings",  # by id
    "customers",  # by name
    "httpRoute.annotations",
    "ingress.annotations",
    "networkPolicy.ingressController.podLabels",
    "networkPolicy.prometheus.podLabels",
    "serviceMonitor.labels",
}


def resolve(node):
    """A schema with its references followed."""
    if "$ref" in node:
        return resolve(SCHEMA["definitions"][node["$ref"].removeprefix("#/definitions/")])
    for part in node.get("allOf", []):
        node = {**resolve(part), **node}
    return node


def walk(node=SCHEMA, path=()):
    """Yields (path, schema) of every value there can be."""
    node = resolve(node)
    yield path, node
    for key, child in node.get("properties", {}).items():
        yield from walk(child, (*path, key))


def dotted(path):
    return ".".join(path)


def default(path):
    value = DEFAULTS
    for key in path:
        value = value[key]
    return value


def defaulted(node=DEFAULTS, path=()):
    """Yields the path of every value that has a default, down to where the schema is open."""
    if path:
        yield path
    if isinstance(node, dict) and dotted(path) not in OPEN:
        for key, child in node.items():
            yield from defaulted(child, (*path, key))


def put(values, path, value):
    for key in path[:-1]:
        values = values.setdefault(key, {})
    values[path[-1]] = value


def refused(changes):
    """The faults that Helm finds in values with these changes."""
    values = customer()
    for path, value in changes:
        put(values, path, value)
    return list(faults(refusal(values=values)))


NODES = dict(walk())
CLOSED = [path for path, node in NODES.items() if "properties" in node]
LEAVES = [path for path, node in NODES.items() if path and "properties" not in node and dotted(path) not in OPEN]


def wrong(path):
    """A value of a type that does not fit."""
    kinds = NODES[path].get("type"), NODES[path].get("enum")
    return 7 if kinds[0] in ("string", "boolean", "array") or kinds[1] else "wrong"


@pytest.fixture(scope="module")
def of_typos():
    return refused([((*path, "typo"), "x") for path in CLOSED])


@pytest.fixture(scope="module")
def of_types():
    return refused([(path, wrong(path)) for path in LEAVES])


@pytest.mark.parametrize("path", CLOSED, ids=lambda path: dotted(path) or "top")
def test_a_typo_is_refused(path, of_typos):
    assert [what for where, what in of_typos if where == dotted(path) and "typo" in what]


@pytest.mark.parametrize("path", LEAVES, ids=dotted)
def test_a_wrong_type_is_refused(path, of_types):
    assert [what for where, what in of_types if where == dotted(path)]


@pytest.mark.parametrize("path", list(defaulted()), ids=dotted)
def test_null_is_refused(path):
    # A run each: null for an object hides those inside it.
    missing = refused([(path, None)])
    assert [what for where, what in missing if where == dotted(path[:-1]) and path[-1] in what]


@pytest.mark.parametrize("path", [path for path in CLOSED if path], ids=dotted)
def test_an_object_is_nothing_else(path):
    assert [what for where, what in refused([(path, "x")]) if where == dotted(path) and "object" in what]


# Settings that the chart hands on without a default of its own.
OPTIONAL_SETTINGS = (
    *("maxConnectionsPerAddress", "maxRequestsPerConnection", "maxRequestsPerTurn"),
    *("maxHeadBytes", "maxTargetBytes", "maxHeaders", "maxBodyBytes", "maxBufferBytes"),
    *("headTimeout", "bodyTimeout", "sendTimeout", "answerTimeout"),
    *("maxGreetings", "maxStreams", "changesKept", "trustedProxies"),
)


def test_schema_and_defaults_know_the_same_values():
    documented = set(defaulted())
    unset = {("global",), *[("server", key) for key in OPTIONAL_SETTINGS]}
    unset |= {("resources", "limits", "cpu")}
    assert set(NODES) - {()} == documented | unset


def test_every_object_is_closed_or_known_to_be_open():
    for path, node in NODES.items():
        if node.get("type") == "object":
            assert (node.get("additionalProperties") is False) != (dotted(path) in OPEN), dotted(path)


def test_it_refers_to_nothing_outside():
    references = [node for node in json.dumps(SCHEMA).split('"$ref": ')[1:] if not node.startswith('"#/definitions/')]
    assert not references


def test_the_defaults_fit_once_there_is_a_customer():
    values = copy.deepcopy(DEFAULTS)
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
    ("api.enabled", "yes"),
    ("api.existingSecret", "under_score"),
    ("autoscaling.enabled", "sometimes"),
    ("replicas", "2"),
    ("replicas", 0),
    ("autoscaling.minReplicas", 0),
    ("autoscaling.targetCPU", "20%"),
    ("autoscaling.targetCPU", 1),
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
    assert [where for where, _ in refused([(tuple(path.split(".")), value)]) if where.startswith(path)]
