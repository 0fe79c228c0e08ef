"""The way in: certificates, redirect, Middlewares, the Gateway API, versions of IP; and a release's wave."""

import pytest
from rendering import CONFIGURATIONS, customer, find, objects, one, rendered

MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
EVERY_MIDDLEWARE = {"redirect": True, "securityHeaders": {"enabled": True}, "rateLimit": {"enabled": True}}


def configuration(name):
    return rendered(next(path for path in CONFIGURATIONS if path.stem == name))


def specs(items):
    """What each Middleware does, by the name that an Ingress has for it."""
    meta = [(item["metadata"], item["spec"]) for item in find(items, "Middleware")]
    return {f"{of['namespace']}-{of['name']}@kubernetescrd": spec for of, spec in meta}


@pytest.mark.parametrize(("kind", "annotation"), [("ClusterIssuer", "cluster-issuer"), ("Issuer", "issuer")])
def test_an_issuer_is_asked_for_a_certificate(kind, annotation):
    tls = {"enabled": True, "issuer": {"name": "acme", "kind": kind}}
    ingress = one(objects(values=customer(ingress={"tls": tls})), "Ingress")
    assert ingress["metadata"]["annotations"] == {f"cert-manager.io/{annotation}": "acme"}
    assert ingress["spec"]["tls"] == [{"hosts": ["customer-x.parcellab.com"], "secretName": "greeter-customer-x-tls"}]


def test_the_name_of_the_secret_is_free():
    tls = {"enabled": True, "secretName": "mine", "issuer": {"name": "acme"}}
    assert one(objects(values=customer(ingress={"tls": tls})), "Ingress")["spec"]["tls"][0]["secretName"] == "mine"


def test_the_ingress_names_every_middleware_outermost_first():
    items = configuration("edge")
    named = one(items, "Ingress")["metadata"]["annotations"][MIDDLEWARES].split(",")
    known = specs(items)
    assert [next(iter(known[name])) for name in named[:-1]] == ["headers", "redirectScheme", "rateLimit"]
    assert len(known) == 3 and named[-1] == "tools-compress@kubernetescrd", "the file's own comes after them"
    assert {"rateLimit": {"average": 1000000, "period": "1m", "burst": 200}} in known.values()


def test_the_headers_leave_alone_what_the_program_says_itself():
    headers = next(spec["headers"] for spec in specs(configuration("edge")).values() if "headers" in spec)
    assert headers == {"contentTypeNosniff": True, "frameDeny": True, "referrerPolicy": "no-referrer", "stsSeconds": 31536000}


def test_there_is_no_middleware_unless_it_is_asked_for():
    items = objects(values=customer())
    assert not find(items, "Middleware") and "annotations" not in one(items, "Ingress")["metadata"]


def routes(items, redirect):
    named = [item for item in find(items, "HTTPRoute") if ("-redirect" in item["metadata"]["name"]) == redirect]
    assert all(len(item["spec"]["hostnames"]) <= 16 for item in named)
    return [item["spec"] for item in named], [host for item in named for host in item["spec"]["hostnames"]]


def test_routes_stand_in_for_the_ingress():
    items = configuration("gateway")
    assert not find(items, "Ingress")
    specs, hosts = routes(items, redirect=False)
    assert hosts == ["gateway.parcellab.com", *(f"{letter}.example.com" for letter in "abcdefghijklmnop")]
    names = [item["metadata"]["name"] for item in find(items, "Middleware")]
    for spec in specs:
        (rule,) = spec["rules"]
        service = one(items, "Service")
        assert rule["backendRefs"] == [{"name": service["metadata"]["name"], "port": service["spec"]["ports"][0]["port"]}]
        assert spec["parentRefs"] == [{"name": "public", "namespace": "gateways", "sectionName": "https"}]
        assert [one_of["extensionRef"]["name"] for one_of in rule["filters"]] == names
    (controller, *_) = one(items, "NetworkPolicy")["spec"]["ingress"]
    assert controller["from"][0]["podSelector"]["matchLabels"] == {"gateway.networking.k8s.io/gateway-name": "public"}


def test_plain_http_is_redirected_from_a_listener_of_its_own():
    items = configuration("gateway")
    specs, hosts = routes(items, redirect=True)
    assert hosts == routes(items, redirect=False)[1]
    for spec in specs:
        assert spec["parentRefs"] == [{"name": "public", "namespace": "gateways", "sectionName": "http"}]
        assert spec["rules"] == [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}]}]


def test_no_redirect_without_a_listener_to_redirect_from():
    route = {"enabled": True, "parentRefs": [{"name": "g"}]}
    items = objects(values=customer(ingress={"enabled": False}, httpRoute=route))
    assert len(find(items, "HTTPRoute")) == 1 and "filters" not in one(items, "HTTPRoute")["spec"]["rules"][0]


def test_the_cluster_decides_on_versions_of_ip_unless_told():
    spec = one(objects(values=customer()), "Service")["spec"]
    assert not {"ipFamilyPolicy", "ipFamilies"} & spec.keys()
    spec = one(configuration("edge"), "Service")["spec"]
    assert (spec["ipFamilyPolicy"], spec["ipFamilies"]) == ("PreferDualStack", ["IPv6", "IPv4"])


def test_the_wave_is_the_deployments_alone():
    before, after = (one(objects(values=customer(rollout={"wave": wave})), "Deployment") for wave in (0, 1))
    assert [item["metadata"]["labels"]["greeter/wave"] for item in (before, after)] == ["0", "1"]
    assert before["spec"] == after["spec"], "another wave alone restarts nothing"
