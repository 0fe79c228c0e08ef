"""Measures Greeter beside its peers: rounds in which every server takes its turn, so that whatever else the machine does
meets all of them. scripts/bench prepares what this needs and starts it."""
from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import docs
import goals
import measure
import report
import servers
import stores
import writing
from catalogue import catalogue, selected
from clients import NoAnswer, WrongAnswer
from plan import ALL, RACE, Plan, Scenario
from quiet import TOLERATED, Quiet
from running import adopt_orphans, allow_descriptors
from scenarios import SCENARIOS
from summary import Summary

QUICK_SCENARIOS = ["c64", "c1000", "close", "put64", "mixed", "start"]
GROUPS = {"writes": [one.key for one in writing.SCENARIOS], "hot": ["c64", "c256", "c1000"]}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measure Greeter beside its peers.")
    parser.add_argument("--greeter", type=Path, metavar="PATH", help="the program to measure (default: the image's)")
    parser.add_argument("--before", type=Path, metavar="PATH", help="an older Greeter that takes its turn in every round, too")
    parser.add_argument("--quick", action="store_true", help="about two minutes: fewer scenarios and peers, shorter loads")
    parser.add_argument("--smoke", action="store_true", help="everything once and tiny: does the benchmark itself work?")
    parser.add_argument("--rounds", type=int, help="default: 5; quick: 3")
    parser.add_argument("--only", metavar="SCENARIOS",
                        help=f"of {','.join(one.key for one in SCENARIOS)}; writes: put1 to mixed; hot: c64,c256,c1000")
    parser.add_argument("--servers", metavar="SERVERS", help=f"of {','.join([*ALL, *stores.STORES])}")
    parser.add_argument("--show", action="store_true", help="print the last results again, measure nothing")
    parser.add_argument("--docs", action="store_true", help="write the last full results to docs/, measure nothing")
    parser.add_argument("--own-network", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    args.rounds = 1 if args.smoke else args.rounds or (3 if args.quick else 5)
    return args


def progress(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def chosen(args: argparse.Namespace) -> list[Scenario]:
    keys = args.only.split(",") if args.only else QUICK_SCENARIOS if args.quick else [one.key for one in SCENARIOS]
    keys = [key for name in keys for key in GROUPS.get(name, [name])]
    unknown = set(keys) - {one.key for one in SCENARIOS}
    if unknown:
        sys.exit(f"bench: no such scenario: {', '.join(sorted(unknown))}")
    return [one for one in SCENARIOS if one.key in keys]


def once(scenario: Scenario, plan: Plan, server: servers.Server) -> dict[str, object]:
    seconds = max(1, scenario.seconds - plan.shorter)
    try:
        return scenario.run(plan, server, seconds)
    except (NoAnswer, WrongAnswer) as error:
        return {"no_answer": str(error)}


def brief(figures: dict[str, object]) -> str:
    if "no_answer" in figures:
        return f"no answer ({figures['no_answer']})"
    if "start_ms" in figures:
        return f"{min(figures['start_ms']):.2f} ms"
    errors = f", {figures['errors']} ERRORS" if figures["errors"] else ""
    slowest = f", p99.9 {figures['p999_us'] / 1000:,.2f} ms" if "p999_us" in figures else ""
    disturbed = f", {figures['elsewhere']:.0%} ELSEWHERE" if figures["elsewhere"] > TOLERATED else ""
    cost = f", CPU {figures['cpu_us']:.2f} us" if "cpu_us" in figures else f", {figures['write_rate']:,.0f} writes/s"
    return f"{figures['rate']:,.0f}/s{slowest}{cost}{errors}{disturbed}"


def turns(scenarios: list[Scenario], present: dict[str, servers.Server], rounds: int, more: int):
    """Each scenario's rounds one after the other, `more` of a race; who begins changes from round to round."""
    for scenario in scenarios:
        for number in range(rounds + (more if scenario.race else 0)):
            keys = [key for key in scenario.servers if key in present and (number < rounds or key in RACE)]
            at = number % max(1, len(keys))
            for key in keys[at:] + keys[:at]:
                yield scenario, number, present[key]


def run_all(steps: list[tuple[Scenario, int, servers.Server]], plan: Plan, quiet: Quiet) -> list[dict]:
    expected = sum(max(1, scenario.seconds - plan.shorter) + scenario.overhead for scenario, _, _ in steps)
    progress(f"{len(steps)} measurements, about {expected / 60:.0f} min")
    begin, measurements, silent = time.monotonic(), [], set()
    for index, (scenario, number, server) in enumerate(steps, 1):
        minutes = (time.monotonic() - begin) / 60
        head = f"[{index}/{len(steps)} {minutes:.1f} min] {scenario.key} {number + 1} {server.key}"
        if (scenario.key, server.key) in silent:
            progress(f"{head}: left out, it gave no answer before")
            continue
        figures = quiet.measure(partial(once, scenario, plan, server))
        progress(f"{head}: {brief(figures)}")
        if "no_answer" in figures and not server.key.startswith("greeter"):
            silent.add((scenario.key, server.key))
        measurements.append({"round": number, "scenario": scenario.key, "server": server.key, **figures})
    return measurements


def measure_all(args: argparse.Namespace, folder: Path, data: Path) -> dict:
    adopt_orphans()
    try:
        known = catalogue(args, folder, allow_descriptors())
    except NoAnswer as reason:
        sys.exit(f"bench: {args.greeter} {reason}")
    present, skipped = selected(args, known)
    for key, why in skipped.items():
        progress(f"skipping {key}: {why}")
    quiet = Quiet(0 if args.smoke else 30 if args.quick else 180)
    busy = quiet.wait()
    if busy > TOLERATED:
        progress(f"warning: {busy:.0%} of the machine goes to something else, which the figures will show")
    if (file_system := measure.file_system(data)) in ("tmpfs", "ramfs"):
        progress(f"warning: {args.build} is memory, which is no disk to wait for: the writes are not durable")
    rounds = args.rounds
    plan = Plan(folder, data, args.build / "bin", shorter=99 if args.quick or args.smoke else 0,
                idle=100 if args.smoke else 10_000, slow=20 if args.smoke else 500)
    started = time.strftime("%Y-%m-%d %H:%M", time.gmtime())
    more = 0 if args.quick else rounds - 1
    measurements = run_all(list(turns(chosen(args), present, rounds, more)), plan, quiet)
    full = args.rounds >= 5 and not (args.quick or args.smoke or args.only or args.servers)
    return {"started": started, "full": full, "short": args.quick or args.smoke, "rounds": rounds, "race_rounds": rounds + more,
            "machine": measure.machine() | {"busy_before": round(busy, 3), "own_network": args.own_network,
                                            "file_system": file_system},
            "generator": servers.first_line("wrk", "-v").partition(" Copyright")[0],
            "skipped": skipped, "measurements": measurements,
            "servers": {key: {"title": server.title, "version": server.version, "bytes": server.size}
                        for key, server in present.items()}}


FILES = ("latest", "writes", "partial")  # a full run, one of all writes, and what is neither


def name_of(results: dict) -> str:
    if results["full"]:
        return "latest"
    return "writes" if has_writes(results) and results["rounds"] >= 3 and not results["short"] else "partial"


def has_writes(results: dict) -> bool:
    return {one.key for one in writing.SCENARIOS} <= {entry["scenario"] for entry in results["measurements"]}


def stored(args: argparse.Namespace, *names: str) -> dict | None:
    """The newest of these results."""
    files = [args.build / f"{name}.json" for name in names if (args.build / f"{name}.json").exists()]
    return json.loads(max(files, key=lambda file: file.stat().st_mtime).read_text()) if files else None


def show_last(args: argparse.Namespace) -> int:
    if not args.docs:
        report.show(stored(args, *FILES) or sys.exit("bench: nothing has been measured yet"))
        return 0
    reads, writes = stored(args, "latest"), stored(args, "latest", "writes")
    if not reads and not writes:
        sys.exit("bench: the documentation takes a full run, or one of all writes with three rounds: see --help")
    if reads:
        docs.write(reads, docs.READS)
    if writes and has_writes(writes):
        docs.write(writes, docs.WRITES)
    return 0


def main() -> int:
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if args.show or args.docs:
        return show_last(args)
    # What is stored goes where the build is: /tmp may be memory.
    with tempfile.TemporaryDirectory(prefix="greeter-bench-") as folder, \
            tempfile.TemporaryDirectory(prefix="data-", dir=args.build) as data:
        os.chmod(folder, 0o755)  # nginx's workers may be another user
        results = measure_all(args, Path(folder), Path(data))
    file = args.build / f"{name_of(results)}.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    report.show(results)
    progress(f"all figures: {file}")
    return 1 if goals.errors(Summary(results)) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
