"""A volume, a Redis or Kubernetes itself for greetings that are written, and tokens for those who write them."""

import base64
import re

import pytest
import yaml
from rendering import CHART, customer, find, helm, objects, one, pod, refusal, strings

WRITABLE = {"persistence": {"enabled": True}, "api": {"enabled": True}}


def environment(items):
    return {item["name"]: item["value"] for item in pod(items)["containers"][0]["env"]}


def mounted(items):
    """Path -> volume."""
    volumes = {volume["name"]: volume for volume in pod(items)["volumes"]}
    mounts = pod(items)["containers"][0]["volumeMounts"]
    assert volumes.keys() == {mount["name"] for mount in mounts}
    return {mount["mountPath"]: (volumes[mount["name"]], mount.get("readOnly", False)) for mount in mounts}


def test_persistence_alone_is_one_pod_with_a_volume():
    items = objects(values=customer(persistence={"enabled": True}))
    assert one(items, "Deployment")["spec"]["replicas"] == 1
    assert not find(items, "HorizontalPodAutoscaler") + find(items, "PodDisruptionBudget")
    claim = one(items, "PersistentVolumeClaim")
    assert claim["spec"] == {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    volume, read_only = mounted(items)["/data"]
    assert volume["persistentVolumeClaim"] == {"claimName": claim["metadata"]["name"]} and not read_only
    assert environment(items)["GREETER_STORE"] == "sqlite:/data/greetings.db"
    assert "GREETER_TOKEN_FILE" not in environment(items)
    assert pod(items)["securityContext"]["fsGroup"] == 65532
    assert pod(items)["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


def test_without_persistence_and_api_there_is_nothing_of_them():
    items = objects(values=customer())
    assert not find(items, "PersistentVolumeClaim") + find(items, "Secret")
    assert mounted(items).keys() == {"/etc/greeter/customers"}
    assert not {"GREETER_STORE", "GREETER_TOKEN_FILE"} & environment(items).keys()
    assert "fsGroup" not in pod(items)["securityContext"]


@pytest.mark.parametrize("retain", [True, False])
def test_the_claim_stays_unless_told_otherwise(retain):
    claim = one(objects(values=customer(persistence={"enabled": True, "retain": retain})), "PersistentVolumeClaim")
    assert claim["metadata"].get("annotations") == ({"helm.sh/resource-policy": "keep"} if retain else None)


def test_a_claim_that_is_there_already_is_used():
    items = objects(values=customer(persistence={"enabled": True, "existingClaim": "mine"}))
    assert not find(items, "PersistentVolumeClaim")
    assert mounted(items)["/data"][0]["persistentVolumeClaim"] == {"claimName": "mine"}


def test_the_volume_is_as_it_was_asked_for():
    wanted = {"size": "5Gi", "storageClassName": "fast", "accessModes": ["ReadWriteOncePod"]}
    spec = one(objects(values=customer(persistence={"enabled": True, **wanted})), "PersistentVolumeClaim")["spec"]
    assert spec["storageClassName"] == "fast" and spec["accessModes"] == ["ReadWriteOncePod"]
    assert spec["resources"]["requests"]["storage"] == "5Gi"


def test_an_explicit_single_pod_may_have_a_store():
    values = customer(persistence={"enabled": True}, autoscaling={"enabled": False}, replicas=1)
    assert one(objects(values=values), "Deployment")["spec"]["replicas"] == 1


def test_the_api_alone_leaves_the_number_of_pods_to_the_load():
    items = objects(values=customer(api={"enabled": True}))
    assert find(items, "HorizontalPodAutoscaler") and find(items, "PodDisruptionBudget")
    assert "GREETER_STORE" not in environment(items)


def tokens(items):
    """Role -> token, as the binary reads them."""
    text = base64.b64decode(one(items, "Secret")["data"]["tokens"]).decode()
    return dict(line.split(" ") for line in text.splitlines())


def test_tokens_are_made_kept_and_mounted_as_a_directory():
    items, again = objects(values=customer(**WRITABLE)), objects(values=customer(**WRITABLE))
    secret = one(items, "Secret")
    assert secret["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert tokens(items).keys() == {"editor", "reader"}
    assert all(re.fullmatch("[A-Za-z0-9]{40}", token) for token in tokens(items).values())
    assert len({*tokens(items).values(), *tokens(again).values()}) == 4
    volume, read_only = mounted(items)["/etc/greeter/tokens"]
    assert volume["secret"]["secretName"] == secret["metadata"]["name"] and read_only
    assert volume["secret"]["items"] == [{"key": "tokens", "path": "tokens"}]
    assert volume["secret"]["defaultMode"] == 0o440 and pod(items)["securityContext"]["fsGroup"] == 65532
    assert environment(items)["GREETER_TOKEN_FILE"] == "/etc/greeter/tokens/tokens"
    assert not [text for text in strings(find(items, "Deployment")) if text in tokens(items).values()]


def test_a_secret_that_is_there_already_is_used():
    items = objects(values=customer(api={"enabled": True, "existingSecret": "mine"}))
    assert not find(items, "Secret")
    assert mounted(items)["/etc/greeter/tokens"][0]["secret"]["secretName"] == "mine"


def notes(**values):
    done = helm("install", "customer-x", CHART, "--dry-run=client", "--values", "-", input=yaml.safe_dump(customer(**values)))
    assert done.returncode == 0, done.stderr
    return done.stdout[done.stdout.index("NOTES:") :]


@pytest.mark.parametrize("secret", ["", "mine"])
def test_the_notes_say_how_to_read_a_token_and_show_none(secret):
    text = notes(**WRITABLE | {"api": {"enabled": True, "existingSecret": secret}})
    assert f"get secret {secret or 'greeter-customer-x-tokens'} --output 'jsonpath={{.data.tokens}}' | base64 --decode" in text
    assert not re.search("[A-Za-z0-9+/]{40}", text)
    assert "token" not in notes()
    assert ("only read" in notes(api={"enabled": True})) and ("only read" not in text)
    assert "only read" not in notes(api={"enabled": True}, redis={"url": "redis://there"})
    assert "only read" not in notes(api={"enabled": True}, kubernetes={"enabled": True})


SENTINEL = {"url": "redis+sentinel://{release}@store.there:26379/greeter?prefix=greeter:{release}:", "existingSecret": "passwords"}


def test_a_redis_is_shared_by_as_many_pods_as_the_load_wants():
    items = objects(values=customer(redis=SENTINEL))
    assert environment(items)["GREETER_STORE"] == "redis+sentinel://customer-x@store.there:26379/greeter?prefix=greeter:customer-x:"
    assert environment(items)["GREETER_STORE_WAIT"] == "20s"
    assert find(items, "HorizontalPodAutoscaler") and find(items, "PodDisruptionBudget") and not find(items, "PersistentVolumeClaim")
    assert one(items, "Deployment")["spec"]["strategy"]["type"] == "RollingUpdate"


def test_the_passwords_of_a_redis_are_files_that_change_in_the_running_pod():
    items = objects(values=customer(redis=SENTINEL))
    volume, read_only = mounted(items)["/etc/greeter/redis"]
    assert volume["secret"] == {"secretName": "passwords", "defaultMode": 0o440} and read_only
    assert environment(items)["GREETER_STORE_PASSWORD_FILE"] == "/etc/greeter/redis/password"
    assert environment(items)["GREETER_SENTINEL_PASSWORD_FILE"] == "/etc/greeter/redis/sentinel-password"
    assert pod(items)["securityContext"]["fsGroup"] == 65532
    alone = environment(objects(values=customer(redis={"url": "redis://there", "existingSecret": "passwords"})))
    assert "GREETER_STORE_PASSWORD_FILE" in alone and "GREETER_SENTINEL_PASSWORD_FILE" not in alone
    without = objects(values=customer(redis={"url": "redis://there"}))
    assert "GREETER_STORE_PASSWORD_FILE" not in environment(without) and "/etc/greeter/redis" not in mounted(without)


@pytest.mark.parametrize("wait", [0, 20, 300])
def test_a_start_that_waits_for_redis_is_not_taken_for_dead(wait):
    (container,) = pod(objects(values=customer(redis={"url": "redis://there", "waitSeconds": wait})))["containers"]
    probe = container["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= wait + 10


def test_pods_reach_that_redis_and_dns_alone():
    assert one(objects(values=customer()), "NetworkPolicy")["spec"]["egress"] == []
    redis, dns = one(objects(values=customer(redis=SENTINEL)), "NetworkPolicy")["spec"]["egress"]
    assert redis["to"] == [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app.kubernetes.io/name": "greeter-store"}}}]
    assert [port["port"] for port in redis["ports"]] == [6379, 26379]
    assert dns["to"][0]["podSelector"] == {"matchLabels": {"k8s-app": "kube-dns"}} and {port["port"] for port in dns["ports"]} == {53}
    peers = [{"ipBlock": {"cidr": "203.0.113.7/32"}}]
    elsewhere = customer(redis=SENTINEL, networkPolicy={"redis": {"peers": peers, "ports": [6380]}})
    assert one(objects(values=elsewhere), "NetworkPolicy")["spec"]["egress"][0] == {"to": peers, "ports": [{"port": 6380}]}


def test_a_volume_and_a_redis_together_are_refused():
    message = refusal(values=customer(persistence={"enabled": True}, redis=SENTINEL))
    assert "persistence.enabled is true and redis.url is set" in message
    both = objects(values=customer(persistence={"enabled": True}, redis={"url": "", "existingSecret": "passwords"}))
    assert environment(both)["GREETER_STORE"] == "sqlite:/data/greetings.db"


IN_KUBERNETES = {"kubernetes": {"enabled": True}}


def test_greetings_as_objects_are_shared_by_as_many_pods_as_the_load_wants():
    items = objects(values=customer(**IN_KUBERNETES))
    assert environment(items)["GREETER_STORE"] == "kubernetes:" and environment(items)["GREETER_STORE_WAIT"] == "20s"
    assert find(items, "HorizontalPodAutoscaler") and not find(items, "PersistentVolumeClaim")
    (container,) = pod(objects(values=customer(kubernetes={"enabled": True, "waitSeconds": 300})))["containers"]
    assert container["startupProbe"]["failureThreshold"] >= 310


def test_an_instance_may_change_greetings_of_its_namespace_and_nothing_else():
    items = objects(values=customer(**IN_KUBERNETES))
    group, role = "greeter.parcellab.com", one(items, "Role")
    assert {(*rule["apiGroups"], *rule["resources"], *rule.get("resourceNames", [])): set(rule["verbs"]) for rule in role["rules"]} == {
        (group, "greetings"): {"get", "list", "watch", "create", "patch", "delete"},
        (group, "greetings/status"): {"patch"},
        ("", "configmaps", "greeter-visits"): {"get", "update"},
    }
    binding = one(items, "RoleBinding")
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": one(items, "ServiceAccount")["metadata"]["name"], "namespace": "customer-x"}]


def test_only_a_pod_that_needs_it_has_its_accounts_token():
    items = objects(values=customer(**IN_KUBERNETES))
    volume, read_only = mounted(items)["/var/run/secrets/kubernetes.io/serviceaccount"]
    paths = [next(iter(source.values())) for source in volume["projected"]["sources"]]
    assert read_only and paths[0] == {"path": "token", "expirationSeconds": 3607}
    assert {item["path"] for source in paths[1:] for item in source["items"]} == {"ca.crt", "namespace"}
    assert pod(items)["securityContext"]["fsGroup"] == 65532
    assert pod(items)["automountServiceAccountToken"] is False and "volumes" not in one(items, "Pod")["spec"]
    assert not [path for path in mounted(objects(values=customer())) if "serviceaccount" in path]


def test_visits_have_a_configmap_that_an_upgrade_leaves_alone():
    def visits(**values):
        items = objects(values=customer(kubernetes={"enabled": True} | values))
        return next(item for item in find(items, "ConfigMap") if item["metadata"]["name"] == "greeter-visits")

    assert "data" not in visits() and visits()["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert "annotations" not in visits(retain=False)["metadata"]


def test_pods_reach_the_api_server_alone():
    def egress(**values):
        return one(objects(values=customer(**IN_KUBERNETES, **values)), "NetworkPolicy")["spec"]["egress"]

    assert egress() == [{"ports": [{"port": 443}, {"port": 6443}]}]
    peers = [{"ipBlock": {"cidr": "203.0.113.7/32"}}]
    assert egress(networkPolicy={"kubernetes": {"peers": peers, "ports": [6443]}}) == [{"to": peers, "ports": [{"port": 6443}]}]
