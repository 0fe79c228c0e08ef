"""Who may do what: tokens, roles, and instances without either."""

import http.client

import pytest

from client import read_answer
from server import EDITOR, READER, wait_until

READS = ["/greetings", "/greetings/one", "/greetings/export", "/greetings/preview", "/greetings/timeline", "/visits", "/whoami"]
WRITES = {
    "PUT": lambda api: api.put("one", {"text": "y"}, match="*"),
    "PATCH": lambda api: api.patch("one", {"text": "y"}, match="*"),
    "DELETE": lambda api: api.delete("one", match="*"),
    "POST": lambda api: api.post({"text": "y"}),
    "import": lambda api: api.upload([{"id": "one", "text": "y"}]),
    "dry run": lambda api: api.upload([{"id": "one", "text": "y"}], "?dry_run=true"),
}


@pytest.fixture(autouse=True)
def one(request):
    if "api" in request.fixturenames:
        request.getfixturevalue("api").put("one", {"text": "x"}).is_ok(201)


def asks(api):
    reads = [lambda path=path: api.get(path) for path in READS]
    return reads + [lambda write=write: write(api) for write in WRITES.values()]


def test_nobody_gets_in_without_a_token(api):
    for ask in asks(api.but(token=None)):
        answer = ask()
        answer.problem(401)
        assert answer.headers["www-authenticate"] == 'Bearer realm="greeter"'
    assert api.read("one")["text"] == "x"


WRONG = [
    "Bearer " + "x" * 20,
    "Bearer " + EDITOR[:-1],
    "Bearer " + EDITOR + "x",
    "Bearer " + EDITOR.upper(),
    "Bearer " + EDITOR + " " + EDITOR,
    "Bearer",
    "Bearer ",
    "Bearer #",
    "Bearer reader",
    "Bearer " + "x" * 5000,
]


@pytest.mark.parametrize("field", WRONG, ids=[field[:50] for field in WRONG])
def test_a_wrong_token_is_called_so(api, field):
    for path in READS:
        answer = api.but(token=None).get(path, headers={"Authorization": field})
        answer.problem(401)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="greeter"')
        if len(field) > 10:
            assert answer.headers["www-authenticate"] == 'Bearer realm="greeter", error="invalid_token"'
        assert EDITOR not in answer.text


@pytest.mark.parametrize("before", ["Basic ", "", "Token ", "BearerX ", "Bearer"])
def test_another_scheme_is_no_token(api, before):
    answer = api.but(token=None).get("/whoami", headers={"Authorization": before + EDITOR})
    answer.problem(401)
    assert answer.headers["www-authenticate"].startswith('Bearer realm="greeter"')


@pytest.mark.parametrize("field", [f"bearer {READER}", f"BEARER {READER}", f"Bearer   {READER}"])
def test_the_scheme_has_no_case(api, field):
    """RFC 9110, 11.1, and 1*SP before the token in 11.4."""
    assert api.but(token=None).get("/whoami", headers={"Authorization": field}).is_ok().json["role"] == "reader"


def test_two_fields_are_no_way_in(server, api):
    for first, second in [(EDITOR, "x" * 20), ("x" * 20, EDITOR), (READER, EDITOR)]:
        connection = api.connect()
        connection.putrequest("GET", "/api/v1/whoami", skip_host=True)
        for field in [("Host", api.host), ("Authorization", f"Bearer {first}"), ("Authorization", f"Bearer {second}")]:
            connection.putheader(*field)
        connection.endheaders()
        assert read_answer(connection.getresponse()).status in (400, 401)
        connection.close()


def test_a_token_is_not_taken_from_elsewhere(api):
    for query in (f"access_token={EDITOR}", f"token={EDITOR}"):
        api.but(token=None).get(f"/whoami?{query}").problem(401)
    api.but(token=None).get("/whoami", headers={"Cookie": f"token={EDITOR}"}).problem(401)


def test_a_reader_reads(api, reader):
    for path in READS:
        assert reader.get(path).is_ok()
    assert reader.get("/whoami").json == api.get("/whoami").json | {"role": "reader"}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_reader_does_not_write(api, reader, write):
    write(reader).problem(403)
    assert api.read("one")["text"] == "x" and api.ids() == ["one"]


def test_an_editor_does_both(api):
    for write in WRITES.values():
        assert write(api).status in (200, 201, 204)
    assert api.get("/greetings").is_ok()


def test_whoami(server, api):
    customer = {"id": "customer-a", "name": "A"}
    who = {"role": "editor", "read_only": False, "customer": customer, "version": read_version(server)}
    assert api.get("/whoami").is_ok().json == who


def read_version(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.management, timeout=20)
    connection.request("GET", "/version")
    try:
        return read_answer(connection.getresponse()).json["version"]
    finally:
        connection.close()


