"""make run-app: a container per customer on ports in a row, and one for an invalid customer."""

import json
import os
import random
import shutil
import socket
import subprocess

import pytest
import yaml

from container import docker
from project import CUSTOMER_VALUES, REPO, RUN

INSTANCE = f"{RUN}-app"


def free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_ports(count):
    """The first of so many free ports in a row, below those that the kernel hands out itself."""
    for _ in range(200):
        first = random.randrange(20000, 32000 - count)
        if all(free(port) for port in range(first, first + count)):
            return first
    raise AssertionError(f"no {count} free ports in a row")


@pytest.fixture
def script(image):
    return lambda name, **environment: run_script(name, GREETER_IMAGE=image, **environment)


def run_script(name, **environment):
    return subprocess.run(
        [REPO / "scripts" / name],
        env={**os.environ, "GREETER_INSTANCE": INSTANCE, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture
def values(tmp_path, script):
    """The customers and one more, whose greeting is not easy to print in a table."""
    folder = tmp_path / "values"
    shutil.copytree(CUSTOMER_VALUES, folder)
    customer = {"customer": {"name": "Zoë & Söhne", "greeting": "Grüß \"Gott\"\n👋"}}
    (folder / "customer-zz.yaml").write_text(yaml.safe_dump(customer, allow_unicode=True), encoding="utf-8")
    yield folder
    script("stop-containers")


def running():
    names = docker("ps", "--filter", f"label=app.kubernetes.io/part-of={INSTANCE}", "--format", "{{.Names}}")
    return set(names.stdout.split())


def test_every_customer_and_an_invalid_one(values, script):
    stems = sorted(file.stem for file in values.glob("*.yaml")) + ["invalid"]
    port = free_ports(len(stems))
    environment = {"CUSTOMER_VALUES": str(values), "GREETER_BASE_PORT": str(port)}
    for _ in range(2):  # again replaces them
        result = script("run-containers", **environment)
        assert result.returncode == 0, result.stderr
        assert running() == {f"{INSTANCE}-{stem}" for stem in stems}
    rows = [line.split(maxsplit=2) for line in result.stdout.splitlines()[1:]]
    assert [row[:2] for row in rows] == [[stem, f"http://localhost:{port + i}"] for i, stem in enumerate(stems)]
    for stem, _, said in rows[:-1]:
        greeting = yaml.safe_load((values / f"{stem}.yaml").read_text(encoding="utf-8"))["customer"]["greeting"]
        assert said.split() == greeting.split()
    assert rows[-1][2].startswith("404")
    restricted = json.loads(docker("inspect", f"{INSTANCE}-{stems[0]}").stdout)[0]["HostConfig"]
    assert restricted["ReadonlyRootfs"] and restricted["CapDrop"] == ["ALL"] and restricted["Memory"]
    assert script("stop-containers").returncode == 0
    assert running() == set()


def test_a_port_in_use_is_named(values, script):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = script("run-containers", CUSTOMER_VALUES=str(values), GREETER_BASE_PORT=port)
    assert result.returncode == 1
    assert port in result.stderr.splitlines()[-1] and "in use" in result.stderr.splitlines()[-1]
    assert running() == set()


@pytest.mark.parametrize("port", ["no", "0", "70000"])
def test_a_port_that_is_none(script, port):
    result = script("run-containers", GREETER_BASE_PORT=port)
    assert result.returncode == 1
    assert port in result.stderr


def test_an_invalid_customer_stops_it_before_anything_is_started(values, script):
    (values / "customer-bad.yaml").write_text("customer: {name: Bad}\n")
    result = script("run-containers", CUSTOMER_VALUES=str(values))
    assert result.returncode == 1
    assert "customer-bad.yaml" in result.stderr
    assert running() == set()
