"""The definitions of Greeting and Customer say what the domain says, as far as a schema can.

The API server reads them for real in tests/e2e; here their schemas and those rules that are about one text are looked at.
"""

import re

import jsonschema
import pytest
import yaml
from rendering import CHART, REPO, run
from test_chart_binary import BAD_GREETINGS, GOOD_GREETINGS, GREETER
from test_chart_schema import BAD

DEFINITIONS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((CHART / "files/crds").glob("*.yaml"))}
every_definition = pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
TIMES = {"starts_at", "ends_at"}  # Kubernetes reads them by itself


def schema(plural):
    (version,) = DEFINITIONS[plural]["spec"]["versions"]
    return version["schema"]["openAPIV3Schema"]


def spec(plural):
    return schema(plural)["properties"]["spec"]


def nodes(node, path=""):
    """(dotted path, schema) of everything that an object may have."""
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from nodes(child, f"{path}.{name}".removeprefix("."))
    for part in ("items", "additionalProperties"):
        if part in node:
            yield from nodes(node[part], f"{path}[]")


def limits():
    """Of GreetingLimits in the program."""
    text = (REPO / "app/greeting/greeting.hpp").read_text(encoding="utf-8")
    return {name: int(number) for name, number in re.findall(r"size_t (\w+) = (\d+);", text)}


GREETINGS = {"greetings": spec("greetings"), "customers": spec("customers")["properties"]["greetings"]["additionalProperties"]}
every_greeting = pytest.mark.parametrize("greeting", GREETINGS.values(), ids=GREETINGS)


@every_greeting
def test_the_limits_are_those_of_the_domain(greeting):
    fields = greeting["properties"]
    found = {name: fields[name]["maxLength"] for name in ("text", "description", "language")}
    found |= {"tags": fields["tags"]["maxItems"], "tag": fields["tags"]["items"]["maxLength"]}
    assert found == limits()


def test_a_greeting_is_the_same_in_both():
    one, other = (yaml.safe_load(yaml.safe_dump(greeting)) for greeting in GREETINGS.values())
    # Of a customer nothing is filled in that Helm would not fill in.
    assert one["properties"]["state"].pop("default") == "active"
    for greeting in one, other:
        greeting.pop("description", None)
    assert one == other


def test_greetings_have_the_fields_that_people_set():
    text = (REPO / "app/greeting/greeting_json.cpp").read_text(encoding="utf-8")
    written = re.search(r"written\{(.*?)\}", text, re.DOTALL)[1]
    assert spec("greetings")["properties"].keys() == set(re.findall(r'"(\w+)"', written)) - {"id"}


