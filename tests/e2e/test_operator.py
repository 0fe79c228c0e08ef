"""Customers as objects: what kubectl applies is served, kept as it is to be, and gone when it is deleted; whatever happens to the
operator and to its webhook. FIFTY=50 says how many customers are made at once."""
import json
import os
import subprocess
import time

import pytest
import yaml

from loadgen import Load
from site_under_test import DOMAIN, OPERATOR, PREFIX, host_of, wait_until

NAME = f"{PREFIX}object"
MANY = int(os.environ.get("FIFTY", 50))
GROUP = "greeter.parcellab.com"
CLASSES = {"standard": {}, "small": {"autoscaling": {"enabled": False}, "replicas": 1, "shutdown": {"preStopSeconds": 1, "delaySeconds": 0}},
           "stored": {"kubernetes": {"enabled": True}, "api": {"enabled": True}}}


@pytest.fixture(scope="module")
def operator(site, tmp_path_factory):
    values = tmp_path_factory.mktemp("operator") / "values.yaml"
    values.write_text(yaml.safe_dump({"operator": {"classes": CLASSES}}), encoding="utf-8")
    site.must("deploy-operator", VALUES=str(values))
    yield site
    for name in site.operated():
        site.kubectl("delete", "customer", name, "--wait=false")
    wait_until(180, "no customers are left", lambda: not site.operated())
    site.must("undeploy", CUSTOMER=OPERATOR)


def apply(site, name=NAME, **spec):
    done = site.apply("Customer", name, {"name": name, "greeting": f"This is {name}", **spec})
    assert done.returncode == 0, done.stderr


def object_of(site, name=NAME):
    return json.loads(site.kubectl("get", "customer", name, "-o", "json"))


def condition(site, name=NAME, kind="Ready"):
    found = [item for item in object_of(site, name).get("status", {}).get("conditions", []) if item["type"] == kind]
    return found[0] if found else {"status": "Unknown", "reason": "", "message": ""}


def is_ready(site, name=NAME):
    status = object_of(site, name)
    return condition(site, name)["status"] == "True" and status["status"]["observedGeneration"] == status["metadata"]["generation"]


def gone(site, kind, name, *arguments):
    return not site.kubectl("get", kind, name, *arguments, "--ignore-not-found", "-o", "name")


def delete(site, name):
    site.kubectl("delete", "customer", name, "--wait=true", "--timeout=120s")


@pytest.fixture
def customer(operator, request):
    """The name of a customer that is there just for this test."""
    name = PREFIX + request.node.originalname.removeprefix("test_").replace("_", "-")[:24].strip("-")
    apply(operator, name)
    wait_until(60, f"{name} is ready", lambda: is_ready(operator, name))
    yield name
    if name in operator.operated():
        operator.kubectl("delete", "customer", name, "--wait=false")


def seconds_until_served(site, name):
    begun = time.monotonic()
    apply(site, name, greeting="Hello!")
    wait_until(60, "the host answers", lambda: site.answers(name, "Hello!", times=1))
    return time.monotonic() - begun


def test_an_object_is_served_within_ten_seconds(operator):
    times = [seconds_until_served(operator, NAME)]
    while times[-1] >= 10 and len(times) < 3:  # the node may be busy
        times.append(seconds_until_served(operator, f"{NAME}-{len(times)}"))
    print(f"seconds from kubectl apply to the first greeting: {[round(t, 1) for t in times]}")
    assert times[-1] < 10
    wait_until(60, "it is ready", lambda: is_ready(operator))
    status = object_of(operator)["status"]
    assert status["namespace"] == NAME and status["hosts"] == [host_of(NAME)]
    wait_until(60, "both pods are ready", lambda: object_of(operator)["status"]["replicas"] == "2/2")
    shown = operator.kubectl("get", "customers", NAME)
    assert "READY" in shown and "True" in shown and host_of(NAME) in shown and "standard" in shown
    assert NAME in operator.must("status").stdout
    assert [host_of(NAME), "ok"] in [line.split()[:2] for line in operator.must("verify", NAME).stdout.splitlines()]


