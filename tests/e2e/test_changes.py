"""Customers change, come and go, and go wrong, one beside the others."""
import os
import signal

import pytest

from site_under_test import DOMAIN, NO_IMAGE, PREFIX, host_of, wait_until


def revisions(site):
    return {name: release["revision"] for name, release in site.releases().items()}


def test_changed_greeting_is_live_without_a_restart(deployed, customer):
    before = deployed.pods(customer)
    deployed.write(customer, greeting="Grüß Gott, \"Welt\" 👋\nzweite Zeile")
    deployed.must("deploy", CUSTOMER=customer)
    wait_until(90, "the new greeting is live", lambda: deployed.answers(customer, deployed.customers()[customer]))
    assert deployed.pods(customer) == before


def test_customer_comes_and_goes(deployed):
    name = f"{PREFIX}newcomer"
    others = revisions(deployed)
    deployed.write(name, greeting="Servus!")
    try:
        deployed.must("deploy", CUSTOMER=name)
        wait_until(30, "the newcomer answers", lambda: deployed.answers(name, "Servus!"))
    finally:
        deployed.file(name).unlink()
    assert any(line.startswith(name) and "no file" in line for line in deployed.must("status").stdout.splitlines())
    deployed.must("undeploy", CUSTOMER=name)
    assert name not in deployed.deployed()
    wait_until(30, "its host is unknown", lambda: deployed.get(host_of(name))[0] == 404)
    assert revisions(deployed) == others


def test_status_names_a_file_that_is_not_deployed(deployed):
    name = f"{PREFIX}only-a-file"
    deployed.write(name, greeting="Hello?")
    try:
        lines = deployed.must("status").stdout.splitlines()
    finally:
        deployed.file(name).unlink()
    assert any(line.startswith(name) and line.endswith("not deployed") for line in lines)


BROKEN = {
    "not-yaml": ("customer: [", "not-yaml.yaml:1"),
    "typo": ("customer: {name: Typo, greting: Hi}", "greting"),
    "no-greeting": ("customer: {name: Quiet, greeting: ''}", "greeting"),
    "not-text": ("customer: {name: Number, greeting: 5}", "greeting"),
    "chart-value": ("customer: {name: Many, greeting: Many}\nreplicas: many", "replicas"),
    "same-host": (f"customer: {{name: Thief, greeting: Mine, hosts: [{PREFIX}customer-a.parcellab.com]}}", "customer-a.parcellab.com"),
    "x" * 50: ("customer: {name: Long, greeting: Long}", "53"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_stops_before_anything_is_touched(deployed, name):
    text, named = BROKEN[name]
    before = revisions(deployed)
    deployed.file(PREFIX + name).write_text(text, encoding="utf-8")
    try:
        result = deployed.run("deploy")
    finally:
        deployed.file(PREFIX + name).unlink()
    assert result.returncode == 1
    assert PREFIX + name in result.stderr and named in result.stderr
    assert revisions(deployed) == before and PREFIX + name not in deployed.deployed()


def test_failed_customers_are_named_and_rolled_back(deployed, customer):
    """One upgrade without an image, one new customer that fits on no node, and a sound one of an earlier wave."""
    pods = deployed.pods(customer)
    greeting = deployed.customers()[customer]
    huge, sound = f"{PREFIX}huge", f"{PREFIX}sound"
    deployed.write(customer, greeting="never seen", image=NO_IMAGE)
    deployed.write(huge, greeting="too big", resources={"requests": {"memory": "4Ti"}, "limits": {"memory": "4Ti"}})
    deployed.write(sound, greeting="sound", rollout={"wave": 0})
    try:
        result = deployed.run("deploy", TIMEOUT="25s")
        assert result.returncode == 1
        assert f"failed: {customer} {huge}; wave 1 is rolled back" in result.stderr
        assert "does-not-exist" in result.stderr and "Insufficient memory" in result.stderr
        assert deployed.answers(sound, "sound")
        assert deployed.releases()[customer]["status"] == "deployed" and huge not in deployed.deployed()
        wait_until(30, "the pods that stayed give the old greeting", lambda: deployed.answers(customer, greeting))
        assert deployed.pods(customer) == pods
    finally:
        deployed.file(huge).unlink()
        deployed.file(sound).unlink()
        deployed.must("undeploy", CUSTOMER=sound)


def test_interrupted_deploy_is_recovered(deployed, customer):
    deployed.write(customer, greeting="half way", image=NO_IMAGE)
    interrupted = deployed.start("deploy", CUSTOMER=customer)
    wait_until(60, "the upgrade is under way", lambda: deployed.releases()[customer]["status"] == "pending-upgrade")
    os.killpg(interrupted.pid, signal.SIGKILL)
    interrupted.wait()
    assert deployed.releases()[customer]["status"] == "pending-upgrade"
    deployed.write(customer, greeting="all the way")
    result = deployed.must("deploy", CUSTOMER=customer)
    assert "interrupted" in result.stderr
    wait_until(90, "the greeting after it", lambda: deployed.answers(customer, "all the way"))
    assert deployed.releases()[customer]["status"] == "deployed"


def test_undeploy_leaves_a_namespace_that_somebody_else_made(deployed):
    name = f"{PREFIX}guest"
    deployed.kubectl("create", "namespace", name)
    deployed.write(name, greeting="I am a guest")
    try:
        deployed.must("deploy", CUSTOMER=name)
        deployed.must("undeploy", CUSTOMER=name)
        assert name not in deployed.releases()
        assert deployed.kubectl("get", "namespace", name, "-o", "jsonpath={.status.phase}") == "Active"
    finally:
        deployed.file(name).unlink()
        deployed.kubectl("delete", "namespace", name, "--ignore-not-found")


def test_undeploy_of_nothing_says_so(deployed):
    assert "not deployed" in deployed.must("undeploy", CUSTOMER=f"{PREFIX}nobody").stderr


def test_undeploy_of_all_asks_first(deployed):
    before = revisions(deployed)
    result = deployed.run("undeploy", YES="")
    assert result.returncode == 1 and "YES=1" in result.stderr
    assert revisions(deployed) == before


def test_host_that_another_namespace_serves_stops_the_deploy(deployed, customer):
    """Kubernetes would accept both, and the ingress would serve either."""
    squatter, host = f"{PREFIX}squatter", f"squatted.{DOMAIN}"
    before = revisions(deployed)
    deployed.kubectl("create", "namespace", squatter)
    try:
        deployed.kubectl("-n", squatter, "create", "ingress", "squatter", f"--rule={host}/*=nothing:80")
        deployed.file(customer).write_text(f"customer: {{name: Victim, greeting: Hi, hosts: [{host}]}}", encoding="utf-8")
        result = deployed.run("deploy")
        assert result.returncode == 1 and f"{host}, a host of {customer}, is served by namespace {squatter}" in result.stderr
        assert revisions(deployed) == before
    finally:
        deployed.kubectl("delete", "namespace", squatter, "--wait=false")
