"""How often greetings were given: GET /api/v1/visits."""

import re
import sqlite3
import time
import urllib.request
from datetime import datetime, timedelta, timezone

import pytest

from server import wait_until

pytestmark = pytest.mark.usefixtures("within_a_day")
BROWSER = {"Accept": "text/html"}


def today():
    return datetime.now(timezone.utc).date()


def visits(api, **query):
    return api.get("/visits", query).is_ok().json


def by_greeting(api):
    return [(each["id"], each["count"]) for each in visits(api)["greetings"]]


def metric(server, name):
    """A sample of /metrics; nothing where there is none."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.management}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    found = re.search(rf"^{re.escape(name)} (\d+)$", text, re.MULTILINE)
    return int(found[1]) if found else None


def test_nobody_was_greeted_yet(api):
    days = [{"day": str(today() - timedelta(days=29 - i)), "count": 0} for i in range(30)]
    assert visits(api) == {"total": 0, "days": days, "greetings": []}


def test_every_greeting_counts_at_once(api):
    for count in range(1, 4):
        api.greets().is_ok()
        assert visits(api, days=1) == {
            "total": count, "days": [{"day": str(today()), "count": count}], "greetings": [{"id": "", "count": count}],
        }


def test_counts_are_those_of_the_greeting_that_was_given(api):
    api.put("hello", {"text": "Hello!", "language": "en"}).is_ok(201)
    api.put("moin", {"text": "Moin!", "language": "de"}).is_ok(201)
    for language, times in (("en", 3), ("de", 2), ("fr", 1)):
        for _ in range(times):
            api.greets(Accept_Language=language).is_ok()
    given = dict(by_greeting(api))
    assert given["hello"] >= 3 and given["moin"] >= 2 and sum(given.values()) == 6
    api.delete("hello", match="*").is_ok(204)
    api.put("moin", {"text": "Moin moin!", "language": "de"}, match="*").is_ok()
    api.greets(Accept_Language="de").is_ok()
    after = dict(by_greeting(api))
    assert after["hello"] == given["hello"] and after["moin"] == given["moin"] + 1
    counts = [count for _, count in by_greeting(api)]
    assert counts == sorted(counts, reverse=True), "those that were given most come first"


def test_what_gives_no_greeting_does_not_count(api):
    etag = api.greets().is_ok().etag
    page = api.greets(**BROWSER).is_ok()
    assert visits(api)["total"] == 2
    api.greets(If_None_Match=etag).is_ok(304)
    api.greets(If_None_Match=page.etag, **BROWSER).is_ok(304)
    api.greets(If_Match='"x"').is_ok(412)
    api.but(token=None).ask("HEAD", "/").is_ok()
    api.but(token=None).ask("POST", "/").is_ok(405)
    api.but(host="nobody.localhost").greets().is_ok(404)
    api.but(token=None).ask("GET", "/health").is_ok()
    assert visits(api)["total"] == 2


def test_customers_are_counted_apart(server, api):
    other = server.client(host="customer-b.localhost")
    api.greets().is_ok()
    assert (visits(api)["total"], visits(other)["total"]) == (1, 0)


def test_whoever_reads_may_see_them(api, reader):
    api.greets().is_ok()
    assert visits(reader) == visits(api)


@pytest.mark.parametrize("days", [1, 7, 400])
def test_as_many_days_as_are_asked_for(api, days):
    told = [each["day"] for each in visits(api, days=days)["days"]]
    assert told == [str(today() - timedelta(days=days - 1 - i)) for i in range(days)]


def test_days_before_count_where_they_belong(make):
    server = make().start()
    api = server.client()
    api.greets().is_ok()
    assert server.stop() == 0
    day = (today() - datetime(1970, 1, 1).date()).days
    with sqlite3.connect(server.database) as database:
        rows = [("customer-a", day - ago, "old", count) for ago, count in ((1, 10), (29, 100), (30, 1000), (900, 10000))]
        database.executemany("INSERT INTO visits VALUES (?, ?, ?, ?)", rows)
    server.start()
    api = server.client()
    api.greets().is_ok()
    found = visits(api)
    assert found["total"] == 11112
    assert {each["day"]: each["count"] for each in found["days"] if each["count"]} == {
        str(today()): 2, str(today() - timedelta(days=1)): 10, str(today() - timedelta(days=29)): 100,
    }
    assert by_greeting(api) == [("old", 11110), ("", 2)]


def test_counts_outlive_a_restart_and_a_reload(server, api):
    api.greets().is_ok()
    server.write_customer("customer-a", name="A", greeting="Hello again!")
    wait_until("the change is served", lambda: api.greets().json == {"response": "Hello again!"})
    given = metric(server, 'greeter_greetings_total{customer="customer-a"}')
    assert visits(api)["total"] == given > 1
    server.restart()
    assert visits(server.client())["total"] == given


def test_without_a_store_there_are_none(make):
    server = make(GREETER_STORE="none").start()
    api = server.client()
    api.greets().is_ok()
    api.get("/visits").problem(404, "GREETER_STORE")
    assert metric(server, "greeter_visits_pending") is None
    assert metric(server, 'greeter_greetings_total{customer="customer-a"}') == 1


def test_a_store_that_is_away_holds_up_nobody_and_loses_nothing(server, api):
    api.greets().is_ok()
    assert visits(api)["total"] == 1
    other = sqlite3.connect(server.database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(10):
        api.greets().is_ok()
    wait_until("a batch failed", lambda: metric(server, "greeter_visits_failures_total"))
    started = time.monotonic()
    refused = api.get("/visits")
    refused.problem(503, "counted all the same")
    assert refused.headers["retry-after"] and time.monotonic() - started < 1
    for path in ("/greetings", "/whoami", "/greetings/preview"):
        api.get(path).is_ok()
    api.greets().is_ok()
    assert time.monotonic() - started < 2, "others waited, too"
    assert metric(server, "greeter_visits_pending") == 11
    other.execute("ROLLBACK")
    other.close()
    wait_until("the counts are there", lambda: api.get("/visits").status == 200)
    assert visits(api)["total"] == 12
    assert server.logged("visits wait for the store") and server.logged("visits are recorded again")
    assert metric(server, "greeter_visits_pending") == 0


def test_metrics_tell_what_the_store_has(server, api):
    name = 'greeter_visits_total{customer="customer-%s"}'
    for _ in range(3):
        api.greets().is_ok()
    wait_until("the store was asked", lambda: metric(server, name % "a") == 3)
    wait_until("the others, too", lambda: metric(server, name % "b") == 0 == metric(server, name % "c"))
    assert metric(server, "greeter_visits_failures_total") == 0
