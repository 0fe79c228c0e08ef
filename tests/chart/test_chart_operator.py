"""mode: operator: what is made for a customer is what a release of its own would be, with no more rights than that takes."""

import json
import re

import pytest
import yaml
from rendering import CONFIGURATIONS, CUSTOMER_VALUES, REPO, SERVING, customer, find, objects, one, refusal, rendered, run, template

GREETER = REPO / "build/greeter"
GROUP = "greeter.parcellab.com"
OPERATOR, WEBHOOK = "greeter-operator", "greeter-operator-webhook"
LOOK_AFTER = {"list", "watch", "create", "patch", "delete"}
OWN_KINDS = {"CustomResourceDefinition", "ValidatingWebhookConfiguration", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
             "ClusterRole", "ClusterRoleBinding", "Certificate"}


def operator(**values):
    return objects(values={"mode": "operator"} | values, release=OPERATOR)


def classes(**values):
    """Class -> what is made for its customers."""
    found = next(item for item in find(operator(**values), "ConfigMap") if item["metadata"]["name"] == f"{OPERATOR}-template")
    return json.loads(found["data"]["template.json"])["classes"]


def named(items, kind, name, namespace=None):
    return next(item for item in find(items, kind) if item["metadata"]["name"] == name
                and namespace in (None, item["metadata"].get("namespace")))


@pytest.fixture(scope="module")
def everything():
    return rendered(next(path for path in CONFIGURATIONS if path.stem == "operator"))


# What is made for a customer

def given(path):
    """A values file, with no more hosts than a Customer may have."""
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    values = json.loads(json.dumps(values, default=lambda time: time.isoformat()))
    values["customer"]["hosts"] = values["customer"].get("hosts", [])[:15]
    return values


def class_of(values):
    """The template's class that runs an instance as the values say."""
    own = {key: value for key, value in values.items() if key not in ("customer", "domain")}
    return classes(domain=values.get("domain", "parcellab.com"), operator={"classes": {"standard": own}})


def told_apart(item):
    return item["kind"], item["metadata"]["name"]


def comparable(items, stem):
    """Objects by kind and name, without what is meant to differ."""
    found = {}
    for item in items:
        if "helm.sh/hook" in item["metadata"].get("annotations", {}):
            continue
        metadata = item["metadata"]
        metadata["labels"] = {key: text for key, text in metadata["labels"].items() if key not in ("app.kubernetes.io/managed-by", f"{GROUP}/customer")}
        metadata["annotations"] = {key: text for key, text in metadata.get("annotations", {}).items() if not key.startswith(f"{GROUP}/")}
        if item["kind"] == "Secret":
            item.pop("data", None), item.pop("stringData", None)
        for key in [key for key in item.get("data", {}) if key == f"{stem}.yaml"]:
            item["data"][key] = yaml.load(item["data"][key], yaml.BaseLoader)
        found[told_apart(item)] = item
    return found


INSTANCES = [*[path for path in SERVING if path.stem != "shared"], *sorted(CUSTOMER_VALUES.glob("*.yaml"))]
every_instance = pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.stem)


@every_instance
def test_the_template_is_what_helm_would_install(path):
    values = given(path)
    made = class_of(values)["standard"]
    text = json.dumps(made["objects"]).replace("__CUSTOMER__", path.stem).replace("__DOMAIN__", made["domain"])
    name = json.dumps(values["customer"]["name"])[1:-1]
    ours = comparable(json.loads(text.replace("__NAME__", name.replace("$", "$$"))), path.stem)
    helms = comparable(objects(values=values, release=path.stem), path.stem)
    assert ours.keys() == helms.keys()
    for key, item in ours.items():
        if item["kind"] == "ConfigMap" and item["metadata"]["name"] != "greeter-visits":
            assert item["data"][f"{path.stem}.yaml"]["customer"]["greeting"] == "__GREETING__"  # the operator writes the whole
            item["data"] = helms[key]["data"]
        if item["kind"] in ("Ingress", "HTTPRoute"):  # the operator repeats what is about a host
            assert without_hosts(item, []) == without_hosts(helms[key], values["customer"]["hosts"])
        else:
            assert item == helms[key]