def test_customers_have_the_fields_of_their_files():
    schema_of_values = yaml.safe_load((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]
    own = schema_of_values["customer"]["properties"].keys()
    assert spec("customers")["properties"].keys() == own | {"domain"} | schema_of_values["object"]["properties"].keys()
    deletion, values = spec("customers")["properties"]["deletion"], schema_of_values["object"]["properties"]["deletion"]
    assert deletion["enum"] == values["enum"]


def test_a_customer_has_no_more_hosts_than_an_httproute():
    route = (CHART / "templates/httproute.yaml").read_text(encoding="utf-8")
    assert spec("customers")["properties"]["hosts"]["maxItems"] + 1 == int(re.search(r"chunk (\d+)", route)[1])


@every_definition
def test_helm_never_deletes_it_and_kubectl_explains_it(definition):
    assert definition["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert definition["metadata"]["name"] == f"{definition['spec']['names']['plural']}.greeter.parcellab.com"
    (version,) = definition["spec"]["versions"]
    assert version["subresources"] == {"status": {}}
    root = version["schema"]["openAPIV3Schema"]
    assert root["description"]
    for path, node in nodes(root["properties"]["spec"]):
        assert path.endswith("[]") or node.get("description"), path


@every_definition
def test_every_rule_says_what_would_be_right(definition):
    (version,) = definition["spec"]["versions"]
    rules = [(path, rule) for path, node in nodes(version["schema"]["openAPIV3Schema"]) for rule in node.get("x-kubernetes-validations", [])]
    assert rules
    for path, rule in rules:
        assert rule.get("message") or rule.get("messageExpression"), path
        assert len(rule.get("message", "")) < 200, "one line"


def single_text(rule):
    """For a rule about one text: whether it holds."""
    found = re.fullmatch(r"(!?)self\.matches\((r?)'(.*)'\)", rule)
    assert found, f"a rule that this test can't follow: {rule}"
    pattern = found[3].replace("$", r"\Z")
    return lambda text: bool(re.search(pattern, text)) != bool(found[1])


def faults(node, value):
    """What the schema, and its rules about single texts, find in a value."""
    if value is None:
        return ["null"]
    plain = {key: item for key, item in node.items() if not key.startswith("x-") and key not in ("format", "properties", "items", "additionalProperties")}
    found = [error.message for error in jsonschema.Draft7Validator(plain).iter_errors(value)]
    if found:
        return found
    if isinstance(value, dict):
        known = node.get("properties")
        if known is not None:
            found += [f"{key} is unknown" for key in value.keys() - known.keys()]
            return found + [fault for key in value.keys() & known.keys() for fault in faults(known[key], value[key])]
        for rule in node.get("x-kubernetes-validations", []):
            each, negated = re.fullmatch(r"self\.all\(id, id(\.matches\(.*\))\)", rule["rule"]), re.fullmatch(r"!self\.exists\(id, id in (.*)\)", rule["rule"])
            assert each or negated, rule
            found += [key for key in value if not (single_text("self" + each[1])(key) if each else f"'{key}'" not in negated[1])]
        return found + [fault for item in value.values() for fault in faults(node["additionalProperties"], item)]
    if isinstance(value, list):
        found += ["twice"] if node.get("x-kubernetes-list-type") == "set" and len(set(map(str, value))) < len(value) else []
        return found + [fault for item in value for fault in faults(node["items"], item)]
    if isinstance(value, str):
        return [rule.get("message", "rule") for rule in node.get("x-kubernetes-validations", []) if not single_text(rule["rule"])(value)]
    return []


def test_every_sound_greeting_is_taken():
    assert not faults(spec("customers")["properties"]["greetings"], GOOD_GREETINGS)


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value in BAD_GREETINGS if not isinstance(value, dict) or not TIMES & value.keys()],
                         ids=lambda item: str(item)[:50])
def test_every_greeting_is_refused_that_the_domain_refuses(key, value):
    assert faults(spec("customers")["properties"]["greetings"], {"sound": {"text": "x"}, key: value})


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, value in BAD if path == "domain" or path.startswith("customer.")],
                         ids=lambda item: str(item)[:50])
def test_every_customer_is_refused_that_the_chart_refuses(path, value):
    name = path.removeprefix("customer.")
    assert faults(spec("customers"), {"name": "X", "greeting": "Hello!", name: value})


def test_a_sound_customer_is_taken(tmp_path):
    customer = {"name": 'Ünï "$(X)"', "greeting": "two\nlines\x07", "hosts": ["a.example.com", "b"], "greetings": GOOD_GREETINGS}
    assert not faults(spec("customers"), customer | {"domain": "example.org", "class": "large", "deletion": "Retain"})
    path = tmp_path / "customer-x.yaml"
    path.write_text(yaml.safe_dump({"customer": customer, "domain": "example.org"}, allow_unicode=True), encoding="utf-8")
    done = run(GREETER, "customers", "check", path)
    assert done.returncode == 0, done.stderr


NAME_RULES = [re.search(r"matches\( ?'(.*)'\)", rule["rule"])[1] for rule in schema("greetings")["x-kubernetes-validations"]]


@pytest.mark.parametrize(("name", "taken"), [("christmas", True), ("customer-a.christmas", True), ("a" * 63 + "." + "b" * 63, True), ("a.b.c", False),
                                             ("import", False), ("customer-a.import", False), ("import.a", True), ("a" * 64, False), ("-a", False)])
def test_a_greetings_name_is_its_id_with_or_without_its_customer(name, taken):
    form, reserved = (pattern.replace("$", r"\Z") for pattern in NAME_RULES)
    assert (bool(re.match(form, name)) and not re.match(reserved, name)) == taken


@pytest.mark.parametrize(("name", "taken"), [("a" * 53, True), ("a" * 54, False), ("3m", True), ("a.b", False), ("a-", False)])
def test_a_customers_name_is_one_of_a_release(name, taken):
    pattern = re.search(r"matches\('(.*)'\)", schema("customers")["x-kubernetes-validations"][0]["rule"])[1]
    assert bool(re.match(pattern.replace("$", r"\Z"), name)) == taken
