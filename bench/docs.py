"""Writes the last full run into the documentation: the block between two marks, the chart, and the figures as JSON."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import median

import chart
from goals import outcomes
from plan import ALL
from summary import Summary
from tables import (NOTHING, TITLES, Table, before, compared, durable, exact, footprint, kept, loads, mixed, significant,
                    spread, write_latency)

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "performance.md"
BEGIN, END = "<!-- results: scripts/bench --docs -->", "<!-- end of results -->"


def markdown(table: Table) -> str:
    rows = [table.head, ["---", *["---:"] * (len(table.head) - 1)], *table.rows]
    return "\n".join([f"**{table.title}**", "", *["| " + " | ".join(row) + " |" for row in rows]])


def by_server(summary: Summary, title: str, figure: str, scenarios: list[str], unit: float = 1) -> Table:
    """One row per scenario, one column per server; requests a second with their spread."""
    keys = [key for key in summary.results["servers"] if key in ALL and key != "greeter-before"]

    def cell(scenario: str, key: str) -> str:
        values = [value / unit for value in summary.values(scenario, key, figure)]
        if not values:
            return "no answer" if summary.no_answer(scenario, key) else NOTHING
        return significant(median(values)) + (f" ({spread(values)})" if figure == "rate" else "")

    rows = [[TITLES[scenario], *[cell(scenario, key) for key in keys]] for scenario in scenarios]
    return Table(title, ["", *[summary.title(key) for key in keys]], rows)


def customers(summary: Summary) -> str:
    figures = [summary.ratio("customers", figure, "greeter-1000", "greeter") for figure in ("rate", "cpu_us")]
    if None in figures:
        return ""
    return (f"With 1,000 customers, asked for by `Host` in turn, Greeter answers {figures[0]:.2f} times as many requests as "
            f"with one customer under the same load, at {figures[1]:.2f} times the processor time per request.")


def setting(results: dict) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{server['title']} {server['version']}".strip() for key, server in results["servers"].items()
                         if key == "greeter-before" or not key.startswith(("greeter", "epoll")))
    skipped = "".join(f" {key} is missing: {why}." for key, why in results["skipped"].items())
    return (f"{results['started']} UTC, {machine['cores']} cores ({machine['cpu']}), Linux {machine['kernel']}, "
            f"{results['rounds']} rounds, {results.get('race_rounds', results['rounds'])} where servers are close to each other; "
            f"{results['servers']['greeter']['version']}, {versions}, "
            f"{results['generator']}. What is stored is on {machine['file_system']}.{skipped}")


def goals_table(summary: Summary) -> Table:
    rows = []
    for one in outcomes(summary):
        sign = "≥" if one.goal.at_least else "≤"
        rows.append([one.goal.text, exact(one.value, one.goal.unit), f"{sign} {one.goal.limit:g}{one.goal.unit}",
                     "reached" if one.reached else "**missed**"])
    return Table("Goals", ["", "value", "goal", ""], rows)


def block(results: dict) -> str:
    summary = Summary(results)
    all_loads = loads(summary, without=("customers",))
    latencies = loads(summary, without=("customers", "pipelined"))
    tables = [
        compared(summary),
        by_server(summary, "Thousands of requests a second (min..max of the rounds)", "rate",
                  loads(summary, without=("customers", "paced")), 1000),
        by_server(summary, "Processor time of the server per request, microseconds", "cpu_us", all_loads),
        by_server(summary, "Median latency, milliseconds", "p50_us", latencies, 1000),
        by_server(summary, "99th percentile, milliseconds", "p99_us", latencies, 1000),
        by_server(summary, "99.9th percentile, milliseconds", "p999_us", latencies, 1000),
        kept(summary),
        footprint(summary),
    ]
    writes = [durable(summary), write_latency(summary), mixed(summary)]
    parts = [setting(results), "![Requests a second of Greeter and its peers](images/performance.svg)",
             *[markdown(table) for table in [*tables, before(summary)] if table.rows], customers(summary),
             "### Writes", "![Durable writes a second](images/writes.svg)",
             *[markdown(table) for table in writes if table.rows],
             "### Goals", markdown(goals_table(summary))]
    return "\n\n".join(part for part in parts if part)


def write(results: dict) -> None:
    if not results["full"]:
        sys.exit("bench: the documentation takes a full run: scripts/bench")
    page = PAGE.read_text()
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"bench: {PAGE} has no block between '{BEGIN}' and '{END}'")
    PAGE.write_text(f"{before}{BEGIN}\n\n{block(results)}\n\n{END}{after}")
    (DOCS / "images").mkdir(exist_ok=True)
    for drawing in (chart.REQUESTS, chart.WRITES):
        (DOCS / "images" / drawing.file).write_text(chart.svg(Summary(results), drawing))
    (DOCS / "performance.json").write_text(json.dumps(results, indent=1) + "\n")
    print(f"wrote {PAGE}, its chart and its figures", file=sys.stderr)