def test_faults_are_told_only_to_those_who_may(api, reader):
    api.but(token=None).post("{", content_type="text/plain").problem(401)
    api.but(token=None).get("/greetings?limit=0").problem(401)
    reader.post({}).problem(403)


def role(server, token):
    answer = server.client(token=token).get("/whoami")
    return answer.json["role"] if answer.status == 200 else answer.is_ok(401).status


NEW = "the-new-token-of-the-tests"


def test_a_new_token_file_is_used_at_once(server):
    server.tokens.write_text(f"editor {NEW}\nreader {READER}\n")
    wait_until("the new token is known", lambda: role(server, NEW) == "editor")
    assert role(server, EDITOR) == 401 and role(server, READER) == "reader"


def test_a_new_token_file_may_come_by_renaming(server):
    """As Kubernetes and careful people do it."""
    other = server.folder / "tokens.new"
    other.write_text(f"reader {NEW}\n")
    other.rename(server.tokens)
    wait_until("the new token is known", lambda: role(server, NEW) == "reader")
    assert role(server, EDITOR) == 401
    server.tokens.write_text(f"editor {NEW}\n")
    wait_until("the next one is known, too", lambda: role(server, NEW) == "editor")


def test_a_role_may_change(server):
    server.tokens.write_text(f"reader {EDITOR}\n")
    wait_until("the editor is a reader", lambda: role(server, EDITOR) == "reader")
    server.client().put("one", {"text": "x"}).problem(403)


BROKEN = {
    "a short token": f"editor {NEW}\nreader short\n",
    "another role": f"editor {NEW}\nadmin {NEW}2\n",
    "no token": f"editor {NEW}\neditor\n",
    "three words": f"editor {NEW} x\n",
    "other characters": f"editor {NEW}!\n",
    "a long token": f"editor {'x' * 257}\n",
    "nothing but comments": f"# editor {NEW}\n\n",
    "no text": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_new_file_changes_nothing(server, broken):
    server.tokens.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    told = wait_until("it is told", lambda: server.logged("error", "tokens") or server.logged("warning", "tokens"))
    assert NEW not in str(told) and EDITOR not in str(told), "a log tells no secrets"
    assert role(server, EDITOR) == "editor" and role(server, READER) == "reader" and role(server, NEW) == 401
    server.tokens.write_text(f"editor {NEW}\n")
    wait_until("the next good one is used", lambda: role(server, NEW) == "editor")


def test_a_file_that_goes_away_changes_nothing(server):
    server.tokens.unlink()
    wait_until("it is told", lambda: server.logged("error", "tokens") or server.logged("warning", "tokens"))
    assert role(server, EDITOR) == "editor"
    server.tokens.write_text(f"editor {NEW}\n")
    wait_until("the next good one is used", lambda: role(server, NEW) == "editor")


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_stops_the_start(make, broken):
    server = make()
    server.tokens.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    assert server.launch().exit_code() == 2
    assert "tokens" in server.errors() and NEW not in server.errors()


def test_a_file_that_is_not_there_stops_the_start(make):
    server = make()
    server.tokens.unlink()
    assert server.launch().exit_code() == 2
    assert "tokens" in server.errors()


PAGES = ["/api/v1/greetings", "/api/v1/whoami", "/api", "/openapi.json", "/docs", "/ui", "/ui/ui.js"]


def test_without_a_token_file_there_is_no_api(make):
    server = make(GREETER_TOKEN_FILE=None).start()
    for path in PAGES:
        server.client().ask("GET", path).problem(404)
    assert server.client(token=None).put("one", {"text": "x"}).status == 404
    assert server.client().greets().is_ok().json == {"response": "Hi!"}
    assert server.logged("GREETER_TOKEN_FILE"), "the log says why"


def test_the_token_is_nowhere_to_be_read(server):
    api = server.client()
    api.put("one", {"text": "x"}).is_ok(201)
    connection = http.client.HTTPConnection("127.0.0.1", server.management, timeout=20)
    for path in ("/config", "/metrics"):
        connection.request("GET", path)
        assert EDITOR not in read_answer(connection.getresponse()).text
    connection.close()
    server.restart(GREETER_ACCESS_LOG="true", GREETER_LOG_LEVEL="debug")
    server.client().get("/whoami").is_ok()
    server.client().get("/greetings?pattern=x").is_ok()
    assert server.stop() == 0
    assert EDITOR not in str(server.log())


@pytest.mark.parametrize("store", [None, "none"])
def test_without_a_store_it_is_read_only(make, store):
    server = make(GREETER_STORE=store).start()
    api = server.client(host="customer-c.localhost")
    assert api.get("/whoami").is_ok().json["read_only"] is True
    assert api.ids() == ["christmas"]
    assert api.get("/greetings/preview?at=2026-12-25T00:00:00Z").is_ok().json["response"] == "Frohe Weihnachten!"
    for write in WRITES.values():
        write(api).problem(403, "GREETER_STORE")
    assert api.ids() == ["christmas"]
