"""The container works with next to no rights."""

import pytest

from container import HELLO, SOMEBODY, docker, wait_until

RESTRICTED = ["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--memory=32m", "--pids-limit=32"]


def test_a_read_only_root_and_no_rights(run):
    container = run(SOMEBODY, *RESTRICTED)
    assert container.get("/").json == HELLO


@pytest.mark.parametrize("user", ["1000:1000", "12345", "1000680000:0", "0:0"])
def test_any_user(run, user):
    container = run(SOMEBODY, f"--user={user}", *RESTRICTED)
    assert container.get("/").json == HELLO


def test_it_is_not_root_unless_told_to(run):
    container = run(SOMEBODY)
    processes = docker("top", container.name, "-o", "uid,pid,args").stdout.splitlines()[1:]
    assert [line.split()[0] for line in processes] == ["65532"]


def test_without_a_network_it_is_still_healthy(run):
    container = run(SOMEBODY, "--network=none", "--health-interval=300ms", *RESTRICTED, ports=False)
    wait_until("the container is healthy", lambda: container.health() == "healthy")


def test_one_small_cpu_is_enough(run):
    container = run(SOMEBODY, "--cpus=0.1", *RESTRICTED)
    assert container.get("/").json == HELLO


def test_it_stays_small(run):
    container = run(SOMEBODY, "--memory=12m", "--memory-swap=12m")
    for _ in range(200):
        assert container.get("/").status == 200
    assert not container.inspect()["State"]["OOMKilled"]
