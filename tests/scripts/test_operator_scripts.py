"""What the scripts do where an operator runs customers beside Helm, or has run them."""
import http.server
import json
import re
import threading

import pytest
import yaml
from recorded_cluster import CUSTOMERS, Cluster

NAME = "customer-x"
FILE = "customer: {name: X, greeting: Hi}\n"
OPERATOR = "greeter-operator"
GREETINGS = "greetings.greeter.parcellab.com"


@pytest.fixture
def cluster(tmp_path):
    made = Cluster(tmp_path)
    made.write(NAME, FILE)
    return made


def planned(cluster, **env):
    done = cluster.must("deploy", "--plan", **env)
    return done.stdout


# What the operator has let go of

def test_a_retained_customer_is_not_new(cluster):
    cluster.has_instance(NAME, operated=True)
    plan = planned(cluster)
    assert plan.startswith("0 new") and f"retained  {NAME}" in plan and "TAKE_OWNERSHIP=1 make deploy CUSTOMER=..." in plan
    assert planned(cluster, TAKE_OWNERSHIP="1").startswith("1 new")


def failing_deploy(cluster, **env):
    cluster.stub("check-customers")
    cluster.stub("deploy-customer", 'touch "$RESULTS/$1.json" "$RESULTS/$1.failed"; exit 255')
    cluster.stub("rollback-customer")
    done = cluster.run("deploy", **env)
    assert done.returncode != 0 and f"failed: {NAME}" in done.stderr or f"{NAME} failed" in done.stderr, done.stderr
    return done.stderr


def test_a_failed_deploy_removes_only_what_it_made(cluster):
    failing_deploy(cluster)
    assert f"rollback-customer {NAME} 0" in cluster.stubs()
    cluster.has_instance(NAME, operated=False)  # and no release: what an earlier take-over that failed leaves
    assert "it stays as it is" in failing_deploy(cluster)
    assert not [line for line in cluster.stubs() if line.startswith("rollback-customer")]


def test_a_failed_take_over_says_how_to_go_on(cluster):
    cluster.has_instance(NAME, operated=True)
    assert f"TAKE_OWNERSHIP=1 make deploy CUSTOMER={NAME}" in failing_deploy(cluster, TAKE_OWNERSHIP="1", CUSTOMER=NAME)
    assert f"rollback-customer {NAME} 0" not in cluster.stubs()


# A cluster that does not say which customers the operator has

@pytest.mark.parametrize("broken", [f"get crd {CUSTOMERS}", f"get {CUSTOMERS} -o json"])
def test_who_can_not_be_asked_about_is_not_taken_for_nobody(cluster, broken):
    cluster.has_customer(NAME)
    assert f"operator  {NAME}" in planned(cluster)
    cluster.says("get namespace greeter-operator", OPERATOR)
    cluster.says(broken, code=1)
    assert cluster.run("deploy", "--plan").returncode != 0
    assert cluster.run("status").returncode != 0
    assert cluster.run("undeploy", CUSTOMER=OPERATOR, YES="1").returncode != 0
    assert not cluster.lines("^helm uninstall")


def test_without_a_definition_there_are_no_customers(cluster):
    assert planned(cluster).startswith("1 new")


# The operator's own release

def operators_values(cluster, **env):
    cluster.says("^helm get values", {"image": {"repository": "old", "tag": "1", "pullPolicy": "Always"}, "operator": {"classes": {"small": {}}}})
    cluster.must("deploy-operator", **env)
    ((line, given),) = cluster.calls("^helm upgrade")
    return line, given


def test_the_operator_keeps_its_values(cluster, tmp_path):
    cluster.says(f"get secrets -l owner=helm,name={OPERATOR} -o name", "secret/x")
    line, given = operators_values(cluster)
    assert "--values -" in line and json.loads(given) == {"image": {"pullPolicy": "Always"}, "operator": {"classes": {"small": {}}}}
    values = tmp_path / "operator.yaml"
    values.write_text("operator: {}\n", encoding="utf-8")
    line, given = operators_values(cluster, VALUES=str(values))
    assert line.count("--values") == 2 and f"--values {values}" in line


def test_an_interrupted_install_of_the_operator_is_forgotten(cluster):
    cluster.says(f"get secrets -l owner=helm,name={OPERATOR},status in .pending-install", "secret/pending")
    operators_values(cluster)
    assert cluster.lines("delete secret/pending")


# From Helm to the operator, and back

def managed(item, *managers):
    """As the cluster has it, with fields of these managers."""
    fields = [{"manager": manager, "operation": "Apply", "apiVersion": "v1", "fieldsV1": {f"f:{manager}": {}}} for manager in managers]
    return {**item, "metadata": {**item["metadata"], "managedFields": fields}}


def rendered(cluster, **values):
    file = cluster.folder / "values.yaml"
    file.write_text(yaml.safe_dump({"customer": {"name": "X", "greeting": "Hi"}, **values}), encoding="utf-8")
    text = cluster.must(f". ./lib.sh; helm template {NAME} ../app-chart --namespace {NAME} --skip-tests --values {file}").stdout
    return text, [item for item in yaml.safe_load_all(text) if item]


