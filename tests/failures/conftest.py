"""Redis, the sentinels and two instances of customer C, which all cases share: each heals what it has broken."""

import contextlib
import os
import random
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "api"))  # server.py

from history import OK, faults, longest_pause  # noqa: E402
from instance import Instance  # noqa: E402
from network import Network  # noqa: E402
from redis_system import FAILOVER_TIMEOUT, System  # noqa: E402
from results import write_line  # noqa: E402
from workload import Workload  # noqa: E402


@pytest.fixture(scope="session")
def network():
    if "GREETER_FAILURES" not in os.environ:
        pytest.fail("these tests need a network of their own: run scripts/failures", pytrace=False)
    return Network()


@pytest.fixture(scope="session")
def system(network, tmp_path_factory):
    system = System(network, tmp_path_factory.mktemp("redis")).start()
    system.heal()
    yield system
    system.end()


@pytest.fixture(scope="session")
def instances(network, system, tmp_path_factory):
    folder = tmp_path_factory.mktemp("instances")
    instances = [Instance(network.host(name, clients=True), folder, system.url()) for name in ("greeter-1", "greeter-2")]
    for each in instances:
        each.start()
    yield instances
    for each in instances:
        each.kill()


@pytest.fixture
def load(system, instances):
    """load(failure, most): a block under load, in which something fails. Then everything heals, goes on, and ends, and
    what was seen is checked; at most `most` seconds may pass without an acknowledged write, or from the end of the failure
    to the next one, where the block has named that moment (`restored`). An election that no sentinel won is held again after
    twice the failover-timeout, so each allows for as much more."""

    @contextlib.contextmanager
    def block(failure, most=10.0):
        system.heal()
        elections = system.lost_elections()
        seed = random.randrange(1 << 20)
        print(f"seed {seed}")
        workload = Workload(instances, seed)
        try:
            yield workload.start()
            system.heal()
            workload.go_on()
            history = workload.finish({node.name: node.greetings for node in system.nodes})
        finally:
            workload.stop()
        found = faults(history)
        seconds = workload.pause_after_restoring() if workload.restored else longest_pause(history)
        write_result(failure, history, found, seconds)
        assert not found, "\n".join(f"{check}: {len(each)}, as {each[0]}" for check, each in found.items())
        assert seconds <= most + 2 * FAILOVER_TIMEOUT * (system.lost_elections() - elections)

    return block


def write_result(failure, history, found, seconds):
    write_line(
        {
            "failure": failure,
            "seconds": round(seconds, 2),
            "acknowledged": sum(write.outcome == OK for write in history.writes),
            "greetings": len(history.greetings),
            "faults": {check: len(each) for check, each in found.items()},
        }
    )
