"""What every scenario is made of: the sizes of a run, and one load between two looks at the server."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from clients import NoAnswer, WrongAnswer
from measure import Elsewhere
from running import Running
from servers import Server

Figures = dict[str, object]
ALL = ("greeter", "greeter-before", "nginx", "epoll", "go", "fastapi", "httplib")
RACE = ("greeter", "greeter-before", "nginx", "epoll", "greeter-1000")


@dataclass(frozen=True)
class Plan:
    """Sizes of one run."""

    folder: Path    # for the servers' files
    data: Path      # for what they store: on a disk, not in memory
    programs: Path  # where the compiled tools are
    shorter: int    # seconds taken off every load, which has at least one
    idle: int       # idle connections
    slow: int       # slow clients


@dataclass(frozen=True)
class Scenario:
    key: str
    title: str
    seconds: int  # of load
    run: Callable[[Plan, Server, int], Figures]
    servers: tuple[str, ...] = ALL
    overhead: float = 0.8  # seconds beside the load, about
    race: bool = False     # servers that are close to each other take more rounds


def measured(running: Running, generate: Callable[..., Figures]) -> Figures:
    """One load and what it cost, between two looks at the answer."""
    running.check()
    idle, peak = running.memory(), [running.memory()]
    elsewhere, before = Elsewhere(), running.cpu()
    figures = generate(meanwhile=lambda: peak.append(running.memory()))
    spent = running.cpu() - before
    figures["elsewhere"] = round(elsewhere.share(spent / 1e9), 3)
    peak.append(running.memory())
    try:
        running.check()
    except (NoAnswer, WrongAnswer) as error:
        figures["errors"] += 1
        figures["after"] = str(error)
    return figures | {"cpu_us": spent / 1000 / figures["requests"], "memory_before": idle.pss,
                      "memory_peak": max(seen.pss for seen in peak), "rss_peak": max(seen.rss for seen in peak)}
