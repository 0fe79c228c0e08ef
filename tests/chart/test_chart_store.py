"""A volume for greetings that are written, and tokens for those who write them."""

import base64
import re

import pytest
import yaml
from rendering import CHART, customer, find, helm, objects, one, pod, strings

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