def has_release(cluster, **values):
    text, items = rendered(cluster, **values)
    cluster.says(f"^helm get values {OPERATOR}", {"operator": {"classes": {"small": {"autoscaling": {"enabled": False}, "replicas": 1}}}})
    cluster.says(f"^helm get values {NAME}", {"customer": {"name": "X", "greeting": "Hi"}, **values})
    cluster.says("^helm get manifest", text)
    cluster.says("api-resources", "deployments.apps\nendpoints\n")
    return items


def removed(cluster):
    return {(item["kind"], item["metadata"]["name"]) for _, given in cluster.calls("delete -f -") for item in json.loads(given)["items"]}


def patched(line):
    return json.loads(line.split("--patch ")[1])["metadata"]["managedFields"]


def order(cluster, *patterns):
    lines = cluster.lines("")
    return [next(number for number, line in enumerate(lines) if re.search(pattern, line)) for pattern in patterns]


def test_what_the_class_does_not_have_goes_with_the_release(cluster):
    items = has_release(cluster, api={"enabled": True})
    cluster.says("get deployments.apps -l", {"items": [managed(item, "helm", "kubelet") for item in items]})
    cluster.must("adopt", CUSTOMER=NAME, CLASS="small", YES="1")
    # Not the tokens, which are kept for good.
    assert removed(cluster) == {("HorizontalPodAutoscaler", f"greeter-{NAME}"), ("PodDisruptionBudget", f"greeter-{NAME}")}
    steps = order(cluster, "--dry-run=server", "patch Deployment.v1.apps", "create -f -$", "wait --for=condition=Ready", "delete -f -", "delete secrets -l owner=helm")
    assert steps[0] == min(steps) and steps[1:] == sorted(steps[1:])
    (line,) = cluster.lines("patch Deployment.v1.apps")
    assert [(entry["manager"], entry["fieldsV1"]) for entry in patched(line)] == [(OPERATOR, {"f:helm": {}}), ("kubelet", {"f:kubelet": {}})]


def test_fields_that_both_had_are_then_one_manager_s(cluster):
    item = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}}
    entries = [{"manager": "helm", "operation": "Update", "time": "t", "fieldsV1": {"f:spec": {"f:a": {}}}},
               {"manager": OPERATOR, "operation": "Apply", "fieldsV1": {"f:spec": {"f:b": {}}}},
               {"manager": "helm", "operation": "Update", "subresource": "status", "fieldsV1": {}}]
    item["metadata"]["managedFields"] = entries
    cluster.says("get  -l", {"items": [item]})
    cluster.must(f'. ./lib.sh; . ./kube.sh; . ./handover.sh; hand_over {NAME} "$BY_HELM" "$BY_OPERATOR"')
    (line,) = cluster.lines("patch Service")
    assert [(entry["manager"], entry["operation"], entry["fieldsV1"]) for entry in patched(line)] == [
        (OPERATOR, "Apply", {"f:spec": {"f:a": {}, "f:b": {}}}), ("helm", "Update", {})]


def test_an_adoption_that_was_interrupted_goes_on(cluster):
    has_release(cluster)
    cluster.has_customer(NAME, {"greeter.parcellab.com/adopt": "true"})
    cluster.must("adopt", CUSTOMER=NAME, YES="1")
    assert not cluster.lines("create -f -") and cluster.lines(f"annotate customer {NAME} greeter.parcellab.com/adopt-")
    cluster.says(f"^helm get values {NAME}", code=1)  # Helm has forgotten it already
    cluster.must("adopt", CUSTOMER=NAME, YES="1")
    assert cluster.lines(f"annotate customer {NAME} greeter.parcellab.com/adopt-")
    cluster.has_customer(NAME)
    assert "has no release of Helm" in cluster.run("adopt", CUSTOMER=NAME).stderr


def test_an_adoption_that_fails_has_helm_apply_its_release_again(cluster):
    has_release(cluster)
    cluster.stub("rollback-customer")
    cluster.says("wait --for=condition=Ready", code=1)
    cluster.says("get secrets --all-namespaces", f"{NAME}  x  1  owner=helm,name={NAME},version=4,status=deployed\n")
    done = cluster.run("adopt", CUSTOMER=NAME, YES="1")
    assert done.returncode != 0 and "is Helm's again, at revision 4" in done.stderr, done.stderr
    assert f"rollback-customer {NAME} 4" in cluster.stubs()
    assert not cluster.lines("delete secrets -l owner=helm")


