"""The tables of a run, as cells of text; report.py prints them, docs.py writes them as Markdown."""
from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from plan import ALL
from scenarios import SCENARIOS
from stores import STORES
from summary import Summary
from writing import PUTS

NOTHING = "-"
TITLES = {scenario.key: scenario.title for scenario in SCENARIOS}


@dataclass(frozen=True)
class Table:
    title: str
    head: list[str]
    rows: list[list[str]]


def without_empty_columns(table: Table) -> Table:
    kept = [at for at in range(len(table.head)) if at == 0 or any(row[at] != NOTHING for row in table.rows)]
    return Table(table.title, [table.head[at] for at in kept], [[row[at] for at in kept] for row in table.rows])


def number(value: float | None, digits: int = 0) -> str:
    return NOTHING if value is None else f"{value:,.{digits}f}"


def significant(value: float | None) -> str:
    """About three digits: 174,210 -> 174,000; 5.23; 0.94."""
    if value is None:
        return NOTHING
    step = 10 ** max(0, len(str(int(abs(value)))) - 3)
    return f"{round(value / step) * step:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def exact(value: float, unit: str) -> str:
    """What a goal is compared with: a ratio near one needs its third digit, a count none."""
    if unit == "x" and value < 10:
        return f"{value:.3f}x"
    return f"{value:,.0f}" if not unit else significant(value) + unit


def spread(values: list[float]) -> str:
    return f"{significant(min(values))}..{significant(max(values))}" if values else NOTHING


def megabytes(value: float | None) -> str:
    return NOTHING if value is None else significant(value / 1e6)


def loads(summary: Summary, without: tuple[str, ...] = ()) -> list[str]:
    """The scenarios that load the servers with `GET /` alone."""
    return [key for key in summary.scenarios() if key not in ("start", "mixed", *PUTS, *without)]


def of_scenario(summary: Summary, scenario: str) -> Table:
    base = "greeter" if scenario == "customers" else STORES[1] if scenario in PUTS else "nginx"
    head = ["", "requests/s", "min..max", f"x {summary.title(base)}", "p50 us", "p99 us", "p99.9 us",
            "CPU us/request", "errors"]
    rows = []
    for server in summary.servers(scenario):
        why = summary.no_answer(scenario, server)
        figures = [summary.median(scenario, server, key) for key in ("p50_us", "p99_us", "p999_us")]
        rows.append([
            summary.title(server),
            "no answer" if why else significant(summary.median(scenario, server, "rate")),
            spread(summary.values(scenario, server, "rate")),
            significant(summary.ratio(scenario, "rate", server, base)),
            *[significant(figure) for figure in figures],
            significant(summary.median(scenario, server, "cpu_us")),
            NOTHING if why else number(summary.errors(scenario, server)),
        ])
    return Table(TITLES[scenario], head, rows)


def compared(summary: Summary, server: str = "greeter") -> Table:
    """Greeter's rate by everyone's."""
    others = [key for key in summary.results["servers"] if key in ALL and not key.startswith("greeter")]
    rows = []
    for scenario in loads(summary, without=("customers", "paced")) if others else []:
        rates = [significant(summary.ratio(scenario, "rate", server, other)) if other in summary.servers(scenario) else NOTHING
                 for other in others]
        gave = [("no answer" if summary.no_answer(scenario, other) else rate) for other, rate in zip(others, rates)]
        rows.append([TITLES[scenario], *gave, significant(summary.ratio(scenario, "cpu_us", server, "nginx"))])
    return Table("Greeter's requests a second by everyone's", ["", *[summary.title(key) for key in others],
                 "CPU/request by nginx's"], rows)


def footprint(summary: Summary) -> Table:
    head = ["", "program MB", "first answer ms", "min..max", "memory MB", "after 1,000 clients", "10,000 idle",
            "their CPU ms/s", "still served"]
    rows = []
    for key, server in summary.results["servers"].items():
        if key not in ALL:
            continue
        answered = summary.median("idle", key, "idle_answered")
        rows.append([
            server["title"],
            megabytes(server["bytes"]),
            significant(summary.median("start", key, "start_ms")),
            spread(summary.values("start", key, "start_ms")),
            megabytes(summary.median("c64", key, "memory_before")),
            megabytes(summary.median("c1000", key, "memory_peak")),
            megabytes(summary.median("idle", key, "memory_idle_clients")),
            significant(summary.median("idle", key, "idle_cpu_ms_per_s")),
            "no answer" if summary.no_answer("idle", key) else number(answered),
        ])
    return without_empty_columns(Table("Footprint", head, rows))


