"""The chart and the binary understand each other: settings, the mounted file, and the command of the test pod."""

import json
import os
import re
import shutil
import socket
import subprocess
import time

import pytest
from rendering import CHART, CONFIGURATIONS, CUSTOMER_VALUES, REPO, TEXTS, expanded, find, objects, one, pod, rendered, run

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
    for name, text in one(items, "ConfigMap")["data"].items():
        (data / name).write_text(text, encoding="utf-8")
        (folder / name).symlink_to(f"..data/{name}")
    return folder


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)
def test_the_binary_takes_every_setting(path, tmp_path):
    items = rendered(path)
    folder = mount(items, tmp_path / "customers")
    done = run(GREETER, "customers", "list", folder, "--output", "json", env=environment(items))
    assert done.returncode == 0, done.stderr
    listed = json.loads(done.stdout)[0]
    assert listed["customer"] == path.stem
    for ingress in find(items, "Ingress"):
        assert [rule["host"] for rule in ingress["spec"]["rules"]] == listed["hosts"]
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


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(server.getsockname()[1]) for server in sockets]
    for server in sockets:
        server.close()
    return ports


@pytest.fixture
def served(tmp_path):
    """A server with the settings of the chart, on free ports. Gives its objects and a function that runs the test pod."""
    items = rendered(next(path for path in CONFIGURATIONS if path.stem == "everything"))
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
