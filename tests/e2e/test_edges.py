"""The way in, through a real Traefik: TLS, redirect, headers, a limit, the Gateway API, and one release for all customers.

INGRESS_CLASS, INGRESS and INGRESS_TLS (address:port) name another Traefik than the cluster's own."""
import json
import os

import pytest
import yaml

from site_under_test import DOMAIN, PREFIX, host_of, wait_until

CLASS = os.environ.get("INGRESS_CLASS", "traefik")
HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer",
           "strict-transport-security": "max-age=31536000"}


class Edge:
    """Asks by curl, which checks certificates."""

    def __init__(self, site, folder):
        self.site, self.folder = site, folder
        host, port = site.ingress_address()
        self.http, self.https = f"{host}:{port}", os.environ.get("INGRESS_TLS", f"{host}:443")
        self.names = []

    def ask(self, host, path="/", tls=False):
        """Status, headers as a list of pairs with lower-case names, and body."""
        trust = ["--cacert", self.folder / f"{host}.crt"] if tls else []
        text = self.site.output("curl", "-sS", "-i", "--noproxy", "*", "--max-time", "5", *trust,
                                "--connect-to", f"::{self.https if tls else self.http}", f"http{'s' if tls else ''}://{host}{path}")
        head, _, body = text.replace("\r", "").partition("\n\n")
        status, *lines = head.splitlines()
        return int(status.split()[1]), [(name.lower(), value) for name, value in (line.split(": ", 1) for line in lines)], body

    def status(self, host, path="/", tls=False):
        try:
            return self.ask(host, path, tls)[0]
        except AssertionError:  # curl's: no answer, or one whose certificate is not the host's
            return None

    def greets(self, host, greeting, tls=False):
        return self.status(host, tls=tls) == 200 and json.loads(self.ask(host, tls=tls)[2]) == {"response": greeting}

    def deploy(self, name, **values):
        name = f"{PREFIX}{name}"
        values["ingress"] = {"className": CLASS} | values.get("ingress", {})
        self.site.write(name, greeting=f"This is {name}", **values)
        self.names.append(name)
        self.site.must("deploy", CUSTOMER=name, VERIFY="0")  # what leads to it may be missing yet: the tests ask
        return name

    def certify(self, name):
        """The customer's certificate, signed by itself, in a Secret in its namespace."""
        host = host_of(name)
        key, certificate = (self.folder / f"{host}.{ending}" for ending in ("key", "crt"))
        self.site.output("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                         "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", certificate)
        self.site.kubectl("-n", name, "create", "secret", "tls", "certificate", f"--cert={certificate}", f"--key={key}")


@pytest.fixture(scope="module")
def edge(site, tmp_path_factory):
    edge = Edge(site, tmp_path_factory.mktemp("certificates"))
    yield edge
    for name in edge.names:
        site.file(name).unlink()
        site.must("undeploy", CUSTOMER=name)


@pytest.fixture(scope="module")
def encrypted(edge):
    tls = {"enabled": True, "secretName": "certificate"}
    name = edge.deploy("tls", ingress={"tls": tls, "redirect": True, "securityHeaders": {"enabled": True}}, api={"enabled": True})
    edge.certify(name)
    wait_until(60, "the customer's certificate is served", lambda: edge.status(host_of(name), tls=True) == 200)
    return name


def test_the_certificate_of_the_secret_is_served(edge, encrypted):
    assert edge.greets(host_of(encrypted), f"This is {encrypted}", tls=True)


def test_plain_http_is_redirected_for_good(edge, encrypted):
    status, headers, _ = edge.ask(host_of(encrypted), "/docs?a=b")
    assert (status, dict(headers)["location"]) == (301, f"https://{host_of(encrypted)}/docs?a=b")


@pytest.mark.parametrize("path", ["/", "/ui", "/nothing"])
def test_each_security_header_is_there_once(edge, encrypted, path):
    headers = edge.ask(host_of(encrypted), path, tls=True)[1]
    assert sorted(pair for pair in headers if pair[0] in HEADERS) == sorted(HEADERS.items())


def test_the_pages_own_policy_passes(edge, encrypted):
    policies = [value for name, value in edge.ask(host_of(encrypted), "/ui", tls=True)[1] if name == "content-security-policy"]
    assert len(policies) == 1 and "default-src 'none'" in policies[0]


def test_too_many_requests_get_429(edge):
    limit = {"enabled": True, "average": 1, "period": "1m", "burst": 5}
    host = host_of(edge.deploy("limit", ingress={"rateLimit": limit}))
    wait_until(60, "the customer is reached", lambda: edge.status(host) in (200, 429))
    answers = [edge.status(host) for _ in range(8)]
    assert answers[-1] == 429 and set(answers) <= {200, 429}


def test_a_gateway_leads_to_the_customer_and_redirects(edge):
    name = f"{PREFIX}gateway"
    parents = [[{"name": "edge", "sectionName": listener}] for listener in ("https", "http")]
    edge.deploy("gateway", ingress={"enabled": False, "securityHeaders": {"enabled": True}},
                httpRoute={"enabled": True, "parentRefs": parents[0], "redirectFrom": parents[1]})
    edge.certify(name)
    # Ports of Traefik's entry points, not of its Service.
    secure = {"name": "https", "protocol": "HTTPS", "port": 8443, "tls": {"certificateRefs": [{"name": "certificate"}]}}
    gateway = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "edge", "namespace": name},
               "spec": {"gatewayClassName": CLASS, "listeners": [{"name": "http", "protocol": "HTTP", "port": 8000}, secure]}}
    edge.site.output("bash", "-c", 'kubectl apply -f - <<<"$1"', "-", json.dumps(gateway))
    wait_until(60, "the Gateway leads to the customer", lambda: edge.greets(host_of(name), f"This is {name}", tls=True))
    assert dict(edge.ask(host_of(name), tls=True)[1])["x-frame-options"] == "DENY"
    status, headers, _ = edge.ask(host_of(name), "/x")
    assert (status, dict(headers)["location"]) == (301, f"https://{host_of(name)}/x")


