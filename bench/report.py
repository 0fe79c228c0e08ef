"""A run as text for the terminal."""
from __future__ import annotations

import sys

from goals import Outcome, outcomes
from quiet import TOLERATED
from summary import Summary
from tables import Table, everything, exact


def text(table: Table) -> str:
    rows = [table.head, *table.rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(table.head))]
    lines = ["  ".join(cell.ljust(width) if column == 0 else cell.rjust(width)
                       for column, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]
    return "\n".join([f"{table.title}:", *lines])


def goal_line(outcome: Outcome) -> str:
    goal = outcome.goal
    verdict, sign = "reached" if outcome.reached else "MISSED", ">=" if goal.at_least else "<="
    return f"  {verdict:8}{goal.text:60}{exact(outcome.value, goal.unit):>10}  {sign} {goal.limit:g}{goal.unit}"


def remarks(summary: Summary) -> list[str]:
    """What a reader must not overlook: who was left out, who gave no answer, whose figures are of a run with errors."""
    lines = [f"  skipped {key}: {why}" for key, why in summary.results["skipped"].items()]
    disturbed = [one["elsewhere"] for one in summary.results["measurements"] if one.get("elsewhere", 0) > TOLERATED]
    if disturbed:
        lines.append(f"  {len(disturbed)} of {len(summary.results['measurements'])} measurements were disturbed: up to "
                     f"{max(disturbed):.0%} of the machine went to neither server nor load")
    for scenario, server in summary.rounds:
        if why := summary.no_answer(scenario, server):
            lines.append(f"  no answer from {server} in {scenario}: {why}")
        elif errors := summary.errors(scenario, server):
            entries = summary.rounds[(scenario, server)].values()
            kinds = {kind for entry in entries for kind in [*entry.get("error_kinds", {}), entry.get("after")] if kind}
            lines.append(f"  {errors} errors of {server} in {scenario}: {', '.join(sorted(kinds))}")
    return lines


def show(results: dict) -> None:
    summary = Summary(results)
    shown = [text(table) for table in everything(summary) if table.rows]
    if lines := remarks(summary):
        shown.append("\n".join(["Remarks:", *lines]))
    reached = outcomes(summary)
    shown.append("\n".join([f"Goals ({sum(one.reached for one in reached)} of {len(reached)} reached):",
                            *[goal_line(one) for one in reached]]))
    sys.stdout.write("\n\n".join(shown) + "\n")
