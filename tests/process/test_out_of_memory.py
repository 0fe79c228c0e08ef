"""A server that gets no more memory from the system loses the connections that ask for it, and nothing else."""

import json
import resource
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

GREETER = Path(__file__).parents[2] / "build/greeter"
SETTINGS = {"CUSTOMER_NAME": "C", "GREETING": "Moin!", "GREETER_HOST": "127.0.0.1", "GREETER_PORT": "0"}
SETTINGS |= {"GREETER_MANAGEMENT_PORT": "0", "GREETER_LOG_FORMAT": "json", "GREETER_WORKERS": "1"}
SETTINGS |= {"MALLOC_ARENA_MAX": "1"}  # glibc sets 64 MiB of address space aside for each further one
SETTINGS |= {"GREETER_MAX_BUFFER_BYTES": str(1 << 30), "GREETER_BODY_TIMEOUT": "60s"}
CLIENTS, SENT_BY_EACH, SPARE = 400, 60_000, 8 << 20
DEADLINE = 20


@pytest.fixture
def server():
    process = subprocess.Popen([GREETER], env=SETTINGS, stdout=subprocess.PIPE, text=True)
    process.port = json.loads(process.stdout.readline())["port"]
    yield process
    process.kill()
    process.wait()


def leave_only(process, spare):
    """What the process has now and `spare` bytes more are all it can ever have."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + spare
    resource.prlimit(process.pid, resource.RLIMIT_AS, (limit, limit))


def unfinished(port):
    """A client with most of a request."""
    client = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
    head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {SENT_BY_EACH + 1}\r\n\r\n"
    try:
        client.sendall(head.encode() + b"x" * SENT_BY_EACH)
    except OSError:
        pass  # it is one of those that were dropped
    return client


def was_dropped(client):
    client.settimeout(0.01)
    try:
        return client.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def greeting(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=DEADLINE) as response:
        return response.read()


def test_it_goes_on_serving(server):
    assert greeting(server.port) == b'{"response":"Moin!"}'
    leave_only(server, SPARE)
    clients = [unfinished(server.port) for _ in range(CLIENTS)]
    dropped = sum(map(was_dropped, clients))
    assert 0 < dropped < CLIENTS, "the limit was meant to be reached, and not by everybody"
    assert server.poll() is None
    for client in clients:
        client.close()
    end, answer = time.monotonic() + DEADLINE, None
    while answer is None and time.monotonic() < end:
        try:
            answer = greeting(server.port)
        except OSError:
            assert server.poll() is None
    assert answer == b'{"response":"Moin!"}'
