"""The chart and the binary understand each other: settings, the mounted file, and the command of the test pod."""

import json
import os
import re
import shutil
import socket
import subprocess
import time

import pytest
import yaml
from rendering import (
    CHART,
    CUSTOMER_VALUES,
    REPO,
    SERVING,
    TEXTS,
    expanded,
    find,
    objects,
    one,
    pod,
    rendered,
    run,
    template,
)

GREETER = REPO / "build/greeter"


@pytest.fixture(scope="module", autouse=True)
def built():
    assert GREETER.is_file(), "build/greeter is missing: run make build"


def environment(items):
    given = {item["name"]: expanded(item["value"]) for item in pod(items)["containers"][0]["env"]}
    return {"PATH": os.environ["PATH"]} | given


def mount(items, folder):
    """Writes the ConfigMap the way Kubernetes mounts it."""
    data = folder / "..2026"
    data.mkdir(parents=True, exist_ok=True)
    (folder / "..data").symlink_to(data.name)
    for name, text in (pair for item in find(items, "ConfigMap") for pair in item.get("data", {}).items()):
        (data / name).write_text(text, encoding="utf-8")
        (folder / name).symlink_to(f"..data/{name}")
    return folder


@pytest.mark.parametrize("path", SERVING, ids=lambda path: path.stem)
def test_the_binary_takes_every_setting(path, tmp_path):
    items = rendered(path)
    folder = mount(items, tmp_path / "customers")
    done = run(GREETER, "customers", "list", folder, "--output", "json", env=environment(items))
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)
    if "CUSTOMER_NAME" in environment(items):
        assert [customer["customer"] for customer in listed] == [path.stem]
        for ingress in find(items, "Ingress"):
            assert [rule["host"] for rule in ingress["spec"]["rules"]] == listed[0]["hosts"]
    known = run(GREETER, "--help").stdout
    assert not [name for name in environment(items) if name != "PATH" and name not in known]


def settings():
    """(variable, value, whether the schema allows it): every choice, and each limit with what lies beyond it."""
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))["properties"]["server"]["properties"]
    for key, rule in schema.items():
        variable = "GREETER_" + re.sub("([A-Z])", r"_\1", key).upper()
        for choice in rule.get("enum", []):
            yield variable, choice, True
        for limit, step in ("minimum", -1), ("maximum", 1):
            if limit in rule:
                yield variable, str(rule[limit]), True
                yield variable, str(rule[limit] + step), False


@pytest.mark.parametrize(("variable", "value", "allowed"), list(settings()))
def test_schema_and_binary_allow_the_same(variable, value, allowed):
    done = run(GREETER, "customers", "list", CUSTOMER_VALUES, env={variable: value})
    assert done.returncode == (0 if allowed else 2), done.stderr


def test_the_binary_reads_any_text_as_it_was_given(tmp_path):
    (tmp_path / "customers").mkdir()
    for number, text in enumerate(TEXTS):
        items = objects(values={"customer": {"name": f"Customer {number}", "greeting": text}}, release=f"customer-{number:02}")
        shutil.copytree(mount(items, tmp_path / str(number)) / "..data", tmp_path / "customers", dirs_exist_ok=True)
    done = run(GREETER, "customers", "list", tmp_path / "customers", "--output", "json")
    assert done.returncode == 0, done.stderr
    assert [customer["greeting"] for customer in json.loads(done.stdout)] == TEXTS


