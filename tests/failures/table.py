"""The table of many rounds: a line for each failure, and how far behind an instance is when nothing fails."""

import collections
import json
import statistics
import sys

LOST = ("lost_writes", "counter_faults")
STALE = ("stale_writes", "revisions_gone_back", "repeated_revisions")


def main(path):
    rounds, following = collections.defaultdict(list), []
    with open(path) as results:
        for result in map(json.loads, results):
            if "following" in result:
                following.append(result["following"])
            else:
                rounds[result["failure"]].append(result)
    columns = "rounds", "writes", "lost", "stale", "other faults", "greetings", "failed", "median s", "worst s"
    print("| failure | " + " | ".join(columns) + " |\n|---" * 1 + "|---" * len(columns) + "|")
    for failure, each in rounds.items():
        seconds = [result["seconds"] for result in each]
        found = collections.Counter()
        for result in each:
            found.update(result["faults"])
        lost, stale = (sum(found.pop(check, 0) for check in checks) for checks in (LOST, STALE))
        failed = found.pop("failed_greetings", 0)
        cells = [len(each), sum(result["acknowledged"] for result in each), lost, stale, sum(found.values())]
        cells += [sum(result["greetings"] for result in each), failed]
        cells += [f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}"]
        print(f"| {failure} | " + " | ".join(map(str, cells)) + " |")
    if following:
        median, worst = (statistic(each[name] for each in following) for name, statistic in (("median", statistics.median), ("worst", max)))
        changes = sum(each["changes"] for each in following)
        print(f"\n{changes} changes were at the other instance {median:.1f} ms after they were acknowledged (median; worst {worst:.1f} ms).")


main(sys.argv[1])