def test_what_only_the_operator_had_goes_when_helm_takes_over(cluster, tmp_path):
    items = has_release(cluster)
    _, more = rendered(cluster, kubernetes={"enabled": True})
    cluster.says("get deployments.apps -l", {"items": [managed(item, OPERATOR) for item in more]})
    cluster.says("^helm upgrade", {"version": 1})
    cluster.says("get hpa,deployments", {"items": [{"kind": "Deployment", "spec": {"replicas": 1}, "status": {"readyReplicas": 1}}]})
    for name in ("common", "store"):
        (tmp_path / f"{name}.json").write_text("{}", encoding="utf-8")
    cluster.must("deploy-customer", NAME, RESULTS=str(tmp_path), TOTAL="1", TAKE_OWNERSHIP="1")
    assert removed(cluster) == {("Role", f"greeter-{NAME}"), ("RoleBinding", f"greeter-{NAME}")}  # not the visits
    assert len(cluster.lines(" patch ")) == len(more) >= len(items)
    steps = order(cluster, "delete resourcequotas", " patch ", "helm upgrade", "delete -f -", f"label deployments.apps -l greeter.parcellab.com/customer={NAME}")
    assert steps == sorted(steps)


def test_a_file_that_says_otherwise_than_the_object_is_asked_about(cluster):
    cluster.has_customer(NAME, greeting="Edited", hosts=["edited.example.com"])
    cluster.says("^helm get values", {"operator": {}, "domain": "parcellab.com"})
    cluster.stub("let-go")
    cluster.stub("deploy")
    done = cluster.run("unadopt", CUSTOMER=NAME)
    assert done.returncode != 0 and 'greeting "Edited" -> "Hi"' in done.stderr and "edited.example.com" in done.stderr
    assert not [line for line in cluster.stubs() if line.startswith(("let-go", "deploy"))]
    cluster.must("unadopt", CUSTOMER=NAME, YES="1")
    assert cluster.stubs()[-2:] == [f"let-go {NAME}", "deploy  TAKE_OWNERSHIP"]
    cluster.has_customer(NAME)
    cluster.must("unadopt", CUSTOMER=NAME)


def test_a_return_that_failed_is_begun_again(cluster):
    cluster.stub("deploy")
    assert "the operator has no customer" in cluster.run("unadopt", CUSTOMER=NAME).stderr
    cluster.has_instance(NAME, operated=True)
    cluster.must("unadopt", CUSTOMER=NAME)
    assert cluster.stubs()[-1] == "deploy  TAKE_OWNERSHIP"


def test_a_customer_between_the_two_is_shown_once(cluster):
    cluster.has_customer(NAME)
    cluster.says("^helm list", [{"name": NAME, "namespace": NAME, "chart": "greeter-1.0.0", "status": "deployed"}])
    assert cluster.must("status").stdout.count(f"{NAME} ") == 1


def test_the_operator_s_customers_are_not_undeployed(cluster):
    cluster.has_customer(NAME)
    cluster.says("^helm list", [{"name": name, "namespace": name, "chart": "greeter-1.0.0"} for name in (NAME, "another")])
    done = cluster.run("undeploy", CUSTOMER=NAME)
    assert done.returncode != 0 and f"kubectl delete customer {NAME}" in done.stderr and "is not deployed" not in done.stderr
    cluster.says("get namespace another -o json", {"metadata": {"labels": {}}})
    cluster.must("undeploy", YES="1")
    assert [line.split()[2] for line in cluster.lines("^helm uninstall")] == ["another"]


# The rest

@pytest.mark.parametrize(("annotated", "secrets", "defined"), [("", "", True), ("ns rel", "secret/x", False), ("ns rel", "", True)])
def test_a_deploy_brings_the_definition_of_greetings_up_to_date(cluster, annotated, secrets, defined):
    cluster.stub("status")
    cluster.stub("ingress-address", "exit 1")
    cluster.has_customer(NAME)  # so there is nothing to deploy
    cluster.says(f"get crd {GREETINGS} .*greeter/store", "used")
    cluster.says(f"get crd {GREETINGS} .*release-name", annotated)
    cluster.says("-n ns get secrets -l owner=helm,name=rel", secrets)
    cluster.must("deploy")
    assert bool(cluster.lines("apply --server-side .*greetings.yaml")) == defined
    assert not cluster.lines("label crd")


def test_an_object_says_what_it_leaves_out_of_a_file_in_json(cluster):
    cluster.write(NAME, json.dumps({"customer": {"name": "X", "greeting": "Hi"}, "api": {"enabled": True}, "replicas": 2}))
    done = cluster.must("customer-object", NAME)
    assert "has api replicas as well" in done.stderr
    cluster.write(NAME, FILE + "replicas: 2\n")
    assert "has replicas as well" in cluster.must("customer-object", NAME).stderr


class NotFound(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("kinds", [[], ["Ingress"]])
def test_only_hosts_that_are_let_in_are_asked(cluster, kinds):
    cluster.has_customer(NAME)
    cluster.stub("build")
    items = [{"kind": kind, "metadata": {"namespace": NAME}, "spec": {}} for kind in ["Deployment", *kinds]]
    cluster.says("get deployments,ingresses --all-namespaces", {"items": items})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), NotFound) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = cluster.run("verify", WITHIN="0", INGRESS=f"127.0.0.1:{server.server_port}")
        server.shutdown()
    assert (done.returncode != 0) == bool(kinds) == (f"{NAME}.parcellab.com" in done.stdout), done.stdout + done.stderr
