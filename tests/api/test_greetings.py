"""One greeting: read, add, replace, patch, remove; what comes out is what was put in, in one form."""

import re

import pytest

MEMBERS = ["id", "text", "description", "language", "tags", "state", "starts_at", "ends_at"]
MEMBERS += ["origin", "revision", "created_at", "updated_at"]
FULL = {
    "text": "Frohe Weihnachten!",
    "description": "From Christmas Eve until the 26th",
    "language": "de-AT",
    "tags": ["advent", "season"],
    "state": "draft",
    "starts_at": "2026-12-23T23:00:00Z",
    "ends_at": "2026-12-26T23:00:00.500Z",
}


def content(greeting):
    return {name: greeting[name] for name in FULL}


def test_a_new_greeting_has_every_member_in_their_order(api):
    answer = api.put("hello", {"text": "Moin!"}).is_ok(201)
    assert answer.headers["location"] == "/api/v1/greetings/hello"
    made = answer.json
    assert list(made) == MEMBERS
    assert made["updated_at"] == made["created_at"]
    assert answer.etag == f'"{made["revision"]}"'
    assert made | {"revision": 1, "created_at": "", "updated_at": ""} == {
        "id": "hello", "text": "Moin!", "description": "", "language": None, "tags": [], "state": "active",
        "starts_at": None, "ends_at": None, "origin": "store", "revision": 1, "created_at": "", "updated_at": "",
    }
    read = api.get("/greetings/hello").is_ok()
    assert (read.json, read.etag) == (made, answer.etag)


def test_everything_that_was_put_comes_back(api):
    assert content(api.put("christmas", FULL).is_ok(201).json) == FULL
    assert content(api.read("christmas")) == FULL


@pytest.mark.parametrize(
    "sent, kept",
    [
        ({"tags": ["b", "a", "b"]}, {"tags": ["a", "b"]}),
        ({"language": ""}, {"language": None}),
        ({"language": "DE-at"}, {"language": "de-AT"}),
        ({"language": "zh-hant-tw"}, {"language": "zh-Hant-TW"}),
        ({"starts_at": "2026-12-24T00:00:00+01:00"}, {"starts_at": "2026-12-23T23:00:00Z"}),
        ({"starts_at": "2026-12-24T00:00:00.123987Z"}, {"starts_at": "2026-12-24T00:00:00.123Z"}),
        ({"starts_at": "2026-12-24t00:00:00z"}, {"starts_at": "2026-12-24T00:00:00Z"}),
        ({"ends_at": "2016-12-31T23:59:60Z"}, {"ends_at": "2016-12-31T23:59:59Z"}),
        ({"description": None, "language": None, "tags": None, "state": None}, {"state": "active", "tags": []}),
        ({"starts_at": None, "ends_at": None}, {"starts_at": None, "ends_at": None}),
    ],
    ids=str,
)
def test_what_means_the_same_has_one_form(api, sent, kept):
    made = api.put("one", {"text": "x", **sent}).is_ok(201).json
    assert {name: made[name] for name in kept} == kept


TEXTS = ["x", "Grüß Gott!", "🎄" * 1000, " x ", "two\n\tlines", 'quotes " \\ and <b>&amp;</b>', "\u2028\u2029", "a\u0301"]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_texts_come_back_as_they_are(api, text):
    assert api.put("one", {"text": text}).is_ok(201).json["text"] == text
    assert api.read("one")["text"] == text


def test_the_largest_greeting_is_taken(api):
    large = {"text": "ä" * 1000, "description": "ö" * 1000, "language": "de-" + "-".join(["abcdefgh"] * 3) + "-abcd"}
    assert len(large["language"]) == 34
    large["tags"] = [f"{i:02}" + "t" * 61 for i in range(16)]
    made = api.put("g" * 63, large).is_ok(201).json
    assert made["tags"] == large["tags"] and made["text"] == large["text"]


def test_what_was_read_can_be_sent_back(api):
    made = api.put("one", FULL).is_ok(201)
    again = api.put("one", made.json).is_ok()
    assert again.json == made.json
    changed = api.put("one", {**made.json, "text": "Frohes Fest!"}, match=made.etag).is_ok().json
    assert changed["text"] == "Frohes Fest!" and changed["origin"] == "store"


@pytest.mark.parametrize("wrong", [{"revision": 77}, {"revision": "x"}, {"origin": "configuration"}, {"created_at": 1}])
def test_what_the_system_says_is_ignored_in_input(api, wrong):
    made = api.put("one", {"text": "x", **wrong}).is_ok(201).json
    assert made["origin"] == "store" and made["revision"] != 77
    assert made["created_at"] == made["updated_at"] is not None


def test_times_of_a_greeting_tell_its_life(api):
    first = api.put("one", {"text": "1"}).is_ok(201).json
    second = api.put("one", {"text": "2"}, match="*").is_ok().json
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] >= first["updated_at"]
    assert second["revision"] > first["revision"]
    api.delete("one", match="*").is_ok(204)
    third = api.put("one", {"text": "3"}).is_ok(201).json
    assert third["created_at"] >= second["updated_at"]
    assert third["revision"] > second["revision"]


