"""What can't be used is refused before anything is done, and every fault is named."""

import json

import pytest

from client import JSON, LINES, PATCH

FAULTY = [
    ({}, ["text"]),
    ({"text": None}, ["text"]),
    ({"text": ""}, ["text"]),
    ({"text": " \t\n"}, ["text"]),
    ({"text": "x" * 1001}, ["text"]),
    ({"text": "🎄" * 1001}, ["text"]),
    ({"text": 1}, ["text"]),
    ({"text": ["x"]}, ["text"]),
    ({"text": "x", "description": "x" * 1001}, ["description"]),
    ({"text": "x", "description": 1}, ["description"]),
    ({"text": "x", "language": "german, I think"}, ["language"]),
    ({"text": "x", "language": "d"}, ["language"]),
    ({"text": "x", "language": "de_AT"}, ["language"]),
    ({"text": "x", "language": "de-" + "-".join(["abcdefgh"] * 4)}, ["language"]),
    ({"text": "x", "tags": "season"}, ["tags"]),
    ({"text": "x", "tags": [f"t{i}" for i in range(17)]}, ["tags"]),
    ({"text": "x", "tags": ["ok", "Not", "ok2", ""]}, ["tags[1]", "tags[3]"]),
    ({"text": "x", "tags": [1]}, ["tags[0]"]),
    ({"text": "x", "tags": ["t" * 64]}, ["tags[0]"]),
    ({"text": "x", "state": "Active"}, ["state"]),
    ({"text": "x", "state": 1}, ["state"]),
    ({"text": "x", "starts_at": "tomorrow"}, ["starts_at"]),
    ({"text": "x", "starts_at": "2026-02-30T00:00:00Z"}, ["starts_at"]),
    ({"text": "x", "starts_at": "2026-02-03T24:00:00Z"}, ["starts_at"]),
    ({"text": "x", "starts_at": "2026-02-03T00:00:00"}, ["starts_at"]),
    ({"text": "x", "starts_at": "2026-02-03"}, ["starts_at"]),
    ({"text": "x", "ends_at": 1767225600}, ["ends_at"]),
    ({"text": "x", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, ["ends_at"]),
    ({"text": "x", "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-01-01T00:59:59+01:00"}, ["ends_at"]),
    ({"text": "x", "langauge": "de"}, ["langauge"]),
    ({"text": "x", "": 1}, ['""']),
    ({"text": "bell \a"}, ["text"]),
    ({"text": "\u009b31m"}, ["text"]),
    ({"text": "x", "description": "\u007f"}, ["description"]),
    ({"text": "x", "id": "Not A Label"}, ["id"]),
    ({"text": "x", "id": "g" * 64}, ["id"]),
    ({"text": "x", "id": 7}, ["id"]),
    ({"text": "", "state": "on", "tags": ["A"], "x": 1}, ["state", "tags[0]", "text", "x"]),
]


@pytest.mark.parametrize("greeting, fields", FAULTY, ids=[ascii(greeting)[:60] for greeting, _ in FAULTY])
def test_every_fault_is_named(api, greeting, fields):
    answer = api.post(greeting)
    assert answer.fields() == fields
    for fault in answer.json["errors"]:
        assert fault["rule"]
        assert len(fault["value"]) < 200, "what is long is shortened"
    assert fields[0] in answer.json["detail"]
    assert api.ids() == []


def test_a_typo_is_told_what_it_was_meant_for(api):
    api.post({"text": "x", "langauge": "de"}).problem(422, "language")


def test_the_value_is_told_as_json(api):
    fault = api.post({"text": "x", "state": "on"}).problem(422)["errors"][0]
    assert fault["value"] == '"on"'
    fault = api.post({"text": "x", "state": 7}).problem(422)["errors"][0]
    assert fault["value"] == "7"
    assert api.post({}).problem(422)["errors"][0]["value"] == ""


NO_JSON = {
    "nothing": b"",
    "blank": b"  ",
    "open": b'{"text":"x"',
    "comma at the end": b'{"text":"x",}',
    "two": b'{"text":"x"} {"text":"y"}',
    "comment": b'{"text":"x"} // x',
    "single quotes": b"{'text':'x'}",
    "NaN": b'{"text":NaN}',
    "no UTF-8": b'{"text":"\xff\xfe"}',
    "overlong UTF-8": b'{"text":"\xc0\xaf"}',
    "half a surrogate": b'{"text":"\\ud800"}',
    "control character": b'{"text":"a\nb"}',
    "member twice": b'{"text":"x","text":"x"}',
    "member twice, escaped": b'{"text":"x","te\\u0078t":"y"}',
    "ignored member twice": b'{"text":"x","revision":1,"revision":2}',
    "nested member twice": b'{"text":"x","revision":{"a":1,"a":2}}',
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_good_json(api, body):
    api.post(body, content_type=JSON).problem(400)
    api.ask("PUT", "/api/v1/greetings/one", body, content_type=JSON).problem(400)
    assert api.ids() == []
    api.put("one", {"text": "there"}).is_ok(201)
    api.patch("one", body, match="*").problem(400)
    assert api.read("one")["text"] == "there"


@pytest.mark.parametrize("body", ["[]", "null", "1", '"x"', "true", '[{"text":"x"}]'])
def test_what_is_no_object(api, body):
    api.post(body, content_type=JSON).problem(422)
    assert api.ids() == []


@pytest.mark.parametrize("depth", [100, 20_000])
def test_a_deep_body_does_no_harm(api, depth):
    for body in ("[" * depth + "]" * depth, '{"text":' * depth + "1" + "}" * depth if depth < 1000 else "[" * 60_000):
        assert api.post(body, content_type=JSON).status in (400, 422)
    assert api.get("/whoami").is_ok()


def test_a_body_that_is_too_large(make):
    api = make(GREETER_MAX_BODY_BYTES="2000").start().client()
    api.post(json.dumps({"text": "x"}) + " " * 2000, content_type=JSON).problem(413)
    api.post(json.dumps({"text": "x"}).ljust(2000), content_type=JSON).is_ok(201)


TYPES = {"POST": JSON, "PUT": JSON, "PATCH": PATCH, "import": LINES}


def send(api, what, content_type):
    if what == "import":
        return api.ask("POST", "/api/v1/greetings/import", '{"id":"two","text":"x"}\n', content_type=content_type)
    path = "/api/v1/greetings" + ("" if what == "POST" else "/one")
    match = {"If-Match": "*"} if what == "PATCH" else None
    return api.ask(what, path, '{"text":"y"}', content_type=content_type, headers=match)


OTHERS = [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", "of the others"]


@pytest.mark.parametrize("what", TYPES)
@pytest.mark.parametrize("content_type", OTHERS)
def test_what_is_of_another_type(api, what, content_type):
    if what == "PATCH":
        api.put("one", {"text": "x"}).is_ok(201)
    if content_type == "of the others":
        content_type = LINES if what != "import" else JSON
    send(api, what, content_type).problem(415, TYPES[what])
    assert api.ids() == (["one"] if what == "PATCH" else [])


@pytest.mark.parametrize("what", TYPES)
def test_types_may_have_parameters_and_capitals(api, what):
    if what == "PATCH":
        api.put("one", {"text": "x"}).is_ok(201)
    form = TYPES[what].replace("application", "Application")
    assert send(api, what, form + "; charset=utf-8").status in (200, 201)


QUERIES = [
    ("/greetings", "x=1", "x"),
    ("/greetings", "Limit=1", "Limit"),
    ("/greetings", "limit=0", "limit"),
    ("/greetings", "limit=1001", "limit"),
    ("/greetings", "limit=", "limit"),
    ("/greetings", "limit=ten", "limit"),
    ("/greetings", "limit=-1", "limit"),
    ("/greetings", "limit=99999999999999999999", "limit"),
    ("/greetings", "limit=1&limit=2", "limit"),
    ("/greetings", "sort=text", "sort"),
    ("/greetings", "sort=", "sort"),
    ("/greetings", "state=on", "state"),
    ("/greetings", "state=", "state"),
    ("/greetings", "due=tomorrow", "due"),
    ("/greetings", "due=2026-02-30T00:00:00Z", "due"),
    ("/greetings", "language=german%20i%20think", "language"),
    ("/greetings", "tag=NOT%20A%20TAG", "tag"),
    ("/greetings", "pattern=(", "pattern"),
    ("/greetings", "pattern=%5C1", "pattern"),
    ("/greetings", "pattern=(?%3Dx)", "pattern"),
    ("/greetings", "pattern=((x%7B1000%7D)%7B1000%7D)%7B1000%7D", "pattern"),
    ("/greetings", "pattern=" + "x" * 501, "pattern"),
    ("/greetings", "cursor=nonsense", "cursor"),
    ("/greetings", "cursor=", "cursor"),
    ("/greetings", "limit=0&sort=x", "sort"),
    ("/greetings/none", "x=1", "x"),
    ("/greetings/export", "x=1", "x"),
    ("/greetings/preview", "at=noon", "at"),
    ("/greetings/preview", "when=now", "when"),
    ("/greetings/timeline", "from=noon", "from"),
    ("/greetings/timeline", "from=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "until"),
    ("/greetings/timeline", "from=2026-01-01T00:00:00Z&until=2025-01-01T00:00:00Z", "until"),
    ("/greetings/timeline", "from=2026-01-01T00:00:00Z&until=2027-02-05T00:00:01Z", "until"),
    ("/greetings/events", "after=x", "after"),
    ("/greetings/events", "after=-1", "after"),
    ("/greetings/events", "since=1", "since"),
    ("/visits", "days=0", "days"),
    ("/visits", "days=401", "days"),
    ("/visits", "days=", "days"),
    ("/visits", "days=a", "days"),
    ("/visits", "days=1&days=1", "days"),
    ("/visits", "day=1", "day"),
    ("/whoami", "x=1", "x"),
]


@pytest.mark.parametrize("path, query, name", QUERIES, ids=[f"{path}?{query}"[:70] for path, query, _ in QUERIES])
def test_a_query_that_makes_no_sense(api, path, query, name):
    answer = api.get(f"{path}?{query}")
    answer.problem(400, name)
    assert name in answer.fields(400)


@pytest.mark.parametrize("query", ["pattern=%FF", "pattern=%", "pattern=%4", "pattern=%zz", "%FF=1"])
def test_a_query_that_can_not_be_decoded(api, query):
    api.get(f"/greetings?{query}").problem(400)


@pytest.mark.parametrize("method, path", [("PUT", "/one"), ("POST", ""), ("POST", "/import"), ("DELETE", "/one")])
def test_writes_know_no_such_query(api, method, path):
    body = None if method == "DELETE" else '{"id":"one","text":"x"}'
    answer = api.ask(method, f"/api/v1/greetings{path}?x=1", body, content_type=LINES if path == "/import" else JSON)
    answer.problem(400, "x")
    assert api.ids() == []


@pytest.mark.parametrize("value", ["", "1", "yes", "TRUE", "true&dry_run=true"])
def test_a_dry_run_is_true_or_false(api, value):
    api.upload([{"id": "one", "text": "x"}], f"?dry_run={value}").problem(400, "dry_run")
    assert api.ids() == []


@pytest.mark.parametrize("value", ["x", "-1", "1.5", "99999999999999999999999", '"1"'])
def test_a_last_event_id_is_a_sequence(api, value):
    api.get("/greetings/events", headers={"Last-Event-ID": value}).problem(400, "Last-Event-ID")
