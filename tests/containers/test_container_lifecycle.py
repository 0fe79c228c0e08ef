"""How a container starts, ends and tells its health."""

import http.client

import pytest

from container import HELLO, SOMEBODY, Answer, wait_until


def not_ready(container):
    return lambda: container.manage("/readyz").status == 503


def test_sigterm_serves_on_but_is_not_ready_and_ends_with_0(run):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "6s"})
    assert container.manage("/readyz").status == 200
    assert container.get("/").headers.get("connection") != "close"
    container.signal("TERM")
    wait_until("readiness is gone", not_ready(container))
    answer = container.get("/")
    assert answer.status == 200
    assert answer.json == HELLO
    assert answer.headers["connection"] == "close"
    assert container.manage("/livez").status == 200
    assert container.exit_code() == 0


def test_a_kept_connection_is_answered_and_closed(run):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "6s"})
    connection = container.connect()
    connection.request("GET", "/")
    assert Answer(connection.getresponse()).status == 200
    kept = connection.sock
    container.signal("TERM")
    wait_until("readiness is gone", not_ready(container))
    assert connection.sock is kept, "the connection was closed before its answer said so"
    connection.request("GET", "/")
    answer = Answer(connection.getresponse())
    assert answer.status == 200
    assert answer.headers["connection"] == "close"


def test_a_request_under_way_is_answered(run):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "6s"})
    connection = container.connect()
    connection.connect()
    connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
    container.signal("TERM")
    wait_until("readiness is gone", not_ready(container))
    connection.sock.sendall(b"\r\n")
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    assert Answer(response).json == HELLO
    assert container.exit_code() == 0


@pytest.mark.parametrize("first,second", [("TERM", "TERM"), ("TERM", "INT")])
def test_a_second_signal_ends_at_once(run, first, second):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "60s"})
    container.signal(first)
    wait_until("readiness is gone", not_ready(container))
    assert container.running
    container.signal(second)
    assert container.exit_code(seconds=20) != 0


def test_sigint_does_not_wait(run):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "60s"})
    container.signal("INT")
    assert container.exit_code(seconds=20) == 0


def test_an_idle_connection_does_not_hold_up_the_end(run):
    container = run({**SOMEBODY, "GREETER_SHUTDOWN_DELAY": "0s", "GREETER_SHUTDOWN_GRACE": "60s"})
    connection = container.connect()
    connection.request("GET", "/")
    assert Answer(connection.getresponse()).status == 200
    container.signal("TERM")
    assert container.exit_code(seconds=20) == 0


QUICK = ["--health-interval=300ms", "--health-timeout=3s", "--health-retries=2"]


def test_health_is_good(run):
    container = run(SOMEBODY, *QUICK)
    wait_until("the container is healthy", lambda: container.health() == "healthy")


def test_health_is_bad_for_an_unknown_customer(run):
    container = run({"CUSTOMER_NAME": "no-such-customer"}, *QUICK)
    wait_until("the container is unhealthy", lambda: container.health() == "unhealthy")


def test_health_follows_another_management_port(run):
    container = run({**SOMEBODY, "GREETER_MANAGEMENT_PORT": "9191"}, *QUICK, wait=False)
    wait_until("the container is healthy", lambda: container.health() == "healthy")
