"""Schemas of objects that are not of Kubernetes itself, from the definitions that their projects publish."""

import functools
import subprocess
import sys

import jsonschema
import yaml
from rendering import REPO

sys.path.append(str(REPO / "tests/support"))
from closed_schema import closed  # noqa: E402


@functools.cache
def schemas():
    """(apiVersion, kind) -> JSON schema, closed."""
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


def validate(item):
    jsonschema.Draft7Validator(schemas()[item["apiVersion"], item["kind"]]).validate(item)
