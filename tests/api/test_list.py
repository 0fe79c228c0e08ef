"""Looking for greetings: conditions, order, pages."""

import itertools
import random
import re
import time
from datetime import datetime

import pytest

from together import meanwhile

TIMES = [None, "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00.500Z", "2027-01-01T00:00:00Z"]
LANGUAGES = [None, "de", "de-AT", "en"]
STATES = ["draft", "active", "retired"]


def some_greetings(number, seed=7):
    pick = random.Random(seed)
    for i in range(number):
        starts = pick.choice(TIMES)
        yield {
            "id": f"g{pick.randrange(10**6)}-{i}",
            "text": pick.choice(["Moin!", "Hello (there)", "Grüß Gott!", "a+b"]) + f" {i}",
            "description": pick.choice(["", "for the SEASON", "a.b"]),
            "language": pick.choice(LANGUAGES),
            "tags": sorted(pick.sample(["x", "y", "z"], pick.randrange(4))),
            "state": pick.choice(STATES),
            "starts_at": starts,
            "ends_at": pick.choice([None, "2027-06-01T00:00:00Z"]),
        }


@pytest.fixture
def table(api):
    """Sixty greetings, as they are read; revisions in another order than ids."""
    greetings = list(some_greetings(60))
    api.upload(greetings).is_ok()
    for greeting in greetings[10:20]:
        api.patch(greeting["id"], {"description": "changed"}, match="*").is_ok()
    return [api.read(greeting["id"]) for greeting in greetings]


def test_an_empty_table(api):
    assert api.get("/greetings").is_ok().json == {"items": [], "next_cursor": None, "total": 0}


def test_all_of_them_in_the_order_of_ids(api, table):
    assert api.get("/greetings").is_ok().json == {
        "items": sorted(table, key=lambda greeting: greeting["id"]), "next_cursor": None, "total": 60,
    }


SORTS = [f"{sign}{field}" for field in ("id", "updated_at", "starts_at") for sign in ("", "-")]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 7, 60, 1000])
def test_pages_together_are_the_whole_in_order(api, table, sort, limit):
    items = api.everything({"sort": sort}, limit)
    whole = api.get("/greetings", {"sort": sort}).is_ok().json["items"]
    assert items == whole
    assert sorted(items, key=lambda greeting: greeting["id"]) == sorted(table, key=lambda greeting: greeting["id"])
    field = sort.removeprefix("-")
    values = [greeting[field] for greeting in items if greeting[field] is not None]
    values = [datetime.fromisoformat(value) for value in values] if field != "id" else values
    assert values == sorted(values, reverse=sort.startswith("-"))
    blocks = [is_none for is_none, _ in itertools.groupby(items, key=lambda greeting: greeting[field] is None)]
    assert len(blocks) <= 2, "those without the time stand together"


def test_a_sort_and_its_reverse(api, table):
    for field in ("id", "starts_at", "updated_at"):
        forth, back = (api.everything({"sort": f"{sign}{field}"}) for sign in ("", "-"))
        values = [greeting[field] for greeting in forth]
        assert values == [greeting[field] for greeting in reversed(back)]


def test_the_link_leads_to_the_next_page(api, table):
    path, found = "/api/v1/greetings?limit=25&state=active&sort=-id", []
    while path:
        answer = api.ask("GET", path).is_ok()
        found += [greeting["id"] for greeting in answer.json["items"]]
        link = answer.headers.get("link")
        assert (link is None) == (answer.json["next_cursor"] is None)
        path = re.fullmatch(r'<(/api/v1/greetings\?[^>]+)>; rel="next"', link)[1] if link else None
    assert found == sorted((g["id"] for g in table if g["state"] == "active"), reverse=True)


def test_a_page_that_is_just_full_is_the_last(api, table):
    page = api.get("/greetings", {"limit": 60}).is_ok().json
    assert len(page["items"]) == 60 and page["next_cursor"] is None
    page = api.get("/greetings", {"limit": 59}).is_ok().json
    assert len(page["items"]) == 59 and page["total"] == 60
    rest = api.get("/greetings", {"limit": 59, "cursor": page["next_cursor"]}).is_ok().json
    assert len(rest["items"]) == 1 and rest["total"] == 60 and rest["next_cursor"] is None


def test_a_cursor_outlives_what_it_stands_on(api, table):
    ids = api.ids()
    page = api.get("/greetings", {"limit": 10}).is_ok().json
    api.delete(ids[9], match="*").is_ok(204)
    api.delete(ids[10], match="*").is_ok(204)
    rest = api.get("/greetings", {"limit": 1000, "cursor": page["next_cursor"]}).is_ok().json
    assert [greeting["id"] for greeting in rest["items"]] == ids[11:]


def due(at):
    at = datetime.fromisoformat(at)

    def is_due(greeting):
        starts, ends = (greeting[name] and datetime.fromisoformat(greeting[name]) for name in ("starts_at", "ends_at"))
        return greeting["state"] == "active" and (not starts or starts <= at) and (not ends or at < ends)

    return is_due