@pytest.fixture(scope="module")
def shared(site, edge, tmp_path_factory):
    """A function that deploys one release for the customers of a folder, and the folder."""
    folder, values = tmp_path_factory.mktemp("customers"), tmp_path_factory.mktemp("shared") / "values.yaml"
    values.write_text(yaml.safe_dump({"ingress": {"className": CLASS}, "autoscaling": {"enabled": False}}))
    release, domain = f"{PREFIX}shared", f"shared.{DOMAIN}"

    def deploy(**greetings):
        for name, greeting in greetings.items():
            (folder / f"{PREFIX}{name}.yaml").write_text(f"customer: {{name: {name}, greeting: {greeting}}}\n")
        return site.must("deploy-shared", RELEASE=release, DOMAIN=domain, CUSTOMER_VALUES=str(folder), VALUES=str(values))

    deploy(one="I am one", two="I am two", own="together")
    yield deploy, release, folder, lambda name: f"{PREFIX}{name}.{domain}"
    site.must("undeploy", CUSTOMER=release)


def test_one_release_answers_for_each_customer(edge, shared):
    _, _, _, host = shared
    for name in "one", "two":
        wait_until(60, f"{name} is greeted", lambda: edge.greets(host(name), f"I am {name}"))
    assert edge.status(host("nobody")) == 404


def test_a_changed_and_a_new_file_are_live_without_a_restart(site, edge, shared):
    deploy, release, _, host = shared
    pods = site.pods(release)
    deploy(one="I have changed", three="I am three")
    wait_until(90, "the change is live", lambda: edge.greets(host("one"), "I have changed"))
    wait_until(90, "the new one is greeted", lambda: edge.greets(host("three"), "I am three"))
    assert edge.greets(host("two"), "I am two")
    assert site.pods(release) == pods


def test_a_release_of_its_own_goes_before_the_shared_one(site, edge, shared):
    _, _, folder, host = shared
    name = f"{PREFIX}own"
    wait_until(60, "the shared release greets it", lambda: edge.greets(host("own"), "together"))
    document = {"customer": {"name": "own", "greeting": "alone"}, "domain": f"shared.{DOMAIN}", "ingress": {"className": CLASS}}
    site.file(name).write_text(yaml.safe_dump(document))
    edge.names.append(name)
    site.must("deploy", CUSTOMER=name)
    wait_until(60, "its own release greets it", lambda: edge.greets(host("own"), "alone"))
