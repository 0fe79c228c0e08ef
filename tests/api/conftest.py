"""A server of its own for each test, with three customers; each must end well when the test is over."""

import signal
import sys
from pathlib import Path

import pytest

from server import READER, Server

sys.path.append(str(Path(__file__).parents[1] / "support"))
from days import within_a_day  # noqa: E402, F401

CHRISTMAS = {
    "text": "Frohe Weihnachten!",
    "language": "de",
    "starts_at": "2026-12-24T00:00:00+01:00",
    "ends_at": "2026-12-27T00:00:00+01:00",
    "tags": ["season"],
}
CUSTOMERS = {
    "customer-a": {"name": "A", "greeting": "Hi!"},
    "customer-b": {"name": "B", "greeting": "Dear Sir or Madam!"},
    "customer-c": {"name": "C", "greeting": "Moin!", "greetings": {"christmas": CHRISTMAS}},
}


@pytest.fixture
def make(tmp_path):
    """make(**settings) prepares a server that is not started yet; None takes a setting away."""
    made = []

    def prepare(customers=CUSTOMERS, **settings):
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        made.append(Server(folder, customers, **settings))
        return made[-1]

    yield prepare
    for server in made:
        if server.process and server.process.poll() is None:
            try:
                assert server.stop(signal.SIGINT) == 0
            finally:
                server.kill()
                print(server.errors())


@pytest.fixture
def server(make):
    return make().start()


@pytest.fixture
def api(server):
    """An editor at customer A, who has no greetings of his own."""
    return server.client()


@pytest.fixture
def reader(server):
    return server.client(token=READER)


@pytest.fixture
def with_file(server):
    """An editor at customer C, whose file has the greeting `christmas`."""
    return server.client(host="customer-c.localhost")
