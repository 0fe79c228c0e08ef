"""Schemas of objects that are not of Kubernetes itself, from the definitions that their projects publish."""

import functools
import subprocess

import jsonschema
import yaml
from rendering import REPO


@functools.cache
def schemas():
    """(apiVersion, kind) -> JSON schema, closed: what Kubernetes would drop without a word is a fault."""
    listed = subprocess.run([REPO / "tests/cluster/crds"], check=True, stdout=subprocess.PIPE, text=True, timeout=300).stdout
    found = {}
    for path in listed.split():
        with open(path, encoding="utf-8") as file:
            definition = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["spec"]
        for version in definition["versions"]:
            name = f"{definition['group']}/{version['name']}", definition["names"]["kind"]
            found[name] = closed(version["schema"]["openAPIV3Schema"])
            found[name]["properties"]["metadata"] = {}
    return found


def closed(node):
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: closed(item) for key, item in node.items()}
    if isinstance(node.get("properties"), dict) and not node.get("x-kubernetes-preserve-unknown-fields"):
        node.setdefault("additionalProperties", False)
    return node


def validate(item):
    jsonschema.Draft7Validator(schemas()[item["apiVersion"], item["kind"]]).validate(item)
