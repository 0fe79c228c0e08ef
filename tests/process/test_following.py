"""A request is found in the logs by the ids and the address of whoever sent it."""

import re
import resource

import pytest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"traceparent: 00-{TRACE}-00f067aa0ba902b7-01"
HEX_32 = re.compile(r"[0-9a-f]{32}")
TOKEN = "editor-of-the-tests.1"


@pytest.fixture
def logging(start):
    return start(GREETER_HOST="127.0.0.1", GREETER_ACCESS_LOG="true")


def test_the_clients_ids_are_in_the_access_log(logging):
    status, fields, _ = logging.ask("/", ["X-Request-Id: order-4711/1", TRACEPARENT, "tracestate: a=b"])
    assert (status, fields["x-request-id"]) == (200, "order-4711/1")
    line = logging.logged("request")
    assert (line["request_id"], line["trace_id"]) == ("order-4711/1", TRACE)


@pytest.mark.parametrize("target", ["/", "/health", "/nowhere"])
def test_every_line_has_ids_even_where_none_were_sent(logging, target):
    _, fields, _ = logging.ask(target)
    line = logging.logged("request", path=target)
    assert HEX_32.fullmatch(line["request_id"]) and HEX_32.fullmatch(line["trace_id"])
    assert fields.get("x-request-id") == (line["request_id"] if target == "/nowhere" else None)


BAD = [
    "traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    f"traceparent: 00-{TRACE}-0000000000000000-01",
    f"traceparent: 00-{TRACE.upper()}-00f067aa0ba902b7-01",
    f"traceparent: ff-{TRACE}-00f067aa0ba902b7-01",
    TRACEPARENT + "\r\n" + TRACEPARENT,
]


@pytest.mark.parametrize("field", BAD)
def test_a_malformed_trace_starts_a_new_one(logging, field):
    logging.ask("/", [field])
    found = logging.logged("request")["trace_id"]
    assert HEX_32.fullmatch(found) and found != TRACE and found.strip("0")


def test_a_request_that_cannot_be_read_is_told_the_id_of_its_line(logging):
    status, fields, _ = logging.ask("/", ["No colon"])
    line = logging.logged("request refused")
    assert status == line["status"] == 400
    assert fields["x-request-id"] == line["request_id"] and HEX_32.fullmatch(line["trace_id"])
    assert line["client"] == "127.0.0.1"


def with_api(tmp_path, start, **settings):
    (tmp_path / "tokens").write_text(f"editor {TOKEN}\n")
    return start(GREETER_HOST="127.0.0.1", GREETER_TOKEN_FILE=str(tmp_path / "tokens"), **settings)


def put(server, fields=()):
    about = [f"Authorization: Bearer {TOKEN}", "Content-Type: application/json", *fields]
    return server.ask("/api/v1/greetings/one", about, "PUT", body=b'{"text":"x"}')


def test_the_api_tells_and_logs_the_same_id(tmp_path, start):
    server = with_api(tmp_path, start, GREETER_STORE="memory:", GREETER_ACCESS_LOG="true")
    status, fields, _ = put(server, [TRACEPARENT])
    line = server.logged("request")
    assert status == line["status"] == 201
    assert line["request_id"] == fields["x-request-id"] and line["trace_id"] == TRACE


def test_a_store_that_fails_names_the_request(tmp_path, start):
    """No file of the process may grow any more, as on a full disk."""
    server = with_api(tmp_path, start, GREETER_STORE=f"sqlite:{tmp_path}/greetings.db")
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, 0))
    status, fields, body = put(server, [TRACEPARENT, "X-Request-Id: will-fail"])
    assert status == 503, body
    assert fields["x-request-id"] == "will-fail"
    line = server.logged("a write failed")
    assert (line["request_id"], line["trace_id"]) == ("will-fail", TRACE)


def ask_as(server, own, *fields):
    server.ask("/", fields, own=own)
    return server.logged("request")["client"]


def test_a_client_behind_trusted_proxies_is_logged_by_its_own_address(start):
    server = start(GREETER_HOST="127.0.0.1", GREETER_ACCESS_LOG="true", GREETER_TRUSTED_PROXIES="127.0.0.2, 10.42.0.0/16")
    proxy, other = "127.0.0.2", "127.0.0.3"
    assert ask_as(server, proxy, "X-Forwarded-For: 198.51.100.7, 192.0.2.1, 10.42.3.4") == "192.0.2.1"
    assert ask_as(server, proxy, "X-Forwarded-For: 2001:db8::1") == "2001:db8::1"
    assert ask_as(server, proxy, "X-Forwarded-For: 192.0.2.1", "Forwarded: for=198.51.100.7") == "192.0.2.1"
    assert ask_as(server, proxy, 'Forwarded: for="[2001:db8::1]:4711";proto=https') == "2001:db8::1"
    assert ask_as(server, proxy) == proxy
    assert ask_as(server, other, "X-Forwarded-For: 192.0.2.1") == other


def test_nobody_is_trusted_by_default(logging):
    assert ask_as(logging, "127.0.0.1", "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1") == "127.0.0.1"
