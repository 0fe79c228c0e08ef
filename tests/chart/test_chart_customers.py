"""Every file of customer-values makes a sound release, and none of them touches another."""

import re

import pytest
import yaml
from rendering import (
    CHART,
    CUSTOMER_VALUES,
    KUBERNETES,
    TEXTS,
    expanded,
    find,
    helm,
    objects,
    one,
    pod,
    rendered,
    strings,
)

FILES = sorted(CUSTOMER_VALUES.glob("*.yaml"))
every_customer = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def hosts(path):
    return [rule["host"] for item in find(rendered(path), "Ingress") for rule in item["spec"]["rules"]]


def test_there_are_customers():
    assert FILES, f"no *.yaml in {CUSTOMER_VALUES}"
    assert len(FILES) == len([path for path in CUSTOMER_VALUES.iterdir() if path.is_file()]), "a file there is no *.yaml"


@every_customer
@pytest.mark.parametrize("kubernetes", KUBERNETES)
def test_lints(path, kubernetes):
    done = helm("lint", "--strict", CHART, "--values", path, "--kube-version", kubernetes)
    assert done.returncode == 0, done.stdout + done.stderr


@every_customer
def test_the_file_holds_nothing_but_what_differs(path):
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    def repeated(values, defaults, path=""):
        for key, value in values.items():
            if isinstance(value, dict) and isinstance(defaults.get(key), dict):
                yield from repeated(value, defaults[key], f"{path}{key}.")
            elif key in defaults and value == defaults[key]:
                yield f"{path}{key}"

    assert not list(repeated(read(path), defaults)), "the chart has these defaults already"


@every_customer
def test_the_stem_and_the_text_arrive(path):
    given, items = read(path), rendered(path)
    assert {item["metadata"]["namespace"] for item in items} == {path.stem}
    own = f"{path.stem}.{given.get('domain', 'parcellab.com')}"
    assert hosts(path) in ([], list(dict.fromkeys([own, *given["customer"].get("hosts", [])])))
    data = one(items, "ConfigMap")["data"]
    assert list(data) == [f"{path.stem}.yaml"]
    mounted = yaml.safe_load(data[f"{path.stem}.yaml"])
    assert mounted["customer"] == {"greetings": {}, "hosts": []} | given["customer"]
    environment = {item["name"]: item["value"] for item in pod(items)["containers"][0]["env"]}
    assert environment["CUSTOMER_NAME"].replace("$$", "$") == given["customer"]["name"]
    test = one(items, "Pod")["spec"]["containers"][0]["args"]
    if "greetings" in given["customer"] or "persistence" in given:
        assert "--expect" not in test, "another greeting may be due"
    else:
        assert test[-1].replace("$$", "$") == given["customer"]["greeting"]


def test_every_host_and_name_belongs_to_one_customer():
    owners = {}
    for path in FILES:
        for host in hosts(path):
            owners.setdefault(host, []).append(path.name)
        owners.setdefault(f"name {read(path)['customer']['name']}", []).append(path.name)
    assert not {what: files for what, files in owners.items() if len(files) > 1}


@every_customer
def test_nothing_of_another_customer_is_in_it(path):
    own = list(strings(rendered(path)))
    for other in FILES:
        if other == path:
            continue
        stem = re.compile(rf"(?<![\w-]){re.escape(other.stem)}(?![\w-])")
        assert not [text for text in own if stem.search(text)], f"{other.stem} shows in {path.stem}"
        foreign = set(hosts(other)) | {read(other)["customer"]["name"]}
        assert not foreign & set(own), f"{path.stem} has what belongs to {other.stem}"


def test_the_chart_knows_no_customer():
    for file in [CHART / "values.yaml", CHART / "values.schema.json", *(CHART / "templates").rglob("*.*")]:
        text = file.read_text(encoding="utf-8")
        assert not [path.stem for path in FILES if re.search(rf"\b{re.escape(path.stem)}\b", text)], file.name


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text)[:20])
def test_any_text_arrives_as_it_is(text):
    name = re.sub(r"[\n\t]", " ", text)
    items = objects(values={"customer": {"name": name, "greeting": text}})
    mounted = yaml.safe_load(one(items, "ConfigMap")["data"]["customer-x.yaml"])
    assert mounted["customer"] == {"name": name, "greeting": text, "greetings": {}, "hosts": []}
    variable = next(item for item in pod(items)["containers"][0]["env"] if item["name"] == "CUSTOMER_NAME")
    assert expanded(variable["value"]) == name
    assert expanded(one(items, "Pod")["spec"]["containers"][0]["args"][-1]) == text
