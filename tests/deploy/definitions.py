"""The custom resource definitions of Argo CD and Flux, as JSON schemas that refuse what the API server would drop."""

import functools

import jsonschema
import kubernetes_validate
import yaml
from engines import KUBERNETES, TOOLS


def strict(schema):
    """A structural schema of Kubernetes as JSON schema, closed where unknown fields would be pruned."""
    if not isinstance(schema, dict):
        return schema
    result = {name: value for name, value in schema.items() if name not in ("properties", "items", "additionalProperties")}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    if "properties" in schema:
        result["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    for name in ("items", "additionalProperties"):
        if name in schema:
            result[name] = strict(schema[name])
    return result


@functools.cache
def schemas():
    """{(apiVersion, kind): schema} of every definition there is."""
    result = {}
    for path in TOOLS.glob("*/*.yaml"):
        for item in yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader):
            if item and item["kind"] == "CustomResourceDefinition":
                for version in item["spec"]["versions"]:
                    schema = strict(version["schema"]["openAPIV3Schema"])
                    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
                    name = f"{item['spec']['group']}/{version['name']}", item["spec"]["names"]["kind"]
                    result[name] = jsonschema.Draft202012Validator(schema)
    assert result, f"no definitions in {TOOLS}: run scripts/bootstrap gitops"
    return result


def check(item):
    """Fails unless the object is what the API server takes, without a field that it does not know."""
    if item["apiVersion"] in ("v1", "apps/v1"):
        kubernetes_validate.validate(item, KUBERNETES.rsplit(".", 1)[0], strict=True)
    else:
        schemas()[item["apiVersion"], item["kind"]].validate(item)
