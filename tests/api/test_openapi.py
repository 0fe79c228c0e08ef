"""The description of the API is itself right: valid, complete in what a reader needs, every example fits its schema."""

import json
import re

import openapi_spec_validator
import pytest

from description import FILE, OPERATIONS, SPEC, faults, resolve
from server import REPO


def nodes(value, at=()):
    """Every object of the description with its place."""
    if isinstance(value, dict):
        yield at, value
        for name, member in value.items():
            yield from nodes(member, (*at, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from nodes(member, (*at, str(index)))


def test_it_is_valid_openapi():
    openapi_spec_validator.validate(SPEC)


def test_the_build_fills_in_the_version():
    assert SPEC["info"]["version"] == "@VERSION@"
    assert re.findall(r"@\w*@", FILE.read_text(encoding="utf-8")) == ["@VERSION@"]


def test_it_is_one_readable_file():
    text = FILE.read_text(encoding="utf-8")
    assert text.endswith("}\n") and "\t" not in text and "\r" not in text
    for line in text.splitlines():
        assert line == line.rstrip()
        assert (len(line) - len(line.lstrip())) % 2 == 0, f"not indented by twos: {line}"


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_what_it_does(name):
    path, _, operation = OPERATIONS[name]
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]*)*", name), "operationId is no camelCase"
    assert operation["summary"] and not operation["summary"].endswith(".")
    assert operation["description"].endswith((".", "`"))
    assert len(operation["tags"]) == 1 and operation["tags"][0] in {tag["name"] for tag in SPEC["tags"]}
    parameters = operation.get("parameters", []) + SPEC["paths"][path].get("parameters", [])
    placed = {resolve(each)["name"] for each in parameters if resolve(each)["in"] == "path"}
    assert placed == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_needs_a_token_says_how_that_may_fail(name):
    path, method, operation = OPERATIONS[name]
    assert (operation.get("security") == []) == (not path.startswith("/api/")), "security is wrong"
    assert any(status.startswith("2") for status in operation["responses"])
    if path.startswith("/api/"):
        assert {"400", "401", "404", "503"} <= set(operation["responses"])
        assert ("403" in operation["responses"]) == (method != "get")
    if "requestBody" in operation:
        assert operation["requestBody"]["required"]
        assert {"413", "415", "422"} <= set(operation["responses"])


def test_every_word_that_a_reader_meets_is_explained():
    for at, node in nodes(SPEC):
        if at[-2:-1] == ("parameters",) and "in" in node or at[-2:-1] == ("headers",) and "schema" in node:
            assert node.get("description", "").endswith((".", "`", ")")), at
        if at[-2:-1] == ("responses",) and "$ref" not in node:
            assert node["description"].endswith("."), at
            assert all(media["schema"] for media in node.get("content", {}).values()), at


def test_what_comes_in_is_closed():
    for name in ("NewGreeting", "GreetingPatch"):
        assert SPEC["components"]["schemas"][name]["additionalProperties"] is False
    read = SPEC["components"]["schemas"]["Greeting"]["properties"]
    assert {key for key, schema in read.items() if schema.get("readOnly")} == {
        "origin", "revision", "created_at", "updated_at",
    }
    for name in ("NewGreeting", "GreetingPatch"):
        assert set(SPEC["components"]["schemas"][name]["properties"]) == set(read), "what is read can be sent back"


def test_it_holds_nothing_that_nobody_uses():
    used = {node["$ref"] for _, node in nodes(SPEC) if "$ref" in node}
    for kind, components in SPEC["components"].items():
        if kind == "securitySchemes":
            continue
        for name in components:
            place = f"#/components/{kind}/{name}"
            assert any(ref == place or ref.startswith(place + "/") for ref in used), f"{place} is not used"


def test_limits_are_those_of_the_program():
    source = (REPO / "app/greeting/greeting.hpp").read_text(encoding="utf-8")
    limits = {name: int(number) for name, number in re.findall(r"std::size_t (\w+) = (\d+);", source)}
    schemas = SPEC["components"]["schemas"]
    assert limits == {
        "text": schemas["Text"]["maxLength"],
        "description": schemas["Description"]["maxLength"],
        "language": schemas["Language"]["maxLength"],
        "tags": schemas["Tags"]["maxItems"],
        "tag": schemas["Tag"]["maxLength"],
    }
    states = re.search(r"state_names\{(.*)\}", source)[1]
    assert schemas["State"]["enum"] == re.findall(r'"(\w+)"', states)


def examples():
    """Every example with the schema beside it."""
    for at, node in nodes(SPEC):
        if "schema" not in node:
            continue
        if "example" in node:
            yield "/".join(at), node["schema"], node["example"]
        for name, example in node.get("examples", {}).items():
            yield "/".join((*at, name)), node["schema"], resolve(example)["value"]
    for at, node in nodes(SPEC["components"]["schemas"]):
        for example in node["examples"] if isinstance(node.get("examples"), list) else []:
            yield "/".join(at), node, example


@pytest.mark.parametrize("at, schema, value", [pytest.param(*each, id=each[0]) for each in examples()])
def test_an_example_fits_its_schema(at, schema, value):
    assert faults(schema, value) == []


def lines_of(path, method, where):
    operation = SPEC["paths"][path][method]
    content = operation["requestBody"] if where == "request" else operation["responses"]["200"]
    return content["content"]["application/x-ndjson"]["example"].splitlines()


def test_examples_of_lines_hold_greetings():
    for line in lines_of("/api/v1/greetings/import", "post", "request"):
        assert faults({"$ref": "#/components/schemas/NewGreeting"}, json.loads(line)) == []
    for line in lines_of("/api/v1/greetings/export", "get", "response"):
        assert faults({"$ref": "#/components/schemas/Greeting"}, json.loads(line)) == []


def test_an_example_that_does_not_fit_would_be_found():
    assert faults({"$ref": "#/components/schemas/NewGreeting"}, {"text": "", "x": 1}) != []
    assert faults({"$ref": "#/components/schemas/Time"}, "yesterday") != []


def test_the_program_serves_it(server):
    answer = server.client(token=None).ask("GET", "/openapi.json").is_ok()
    version = answer.json["info"]["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", version)
    assert answer.text == FILE.read_text(encoding="utf-8").replace("@VERSION@", version)
    assert server.client().get("/whoami").json["version"] == version