# One greeting each, as a values file has it.
GOOD_GREETINGS = {
    "short": {"text": "x"},
    "long": {"text": "\U0001f44b" * 1000, "description": "ü" * 1000},
    "a" * 63: {"text": "two\nlines\tand a tab", "description": ""},
    "0-9": {"text": "x", "description": " ", "language": "", "tags": []},
    "full": {"text": "x", "language": "zh-hant-TW", "tags": ["a.b_c-d", "t" * 63, *"t" * 14], "state": "retired"},
    "leap": {"text": "x", "starts_at": "2024-02-29T00:00:00+23:59", "ends_at": "2400-02-29t23:59:59.123456789z"},
    "edges": {"text": "x", "starts_at": "0001-01-01T00:00:00Z", "ends_at": "9999-12-31T23:59:60Z"},
    "months": {"text": "x", "starts_at": "2026-04-30T00:00:00-00:00", "ends_at": "2026-10-31T00:00:00Z"},
}
BAD_TIMES = [
    *("", "2026-12-24", "2026-12-24T00:00:00", "2026-12-24 00:00:00Z", "0000-01-01T00:00:00Z", "12026-01-01T00:00:00Z"),
    *("2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z"),
    *("2026-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2100-02-29T00:00:00Z", "2026-06-31T00:00:00Z"),
    *("2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z"),
    *("2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00Z\n"),
]
BAD_GREETINGS = [
    *(("a", value) for value in (None, "Moin!", [], {}, {"text": None}, {"text": "x", "typo": "x"})),
    *((key, {"text": "x"}) for key in ("", "A", "a.b", "a_b", "-a", "a-", "ä", "a" * 64)),
    *((key, {"text": "x"}) for key in ("import", "export", "events", "preview", "timeline")),
    *(("a", {"text": text}) for text in ("", " \t\n", "x" * 1001, "ü" * 1001, "a\rb", "a\x07b", "a\x7fb", "a\x9bb", 7, True)),
    *(("a", {"text": "x", "description": text}) for text in ("x" * 1001, "a\x1bb", None, ["x"])),
    *(("a", {"text": "x", "language": tag}) for tag in ("d", "de_AT", "de-", "*", "x-a", "abcdefghi", False, None)),
    ("a", {"text": "x", "language": "de-" + "-".join(["abcdefgh"] * 4)}),
    *(("a", {"text": "x", "tags": tags}) for tags in ("a", None, ["A"], [""], ["a b"], ["t" * 64], [7], ["t"] * 17)),
    *(("a", {"text": "x", "state": state}) for state in ("", "Active", "gone", None, True)),
    *(("a", {"text": "x", "revision": 1}), ("a", {"text": "x", "id": "a"}), ("a", {"text": "x", "origin": "store"})),
    *(("a", {"text": "x", "starts_at": time}) for time in BAD_TIMES),
    *(("a", {"text": "x", "ends_at": time}) for time in (20261224, None, {"a": "b"}, *BAD_TIMES[:3])),
]
# What a schema can't say: the binary alone refuses it, before a deployment (scripts/check-customers) and in it.
BEYOND_THE_SCHEMA = [
    {"text": "x", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T01:00:00+01:00"},
    {"text": "x", "starts_at": "2026-01-01T12:00:60Z"},
    {"text": "x", "starts_at": "0001-01-01T00:00:00+00:01"},
]


def verdicts(tmp_path, greetings):
    """Whether the schema and whether the binary take a file with these greetings."""
    path = tmp_path / "customer-x.yaml"
    path.write_text(yaml.safe_dump(customer_with(greetings), allow_unicode=True), encoding="utf-8")
    checked = run(GREETER, "customers", "check", path)
    assert checked.returncode in (0, 1), checked.stderr
    return template("--values", path).returncode == 0, checked.returncode == 0


def customer_with(greetings):
    return {"customer": {"name": "X", "greeting": "Hello!", "greetings": greetings}}


def test_schema_and_binary_take_the_same_greetings(tmp_path):
    assert verdicts(tmp_path, GOOD_GREETINGS) == (True, True)


@pytest.mark.parametrize(("key", "value"), BAD_GREETINGS, ids=lambda item: str(item)[:50])
def test_schema_and_binary_refuse_the_same_greetings(key, value, tmp_path):
    assert verdicts(tmp_path, {"sound": {"text": "x"}, key: value}) == (False, False)


@pytest.mark.parametrize("value", BEYOND_THE_SCHEMA, ids=str)
def test_the_binary_knows_more_of_time_than_the_schema(value, tmp_path):
    assert verdicts(tmp_path, {"a": value}) == (True, False)


def test_greetings_reach_the_pod_as_they_were_given(tmp_path):
    greetings = {f"text-{number}": {"text": text} for number, text in enumerate(TEXTS) if text != "two\r\nlines"}
    items = objects(values=customer_with(GOOD_GREETINGS | greetings))
    folder = mount(items, tmp_path / "customers")
    # Every scalar as text: PyYAML alone makes times of some.
    mounted = yaml.load((folder / "customer-x.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)
    assert mounted["customer"]["greetings"] == GOOD_GREETINGS | greetings
    done = run(GREETER, "customers", "check", folder)
    assert done.returncode == 0, done.stderr


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(server.getsockname()[1]) for server in sockets]
    for server in sockets:
        server.close()
    return ports


@pytest.fixture
def served(tmp_path):
    """A server with the settings of the chart, on free ports. Gives its objects and a function that runs the test pod."""
    items = rendered(next(path for path in SERVING if path.stem == "everything"))
    public, management = free_ports(2)
    settings = environment(items) | {
        "GREETER_CONFIG": str(mount(items, tmp_path / "customers")),
        "GREETER_PORT": public,
        "GREETER_MANAGEMENT_PORT": management,
    }
    with subprocess.Popen([GREETER], env=settings, stdout=subprocess.DEVNULL) as server:

        def ask(*changed):
            arguments = [expanded(text) for text in one(items, "Pod")["spec"]["containers"][0]["args"]]
            arguments[arguments.index("--url") + 1] = f"http://127.0.0.1:{public}/"
            return run(GREETER, *arguments, *changed)

        def probe(name):
            path = pod(items)["containers"][0][f"{name}Probe"]["httpGet"]["path"]
            return run(GREETER, "healthcheck", "--url", f"http://127.0.0.1:{management}{path}")

        deadline = time.monotonic() + 10
        while ask().returncode != 0 and time.monotonic() < deadline and server.poll() is None:
            time.sleep(0.02)
        yield ask, probe
        server.kill()


def test_the_test_pod_tells_right_from_wrong(served):
    ask, _ = served
    assert ask().returncode == 0, ask().stderr
    expect = ask("--expect", "something else")
    assert expect.returncode != 0


@pytest.mark.parametrize("name", ["startup", "readiness", "liveness"])
def test_the_probes_are_answered(served, name):
    _, probe = served
    assert probe(name).returncode == 0, probe(name).stderr