def kept(summary: Summary) -> Table:
    """What is left of the rate beside idle and slow clients."""
    scenarios = [key for key in ("idle", "slow") if key in summary.scenarios()]
    rows = []
    for key, server in summary.results["servers"].items():
        cells = ["no answer" if summary.no_answer(scenario, key) else significant(summary.median(scenario, key, "kept"))
                 for scenario in scenarios]
        if any(cell != NOTHING for cell in cells):
            rows.append([server["title"], *cells])
    return Table("Requests a second beside others, by the same server's without them",
                 ["", *[TITLES[scenario] for scenario in scenarios]], rows)


def before(summary: Summary) -> Table:
    """What became of the hot path since an older program, which took its turn in the same rounds."""
    rows = [[TITLES[scenario], *[exact(ratio, "x") for ratio in ratios if ratio]] for scenario in loads(summary)
            if all(ratios := [summary.ratio(scenario, figure, "greeter", "greeter-before") for figure in ("rate", "cpu_us")])]
    return Table("Greeter by the program before", ["", "requests/s", "CPU/request"], rows)


def durable(summary: Summary) -> Table:
    """Writes a second that were answered, and how often the disk itself could be waited for in the same rounds."""
    present = [key for key in STORES if key in summary.results["servers"]]

    def disk(scenario: str, figure: str) -> str:
        values = [value for key in present for value in summary.values(scenario, key, figure)]
        return f"{significant(median(values))} ({spread(values)})" if values else NOTHING

    def cell(scenario: str, key: str) -> str:
        rates = summary.values(scenario, key, "rate")
        return f"{significant(median(rates))} ({spread(rates)})" if rates else "no answer"

    rows = [[TITLES[scenario], *[cell(scenario, key) for key in present],
             *[significant(summary.ratio(scenario, "rate", "greeter-store", other)) for other in present[1:]],
             disk(scenario, "disk_growing"), disk(scenario, "disk_in_place")]
            for scenario in PUTS if scenario in summary.scenarios()]
    return Table("Durable writes a second, each answered (min..max of the rounds)",
                 ["", *[summary.title(key) for key in present], *[f"Greeter by {summary.title(key)}" for key in present[1:]],
                  "fdatasync/s, growing file", "in place"], rows)


def write_latency(summary: Summary) -> Table:
    present = [key for key in STORES if key in summary.results["servers"]]
    figures = {"median ms": ("p50_us", 1000), "p99 ms": ("p99_us", 1000), "CPU us": ("cpu_us", 1)}

    def cell(scenario: str, key: str, figure: str, unit: float) -> str:
        value = summary.median(scenario, key, figure)
        return NOTHING if value is None else significant(value / unit)

    rows = [[TITLES[scenario], *[cell(scenario, key, *figure) for figure in figures.values() for key in present]]
            for scenario in PUTS if scenario in summary.scenarios()]
    return Table("What a write costs", ["", *[f"{summary.title(key)}, {name}" for name in figures for key in present]], rows)


def mixed(summary: Summary) -> Table:
    rows = []
    for key in summary.servers("mixed"):
        of = {figure: summary.median("mixed", key, figure) for figure in (
            "rate_without", "rate", "kept", "p99_us", "write_rate_without", "write_rate", "write_kept", "write_p99_us")}
        milliseconds = [None if of[figure] is None else of[figure] / 1000 for figure in ("p99_us", "write_p99_us")]
        rows.append([summary.title(key), *[significant(of[figure]) for figure in ("rate_without", "rate", "kept")],
                     significant(milliseconds[0]),
                     *[significant(of[figure]) for figure in ("write_rate_without", "write_rate", "write_kept")],
                     significant(milliseconds[1])])
    return Table("64 readers and 16 writers, alone and at once",
                 ["", "reads/s alone", "at once", "kept", "p99 ms", "writes/s alone", "at once", "kept", "p99 ms"], rows)


def everything(summary: Summary) -> list[Table]:
    return [*[of_scenario(summary, scenario) for scenario in [*loads(summary), *PUTS] if scenario in summary.scenarios()],
            kept(summary), footprint(summary), compared(summary), durable(summary), mixed(summary), before(summary)]