def without_hosts(item, hosts):
    spec = item["spec"]
    spec["rules"] = [rule for rule in spec["rules"] if rule.get("host") not in hosts]
    for names in (spec.get("hostnames", []), *(tls["hosts"] for tls in spec.get("tls", []))):
        names[:] = [name for name in names if name not in hosts]
    return item


@every_instance
def test_the_operator_makes_what_helm_would_install(path, tmp_path):
    """Object by object, with the program that does it."""
    values = given(path)
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"classes": class_of(values)}), encoding="utf-8")
    (tmp_path / "customer.yaml").write_text(template(values=values | {"mode": "object"}, release=path.stem).stdout, encoding="utf-8")
    done = run(GREETER, "operator", "render", "--template", file, tmp_path / "customer.yaml")
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout)["items"]
    assert {item["metadata"]["labels"][f"{GROUP}/customer"] for item in items} == {path.stem}
    ours = {key: item for key, item in comparable(items, path.stem).items() if key[0] not in ("Namespace", "ResourceQuota")}
    assert ours == comparable(objects(values=values, release=path.stem), path.stem)


def test_the_template_is_the_same_each_time_and_holds_no_secret():
    values = {"api": {"enabled": True}}
    one_time, another = classes(**values), classes(**values)
    assert one_time == another
    (secret,) = find(one_time["standard"]["objects"], "Secret")
    assert "data" not in secret and secret["stringData"] == {"tokens": "editor __TOKEN__\nreader __TOKEN__\n"}


