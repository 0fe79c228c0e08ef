"""What Greeter is held to. A goal that was not measured in a run says nothing about it."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from summary import Summary


@dataclass(frozen=True)
class Goal:
    text: str
    value: Callable[[Summary], float | None]
    limit: float
    at_least: bool = True
    unit: str = "x"

    def reached(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


@dataclass(frozen=True)
class Outcome:
    goal: Goal
    value: float

    @property
    def reached(self) -> bool:
        return self.goal.reached(self.value)


def rate(scenario: str, other: str, limit: float, text: str) -> Goal:
    return Goal(text, lambda s: s.ratio(scenario, "rate", "greeter", other), limit)


def megabytes(value: float | None) -> float | None:
    return None if value is None else value / 1e6


def keep_alive_goals() -> list[Goal]:
    goals = []
    for scenario, clients in (("c64", "64"), ("c256", "256"), ("c1000", "1,000")):
        where = f"keep-alive, {clients} clients:"
        goals += [
            rate(scenario, "nginx", 1.03, f"{where} requests/s, nginx = 1"),
            rate(scenario, "epoll", 0.97, f"{where} requests/s, ceiling = 1"),
            Goal(f"{where} CPU per request, nginx = 1",
                 lambda s, scenario=scenario: s.ratio(scenario, "cpu_us", "greeter", "nginx"), 0.88, at_least=False),
            rate(scenario, "go", 1.7, f"{where} requests/s, Go = 1"),
            rate(scenario, "fastapi", 25, f"{where} requests/s, FastAPI = 1"),
        ]
    return goals


def unanswered(s: Summary) -> float | None:
    asked, answered = s.values("idle", "greeter", "idle_clients"), s.values("idle", "greeter", "idle_answered")
    return sum(asked) - sum(answered) if asked else None


def errors(s: Summary) -> float:
    ours = [(scenario, server) for scenario, server in s.rounds if server.startswith("greeter") and server != "greeter-before"]
    return sum(s.errors(*which) + bool(s.no_answer(*which)) for which in ours)


def hot_path_goals() -> list[Goal]:
    """Measured with --before only."""
    goals = []
    for scenario, clients in (("c64", "64"), ("c256", "256"), ("c1000", "1,000")):
        where = f"keep-alive, {clients} clients:"
        goals += [rate(scenario, "greeter-before", 0.95, f"{where} requests/s, the program before = 1"),
                  Goal(f"{where} CPU per request, the program before = 1",
                       lambda s, scenario=scenario: s.ratio(scenario, "cpu_us", "greeter", "greeter-before"), 1.05,
                       at_least=False)]
    return goals


GOALS = [
    Goal("errors and wrong or missing answers, all scenarios", errors, 0, at_least=False, unit=""),
    *keep_alive_goals(),
    rate("close", "nginx", 1.03, "a connection per request: requests/s, nginx = 1"),
    Goal("1,000 customers: requests/s, one customer = 1",
         lambda s: s.ratio("customers", "rate", "greeter-1000", "greeter"), 0.90),
    Goal("10,000 idle connections: left without an answer", unanswered, 0, at_least=False, unit=""),
    Goal("10,000 idle connections: requests/s beside them, without = 1",
         lambda s: s.median("idle", "greeter", "kept"), 0.95),
    Goal("10,000 idle connections: memory", lambda s: megabytes(s.median("idle", "greeter", "memory_idle_clients")), 6,
         at_least=False, unit=" MB"),
    Goal("10,000 idle connections: CPU while nothing happens",
         lambda s: s.median("idle", "greeter", "idle_cpu_ms_per_s"), 1, at_least=False, unit=" ms/s"),
    Goal("start until the first answer", lambda s: s.median("start", "greeter", "start_ms"), 4, at_least=False, unit=" ms"),
    Goal("memory before the first load", lambda s: megabytes(s.median("c64", "greeter", "memory_before")), 3,
         at_least=False, unit=" MB"),
    Goal("500 slow clients: requests/s beside them, without = 1", lambda s: s.median("slow", "greeter", "kept"), 0.95),
    Goal("2,000 requests a second: p99.9, nginx = 1", lambda s: s.ratio("paced", "p999_us", "greeter", "nginx"), 1,
         at_least=False),
]

WRITE_GOALS = [
    Goal("64 writers: durable writes/s, FastAPI + SQLite = 1",
         lambda s: s.ratio("put64", "rate", "greeter-store", "fastapi-store"), 5),
    *hot_path_goals(),
]


def outcomes(summary: Summary, goals: list[Goal] | None = None) -> list[Outcome]:
    values = [(goal, goal.value(summary)) for goal in goals or [*GOALS, *WRITE_GOALS]]
    return [Outcome(goal, value) for goal, value in values if value is not None]
