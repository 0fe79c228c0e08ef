"""After one `deploy` from nothing: every customer is there, answers with its own greeting only, and is locked down."""
import contextlib
import json
import os
import signal
from pathlib import Path

import pytest

from site_under_test import DOMAIN, PREFIX, REPO, host_of, wait_until

CUSTOMERS = sorted(PREFIX + file.stem for file in (REPO / "customer-values").glob("*.yaml"))


def test_table_shows_every_customer(deployed):
    lines = {line.split()[0]: line for line in deployed.first_deploy.stdout.splitlines()}
    for name in CUSTOMERS:
        assert host_of(name) in lines[name] and "2/2" in lines[name] and lines[name].endswith("deployed")


def test_hints_name_address_and_hosts(deployed):
    address, _ = deployed.ingress_address()
    hosts = " ".join(host_of(name) for name in CUSTOMERS)
    assert f"{address} {hosts}" in deployed.first_deploy.stderr
    assert f"curl -H 'Host: {host_of(CUSTOMERS[0])}' http://{address}" in deployed.first_deploy.stderr


@pytest.mark.parametrize("name", CUSTOMERS)
def test_host_answers_its_own_greeting(deployed, name):
    greeting = deployed.customers()[name]
    wait_until(30, f"{host_of(name)} says {greeting}", lambda: deployed.answers(name, greeting))


def test_no_host_answers_for_another(deployed):
    greetings = deployed.customers()
    assert len(set(greetings.values())) == len(greetings), "the customers' greetings must differ for this test to tell"
    answers = {name: json.loads(deployed.get(host_of(name))[1])["response"] for name in greetings}
    assert answers == greetings


def test_host_is_case_insensitive(deployed):
    assert deployed.get(host_of(CUSTOMERS[0]).upper())[0] == 200


def test_unknown_host_gets_404(deployed):
    assert deployed.get(f"{PREFIX}nobody.{DOMAIN}")[0] == 404
    assert deployed.get("localhost")[0] == 404


@pytest.mark.parametrize("path", ["/metrics", "/config", "/livez", "/readyz", "/version"])
def test_management_is_not_on_the_ingress(deployed, path):
    address, port = deployed.ingress_address()
    status = deployed.output("curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-H", f"Host: {host_of(CUSTOMERS[0])}",
                             f"http://{address}:{port}{path}")
    assert status == "404"


def test_deploy_again_replaces_no_pod(deployed):
    before = {name: deployed.pods(name) for name in CUSTOMERS}
    deployed.must("deploy")
    assert {name: deployed.pods(name) for name in CUSTOMERS} == before


def test_verify_is_content(deployed):
    result = deployed.must("verify")
    for name in CUSTOMERS:
        assert host_of(name) in result.stdout


def test_verify_finds_crossed_customers_and_a_forced_deploy_repairs_them(deployed):
    """Two customers whose hosts are swapped: all are up, all answer 200, and yet everything is wrong."""
    one, other = CUSTOMERS[:2]
    for name, host in ((one, host_of(other)), (other, host_of(one))):
        patch = [{"op": "replace", "path": "/spec/rules/0/host", "value": host}]
        deployed.kubectl("-n", name, "patch", "ingress", f"greeter-{name}", "--type=json", "-p", json.dumps(patch))
    wait_until(30, "the ingress follows", lambda: deployed.answers(one, deployed.customers()[other]))
    result = deployed.run("verify", WITHIN="2")
    assert result.returncode == 1
    wrong = [line for line in result.stdout.splitlines() if "WRONG" in line]
    assert len(wrong) == 2 and f"the greeting of {other}" in wrong[0] and f"the greeting of {one}" in wrong[1]
    deployed.must("deploy", FORCE="1")
    deployed.must("verify")


@pytest.mark.parametrize("name", CUSTOMERS[:1])
def test_helm_test_passes(deployed, name):
    assert "Succeeded" in deployed.output("helm", "test", name, "-n", name, "--timeout", "60s")


@pytest.mark.parametrize("name", CUSTOMERS)
def test_namespace_refuses_an_unrestricted_pod(deployed, name):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "intruder", "namespace": name},
           "spec": {"hostNetwork": True, "containers": [{"name": "c", "image": "c", "securityContext": {"privileged": True}}]}}
    with pytest.raises(AssertionError, match='violates PodSecurity "restricted'):
        deployed.output("bash", "-c", 'kubectl create --dry-run=server -f - <<<"$1"', "-", json.dumps(pod))


def processes_of(uid):
    """This machine's processes in that pod, except the one that only holds it open: directory in /proc -> program."""
    assert uid, "every process would be in it"
    programs = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            cgroup, program = (directory / "cgroup").read_text(), (directory / "comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if (uid in cgroup or uid.replace("-", "_") in cgroup) and program != "pause":
            programs[directory] = program
    return programs


def kill(processes):
    """SIGKILL from the node, as for want of memory: no chance to hand anything over. The first may take the others with it."""
    if not processes:
        pytest.skip("the pods run on another machine")
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process.name), signal.SIGKILL)


@pytest.mark.parametrize("name", CUSTOMERS)
def test_process_is_restricted(deployed, name):
    """What the kernel says of the processes, not what the chart says."""
    if os.geteuid() != 0:
        pytest.skip("reading another user's /proc entries needs root")
    checked = 0
    for pod in deployed.objects("pods", name):
        if "deletionTimestamp" in pod["metadata"] or pod["metadata"]["labels"].get("app.kubernetes.io/component") != "server":
            continue
        for process in processes_of(pod["metadata"]["uid"]):
            status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
            assert set(status["Uid"].split()) == {"65532"} and set(status["Gid"].split()) == {"65532"}
            assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
            assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
            root = next(line.split() for line in (process / "mountinfo").read_text().splitlines() if line.split()[4] == "/")
            assert "ro" in root[5].split(",")
            checked += 1
    if not checked:
        pytest.skip("the pods run on another machine")


def test_autoscaler_sees_the_load(deployed):
    """It needs the pods' CPU from metrics-server, which takes a moment to have it."""
    def active():
        conditions = deployed.objects("hpa", CUSTOMERS[0])[0]["status"].get("conditions", [])
        return any(condition["type"] == "ScalingActive" and condition["status"] == "True" for condition in conditions)
    wait_until(120, "the autoscaler has metrics", active)