def test_it_is_what_helm_would_have_installed(operator):
    apply(operator, greeting="Hello!")
    wait_until(60, "it is ready", lambda: is_ready(operator))
    kinds = "serviceaccounts,configmaps,services,networkpolicies,poddisruptionbudgets,deployments,horizontalpodautoscalers,ingresses"
    label = f"{GROUP}/customer={NAME}"
    found = {(item["kind"], item["metadata"]["name"]) for item in json.loads(operator.kubectl("-n", NAME, "get", kinds, "-l", label, "-o", "json"))["items"]}
    assert {kind for kind, _ in found} == {"ServiceAccount", "ConfigMap", "Service", "NetworkPolicy", "PodDisruptionBudget", "Deployment",
                                           "HorizontalPodAutoscaler", "Ingress"}
    namespace = json.loads(operator.kubectl("get", "namespace", NAME, "-o", "json"))["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted" and namespace[f"{GROUP}/customer"] == NAME
    (quota,) = operator.objects("resourcequotas", NAME)
    assert quota["spec"]["hard"]["pods"] == "20"


def test_an_edit_is_live(operator, customer):
    apply(operator, customer, greeting="Changed!", hosts=[f"further-{customer}.example.com"])
    wait_until(30, "the new greeting everywhere", lambda: operator.answers(customer, "Changed!"))
    wait_until(30, "the further host", lambda: operator.get(f"further-{customer}.example.com")[0] == 200)
    wait_until(30, "the status says so", lambda: is_ready(operator, customer))
    assert object_of(operator, customer)["status"]["hosts"] == [host_of(customer), f"further-{customer}.example.com"]


def test_a_child_that_is_deleted_comes_back(operator, customer):
    name = f"greeter-{customer}"
    for kind in ("configmap", "service", "ingress", "networkpolicy", "serviceaccount", "hpa", "deployment"):
        before = operator.kubectl("-n", customer, "get", kind, name, "-o", "jsonpath={.metadata.uid}")
        operator.kubectl("-n", customer, "delete", kind, name, "--wait=false")
        wait_until(20, f"the {kind} is there again", lambda kind=kind, before=before: before != operator.output(
            "kubectl", "-n", customer, "get", kind, name, "--ignore-not-found", "-o", "jsonpath={.metadata.uid}") != "")
    wait_until(60, "it greets again", lambda: operator.answers(customer, f"This is {customer}"))


def test_drift_is_repaired(operator, customer):
    operator.kubectl("-n", customer, "patch", "service", f"greeter-{customer}", "--type=merge", "-p", '{"spec": {"selector": {"app.kubernetes.io/name": "x"}}}')
    operator.kubectl("-n", customer, "label", "ingress", f"greeter-{customer}", "app.kubernetes.io/part-of=x", "--overwrite")

    def repaired():
        (service,), (ingress,) = operator.objects("services", customer), operator.objects("ingresses", customer)
        return service["spec"]["selector"]["app.kubernetes.io/name"] == "greeter" and ingress["metadata"]["labels"]["app.kubernetes.io/part-of"] == "greeter"

    wait_until(20, "both are as they were", repaired)


def test_another_class_prunes_what_it_has_not(operator, customer):
    apply(operator, customer, **{"class": "small"})
    wait_until(60, "one pod, and no autoscaler", lambda: not operator.objects("hpa", customer) and len(operator.pods(customer)) == 1)
    assert not operator.objects("poddisruptionbudgets", customer)
    wait_until(60, "it greets", lambda: operator.answers(customer, f"This is {customer}"))


def leader(site):
    holder = site.kubectl("-n", OPERATOR, "get", "lease", "greeter-operator", "-o", "jsonpath={.spec.holderIdentity}")
    return holder.rsplit("_", 1)[0]  # the pod's name, and what tells it from itself before a restart


def test_the_operator_is_killed_midway(operator):
    names = [f"{PREFIX}midway-{number}" for number in range(8)]
    for name in names:
        apply(operator, name, **{"class": "small"})
    wait_until(20, "some have a namespace", lambda: any(not gone(operator, "namespace", name) for name in names))
    before = leader(operator)
    operator.kubectl("-n", OPERATOR, "delete", "pod", before, "--force", "--grace-period=0", "--wait=false")
    wait_until(60, "another one leads", lambda: leader(operator) not in ("", before))
    wait_until(120, "all are ready", lambda: all(is_ready(operator, name) for name in names))
    wait_until(30, "all answer", lambda: all(operator.answers(name, f"This is {name}", times=3) for name in names))
    for name in names:
        operator.kubectl("delete", "customer", name, "--wait=false")
    wait_until(120, "all are gone", lambda: not set(names) & set(operator.operated()))


BAD = [
    ({"greeting": ""}, "spec.greeting", "write at least one visible character"),
    ({"hosts": ["Upper.example.com"]}, "Upper.example.com", "write a lower-case DNS name"),
    ({"greetings": {"import": {"text": "x"}}}, "spec.greetings", "are paths of the API"),
    ({"greetings": {"a": {"text": "x", "starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}}}, "ends_at", "use a time after starts_at"),
    ({"class": "nobody-knows-it"}, "spec.class", "use one of small, standard, stored"),
    ({"deletion": "Never"}, "spec.deletion", '"Delete", "Retain"'),
    ({"greeetings": {}}, "greeetings", "unknown field"),
]


@pytest.mark.parametrize(("spec", "field", "rule"), BAD, ids=lambda item: str(item)[:30])
def test_a_bad_customer_is_refused_and_told_why(operator, spec, field, rule):
    name = f"{PREFIX}bad"
    done = operator.apply("Customer", name, {"name": name, "greeting": "Hello!", **spec})
    assert done.returncode != 0 and field in done.stderr and rule in done.stderr, done.stderr
    assert name not in operator.operated()


def test_no_two_customers_have_the_same_name_or_host(operator, customer):
    for spec, what in ({"name": customer}, customer), ({"hosts": [host_of(customer)]}, host_of(customer)):
        done = operator.apply("Customer", f"{PREFIX}twice", {"name": "Twice", "greeting": "x", **spec})
        assert done.returncode != 0 and what in done.stderr and customer in done.stderr, done.stderr


def test_a_dry_run_changes_nothing(operator):
    name = f"{PREFIX}dry"
    done = operator.apply("Customer", name, {"name": name, "greeting": "x"}, arguments=["--dry-run=server"])
    assert done.returncode == 0, done.stderr
    assert name not in operator.operated() and gone(operator, "namespace", name)
    assert operator.apply("Customer", name, {"name": name, "greeting": " "}, arguments=["--dry-run=server"]).returncode != 0


def test_a_namespace_of_somebody_else_is_left_alone(operator):
    name = f"{PREFIX}taken"
    operator.kubectl("create", "namespace", name)
    try:
        apply(operator, name)
        wait_until(20, "the status says so", lambda: condition(operator, name)["reason"] == "NamespaceTaken")
        assert not operator.objects("deployments", name)
        delete(operator, name)
        assert not gone(operator, "namespace", name)
    finally:
        operator.kubectl("delete", "namespace", name)


def may(site, account, verb, what, *arguments):
    """Whether that account of the operator's namespace may do that."""
    done = subprocess.run(["kubectl", "auth", "can-i", verb, what, *arguments, f"--as=system:serviceaccount:{OPERATOR}:{account}"], env=site.env,
                          capture_output=True, text=True)
    return done.stdout.strip() == "yes"


def test_the_operator_may_do_no_more_than_it_needs(operator):
    for right in (("create", "namespaces"), ("patch", "deployments.apps"), ("delete", "ingresses.networking.k8s.io"),
                  ("patch", "customers", "--subresource=status"), ("create", "secrets")):
        assert may(operator, OPERATOR, *right, "-A"), right
    never = [(verb, "secrets") for verb in ("get", "list", "watch", "update", "patch", "delete")]
    never += [("create", "pods"), ("create", "pods", "--subresource=exec"), ("get", "nodes"), ("create", "clusterroles"), ("create", "clusterrolebindings"),
              ("patch", "customresourcedefinitions"), ("create", "customers"), ("delete", "customers"), ("impersonate", "users"), ("escalate", "roles"), ("bind", "roles"),
              ("patch", "validatingwebhookconfigurations"), ("delete", "leases"), ("create", "daemonsets.apps"), ("create", "persistentvolumes")]
    assert not [what for what in never if may(operator, OPERATOR, *what, "-A")]
    webhook = f"{OPERATOR}-webhook"
    assert may(operator, webhook, "list", "customers")
    assert not [verb for verb in ("create", "patch", "delete") if may(operator, webhook, verb, "customers")]
    assert not may(operator, webhook, "list", "secrets", "-A") and not may(operator, webhook, "get", "secrets", "-n", "kube-system")
    assert not may(operator, webhook, "patch", "validatingwebhookconfigurations/another")


def refusal(site, *command):
    """Of kubectl as the operator; nothing is changed."""
    account = f"--as=system:serviceaccount:{OPERATOR}:{OPERATOR}"
    return subprocess.run(["kubectl", *command, "--dry-run=server", account], env=site.env, capture_output=True, text=True).stderr


def test_the_operator_writes_in_namespaces_of_customers_alone(operator, customer):
    assert refusal(operator, "-n", customer, "create", "configmap", "any") == ""
    for namespace in "kube-system", "default", OPERATOR:
        assert f"namespace {namespace} has no label" in refusal(operator, "-n", namespace, "create", "configmap", "any")
    for command in ("create", "namespace", f"{PREFIX}any"), ("label", "namespace", "default", f"{GROUP}/customer=default"), ("delete", "namespace", OPERATOR):
        assert "denied request: namespace" in refusal(operator, *command)


def test_it_gives_an_instance_the_rights_of_its_store_and_no_other(operator, customer):
    apply(operator, customer, **{"class": "stored"})
    wait_until(90, "it is ready", lambda: is_ready(operator, customer))
    rights = json.loads(operator.kubectl("-n", customer, "get", "role", f"greeter-{customer}", "-o", "json"))["rules"]
    assert {resource for rule in rights for resource in rule["resources"]} == {"greetings", "greetings/status", "configmaps"}
    done = operator.apply("Greeting", "hello", {"text": "From kubectl"}, namespace=customer)
    assert done.returncode == 0, done.stderr
    wait_until(30, "it is given", lambda: operator.answers(customer, "From kubectl", times=5))


def test_a_bad_greeting_is_refused_by_the_webhook(operator, customer):
    # What no schema can say: a second more than a minute has, in the middle of a day.
    done = operator.apply("Greeting", "odd", {"text": "x", "starts_at": "0000-01-01T00:00:00Z"}, namespace=customer)
    assert done.returncode != 0 and "starts_at" in done.stderr and "0000-01-01T00:00:00Z" in done.stderr and "RFC 3339" in done.stderr, done.stderr


def test_the_certificate_of_the_webhook_is_made_anew(operator):
    secret = f"{OPERATOR}-webhook-tls"
    before = operator.kubectl("-n", OPERATOR, "get", "secret", secret, "-o", "jsonpath={.metadata.uid}")
    operator.kubectl("-n", OPERATOR, "delete", "secret", secret)
    wait_until(60, "there is another", lambda: operator.output("kubectl", "-n", OPERATOR, "get", "secret", secret, "--ignore-not-found",
                                                               "-o", "jsonpath={.metadata.uid}") not in ("", before))

    def refused_by_rule():
        done = operator.apply("Customer", f"{PREFIX}bad", {"name": "x", "greeting": "x", "hosts": [f"{PREFIX}bad.{DOMAIN}"]}, arguments=["--dry-run=server"])
        return done.returncode != 0 and "x509" not in done.stderr and f"{PREFIX}bad.{DOMAIN}" in done.stderr

    wait_until(60, "the API server believes it", refused_by_rule)


def test_without_the_webhook_customers_wait_and_greetings_do_not(operator, customer):
    webhook = f"{OPERATOR}-webhook"
    operator.kubectl("-n", OPERATOR, "scale", "deployment", webhook, "--replicas=0")
    try:
        later = {"name": customer, "greeting": "Later!"}
        wait_until(60, "nobody answers", lambda: operator.apply("Customer", customer, later, arguments=["--dry-run=server"]).returncode != 0)
        assert operator.apply("Greeting", "any", {"text": "x"}, namespace=customer).returncode == 0
        assert operator.answers(customer, f"This is {customer}")
        # What the operator does does not wait for the webhook.
        operator.kubectl("-n", customer, "delete", "service", f"greeter-{customer}")
        wait_until(20, "the service is there again", lambda: operator.objects("services", customer))
    finally:
        operator.kubectl("-n", OPERATOR, "scale", "deployment", webhook, "--replicas=2")
        operator.kubectl("-n", OPERATOR, "rollout", "status", "deployment", webhook, "--timeout=90s")


def test_a_deleted_customer_goes_with_its_namespace(operator, customer):
    delete(operator, customer)
    assert gone(operator, "namespace", customer)
    wait_until(30, "the ingress has forgotten it", lambda: operator.get(host_of(customer))[0] == 404)


def test_a_customer_that_is_retained_stays_as_it_is(operator, customer):
    apply(operator, customer, deletion="Retain")
    wait_until(60, "both pods", lambda: len(operator.ready(customer)) == 2)
    before = set(operator.pods(customer))
    delete(operator, customer)
    assert set(operator.pods(customer)) == before and operator.answers(customer, f"This is {customer}")
    operator.kubectl("delete", "namespace", customer)


def test_a_customer_of_helm_is_adopted_and_given_back_without_losing_a_request(operator):
    name = f"{PREFIX}adopted"
    operator.write(name, greeting="Hello!")
    operator.must("deploy", CUSTOMER=name)
    wait_until(60, "both pods", lambda: len(operator.ready(name)) == 2)
    pods = set(operator.pods(name))
    with Load(operator.ingress_address(), host_of(name), "Hello!") as load:
        operator.must("adopt", CUSTOMER=name)
        assert name not in operator.releases() and is_ready(operator, name)
        plan = operator.must("deploy", "--plan", CUSTOMER=name).stdout
        assert f"operator  {name}" in plan
        adopted = set(operator.pods(name))
        operator.must("unadopt", CUSTOMER=name)
    assert adopted == pods and name in operator.releases() and name not in operator.operated()
    assert load.requests > 100 and not load.failures, load.failures[:5]
    assert not operator.objects("resourcequotas", name)
    operator.file(name).unlink()
    operator.must("undeploy", CUSTOMER=name)


def test_the_operator_is_not_removed_under_its_customers(operator, customer):
    done = operator.run("undeploy", CUSTOMER=OPERATOR)
    assert done.returncode != 0 and customer in done.stderr


def test_many_customers_converge(operator):
    names = [f"{PREFIX}many-{number:02}" for number in range(MANY)]
    begun = time.monotonic()
    for name in names:
        apply(operator, name, **{"class": "small"})

    def ready():
        items = json.loads(operator.kubectl("get", "customers", "-o", "json"))["items"]
        return {item["metadata"]["name"] for item in items for found in item.get("status", {}).get("conditions", [])
                if (found["type"], found["status"]) == ("Ready", "True")}

    wait_until(900, "all are ready", lambda: set(names) <= ready())
    print(f"{MANY} customers ready {time.monotonic() - begun:.0f} s after the first kubectl apply")
    wait_until(30, "all answer", lambda: all(operator.answers(name, f"This is {name}", times=1) for name in names))
    for name in names:
        operator.kubectl("delete", "customer", name, "--wait=false")
    wait_until(600, "all are gone", lambda: not set(names) & set(operator.operated()))


def labelled(site, name):
    """What the operator once made and still carries its label, but for what controllers copy it to."""
    kinds = "configmaps,deployments,horizontalpodautoscalers,ingresses,networkpolicies,poddisruptionbudgets,resourcequotas,roles,secrets,serviceaccounts,services"
    found = json.loads(site.kubectl("-n", name, "get", kinds, "-l", f"{GROUP}/customer", "-o", "json"))["items"]
    return sorted((item["kind"], item["metadata"]["name"]) for item in found)


def test_a_class_that_has_less_than_the_release_takes_it_over_and_gives_it_back(operator):
    name, selector = f"{PREFIX}less", {"kubernetes.io/os": "linux"}
    operator.write(name, greeting="Hello!", nodeSelector=selector)
    operator.must("deploy", CUSTOMER=name)
    operator.must("adopt", CUSTOMER=name, CLASS="small")
    assert name not in operator.releases() and not operator.objects("hpa", name) and not operator.objects("poddisruptionbudgets", name)
    (deployment,) = operator.objects("deployments", name)
    assert "nodeSelector" not in deployment["spec"]["template"]["spec"]
    wait_until(60, "it is ready, with one pod", lambda: is_ready(operator, name) and len(operator.pods(name)) == 1)
    assert operator.objects("deployments", name)[0]["spec"]["replicas"] == 1
    assert operator.answers(name, "Hello!")
    operator.must("unadopt", CUSTOMER=name)
    assert name in operator.releases() and name not in operator.operated()
    (deployment,) = operator.objects("deployments", name)
    assert deployment["spec"]["template"]["spec"]["nodeSelector"] == selector and operator.objects("hpa", name)
    wait_until(60, "both pods", lambda: len(operator.ready(name)) == 2)
    assert labelled(operator, name) == [] and "1 unchanged" in operator.must("deploy", "--plan", CUSTOMER=name).stdout
    operator.file(name).unlink()
    operator.must("undeploy", CUSTOMER=name)


def test_who_is_retained_is_helm_s_only_where_that_is_asked_for(operator, customer):
    apply(operator, customer, deletion="Retain")
    wait_until(60, "both pods", lambda: len(operator.ready(customer)) == 2)
    pods = set(operator.pods(customer))
    delete(operator, customer)
    operator.write(customer, greeting=f"This is {customer}")
    said = operator.must("deploy", CUSTOMER=customer).stderr
    assert f"retained  {customer}" in said and "TAKE_OWNERSHIP=1" in said
    assert set(operator.pods(customer)) == pods and customer not in operator.releases() and operator.answers(customer, f"This is {customer}")
    operator.must("deploy", CUSTOMER=customer, TAKE_OWNERSHIP="1")
    assert customer in operator.releases() and set(operator.pods(customer)) == pods and labelled(operator, customer) == []
    assert not gone(operator, "namespace", customer) and operator.answers(customer, f"This is {customer}")
    operator.file(customer).unlink()
    operator.must("undeploy", CUSTOMER=customer)
