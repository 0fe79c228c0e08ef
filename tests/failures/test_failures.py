"""Whatever fails: no acknowledged write is lost, none is made on what nobody has seen, and every visitor is greeted."""

import time

import pytest

from instance import Instance
from network import partition
from redis_system import USER
from server import wait_until


def failed_over(system, old):
    return wait_until("there is another master", lambda: system.failed_over(old), 30)


def test_the_master_is_killed(system, load):
    with load("master killed"):
        old = system.master()
        old.kill()
        failed_over(system, old)


def test_the_master_is_stopped_and_comes_back(system, load):
    """It believes to be the master until a sentinel tells it otherwise."""
    with load("master stopped (SIGSTOP), then back") as workload:
        old = system.master()
        old.pause()
        failed_over(system, old)
        workload.go_on()
        old.resume()
        workload.go_on()


def test_the_master_goes_on_while_another_is_made(system, load):
    """It was stopped just long enough."""
    with load("master stopped until another one is made") as workload:
        old = system.master()
        replicas = system.replicas()
        old.pause()
        wait_until("one is promoted", lambda: any(each.is_master() for each in replicas), 30)
        old.resume()
        failed_over(system, old)
        workload.go_on()


def test_the_master_is_cut_off(system, load):
    with load("master cut off from everybody") as workload:
        old = system.master()
        with partition(old.host):
            failed_over(system, old)
            workload.go_on()
        workload.go_on()


def test_the_master_is_cut_off_with_an_instance(system, instances, load):
    """Nothing that this instance acknowledges may be on that master alone."""
    with load("master and an instance cut off together") as workload:
        old, (with_the_rest, with_the_master) = system.master(), instances
        with partition(old.host, with_the_master.host):
            failed_over(system, old)
            workload.go_on(with_the_rest)
        workload.go_on()


def test_an_instance_is_cut_off(instances, load):
    with load("an instance cut off from the store", most=2) as workload:
        rest, alone = instances
        with partition(alone.host):
            workload.refused(time.monotonic(), alone)
            workload.go_on(rest)
        workload.go_on()


def test_sentinels_are_killed(system, load):
    """With one of three there is no failover any more, and no need of one."""
    with load("two of three sentinels killed", most=2) as workload:
        for each in system.sentinels[:2]:
            each.kill()
            workload.go_on()


def test_everything_is_restarted(system, load):
    with load("all six killed and started again") as workload:
        for each in system.all:
            each.kill()
        workload.refused(time.monotonic())
        for each in system.all:
            each.start()
        workload.restore()


def test_the_disk_of_the_master_is_full(system, load):
    with load("disk of the master full, then room again") as workload:
        master = system.master()
        master.fill_disk()
        workload.refused(time.monotonic())
        master.free_disk()
        workload.restore()


def test_the_disk_of_a_replica_is_full(system, load):
    """It ends by itself, rather than fall behind unseen."""
    with load("disk of a replica full, then room again", most=5) as workload:
        replica = system.replicas()[0]
        replica.fill_disk()
        wait_until("it has ended", lambda: not replica.runs)
        workload.go_on()
        replica.free_disk()


def test_one_replica_is_stopped(system, load):
    with load("a replica stopped", most=2) as workload:
        system.replicas()[0].pause()
        workload.go_on()


def test_both_replicas_are_stopped(system, load):
    """Nothing is acknowledged that only the master has."""
    with load("both replicas stopped, then back") as workload:
        replicas = system.replicas()
        for each in replicas:
            each.pause()
        stopped = time.monotonic()
        workload.refused(stopped)
        workload.restore()
        for each in replicas:
            each.resume()
        assert not workload.acknowledged_between(stopped, workload.restored)


def test_the_password_is_wrong_at_the_start(network, system, tmp_path):
    instance = Instance(network.host("greeter-w", clients=True), tmp_path, system.url())
    instance.password.write_text("a-wrong-password\n")
    instance.launch()
    assert instance.exit_code() == 2
    assert len(instance.errors().splitlines()) == 1, instance.errors()
    assert "GREETER_STORE_PASSWORD_FILE" in instance.errors() and "a-wrong-password" not in instance.errors()


def test_the_password_is_wrong_for_a_while(system, instances, load):
    with load("password file wrong, then right") as workload:
        right = instances[0].password.read_text()
        for each in instances:
            each.password.write_text("a-wrong-password\n")
        system.disconnect(USER)
        workload.refused(time.monotonic())
        for each in instances:
            each.password.write_text(right)
        workload.restore()


def test_the_password_is_rotated(system, instances, load):
    with load("password rotated", most=3) as workload:
        old = instances[0].password.read_text().strip()
        system.each_node("ACL", "SETUSER", USER, f">new-{old}")
        for each in instances:
            each.password.write_text(f"new-{old}\n")
        system.each_node("ACL", "SETUSER", USER, f"<{old}")
        system.each_node("ACL", "SAVE")
        system.disconnect(USER)
        workload.go_on()


def test_the_store_is_away_when_an_instance_starts(system, instances, load):
    """It greets with the customer's own text until it has read the stored ones."""
    with load("store away at the start of an instance") as workload:
        instance = instances[1]
        workload.away(instance, instance.stop)
        for each in system.all:
            each.kill()
        workload.back(instance, instance.start)
        workload.refused(time.monotonic(), instances[0])
        for each in system.all:
            each.start()
        workload.restore()


def test_an_instance_is_killed(instances, load):
    with load("an instance killed", most=2) as workload:
        rest, killed = instances
        workload.kill(killed)
        workload.go_on(rest)
        workload.back(killed, killed.start)