def test_head_has_the_fields_of_get(api):
    api.put("one", FULL).is_ok(201)
    for path in ("/greetings/one", "/greetings", "/greetings/export", "/greetings/timeline", "/visits", "/whoami"):
        read, head = api.get(path).is_ok(), api.get(path, method="HEAD").is_ok()
        assert head.body == b""
        ignored = {"date", "x-request-id"} | ({"content-length"} if "timeline" in path else set())
        assert {**head.headers, **dict.fromkeys(ignored)} == {**read.headers, **dict.fromkeys(ignored)}
    assert api.get("/greetings/none", method="HEAD").status == 404


def test_a_greeting_that_is_not_there(api):
    for answer in (api.get("/greetings/none"), api.patch("none", {"text": "x"}), api.delete("none")):
        answer.problem(404, "none")
    api.patch("none", {"text": "x"}, match="*").problem(404)
    api.delete("none", match='"1"').problem(404)


@pytest.mark.parametrize("id", ["UPPER", "a_b", "-a", "a-", "a.b", "g" * 64, "a%2Fb", "a%00b", "%C3%A4", "a%20b"])
def test_no_greeting_has_an_id_that_is_no_label(api, id):
    assert api.get(f"/greetings/{id}").status in (400, 404)
    assert api.put(id, {"text": "x"}).status in (400, 404, 422)
    assert api.ids() == []


@pytest.mark.parametrize("id", ["a", "0", "a--b", "xn--bcher-kva", "g" * 63])
def test_every_label_can_be_an_id(api, id):
    assert api.put(id, {"text": "x"}).is_ok(201).json["id"] == id
    assert api.ids() == [id]


def test_the_server_makes_an_id(api):
    made = [api.post({"text": "same"}).is_ok(201) for _ in range(50)]
    ids = [each.json["id"] for each in made]
    assert len(set(ids)) == 50
    assert all(re.fullmatch("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", id) for id in ids)
    assert [each.headers["location"] for each in made] == [f"/api/v1/greetings/{id}" for id in ids]
    assert api.ids() == sorted(ids)


def test_an_id_of_null_is_none(api):
    assert api.post({"id": None, "text": "x"}).is_ok(201).json["id"]
    assert api.put("one", {"id": None, "text": "x"}).is_ok(201).json["id"] == "one"
    assert api.upload([{"id": None, "text": "x"}]).fields() == ["id"]


def test_an_id_that_is_taken(api):
    assert api.post({"id": "mine", "text": "1"}).is_ok(201).json["id"] == "mine"
    api.post({"id": "mine", "text": "2"}).problem(409, "mine")
    assert api.read("mine")["text"] == "1"


def test_the_id_of_the_body_is_that_of_the_path(api):
    assert api.put("one", {"id": "one", "text": "x"}).is_ok(201)
    assert api.put("one", {"id": "two", "text": "y"}, match="*").fields() == ["id"]
    assert api.patch("one", {"id": "two"}, match="*").fields() == ["id"]
    assert api.ids() == ["one"] and api.read("one")["text"] == "x"


@pytest.mark.parametrize("id", ["import", "export", "events", "preview", "timeline"])
def test_ids_that_are_paths_are_reserved(api, id):
    assert api.post({"id": id, "text": "x"}).fields() == ["id"]
    assert api.upload([{"id": id, "text": "x"}]).fields() == ["id"]
    answer = api.put(id, {"text": "x"})
    assert answer.status == 405 and "PUT" not in answer.headers["allow"]
    assert api.ids() == []


METHODS = {
    "/greetings": "GET, HEAD, POST",
    "/greetings/one": "DELETE, GET, HEAD, PATCH, PUT",
    "/greetings/import": "POST",
    "/greetings/export": "GET, HEAD",
    "/greetings/preview": "GET, HEAD",
    "/greetings/timeline": "GET, HEAD",
    "/greetings/events": "GET, HEAD",
    "/visits": "GET, HEAD",
    "/whoami": "GET, HEAD",
}


@pytest.mark.parametrize("path", METHODS)
def test_other_methods_are_told_those_of_the_path(api, path):
    allowed = METHODS[path].split(", ")
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        if method not in allowed:
            answer = api.ask(method, f"/api/v1{path}")
            answer.problem(405)
            assert sorted(answer.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v2/greetings", "/api/v1/greetings/a/b"])
def test_other_paths_are_not_there(api, path):
    api.ask("GET", path).problem(404)


def test_a_full_table_takes_no_more(make):
    api = make(GREETER_MAX_GREETINGS="2").start().client()
    api.put("one", {"text": "x"}).is_ok(201)
    api.put("two", {"text": "x"}).is_ok(201)
    api.put("three", {"text": "x"}).problem(409, "2")
    api.post({"text": "x"}).problem(409, "2")
    api.upload([{"id": "two", "text": "y"}, {"id": "three", "text": "x"}]).problem(409, "2")
    assert api.ids() == ["one", "two"] and api.read("two")["text"] == "x"
    api.put("two", {"text": "y"}, match="*").is_ok()
    api.delete("one", match="*").is_ok(204)
    api.put("three", {"text": "x"}).is_ok(201)
    api.but(host="customer-b.localhost").put("one", {"text": "x"}).is_ok(201)
