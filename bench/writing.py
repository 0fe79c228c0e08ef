"""What is done to the servers that keep greetings: clients that write, and readers beside them. Each server starts with an
empty folder on the disk, gets a table of 1,024 greetings and is written to after that."""
from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import load
from clients import NoAnswer
from plan import Figures, Plan, Scenario, measured
from running import Running
from servers import Server
from stores import STORES, TOKEN

WRITERS = 16  # beside 64 readers


@contextmanager
def storing(plan: Plan, server: Server) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(dir=plan.data) as folder, Running(server, Path(folder)) as running:
        filled = writes(plan, running, 64, 0, "fill")
        if filled["errors"]:
            raise NoAnswer(f"the table could not be filled: {filled['error_kinds']}")
        yield running


def writes(plan: Plan, running: Running, connections: int, seconds: int, mode: str, **how: object) -> Figures:
    tool = [str(plan.programs / "writes"), running.server.stores, str(running.port), str(seconds), str(connections), TOKEN, mode]
    return load.writes(tool, seconds + 130 if mode == "fill" else seconds + 15, **how)


def writing(connections: int, mode: str, plan: Plan, server: Server, seconds: int) -> Figures:
    with storing(plan, server) as running:
        disk = load.disk(plan.programs / "disk", plan.data)
        return measured(running, partial(writes, plan, running, connections, seconds, mode)) | disk


def reading_and_writing(plan: Plan, server: Server, seconds: int) -> Figures:
    """Readers and writers at full speed, beside what each does alone."""
    def readers(meanwhile=None) -> Figures:
        return load.wrk(running.port, 64, seconds, meanwhile=meanwhile)

    def writers() -> Figures:
        return writes(plan, running, WRITERS, seconds, "replace")

    def both(meanwhile) -> Figures:
        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(writers)
            reading = readers(meanwhile)
            written = writing.result()
        return reading | {
            "errors": reading["errors"] + written["errors"], "error_kinds": reading["error_kinds"] | written["error_kinds"],
            "write_rate": written["rate"], "write_p50_us": written["p50_us"], "write_p99_us": written["p99_us"]}

    with storing(plan, server) as running:
        before, writers_alone = readers()["rate"], writers()["rate"]
        figures = measured(running, both)
        del figures["cpu_us"]  # nobody's: readers' and writers' in one
        alone = (before + readers()["rate"]) / 2
    return figures | {"rate_without": alone, "kept": figures["rate"] / alone,
                      "write_rate_without": writers_alone, "write_kept": figures["write_rate"] / writers_alone}


def put(key: str, title: str, connections: int, mode: str = "replace") -> Scenario:
    return Scenario(key, title, 2, partial(writing, connections, mode), STORES, overhead=2)


SCENARIOS = [
    put("put1", "1 writer", 1),
    put("put16", "16 writers", 16),
    put("put64", "64 writers", 64),
    put("put256", "256 writers", 256),
    put("new64", "64 writers of new greetings", 64, "create"),
    Scenario("mixed", f"64 readers beside {WRITERS} writers", 2, reading_and_writing, STORES[:2], overhead=8),
]
PUTS = [one.key for one in SCENARIOS if one.key != "mixed"]
