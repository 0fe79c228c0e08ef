"""An instance shows what another one has written as soon as it hears of it."""

import statistics
import time

from results import write_line
from workload import ALL, Client

CHANGES = 200


def test_a_change_is_at_the_other_instance_within_100_ms(system, instances):
    system.heal()
    writer, reader = (Client(instance.address, instance.port) for instance in instances)
    delays = [seconds_until_seen(writer, reader, number) for number in range(CHANGES)]
    median, worst = (round(seconds * 1000, 1) for seconds in (statistics.median(delays), max(delays)))
    write_line({"following": {"changes": CHANGES, "median": median, "worst": worst}})
    assert median < 100


def seconds_until_seen(writer, reader, number):
    status, body = writer.ask("PUT", f"{ALL}/followed-{number}", {"text": f"change {number}"})
    assert status == 201, body
    acknowledged = time.monotonic()
    while time.monotonic() < acknowledged + 10:
        status, body = reader.ask("GET", f"{ALL}/followed-{number}")
        if status == 200:
            return time.monotonic() - acknowledged
    raise AssertionError(f"change {number} is not there after ten seconds: {status} {body}")
