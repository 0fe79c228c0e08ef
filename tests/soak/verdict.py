"""What the system's figures of the server have to look like."""
import statistics

MEBIBYTE = 1024 * 1024


def growth(samples):
    """Bytes of anonymous memory by which the last third of the samples is above the first, by their medians. A leak of 16
    bytes for each of 2000 requests a second makes 2 MiB in a minute."""
    third = max(1, len(samples) // 3)
    first, last = samples[:third], samples[-third:]
    return statistics.median(s.anonymous for s in last) - statistics.median(s.anonymous for s in first)


def check_memory(samples, warm, limits, findings):
    # During a flood memory is what the flood makes it. After it malloc() keeps some, at other places each time, so that it
    # is never flat to the page.
    steady = [sample for sample in samples if sample.quiet and warm and sample.time > warm]
    if len(steady) < 6:
        findings.fail("too short to tell whether memory grows", f"{len(steady)} samples")
        return 0, 0
    allowed = max(MEBIBYTE, statistics.median(s.anonymous for s in steady) // 10)
    grown = growth(steady)
    if grown > allowed:
        findings.fail("memory grew", f"by {grown / MEBIBYTE:.1f} MiB, and {allowed / MEBIBYTE:.1f} would be no surprise")
    # Clients' bytes are limited; beside them a connection costs little, and the program itself a few megabytes.
    most = limits["max_buffer_bytes"] + limits["max_connections"] * 8192 + 16 * MEBIBYTE
    peak = max(sample.anonymous for sample in samples)
    if peak > most:
        findings.fail("memory was beyond its limits", f"{peak / MEBIBYTE:.1f} MiB of {most / MEBIBYTE:.1f}")
    return grown, allowed


def check_threads(samples, findings):
    numbers = {sample.threads for sample in samples}
    if len(numbers) > 1:
        findings.fail("the number of threads changed", str(sorted(numbers)))


def check_counters(before, after, findings):
    """Greetings of customers whom only good clients ask for, one by one."""
    unanswered = findings.counts["without answer"]
    for name, value in after.items():
        if not name.startswith('greeter_greetings_total{customer="soak-'):
            continue
        customer = name.split('"')[1]
        told, seen = value - before.get(name, 0), findings.counts[f"greeted {customer}"]
        if not seen <= told <= seen + unanswered:
            findings.fail("a counter is wrong", f"{name} is {told:.0f}, and {seen} greetings arrived ({unanswered} maybe)")


def check_limits_met(metrics, limits, findings):
    for limit in limits:
        if not metrics.get(f'greeter_http_limit_hits_total{{limit="{limit}"}}'):
            findings.fail("a limit was never met, so that nothing is known of it", limit)


def check_log(complaints, refused, findings):
    """The only thing to complain about were the configurations that were written with a fault."""
    expected = [event for event in complaints if event.get("message", "").startswith("configuration refused")]
    if len(expected) != refused:
        findings.fail("refused configurations in the log", f"{len(expected)}, not {refused}")
    for event in complaints:
        if event not in expected:
            findings.fail("the log complains", str(event)[:300])
