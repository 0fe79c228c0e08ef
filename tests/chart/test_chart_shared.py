"""mode: shared: one release for every customer."""

import hashlib
import json
import os

import pytest
import yaml
from rendering import CUSTOMER_VALUES, REPO, customer, find, objects, one, pod, refusal, run

NAMES = [f"customer-{number}" for number in range(10_000)]
FILE = "customer:\n  name: {0}\n  greeting: Good morning from {0}, and from all the others here\n"


def values(*arguments, **environment):
    done = run(REPO / "scripts/shared-values", *arguments, env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def shared(customers, **more):
    return {"mode": "shared", "customers": customers} | more


def files(items):
    """File -> (ConfigMap it is in, text)."""
    return {key: (item["metadata"]["name"], text) for item in find(items, "ConfigMap") for key, text in item["data"].items()}


def hosts(items):
    return [rule["host"] for rule in one(items, "Ingress")["spec"]["rules"]]


@pytest.fixture(scope="module")
def ten_thousand():
    return objects(values=shared({name: FILE.format(name) for name in NAMES}), release="greeter-shared")


def test_the_script_hands_on_every_file_as_it_is():
    items = objects(values=values(), release="greeter-shared")
    assert {key: text for key, (_, text) in files(items).items()} == {
        path.name: path.read_text(encoding="utf-8") for path in CUSTOMER_VALUES.glob("*.yaml")
    }
    assert {item["metadata"]["name"] for item in find(items, "Deployment") + find(items, "Service")} == {"greeter-shared"}
    environment = {item["name"]: item["value"] for item in pod(items)["containers"][0]["env"]}
    assert "CUSTOMER_NAME" not in environment and environment["GREETER_DOMAIN"] == "parcellab.com"


def test_the_script_keeps_any_text(tmp_path):
    text = "# ünïcödé \u2028\r\ncustomer: {name: \"{{ x }}\", greeting: '$(X) \\ \"'}\n\n\n"
    (tmp_path / "customer-x.yaml").write_bytes(text.encode())
    given = values(CUSTOMER_VALUES=str(tmp_path), DOMAIN="example.com")
    assert given["customers"] == {"customer-x": text} and given["domain"] == "example.com"
    assert files(objects(values=given))["customer-x.yaml"][1] == text


def test_all_hosts_below_the_domain_are_one_and_weaker_than_a_release_of_ones_own():
    own = {"a": "customer: {greeting: x, hosts: [a.example.org, b.parcellab.com]}", "b": "{customer: {greeting: x}, domain: x.net}"}
    items = objects(values=shared(own))
    assert hosts(items) == ["*.parcellab.com", "*.x.net", "a.example.org"]
    assert one(items, "Ingress")["metadata"]["annotations"] == {"traefik.ingress.kubernetes.io/router.priority": "1"}


def test_ten_thousand_customers_fit(ten_thousand):
    assert files(ten_thousand).keys() == {f"{name}.yaml" for name in NAMES}
    for item in find(ten_thousand, "ConfigMap"):
        assert len(json.dumps(item["data"])) < 2**20 / 4


def test_the_pod_mounts_each_configmap_once(ten_thousand):
    volume = next(volume for volume in pod(ten_thousand)["volumes"] if volume["name"] == "customers")
    mounted = [source["configMap"]["name"] for source in volume["projected"]["sources"]]
    assert mounted == [item["metadata"]["name"] for item in find(ten_thousand, "ConfigMap")] and len(set(mounted)) == 16


def test_no_customer_moves_when_others_come_and_go(ten_thousand):
    few = objects(values=shared({name: FILE.format(name) for name in NAMES[::1000]}), release="greeter-shared")
    many = files(ten_thousand)
    assert all(many[key] == found for key, found in files(few).items())
    assert one(few, "Deployment")["spec"] == one(ten_thousand, "Deployment")["spec"], "so nothing restarts either"


def test_too_much_for_a_configmap_is_refused():
    crowd = [name for name in NAMES if hashlib.sha256(name.encode()).hexdigest()[0] == "0"][:12]
    text = yaml.safe_dump(customer(customer={"name": "X", "greeting": "x" * 90_000}))
    assert "12 of 12 customers take more than the 1 MiB of ConfigMap customers-0" in refusal(values=shared(dict.fromkeys(crowd, text)))


def test_more_hosts_than_an_ingress_holds_are_refused():
    text = yaml.safe_dump(customer(customer={"greeting": "x", "hosts": [f"h{number}.example.org" for number in range(2000)]}))
    assert "2001 hosts of their own, an Ingress at most 2000" in refusal(values=shared({"x": text}))


WRONG = [
    ({"Upper": FILE}, "'Upper' does not match pattern"),
    ({}, "customers is empty: scripts/shared-values makes it"),
    ({"x": "customer: ["}, "customers.x is no customer's file: error converting YAML"),
    ({"x": "greeting: x"}, "customers.x is no customer's file: it has no customer.greeting"),
]


@pytest.mark.parametrize(("customers", "message"), WRONG, ids=lambda item: str(item)[:40])
def test_what_is_no_file_of_a_customer_is_refused(customers, message):
    assert message in refusal(values=shared(customers))


def test_a_customer_of_its_own_is_refused():
    given = shared({"x": FILE.format("x")}) | customer()
    assert "mode is shared, but customer.greeting is set" in refusal(values=given)


def test_a_store_is_one_pod_here_too():
    items = objects(values=shared({"x": FILE.format("x")}, persistence={"enabled": True}, api={"enabled": True}))
    assert one(items, "Deployment")["spec"]["replicas"] == 1