CONDITIONS = {
    "in the id": ({"pattern": "-1.$"}, lambda g: re.search("-1.$", g["id"])),
    "in the text": ({"pattern": "Hello \\("}, lambda g: "Hello (" in g["text"]),
    "in the description": ({"pattern": "SEASON"}, lambda g: "SEASON" in g["description"]),
    "in any case": ({"pattern": "(?i)MOIN"}, lambda g: re.search("(?i)MOIN", g["text"])),
    "beyond ASCII": ({"pattern": "^Gr.. Gott"}, lambda g: g["text"].startswith("Grüß")),
    "a plus": ({"pattern": "a\\+b"}, lambda g: "a+b" in g["text"]),
    "anywhere": ({"pattern": ""}, lambda g: True),
    "nowhere": ({"pattern": "^$x"}, lambda g: False),
    "a tag": ([("tag", "x")], lambda g: "x" in g["tags"]),
    "two tags": ([("tag", "x"), ("tag", "z")], lambda g: {"x", "z"} <= set(g["tags"])),
    "no such tag": ([("tag", "w")], lambda g: False),
    "drafts": ({"state": "draft"}, lambda g: g["state"] == "draft"),
    "a language": ({"language": "de"}, lambda g: g["language"] == "de"),
    "in other letters": ({"language": "DE-at"}, lambda g: g["language"] == "de-AT"),
    "no language": ({"language": ""}, lambda g: g["language"] is None),
    "due at its start": ({"due": "2026-06-01T00:00:00Z"}, due("2026-06-01T00:00:00Z")),
    "due a moment later": ({"due": "2026-06-01T02:00:00.500+02:00"}, due("2026-06-01T00:00:00.500Z")),
    "due at its end": ({"due": "2027-06-01T00:00:00Z"}, due("2027-06-01T00:00:00Z")),
    "all at once": (
        {"pattern": "Moin|Hello", "tag": "x", "state": "active", "language": "en", "due": "2027-01-02T00:00:00Z"},
        lambda g: re.search("Moin|Hello", g["text"]) and "x" in g["tags"] and g["language"] == "en"
        and due("2027-01-02T00:00:00Z")(g),
    ),
}


@pytest.mark.parametrize("query, meets", CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_finds_what_meets_it_and_nothing_else(api, table, query, meets):
    expected = sorted(greeting["id"] for greeting in table if meets(greeting))
    page = api.get("/greetings", query).is_ok().json
    assert [greeting["id"] for greeting in page["items"]] == expected
    assert page["total"] == len(expected)
    by_twos = api.get("/greetings", [*dict(query).items(), ("limit", 2)]) if isinstance(query, dict) else None
    assert by_twos is None or by_twos.json["total"] == len(expected)


def test_due_now(api):
    api.put("now", {"text": "x", "starts_at": "2020-01-01T00:00:00Z"}).is_ok(201)
    api.put("later", {"text": "x", "starts_at": "2999-01-01T00:00:00Z"}).is_ok(201)
    api.put("before", {"text": "x", "ends_at": "2020-01-01T00:00:00Z"}).is_ok(201)
    api.put("never", {"text": "x", "state": "draft"}).is_ok(201)
    assert api.ids(due="now") == ["now"]


EVIL = ["(a+)+$", "(a|aa)+$", "(.*a){25}$", "([a-zA-Z]+)*$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?){200}a{200}"]


@pytest.mark.parametrize("pattern", EVIL)
def test_no_pattern_takes_long(api, pattern):
    lines = [{"id": f"g{i}", "text": "a" * 999 + "!", "description": "a" * 999 + "!"} for i in range(25)]
    api.upload(lines).is_ok()
    start = time.monotonic()
    assert api.get("/greetings", {"pattern": pattern}).status in (200, 400)
    assert time.monotonic() - start < 1.5


def test_pages_under_concurrent_writes(server, api):
    """Who stays as he is is found exactly once, whatever comes and goes around him."""
    stable = [{"id": f"s{i:03}", "text": "stays", "tags": ["stable"]} for i in range(120)]
    api.upload(stable).is_ok()

    def churn(number):
        mine, id = server.client(), f"s{random.randrange(120):03}-{number}"  # between the stable ones
        assert mine.put(id, {"text": "comes and goes"}).status in (201, 503)
        assert mine.delete(id, match="*").status in (204, 404, 503)

    with meanwhile(3, churn):
        for sort in SORTS:
            found = [g["id"] for g in api.everything({"sort": sort}, limit=7) if g["tags"] == ["stable"]]
            assert sorted(found) == [greeting["id"] for greeting in stable], sort
            assert len(api.everything({"sort": sort, "tag": "stable"}, limit=11)) == 120


def test_the_files_greetings_are_found_too(with_file):
    with_file.put("hello", {"text": "Moin!", "language": "de"}).is_ok(201)
    page = with_file.get("/greetings", {"language": "de", "sort": "-updated_at"}).is_ok().json
    assert page["total"] == 2 and {g["id"] for g in page["items"]} == {"christmas", "hello"}
    assert with_file.ids(tag="season") == ["christmas"]


def test_a_page_of_the_largest_greetings(make):
    api = make(GREETER_MAX_BODY_BYTES="10000000").start().client()
    large = {"text": "🎄" * 1000, "description": "ä" * 1000, "tags": [f"{i:02}" + "t" * 61 for i in range(16)]}
    api.upload([{"id": f"g{i:03}", **large} for i in range(1000)]).is_ok()
    items = api.get("/greetings?limit=1000").is_ok().json["items"]
    assert len(items) == 1000 and {item["text"] for item in items} == {large["text"]}
