"""What is done to a server, once a round, and which figures come of it. Every measurement has a server of its own, started
for it, so that none inherits what another left behind."""
from __future__ import annotations

import os
import time
from functools import partial

import load
import writing
from clients import IdleClients, SlowClients, check
from measure import time_wait_sockets, tracked_connections
from plan import ALL, Figures, Plan, Scenario, measured
from running import Running
from servers import Server, customer_body, customer_host, free_port

CUSTOMERS = 1000
PACED_RATE = 2000
STARTS = 4  # a round


def keep_alive(connections: int, plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        return measured(running, partial(load.wrk, running.port, connections, seconds))


def wait_for_room() -> None:
    """Until the firewall has forgotten ended connections, which takes it two minutes: a full table drops new ones. In a network
    namespace without rules there is nothing to wait for."""
    deadline = time.monotonic() + 130
    while tracked_connections() > 0.5 and time.monotonic() < deadline:
        time.sleep(0.5)


def closing(plan: Plan, server: Server, seconds: int) -> Figures:
    wait_for_room()
    waiting = time_wait_sockets()
    with Running(server, plan.folder, closing=True) as running:
        return measured(running, partial(load.wrk, running.port, 64, seconds, close=True)) | {"time_wait_before": waiting}


def pipelined(plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        figures = measured(running, partial(load.wrk, running.port, 64, seconds, script=("pipeline", "16")))
    # wrk times whole batches then, which is nobody's latency.
    return {key: value for key, value in figures.items() if key not in ("p50_us", "p99_us", "p999_us")}


def by_host(plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        if server.key != "greeter":
            for number in range(CUSTOMERS):
                check(running.port, customer_host(number), customer_body(number))
        return measured(running, partial(load.wrk, running.port, 64, seconds, script=("hosts", str(CUSTOMERS))))


def beside(running: Running, figures: Figures, before: float) -> Figures:
    """What is left of the rate, by the same load's before the others came and after they went."""
    without = (before + rate_alone(running)) / 2
    return figures | {"rate_without": without, "kept": figures["rate"] / without}


def rate_alone(running: Running) -> float:
    return measured(running, partial(load.wrk, running.port, 64, 2))["rate"]


def beside_idle(plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        before = rate_alone(running)
        with IdleClients(running.port) as idle:
            idle.open(plan.idle)
            time.sleep(0.2)  # whatever the server still does about the last request is not idling
            cpu, begin = running.cpu(), time.monotonic()
            time.sleep(2)
            spent = (running.cpu() - cpu) / (time.monotonic() - begin)
            memory = running.memory()
            figures = measured(running, partial(load.wrk, running.port, 64, seconds))
            answered = idle.answered()
        return beside(running, figures, before) | {
            "memory_idle_clients": memory.pss, "rss_idle_clients": memory.rss, "idle_cpu_ms_per_s": spent / 1e6,
            "idle_clients": plan.idle, "idle_answered": answered}


def beside_slow(plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        before = rate_alone(running)
        with SlowClients(running.port, plan.slow) as slow:
            time.sleep(1.1)  # by then each has sent its first byte
            figures = measured(running, partial(load.wrk, running.port, 64, seconds))
        return beside(running, figures, before) | {"cut_off": slow.cut_off}


def at_fixed_rate(plan: Plan, server: Server, seconds: int) -> Figures:
    with Running(server, plan.folder) as running:
        return measured(running, lambda meanwhile: load.paced(plan.programs / "paced", running.port, PACED_RATE, seconds))


def starting(plan: Plan, server: Server, _seconds: int) -> Figures:
    port = free_port()
    launch = server.launch(port, plan.folder, False)
    env = {"PATH": os.environ["PATH"], **launch.env}
    return {"errors": 0, "start_ms": load.starts(plan.programs / "first_answer", port, STARTS, launch.argv, env)}


SCENARIOS = [
    Scenario("c1", "keep-alive, 1 client", 1, partial(keep_alive, 1)),
    Scenario("c64", "keep-alive, 64 clients", 2, partial(keep_alive, 64), race=True),
    Scenario("c256", "keep-alive, 256 clients", 2, partial(keep_alive, 256), race=True),
    Scenario("c1000", "keep-alive, 1,000 clients", 2, partial(keep_alive, 1000), race=True),
    Scenario("pipelined", "pipelined, 16 requests at once, 64 clients", 1, pipelined),
    Scenario("idle", "64 clients beside 10,000 idle connections", 2, beside_idle, overhead=10),
    Scenario("slow", "64 clients beside 500 slow ones", 5, beside_slow, overhead=6.5),
    Scenario("paced", "2,000 requests a second, open loop", 5, at_fixed_rate, tuple(key for key in ALL if key != "httplib")),
    Scenario("customers", "64 clients, 1,000 hosts in turn", 2, by_host, ("greeter", "greeter-1000"), race=True),
    *writing.SCENARIOS,
    Scenario("start", "start until the first answer", 0, starting, overhead=1),
    # Last: the tens of thousands of ports that it leaves waiting can't disturb what comes after.
    Scenario("close", "a connection per request, 64 clients", 2, closing, race=True),
]
