"""What a run has found, and what it has counted."""
import bisect
import collections


class Findings:
    """Reasons to fail, and numbers to print. The first few reasons are told in full, all are counted."""

    SHOWN = 12

    def __init__(self):
        self.reasons = collections.Counter()
        self.examples = []
        self.counts = collections.Counter()

    def fail(self, reason, detail=""):
        self.reasons[reason] += 1
        if self.reasons[reason] <= 2 and len(self.examples) < self.SHOWN:
            self.examples.append(f"{reason}: {detail}" if detail else reason)

    def count(self, what, number=1):
        self.counts[what] += number

    @property
    def failures(self):
        return sum(self.reasons.values())


class Durations:
    """Seconds in buckets of 5 %: enough for a percentile, and no more memory however long the run."""

    BOUNDS = [0.0001 * 1.05**i for i in range(300)]

    def __init__(self):
        self.buckets = [0] * (len(self.BOUNDS) + 1)
        self.longest = 0.0

    def add(self, seconds):
        self.buckets[bisect.bisect_left(self.BOUNDS, seconds)] += 1
        self.longest = max(self.longest, seconds)

    def percentile(self, part):
        wanted, seen = part * sum(self.buckets), 0
        for bound, number in zip(self.BOUNDS, self.buckets):
            seen += number
            if seen >= wanted:
                return min(bound, self.longest)
        return self.longest
