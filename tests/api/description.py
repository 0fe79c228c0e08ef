"""app/http/openapi.json, and whether a response is one that it describes."""

import functools
import json
import pathlib
import re

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FILE = pathlib.Path(__file__).resolve().parents[2] / "app/http/openapi.json"
SPEC = json.loads(FILE.read_text(encoding="utf-8"))
METHODS = {"get", "put", "post", "patch", "delete"}
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in SPEC["paths"].items()
    for method, operation in item.items()
    if method in METHODS
}
REGISTRY = Registry().with_resource("urn:spec", Resource(contents=SPEC, specification=DRAFT202012))


def resolve(value):
    """What a reference stands for; anything else as it is."""
    while isinstance(value, dict) and "$ref" in value and len(value) == 1:
        target = SPEC
        for part in value["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        value = target
    return value


@functools.cache
def validator(schema):
    absolute = json.loads(schema.replace('"#/', '"urn:spec#/'))
    return jsonschema.Draft202012Validator(absolute, registry=REGISTRY, format_checker=jsonschema.FormatChecker())


def faults(schema, value):
    """Why the value does not fit the schema; references are those of the description."""
    return [f"{error.json_path}: {error.message}" for error in validator(json.dumps(schema)).iter_errors(value)]


def operation_of(method, path):
    """The operation of a request; None where the description has none."""
    path = path.split("?")[0]
    method = "get" if method == "HEAD" else method.lower()
    if path in SPEC["paths"]:
        return SPEC["paths"][path].get(method)
    if re.fullmatch(r"/api/v1/greetings/[^/]+", path):
        return SPEC["paths"]["/api/v1/greetings/{id}"].get(method)
    return None


def header_value(schema, text):
    return int(text) if resolve(schema).get("type") == "integer" and text.isdigit() else text


def check(method, path, answer):
    """Fails unless the description has the response of this request: its status, fields, type and content."""
    operation = operation_of(method, path)
    if operation is None:
        assert answer.status in (404, 405), f"{method} {path} is not described, but answered with {answer.status}"
        return
    what = f"{method} {path}: {answer.status}"
    assert str(answer.status) in operation["responses"], f"{what} is not described: {answer.text[:500]}"
    described = resolve(operation["responses"][str(answer.status)])
    for name, header in described.get("headers", {}).items():
        header, value = resolve(header), answer.headers.get(name.lower())
        assert value is not None or not header.get("required"), f"{what} has no {name}"
        if value is not None:
            assert faults(header["schema"], header_value(header["schema"], value)) == [], f"{what}: {name}: {value}"
    if method == "HEAD":
        assert answer.body == b""
    elif "content" not in described:
        assert answer.body == b"", f"{what} has a body"
    else:
        media = answer.headers.get("content-type", "").split(";")[0].lower()
        assert media in described["content"], f"{what} is {media!r}"
        if media.endswith(("/json", "+json")) and len(answer.body) < 100_000:
            assert faults(described["content"][media]["schema"], answer.json) == [], f"{what}: {answer.text[:500]}"
    if path.startswith("/api/") and answer.status < 400:
        assert answer.headers.get("cache-control") == "no-store", f"{what} may be cached"
