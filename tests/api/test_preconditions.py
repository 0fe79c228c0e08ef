"""Nobody loses another's work: revisions as ETags (RFC 9110, 13), and writes that may be sent twice."""

import pytest


@pytest.fixture
def one(api):
    """A greeting that has been changed once: its first and its present ETag."""
    first = api.put("one", {"text": "1"}).is_ok(201).etag
    return first, api.put("one", {"text": "2"}, match=first).is_ok().etag


WRITES = {
    "PUT": lambda api, match: api.put("one", {"text": "new"}, match=match),
    "PATCH": lambda api, match: api.patch("one", {"text": "new"}, match=match),
    "DELETE": lambda api, match: api.delete("one", match=match),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_there_needs_a_precondition(api, one, write):
    write(api, None).problem(428, "If-Match")
    assert api.read("one")["text"] == "2"


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("match", ["old", "weak", '"x"', '"0"', '""', "list of others"])
def test_whoever_comes_second_is_told_so(api, one, write, match):
    first, now = one
    match = {"old": first, "weak": f"W/{now}", "list of others": f'{first}, "x"'}.get(match, match)
    problem = write(api, match).problem(412)
    assert f'"{problem["current_revision"]}"' == now
    assert api.read("one")["text"] == "2"


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("match", ["now", "*", "list"])
def test_the_right_one_is_taken(api, one, write, match):
    first, now = one
    answer = write(api, {"now": now, "list": f'{first}, {now}'}.get(match, match))
    if answer.status == 204:
        assert answer.body == b"" and api.get("/greetings/one").status == 404
    else:
        assert answer.is_ok().etag not in one
        assert api.read("one")["text"] == "new"


def test_if_match_on_what_is_not_there(api):
    for match in ("*", '"1"'):
        api.put("none", {"text": "x"}, match=match).problem(412)
    assert api.ids() == []


def test_if_none_match_star_only_adds(api):
    only_new = {"If-None-Match": "*"}
    api.put("one", {"text": "1"}, headers=only_new).is_ok(201)
    api.put("one", {"text": "2"}, headers=only_new).problem(412)
    assert api.read("one")["text"] == "1"


def test_to_name_another_revision_is_no_precondition(api, one):
    """"Not that one" does not say which one the client has seen."""
    other = {"If-None-Match": '"99"'}
    api.put("one", {"text": "new"}, headers=other).problem(428, "If-Match")
    api.patch("one", {"text": "new"}, headers=other).problem(428, "If-Match")
    assert api.read("one")["text"] == "2"


def test_a_retry_of_what_is_done_is_no_change(api, one):
    first, now = one
    for match in (first, now, "*", '"99"'):
        assert api.put("one", {"text": "2"}, match=match).is_ok().etag == now
        assert api.patch("one", {"text": "2"}, match=match).is_ok().etag == now
        assert api.patch("one", {}, match=match).is_ok().etag == now
    assert api.put("one", {"text": "2"}, headers={"If-None-Match": "*"}).is_ok().etag == now
    assert api.put("one", {"text": "2", "tags": [], "state": "active"}).is_ok().etag == now


def test_a_revision_is_never_used_again(api, one):
    _, before = one
    api.delete("one", match=before).is_ok(204)
    api.put("one", {"text": "3"}).is_ok(201)
    api.put("one", {"text": "4"}, match=before).problem(412)


NOT_MODIFIED = {"the same": "{}", "weak": "W/{}", "any": "*", "one of several": '"x", {}'}


@pytest.mark.parametrize("known", NOT_MODIFIED.values(), ids=NOT_MODIFIED)
def test_who_has_it_already_is_told_so(api, one, known):
    answer = api.get("/greetings/one", headers={"If-None-Match": known.format(one[1])}).is_ok(304)
    assert (answer.etag, answer.body) == (one[1], b"")


@pytest.mark.parametrize("known", ['"x"', "first", '""'])
def test_who_has_another_gets_the_new_one(api, one, known):
    known = one[0] if known == "first" else known
    assert api.get("/greetings/one", headers={"If-None-Match": known}).is_ok().json["text"] == "2"


KEY = {"Idempotency-Key": "6f1f3c1e-8a54"}


def test_a_key_adds_once(api):
    made = api.post({"text": "x"}, headers=KEY).is_ok(201)
    for _ in range(3):
        again = api.post({"text": "x"}, headers=KEY).is_ok(201)
        assert (again.json, again.etag) == (made.json, made.etag)
        assert again.headers["location"] == made.headers["location"]
    assert api.ids() == [made.json["id"]]
    other = api.post({"text": "x"}, headers={"Idempotency-Key": "another"}).is_ok(201).json
    assert other["id"] != made.json["id"]


def test_a_key_of_another_content(api):
    made = api.post({"text": "x"}, headers=KEY).is_ok(201).json
    api.post({"text": "y"}, headers=KEY).problem(409)
    assert api.read(made["id"])["text"] == "x"


def test_a_key_lasts(server):
    made = server.client().post({"text": "x"}, headers=KEY).is_ok(201).json
    api = server.restart().client()
    assert api.post({"text": "x"}, headers=KEY).is_ok(201).json == made


def test_a_key_belongs_to_its_customer(api):
    api.post({"text": "x"}, headers=KEY).is_ok(201)
    other = api.but(host="customer-b.localhost")
    assert other.post({"text": "y"}, headers=KEY).is_ok(201).json["text"] == "y"
    assert len(api.ids()) == len(other.ids()) == 1


@pytest.mark.parametrize("key", ["", "k" * 129, "two words", "ä"])
def test_what_is_no_key(api, key):
    api.post({"text": "x"}, headers={"Idempotency-Key": key.encode()}).problem(400, "Idempotency-Key")
    assert api.ids() == []


def test_the_longest_key(api):
    api.post({"text": "x"}, headers={"Idempotency-Key": "~" * 128}).is_ok(201)
