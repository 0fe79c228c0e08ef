"""The Debian package: what lintian and systemd say of it, and the program that it installs."""
import contextlib
import http.client
import json
import os
import socket
import time

import yaml
from conftest import REPO, output

CUSTOMERS = {file.name: yaml.safe_load(file.read_text(encoding="utf-8"))["customer"] for file in (REPO / "customer-values").glob("*.yaml")}


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


def test_the_service_starts_confined_and_greets_every_customer(inside):
    port = free_port()
    inside(f"printf 'GREETER_HOST=127.0.0.1\\nGREETER_PORT={port}\\nGREETER_MANAGEMENT_PORT={free_port()}\\n' >>/etc/default/greeter")
    inside("systemctl start greeter || { journalctl -u greeter --no-pager >&2; exit 1; }")
    deadline = time.monotonic() + 20
    while True:
        try:
            answers = {name: ask(port, name.replace(".yaml", ".localhost")) for name in CUSTOMERS}
            break
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < deadline, inside("journalctl -u greeter --no-pager")
            time.sleep(0.05)
    assert answers == {name: {"response": customer["greeting"]} for name, customer in CUSTOMERS.items()}
    status = inside("cat /proc/$(systemctl show --property MainPID --value greeter)/status")
    assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status and "CapBnd:\t0000000000000000" in status
    assert inside("stat -c '%U %a' /var/lib/greeter /var/lib/greeter/greetings.db").split("\n") == ["greeter 700", "greeter 600"]


def test_installing_it_again_restarts_the_service_and_keeps_changed_settings(inside, package):
    pid = "systemctl show --property MainPID --value greeter"
    before = inside(pid)
    inside(f"apt-get install -y --reinstall /packages/{package.name}")
    assert before != "0" and inside(pid) not in ("0", before)
    assert "GREETER_HOST=127.0.0.1" in inside("cat /etc/default/greeter")


def test_removing_it_stops_the_service_and_keeps_the_greetings_that_were_written(inside):
    inside("apt-get purge -y greeter && test -e /var/lib/greeter/greetings.db")
    assert inside("systemctl is-active greeter || true") in ("inactive", "failed", "unknown")
    inside("test ! -e /usr/bin/greeter -a ! -e /etc/default/greeter -a ! -e /etc/greeter/customers")
