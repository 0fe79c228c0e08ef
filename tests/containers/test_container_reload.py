"""A mounted configuration is read again when Kubernetes swaps it, and only a valid one is used."""

import json
import pathlib
import shutil

import pytest

from container import wait_until


class ConfigMap:
    """A folder as the kubelet fills it: files link into ..data, which links to the newest version's folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.version = 0

    def write(self, files):
        before = self.folder / f"..version_{self.version}"
        self.version += 1
        version = self.folder / f"..version_{self.version}"
        version.mkdir()
        for name, content in files.items():
            (version / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        swap = self.folder / "..data_tmp"
        swap.symlink_to(version.name)
        swap.rename(self.folder / "..data")
        for link in self.folder.glob("[!.]*"):
            if link.name not in files:
                link.unlink()
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        shutil.rmtree(before, ignore_errors=True)


def values(name, greeting):
    return f"customer:\n  name: Customer {name}\n  greeting: {json.dumps(greeting)}\n"


@pytest.fixture
def configmap(tmp_path):
    return ConfigMap(tmp_path / "customers")


@pytest.fixture
def start(run, configmap):
    mount = f"type=bind,src={configmap.folder},dst=/etc/greeter/customers,readonly"
    return lambda environment=None, **more: run(environment, "--mount", mount, "--read-only", **more)


def greets(container, text, host=None):
    return lambda: container.get("/", host=host).json == {"response": text}


def test_a_new_greeting_is_live_without_a_restart(start, configmap):
    configmap.write({"customer-x.yaml": values("X", "before")})
    container = start({"CUSTOMER_NAME": "Customer X"})
    assert container.get("/").json == {"response": "before"}
    started = container.inspect()["State"]["StartedAt"]
    for text in ["after", "and again"]:
        configmap.write({"customer-x.yaml": values("X", text)})
        wait_until(f"the greeting is {text!r}", greets(container, text), 5)
    assert container.inspect()["State"]["StartedAt"] == started
    assert container.metric("greeter_config_last_reload_successful") == 1


BROKEN = {
    "no YAML": "customer: [",
    "a typo": "customer:\n  name: X\n  greting: typo\n",
    "an empty greeting": values("X", ""),
    "no UTF-8": b"customer:\n  name: X\n  greeting: \xff\xfe\n",
    "no customer": "",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_changes_nothing_but_is_told(start, configmap, broken):
    configmap.write({"customer-x.yaml": values("X", "good")})
    container = start({"CUSTOMER_NAME": "Customer X"})
    assert container.metric("greeter_config_last_reload_successful") == 1
    configmap.write({"customer-x.yaml": broken})
    wait_until("the metric tells of it", lambda: container.metric("greeter_config_last_reload_successful") == 0, 5)
    assert container.get("/").json == {"response": "good"}
    assert container.manage("/readyz").status == 200
    told = [line for line in container.log() if line["level"].startswith(("warn", "err"))]
    assert any("customer-x.yaml" in str(line) for line in told), told
    configmap.write({"customer-x.yaml": values("X", "good again")})
    wait_until("the next good file is used", greets(container, "good again"), 5)
    assert container.metric("greeter_config_last_reload_successful") == 1


def test_a_customer_comes_and_goes(start, configmap, domain):
    configmap.write({"customer-x.yaml": values("X", "x")})
    container = start()
    newcomer = f"customer-y.{domain}"
    assert container.get("/", host=newcomer).status == 404
    configmap.write({"customer-x.yaml": values("X", "x"), "customer-y.yaml": values("Y", "y")})
    wait_until("the newcomer is greeted", greets(container, "y", newcomer), 5)
    assert container.get("/", host=f"customer-x.{domain}").json == {"response": "x"}
    configmap.write({"customer-x.yaml": values("X", "x")})
    wait_until("the newcomer is gone", lambda: container.get("/", host=newcomer).status == 404, 5)


def test_an_unknown_customer_becomes_known(start, configmap):
    configmap.write({"customer-x.yaml": values("X", "x")})
    container = start({"CUSTOMER_NAME": "Customer Y"})
    assert container.manage("/readyz").status == 503
    configmap.write({"customer-y.yaml": values("Y", "y")})
    wait_until("it is ready", lambda: container.manage("/readyz").status == 200, 5)
    assert container.get("/").json == {"response": "y"}


def test_a_file_edited_in_place_is_read_again_too(run, tmp_path):
    folder = tmp_path / "customers"
    folder.mkdir()
    (folder / "customer-x.yaml").write_text(values("X", "before"))
    container = run({"CUSTOMER_NAME": "Customer X"}, "--mount", f"type=bind,src={folder},dst=/etc/greeter/customers,readonly")
    (folder / "customer-x.yaml").write_text(values("X", "after"))
    wait_until("the edit is live", greets(container, "after"), 5)


def test_a_folder_that_is_wrong_from_the_start_stops_the_start(start, configmap):
    configmap.write({"customer-x.yaml": values("X", ""), "customer-y.yaml": "customer: 7\n"})
    container = start(wait=False)
    assert container.exit_code() == 2
    error = container.output()[1].strip()
    assert "customer-x.yaml" in error
