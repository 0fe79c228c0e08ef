"""Logs are JSON lines, and nothing that a client sends can break one."""

import json
import socket

import pytest

from container import SOMEBODY, wait_until

HOSTILE = [
    b"GET /%0a%0d{\"level\":\"error\"} HTTP/1.1\r\nHost: a\r\n\r\n",
    b'GET /"quotes"\\and\\backslashes HTTP/1.1\r\nHost: a\r\n\r\n',
    b"GET /caf\xc3\xa9/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    b'GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: x","level":"error\\\r\n\r\n',
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: \x1b[31m\xff\r\n\r\n",
    b'GET / HTTP/1.1\r\nHost: "a\\\r\nUser-Agent: {"a":"\x7f"}\r\n\r\n',
    b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
    b'"{}": / HTTP/1.1\r\nHost: a\r\n\r\n',
    b"\xff\xfe\x00{}\n\n\r\n\r\n",
]


def send(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
        return answer


def access(container):
    return [line for line in container.log() if "method" in line]


def test_every_line_is_json(run):
    container = run({**SOMEBODY, "GREETER_LOG_LEVEL": "debug", "GREETER_SHUTDOWN_DELAY": "0s"})
    container.get("/")
    container.signal("TERM")
    container.exit_code()
    log = container.log()
    assert log
    for line in log:
        assert line.keys() >= {"time", "level", "message"}, line
    assert container.output()[1] == ""


def test_text_on_a_terminal(run):
    container = run(SOMEBODY, "-t")
    first = container.output()[0].splitlines()[0]
    with pytest.raises(ValueError):
        json.loads(first)


def test_no_access_log_unless_asked_for(run):
    container = run(SOMEBODY)
    container.get("/")
    container.get("/nowhere")
    container.signal("INT")
    container.exit_code()
    assert access(container) == []


def test_the_access_log_tells_each_request(run):
    container = run({**SOMEBODY, "GREETER_ACCESS_LOG": "true"})
    container.get("/", headers={"X-Request-Id": "my-request-1"})
    container.get("/nowhere?secret=1")
    entries = wait_until("both are logged", lambda: len(found := access(container)) >= 2 and found)
    first, second = entries[-2:]
    assert (first["method"], first["path"], first["status"]) == ("GET", "/", 200)
    assert first["customer"] == "Somebody"
    assert first["request_id"] == "my-request-1"
    assert first["bytes"] > 0
    assert any("duration" in key for key in first)
    assert (second["path"], second["status"]) == ("/nowhere", 404)
    assert second["request_id"] and second["request_id"] != first["request_id"]


@pytest.fixture(scope="module")
def logging(run_for_all):
    return run_for_all({**SOMEBODY, "GREETER_ACCESS_LOG": "true"})


@pytest.mark.parametrize("number,request_bytes", list(enumerate(HOSTILE)))
def test_hostile_input_stays_in_its_field(logging, number, request_bytes):
    send(logging.public, request_bytes)
    last = f"/the-last-one-{number}"
    logging.get(last)
    wait_until("what came after is logged", lambda: [entry for entry in access(logging) if entry["path"] == last])
    raw = logging.output()[0]
    assert all(ord(character) >= 32 for character in raw.replace("\n", ""))
    assert not [line for line in logging.log() if line["level"] == "error"]
