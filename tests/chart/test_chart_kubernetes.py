"""What Kubernetes and kube-score say of the rendered objects."""

import copy
import json

import crd_schemas
import jsonschema
import kubernetes_validate
import pytest
from rendering import CONFIGURATIONS, CUSTOMER_VALUES, KUBERNETES, objects, rendered, run, template

FILES = [*CONFIGURATIONS, *sorted(CUSTOMER_VALUES.glob("*.yaml"))]
every_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
# Not of Kubernetes itself, so its schemas lack them; those of the last two are at hand.
CUSTOM = {"ServiceMonitor", "Certificate", "Customer", "CustomResourceDefinition", "Middleware", "HTTPRoute"}


@every_file
@pytest.mark.parametrize("kubernetes", KUBERNETES)
def test_the_schema_of_kubernetes_accepts_every_object(path, kubernetes):
    items = objects("--values", path, release=path.stem, kubernetes=kubernetes)
    assert items
    for item in items:
        if item["kind"] not in CUSTOM:
            kubernetes_validate.validate(item, kubernetes.rsplit(".", 1)[0], strict=True)


def edges():
    """What the configurations render of Traefik's objects and of the Gateway API."""
    items = [item for path in CONFIGURATIONS for item in rendered(path) if item["kind"] in ("Middleware", "HTTPRoute")]
    return {f"{item['kind']} {item['metadata']['name']}": item for item in items}


def test_the_definitions_accept_every_object_of_the_edge():
    assert edges()
    for item in edges().values():
        crd_schemas.validate(item)


@pytest.mark.parametrize("kind", ["Middleware", "HTTPRoute"])
def test_the_definitions_refuse_a_typo(kind):
    item = copy.deepcopy(next(item for item in edges().values() if item["kind"] == kind))
    item["spec"]["typo"] = {}
    with pytest.raises(jsonschema.ValidationError, match="typo"):
        crd_schemas.validate(item)


# (kind, check): why kube-score is not followed there.
EXCEPTIONS = {
    ("Deployment", "container-image-pull-policy"): "a versioned tag never changes, and a node without a registry has to start",
    ("Pod", "container-image-pull-policy"): "the same",
    ("Deployment", "container-resources"): "no CPU limit: it would throttle bursts and free nothing for others",
    ("Pod", "container-resources"): "the same",
    ("Deployment", "deployment-has-host-podantiaffinity"): "topologySpreadConstraints spread the pods, without a fixed limit",
    ("Pod", "pod-networkpolicy"): "the test pod listens on nothing",
}
# With a store there is one pod, and its successor waits for its end.
WITH_A_STORE = {("Deployment", "deployment-strategy"), ("Deployment", "deployment-replicas")}
OPTIONAL = ("container-seccomp-profile", "container-ports-check")


def findings(path):
    manifest = template("--values", path, release=path.stem).stdout
    options = [option for check in OPTIONAL for option in ("--enable-optional-test", check)]
    done = run("kube-score", "score", "--output-format", "json", *options, "-", input=manifest)
    assert done.stdout, done.stderr
    reports = json.loads(done.stdout)
    assert reports, "kube-score looked at nothing"
    for report in reports:
        for check in report["checks"]:
            if not check["skipped"] and check["grade"] < 10:
                yield (report["type_meta"]["kind"], check["check"]["id"]), check["comments"]


@pytest.mark.parametrize("path", [path for path in FILES if path.stem not in ("object", "single")], ids=lambda path: path.stem)
def test_kube_score_finds_nothing_new(path):
    excepted = EXCEPTIONS.keys() | (WITH_A_STORE if path.stem == "writable" else set())
    assert not [finding for finding in findings(path) if finding[0] not in excepted]


def test_every_exception_is_still_needed():
    assert {what for what, _ in findings(CONFIGURATIONS[0])} == EXCEPTIONS.keys()
