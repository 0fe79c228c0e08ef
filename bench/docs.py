"""Writes what was measured into the documentation: blocks between two marks, their charts, and the figures as JSON."""
from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import chart
from goals import GOALS, WRITE_GOALS, Goal, outcomes
from plan import ALL
from stores import STORES
from summary import Summary
from tables import (NOTHING, TITLES, Table, before, compared, durable, exact, footprint, kept, loads, mixed, significant,
                    spread, write_latency)

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "performance.md"


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


def setting(results: dict, keys: tuple[str, ...]) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{server['title']} {server['version']}" for key, server in results["servers"].items()
                         if key in keys and server["version"] and key != "greeter")
    disk = f"; what is stored is on {machine['file_system']}" if keys == STORES else ""
    skipped = "".join(f" {key} is missing: {why}." for key, why in results["skipped"].items() if key in keys)
    return (f"{results['started']} UTC, {machine['cores']} cores ({machine['cpu']}), Linux {machine['kernel']}, "
            f"{results['rounds']} rounds, {results.get('race_rounds', results['rounds'])} where servers are close to each other; "
            f"{results['servers']['greeter']['version']}, {versions}, "
            f"{results['generator']}{disk}.{skipped}")


def goals_table(summary: Summary, goals: list[Goal]) -> Table:
    rows = []
    for one in outcomes(summary, goals):
        sign = "≥" if one.goal.at_least else "≤"
        rows.append([one.goal.text, exact(one.value, one.goal.unit), f"{sign} {one.goal.limit:g}{one.goal.unit}",
                     "reached" if one.reached else "**missed**"])
    return Table("Goals", ["", "value", "goal", ""], rows)


def joined(parts: list[str | Table]) -> str:
    """As one text, without what was not measured."""
    texts = [markdown(part) if isinstance(part, Table) and part.rows else part for part in parts]
    return "\n\n".join(text for text in texts if text and isinstance(text, str))


def reads(results: dict) -> str:
    summary = Summary(results)
    all_loads = loads(summary, without=("customers",))
    latencies = loads(summary, without=("customers", "pipelined"))
    return joined([
        setting(results, ALL),
        picture(chart.REQUESTS),
        compared(summary),
        by_server(summary, "Thousands of requests a second (min..max of the rounds)", "rate",
                  loads(summary, without=("customers", "paced")), 1000),
        by_server(summary, "Processor time of the server per request, microseconds", "cpu_us", all_loads),
        by_server(summary, "Median latency, milliseconds", "p50_us", latencies, 1000),
        by_server(summary, "99th percentile, milliseconds", "p99_us", latencies, 1000),
        by_server(summary, "99.9th percentile, milliseconds", "p999_us", latencies, 1000),
        kept(summary),
        footprint(summary),
        goals_table(summary, GOALS),
        customers(summary),
    ])


def writes(results: dict) -> str:
    summary = Summary(results)
    return joined([setting(results, STORES), picture(chart.WRITES), durable(summary), write_latency(summary), mixed(summary),
                   before(summary), goals_table(summary, [GOALS[0], *WRITE_GOALS])])


def picture(drawing: chart.Drawing) -> str:
    return f"![{drawing.what} of Greeter and its peers](images/{drawing.file})"


@dataclass(frozen=True)
class Block:
    """A part of the page that a run writes anew."""

    begin: str
    end: str
    content: Callable[[dict], str]
    drawing: chart.Drawing
    figures: str  # a file beside the page


READS = Block("<!-- results: scripts/bench --docs -->", "<!-- end of results -->", reads, chart.REQUESTS, "performance.json")
WRITES = Block("<!-- writes: scripts/bench --docs -->", "<!-- end of writes -->", writes, chart.WRITES, "performance-writes.json")


def write(results: dict, block: Block) -> None:
    before, begin, rest = PAGE.read_text().partition(block.begin)
    _, end, after = rest.partition(block.end)
    if not begin or not end:
        sys.exit(f"bench: {PAGE} has no block between '{block.begin}' and '{block.end}'")
    PAGE.write_text(f"{before}{begin}\n\n{block.content(results)}\n\n{end}{after}")
    (DOCS / "images").mkdir(exist_ok=True)
    (DOCS / "images" / block.drawing.file).write_text(chart.svg(Summary(results), block.drawing))
    (DOCS / block.figures).write_text(json.dumps(results, indent=1) + "\n")
    print(f"wrote {block.drawing.what.lower()} of {results['started']} into {PAGE}", file=sys.stderr)