def test_a_class_says_only_what_differs():
    made = classes(domain="example.org", replicas=3, autoscaling={"enabled": True}, resources={"limits": {"memory": "1Gi"}}, operator={"classes": {
        "standard": {}, "small": {"domain": "example.net", "autoscaling": {"enabled": False}, "resources": {"limits": {"cpu": "1"}}}}})
    assert (made["standard"]["domain"], made["small"]["domain"]) == ("example.org", "example.net")
    small, standard = made["small"]["objects"], made["standard"]["objects"]
    assert find(standard, "HorizontalPodAutoscaler") and not find(small, "HorizontalPodAutoscaler"), "false wins over true"
    assert one(small, "Deployment")["spec"]["replicas"] == 3
    (container,) = one(small, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"] == {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "128Mi"}
    assert container["resources"]["requests"] == one(standard, "Deployment")["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]


def test_quotas_are_laid_over_each_other_and_may_be_left_out():
    none = dict.fromkeys(("pods", "requests.cpu", "requests.memory", "limits.memory", "services.nodeports", "services.loadbalancers"))
    assert classes(operator={"quota": none})["standard"]["quota"] == {}
    own = {"requests.cpu": "1", "requests.memory": None}
    quota = classes(operator={"quota": none | {"pods": "9", "requests.memory": "1Gi"}, "classes": {"standard": {"quota": own}}})["standard"]["quota"]
    assert quota == {"hard": {"pods": "9", "requests.cpu": "1"}}


def test_the_quota_leaves_room_for_a_rollout():
    for made in classes().values():
        scaler, deployment = one(made["objects"], "HorizontalPodAutoscaler")["spec"], one(made["objects"], "Deployment")["spec"]
        pods = 2 * (scaler["maxReplicas"] + deployment["strategy"]["rollingUpdate"]["maxSurge"])  # those that stop count as well
        (container,) = deployment["template"]["spec"]["containers"]
        assert int(made["quota"]["hard"]["pods"]) >= pods
        each, all_of_them = container["resources"]["limits"]["memory"], made["quota"]["hard"]["limits.memory"]
        assert pods * int(each.removesuffix("Mi")) <= 1024 * int(all_of_them.removesuffix("Gi"))


WRONG = [
    ({"persistance": {}}, "/operator/classes/standard': additional properties 'persistance' not allowed"),
    ({"ingress": {"tls": {"enabled": "yes"}}}, "/operator/classes/standard/ingress/tls/enabled': got string, want boolean"),
    ({"customer": {"name": "x"}}, "additional properties 'customer' not allowed"),
    ({"kubernetes": {"enabled": True}, "persistence": {"enabled": True}}, "kubernetes.enabled is true and persistence.enabled is as well"),
]


@pytest.mark.parametrize(("values", "message"), WRONG, ids=lambda item: str(item)[:30])
def test_a_class_that_makes_no_sense_is_refused(values, message):
    assert message in refusal(values={"mode": "operator", "operator": {"classes": {"standard": values}}})


def test_customers_of_other_modes_are_refused():
    assert "the operator's customers are objects of kind Customer" in refusal(values=customer(mode="operator"))
    assert "mode is operator, but customers is set" in refusal(values={"mode": "operator", "customers": {"x": "x"}})


@every_instance
def test_no_instance_has_anything_of_the_operator(path):
    assert not OWN_KINDS & {item["kind"] for item in rendered(path)}
    assert (path.stem == "kubernetes") == bool(find(rendered(path), "Role"))


# Rights

def rights(role):
    """(group, resource) -> verbs, and whether they are for certain names only."""
    found = {}
    for rule in role["rules"]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                key = group, resource, *rule.get("resourceNames", [])
                found[key] = found.get(key, set()) | set(rule["verbs"])
    return found


def plural(kind):
    """As Kubernetes makes them of its kinds."""
    word = kind.lower()
    return word[:-1] + "ies" if word.endswith("cy") else word + "es" if word.endswith("ss") else word + "s"


def needed(template):
    """What it takes to look after the template's objects, counted from these alone."""
    found = {("", "namespaces"): LOOK_AFTER | {"get"}, ("", "resourcequotas"): LOOK_AFTER}
    found |= {(GROUP, "customers"): {"list", "watch", "patch"}, (GROUP, "customers/status"): {"patch"}, ("", "pods"): {"list", "patch"}}
    for item in (item for made in template.values() for item in made["objects"]):
        group = item["apiVersion"].split("/")[0] if "/" in item["apiVersion"] else ""
        found[group, plural(item["kind"])] = {"create"} if item["kind"] == "Secret" else LOOK_AFTER
        if item["kind"] == "Deployment":  # whether a namespace is that of a release
            found[group, "deployments"] = LOOK_AFTER | {"get"}
        if item["kind"] == "Role":  # nobody may give what he has not
            found |= {key: verbs | found.get(key, set()) for key, verbs in rights(item).items()}
    return found


ALL = {"standard": {}, "written": {"kubernetes": {"enabled": True}, "api": {"enabled": True}},
       "edge": {"ingress": {"redirect": True, "tls": {"enabled": True}}},
       "route": {"ingress": {"enabled": False}, "httpRoute": {"enabled": True, "parentRefs": [{"name": "g"}]}},
       "file": {"persistence": {"enabled": True}, "serviceMonitor": {"enabled": True}}}


@pytest.mark.parametrize("names", [["standard"], ["standard", "written"], ["edge"], ["route", "file"], list(ALL)], ids=",".join)
def test_the_operator_may_do_what_its_template_takes_and_nothing_else(names):
    values = {"operator": {"classes": {name: ALL[name] for name in names} | ({} if "standard" in names else {"standard": None})}}
    assert rights(named(operator(**values), "ClusterRole", OPERATOR)) == needed(classes(**values))


def test_nobody_may_do_everything(everything):
    for role in find(everything, "ClusterRole") + find(everything, "Role") + find(operator(), "ClusterRole") + find(operator(), "Role"):
        for rule in role["rules"]:
            assert not [word for words in rule.values() for word in words if "*" in word]
            assert not {"escalate", "bind", "impersonate", "deletecollection"} & set(rule["verbs"])
            assert "secrets" not in rule["resources"] or not {"list", "watch"} & set(rule["verbs"])
            assert not {"clusterroles", "pods/exec", "nodes", "customresourcedefinitions"} & set(rule["resources"])


def test_the_policies_hold_the_account_that_has_the_rights_and_let_nothing_by():
    """What they refuse an API server shows: tests/kubernetes/rights_test.cpp."""
    items = objects("--namespace", "elsewhere", values={"mode": "operator"}, release="another")
    account = "system:serviceaccount:{namespace}:{name}".format(**named(items, "ClusterRoleBinding", "another")["subjects"][0])
    policies = {item["metadata"]["name"]: item["spec"] for item in find(items, "ValidatingAdmissionPolicy")}
    bound = {item["spec"]["policyName"]: item["spec"] for item in find(items, "ValidatingAdmissionPolicyBinding")}
    assert policies.keys() == bound.keys() == {"another-namespaces", "another-objects"}
    assert all(spec["validationActions"] == ["Deny"] and "matchResources" not in spec for spec in bound.values())
    for spec in policies.values():
        assert spec["failurePolicy"] == "Fail" and spec["matchConditions"][0]["expression"] == f"request.userInfo.username == '{account}'"
        (rule,) = spec["matchConstraints"]["resourceRules"]
        assert rule["operations"] == ["*"]
    assert "'elsewhere'" in json.dumps(policies["another-namespaces"]["validations"]), "its own namespace"


def test_people_with_the_roles_of_kubernetes_see_and_edit_greetings():
    people = {item["metadata"]["name"].removeprefix(f"{OPERATOR}-"): item for item in find(operator(), "ClusterRole") if item["metadata"]["name"] != OPERATOR}
    assert people.keys() == {"webhook", "view", "edit"}
    for name in "view", "edit":
        labels = people[name]["metadata"]["labels"]
        assert [key for key in labels if "aggregate" in key] == [f"rbac.authorization.k8s.io/aggregate-to-{name}"]
    assert rights(people["view"]) == {(GROUP, "customers"): {"get", "list", "watch"}, (GROUP, "greetings"): {"get", "list", "watch"}}
    assert rights(people["edit"]) == {(GROUP, "greetings"): {"create", "update", "patch", "delete"}}


def test_in_its_own_namespace_the_operator_holds_a_lease_and_elsewhere_tells_events():
    items = operator()
    lease = ("coordination.k8s.io", "leases")
    assert rights(named(items, "Role", OPERATOR, OPERATOR)) == {lease: {"create"}, (*lease, OPERATOR): {"get", "update"}}
    assert rights(named(items, "Role", OPERATOR, "default")) == {("", "events"): {"create"}}


def test_the_webhook_reads_customers_and_writes_its_certificate():
    items = operator()
    configuration = ("admissionregistration.k8s.io", "validatingwebhookconfigurations", WEBHOOK)
    assert rights(named(items, "ClusterRole", WEBHOOK)) == {(GROUP, "customers"): {"list", "watch"}, configuration: {"get", "patch"}}
    assert rights(named(items, "Role", WEBHOOK)) == {("", "secrets"): {"create"}, ("", "secrets", f"{WEBHOOK}-tls"): {"get", "update"}}


def test_with_cert_manager_the_webhook_only_reads():
    items = operator(operator={"webhook": {"issuer": {"name": "internal"}}})
    assert rights(named(items, "ClusterRole", WEBHOOK)) == {(GROUP, "customers"): {"list", "watch"}}
    assert not [role for role in find(items, "Role") if role["metadata"]["name"] == WEBHOOK]
    certificate = one(items, "Certificate")["spec"]
    assert certificate["dnsNames"] == [f"{WEBHOOK}.{OPERATOR}.svc"] and certificate["issuerRef"] == {"kind": "ClusterIssuer", "name": "internal"}
    annotations = one(items, "ValidatingWebhookConfiguration")["metadata"]["annotations"]
    assert annotations == {"cert-manager.io/inject-ca-from": f"{OPERATOR}/{WEBHOOK}"}
    deployment = named(items, "Deployment", WEBHOOK)["spec"]["template"]["spec"]
    (tls,) = [volume["secret"] for volume in deployment["volumes"] if "secret" in volume]
    assert tls["secretName"] == certificate["secretName"]
    environment = {item["name"]: item.get("value") for item in deployment["containers"][0]["env"]}
    assert environment["GREETER_WEBHOOK_CERTIFICATE"] == "/etc/greeter/tls/tls.crt" and "GREETER_WEBHOOK_SECRET" not in environment


def test_every_right_is_given_to_the_account_that_uses_it(everything):
    for binding in find(everything, "ClusterRoleBinding") + find(everything, "RoleBinding"):
        (subject,) = binding["subjects"]
        assert binding["roleRef"]["name"] == binding["metadata"]["name"] == subject["name"]
        assert named(everything, "ServiceAccount", subject["name"], subject["namespace"])["automountServiceAccountToken"] is False
        role = binding["roleRef"]["kind"]
        assert named(everything, role, subject["name"], binding["metadata"].get("namespace"))
    for deployment in find(everything, "Deployment"):
        assert deployment["spec"]["template"]["spec"]["serviceAccountName"] == deployment["metadata"]["name"]


# Its pods

def deployments(items):
    return find(items, "Deployment")


def test_its_pods_meet_the_restricted_standard(everything):
    assert len(deployments(everything)) == 2
    for deployment in deployments(everything):
        spec = deployment["spec"]["template"]["spec"]
        assert spec["securityContext"]["runAsNonRoot"] and spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = spec["containers"]
        assert container["securityContext"] == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        probes = [container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness")]
        assert [(probe["path"], probe["port"]) for probe in probes] == [("/livez", "management"), ("/readyz", "management"), ("/livez", "management")]
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys() and "memory" in container["resources"]["limits"]


def test_both_know_the_classes_by_the_one_template(everything):
    (map_,) = [item for item in find(everything, "ConfigMap") if "template.json" in item["data"]]
    for deployment in deployments(everything):
        spec = deployment["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        (volume,) = [volume["name"] for volume in spec["volumes"] if volume.get("configMap") == {"name": map_["metadata"]["name"]}]
        (mount,) = [mount for mount in container["volumeMounts"] if mount["name"] == volume]
        environment = {item["name"]: item.get("value") for item in container["env"]}
        assert environment["GREETER_TEMPLATE"] == f"{mount['mountPath']}/template.json" and "subPath" not in mount  # which would never change
        assert "GREETER_DOMAIN" not in environment


def test_the_webhook_knows_a_new_class_when_the_upgrade_is_through():
    def pods(name, **values):
        return named(operator(**values), "Deployment", name)["spec"]["template"]

    gold = {"operator": {"classes": {"gold": {"domain": "example.net"}}}}
    assert pods(WEBHOOK) == pods(WEBHOOK) != pods(WEBHOOK, **gold)
    assert pods(OPERATOR) == pods(OPERATOR, **gold), "it takes the new class as it runs, and customers wait for it"


def test_selectors_take_the_pods_of_one_deployment_and_none_of_an_instance(everything):
    labels = {item["metadata"]["name"]: item["spec"]["template"]["metadata"]["labels"] for item in deployments(everything)}
    assert "greeter" not in {each["app.kubernetes.io/name"] for each in labels.values()}
    for kind in ("Service", "PodDisruptionBudget", "NetworkPolicy", "ServiceMonitor"):
        items = find(everything, kind)
        assert len(items) == 2, kind
        for item in items:
            selector = item["spec"].get("selector") or item["spec"]["podSelector"]
            selector = selector.get("matchLabels", selector)
            assert [name for name, each in labels.items() if selector.items() <= each.items()] == [item["metadata"]["name"]]


def test_the_pods_reach_the_api_server_alone(everything):
    for policy in find(everything, "NetworkPolicy"):
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert policy["spec"]["egress"] == [{"to": [{"ipBlock": {"cidr": "203.0.113.7/32"}}], "ports": [{"port": 6443}]}]
        ports = [port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]]
        assert ports == ([8443, 9090] if policy["metadata"]["name"].endswith("webhook") else [9090])
    anywhere = one([item for item in operator() if item["metadata"]["name"] == OPERATOR], "NetworkPolicy")["spec"]["egress"]
    assert anywhere == [{"ports": [{"port": 443}, {"port": 6443}]}]


def test_prometheus_reaches_the_pods_as_it_reaches_an_instance():
    def let_in(items):
        rules = [policy["spec"]["ingress"] for policy in find(items, "NetworkPolicy")]
        return [rule["from"] for ingress in rules for rule in ingress if rule["ports"] == [{"port": 9090}]]

    prometheus = {"networkPolicy": {"prometheus": {"namespace": "watching"}}}
    (instance,) = let_in(objects(values=customer(**prometheus)))
    assert let_in(operator(**prometheus)) == [instance, instance]


def test_a_single_pod_blocks_no_drain():
    items = operator(operator={"replicas": 1})
    assert [item["metadata"]["name"] for item in find(items, "PodDisruptionBudget")] == [WEBHOOK]


# What the API server is told

def test_customers_wait_for_the_webhook_and_greetings_do_not():
    configuration = one(operator(), "ValidatingWebhookConfiguration")
    assert configuration["metadata"]["name"] == WEBHOOK
    customers, greetings = configuration["webhooks"]
    assert (customers["failurePolicy"], greetings["failurePolicy"]) == ("Fail", "Ignore")
    for webhook, plural_, scope in (customers, "customers", "Cluster"), (greetings, "greetings", "Namespaced"):
        assert webhook["name"] == f"{plural_}.{GROUP}"
        assert webhook["rules"] == [{"apiGroups": [GROUP], "apiVersions": ["v1alpha1"], "resources": [plural_],
                                     "operations": ["CREATE", "UPDATE"], "scope": scope}]
        assert webhook["sideEffects"] == "None" and webhook["timeoutSeconds"] == 5
        service = {"name": WEBHOOK, "namespace": OPERATOR, "path": "/validate", "port": 443}
        assert webhook["clientConfig"] == {"service": service}, "no caBundle: an upgrade would take it away"
        assert "namespaceSelector" not in webhook


def test_what_is_on_its_way_out_is_not_held_up_and_nobody_waits_for_himself():
    customers, greetings = one(operator(), "ValidatingWebhookConfiguration")["webhooks"]
    for webhook in customers, greetings:
        assert webhook["matchConditions"][0]["expression"] == "!has(object.metadata.deletionTimestamp)"
    assert f"system:serviceaccount:{OPERATOR}:{OPERATOR}'" in customers["matchConditions"][1]["expression"]
    pattern = re.search(r"matches\('(.*)' \+ request.namespace \+ '(.*)'\)", greetings["matchConditions"][1]["expression"])
    for name in ("customer-a", "greeter-shared"):
        account = f"system:serviceaccount:{name}:" + one(objects(values=customer(), release=name), "ServiceAccount")["metadata"]["name"]
        assert re.match(pattern[1] + name + pattern[2], account) and not re.match(pattern[1] + "another" + pattern[2], account)


def test_failure_policies_and_namespaces_are_a_choice(everything):
    chosen = {"failurePolicy": {"customers": "Ignore", "greetings": "Fail"}, "timeoutSeconds": 2}
    webhooks = one(operator(operator={"webhook": chosen}), "ValidatingWebhookConfiguration")["webhooks"]
    assert [(webhook["failurePolicy"], webhook["timeoutSeconds"]) for webhook in webhooks] == [("Ignore", 2), ("Fail", 2)]
    _, greetings = one(everything, "ValidatingWebhookConfiguration")["webhooks"]
    assert greetings["namespaceSelector"] == {"matchLabels": {"app.kubernetes.io/managed-by": "greeter"}}


def test_the_definitions_stay_when_the_release_goes():
    definitions = find(operator(), "CustomResourceDefinition")
    assert {item["metadata"]["name"] for item in definitions} == {f"customers.{GROUP}", f"greetings.{GROUP}"}
    assert all(item["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for item in definitions)


# A customer's file as an object

@pytest.mark.parametrize("path", sorted(CUSTOMER_VALUES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_customers_file_becomes_an_object(path):
    done = run(REPO / "scripts/customer-object", path.stem)
    assert done.returncode == 0, done.stderr
    (item,) = yaml.safe_load_all(done.stdout)
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert item["metadata"] == {"name": path.stem}
    ours = {key: item["spec"].pop(key) for key in ("domain", "class", "deletion")}
    assert ours == {"domain": given.get("domain", "parcellab.com"), "class": "standard", "deletion": "Delete"}
    assert item["spec"] == given["customer"]


def test_what_an_object_cannot_say_is_named(tmp_path):
    path = tmp_path / "customer-x.yaml"
    path.write_text(yaml.safe_dump(customer(persistence={"enabled": True}, domain="example.org")), encoding="utf-8")
    done = run(REPO / "scripts/customer-object", path)
    assert done.returncode == 0 and "has persistence as well" in done.stderr
    assert yaml.safe_load(done.stdout)["spec"]["domain"] == "example.org"
