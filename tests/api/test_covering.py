"""Greetings of the customer's file: read like others, covered by stored ones, never removed."""

from server import wait_until


def test_it_is_read_like_any_other(with_file):
    answer = with_file.get("/greetings/christmas").is_ok()
    assert answer.etag == '"0"'
    greeting = answer.json
    assert (greeting["origin"], greeting["revision"]) == ("configuration", 0)
    assert (greeting["created_at"], greeting["updated_at"]) == (None, None)
    assert (greeting["text"], greeting["starts_at"]) == ("Frohe Weihnachten!", "2026-12-23T23:00:00Z")
    assert with_file.get("/greetings/christmas", headers={"If-None-Match": '"0"'}).status == 304


def test_it_is_there_and_needs_a_precondition(with_file):
    with_file.put("christmas", {"text": "x"}).problem(428)
    with_file.put("christmas", {"text": "x"}, match='"7"').problem(412)
    with_file.put("christmas", {"text": "x"}, headers={"If-None-Match": "*"}).problem(412)
    with_file.post({"id": "christmas", "text": "x"}).problem(409)
    assert with_file.read("christmas")["origin"] == "configuration"


def test_a_stored_one_covers_it_until_it_is_removed(with_file):
    before = with_file.read("christmas")
    covering = with_file.put("christmas", {"text": "Frohes Fest!"}, match='"0"').is_ok()
    assert covering.json["origin"] == "store" and covering.json["revision"] > 0
    assert covering.json["created_at"] is not None
    assert with_file.ids() == ["christmas"] and with_file.read("christmas")["text"] == "Frohes Fest!"
    with_file.delete("christmas", match=covering.etag).is_ok(204)
    assert with_file.read("christmas") == before


def test_it_can_be_retired_and_not_removed(with_file):
    for match in ('"0"', "*"):
        problem = with_file.delete("christmas", match=match).problem(409, "retired")
        assert "file" in problem["detail"]
    with_file.patch("christmas", {"state": "retired"}, match="*").is_ok()
    assert with_file.ids(due="2026-12-25T00:00:00Z") == []


def test_what_is_already_so_is_not_stored(with_file):
    before = with_file.get("/greetings/christmas")
    assert with_file.put("christmas", before.json).is_ok().json == before.json
    assert with_file.patch("christmas", {"language": "de"}).is_ok().etag == '"0"'
    assert with_file.get("/greetings/export").body == b""


def test_it_stays_covered_when_the_file_changes(server, with_file):
    with_file.put("christmas", {"text": "stored"}, match="*").is_ok()
    greetings = {"christmas": {"text": "new"}, "easter": {"text": "Frohe Ostern!"}}
    server.write_customer("customer-c", name="C", greeting="Moin!", greetings=greetings)
    wait_until("the file is read again", lambda: with_file.ids() == ["christmas", "easter"])
    assert with_file.read("christmas")["text"] == "stored"
    with_file.delete("christmas", match="*").is_ok(204)
    assert with_file.read("christmas")["text"] == "new"
    server.write_customer("customer-c", name="C", greeting="Moin!")
    wait_until("the file is read again", lambda: with_file.ids() == [])


def test_a_faulty_greeting_of_the_file_stops_the_start(make):
    broken = {"christmas": {"text": "", "langauge": "de"}}
    server = make({"customer-c": {"name": "C", "greeting": "Moin!", "greetings": broken}}).launch()
    assert server.exit_code() == 2
    told = server.errors()
    assert "customer-c.yaml" in told and "christmas" in told and ("text" in told or "langauge" in told)
