"""No request takes the API away from others, however large the table is."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest

GREETINGS, PIECE, SECONDS = 5000, 500, 2
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def at(minutes):
    return (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


@pytest.fixture
def full(make):
    """Many long greetings, each with times of its own, and one that goes before all others."""
    api = make(GREETER_MAX_BODY_BYTES="4000000").start().client()
    long = {"text": "a" * 1000, "description": "a" * 1000}
    lines = [{"id": f"g{i}", **long, "starts_at": at(i), "ends_at": at(GREETINGS + i)} for i in range(GREETINGS - 1)]
    lines.append({"id": "first", "text": "first", "starts_at": at(GREETINGS)})
    for i in range(0, GREETINGS, PIECE):
        api.upload(lines[i : i + PIECE]).is_ok()
    return api


def is_answered_soon(api, path, query):
    """The request itself may be refused; others that come with it are answered."""
    start = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(api.get, path, query)
        api.get("/whoami").is_ok()
        waited = time.monotonic() - start
        asking.result()
    took = time.monotonic() - start
    assert max(waited, took) < SECONDS, f"it took {took:.1f} s, and another one waited {waited:.1f} s"


@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*a){25}$", "(a?){200}a{200}b", "a.{500}b", "([a-z]+)*=$"])
def test_a_search_takes_no_time_from_others(full, pattern):
    is_answered_soon(full, "/greetings", {"pattern": pattern, "limit": 1})


def test_a_timeline_takes_no_time_from_others(full):
    is_answered_soon(full, "/greetings/timeline", {"from": at(GREETINGS), "until": at(3 * GREETINGS)})
