"""The Debian package: what lintian and systemd say of it, and the program that it installs."""
import configparser
import contextlib
import http.client
import json
import os
import socket
import subprocess
import time

import pytest
import yaml
from conftest import REPO, output

CUSTOMERS = {file.name: yaml.safe_load(file.read_text(encoding="utf-8"))["customer"] for file in (REPO / "customer-values").glob("*.yaml")}


@pytest.fixture(scope="module")
def service(unpacked):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(unpacked / "usr/lib/systemd/system/greeter.service")
    return unit["Service"]


def test_lintian_has_nothing_to_say(package):
    assert output("lintian", "--fail-on", "error,warning", "--allow-root", package) == ""


def test_the_service_is_confined(unpacked):
    # 20: an exposure of 2.0 in 10; a service that confines itself in nothing has 9.6.
    unit = unpacked / "usr/lib/systemd/system/greeter.service"
    said = output("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit)
    assert " OK " in said.splitlines()[-1]


def test_the_same_program_gives_the_same_package(package):
    before = package.read_bytes()
    again = output("bash", "-c", f"umask 077 && {REPO}/scripts/package", env=os.environ | {"TZ": "Asia/Tokyo"})
    assert open(again, "rb").read() == before


def test_what_an_administrator_may_change_is_kept_by_dpkg(package):
    conffiles = output("dpkg-deb", "--info", package, "conffiles").split()
    assert set(conffiles) == {"/etc/default/greeter"} | {f"/etc/greeter/customers/{name}" for name in CUSTOMERS}


def test_the_customers_are_those_of_this_checkout(unpacked):
    folder = unpacked / "etc/greeter/customers"
    assert {file.name: yaml.safe_load(file.read_text(encoding="utf-8"))["customer"] for file in folder.iterdir()} == CUSTOMERS


def test_manual_and_completions_are_where_they_are_looked_for(inside):
    inside("test -s /usr/share/bash-completion/completions/greeter -a -s /usr/share/zsh/vendor-completions/_greeter")
    inside("test -s /usr/share/fish/vendor_completions.d/greeter.fish")
    assert ".TH GREETER 1" in inside("gzip -dc /usr/share/man/man1/greeter.1.gz")


def test_the_program_is_the_projects_version(inside, package):
    assert inside("greeter --version").startswith(f"greeter {output('dpkg-deb', '--field', package, 'Version').split('-')[0]} ")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def ask(port, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection):
        connection.request("GET", "/", headers={"Host": host})
        return json.loads(connection.getresponse().read())


def test_the_service_greets_as_its_own_user_and_keeps_its_store_where_it_may(inside, service):
    """What systemd would do: the unit's user, state folder, variables and command, in a container that has no systemd."""
    user, folder = service["User"], f"/var/lib/{service['StateDirectory']}"
    inside(f"install -d -m {service['StateDirectoryMode']} -o {user} {folder}")
    port = free_port()
    settings = [f"--env={setting}" for setting in (
        service["Environment"], "GREETER_HOST=127.0.0.1", f"GREETER_PORT={port}", f"GREETER_MANAGEMENT_PORT={free_port()}")]
    inside(f"echo $$ >{folder}/pid && exec {service['ExecStart']} >{folder}/log 2>&1", "--detach", "--user", user, *settings)
    deadline = time.monotonic() + 20
    while True:
        try:
            answers = {name: ask(port, name.replace(".yaml", ".localhost")) for name in CUSTOMERS}
            break
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < deadline, inside(f"cat {folder}/log")
            time.sleep(0.05)
    assert answers == {name: {"response": customer["greeting"]} for name, customer in CUSTOMERS.items()}
    assert inside(f"stat -c '%U %a' {folder}/greetings.db").startswith(user)
    inside(f"kill -TERM $(cat {folder}/pid)")


def test_removing_it_keeps_the_greetings_that_were_written(inside):
    inside("install -d /var/lib/greeter && touch /var/lib/greeter/kept && apt-get purge -y greeter && test -e /var/lib/greeter/kept")
    inside("test ! -e /usr/bin/greeter -a ! -e /etc/default/greeter -a ! -e /etc/greeter/customers")
