"""greeter greetings watch: a line an event, across a restart of the server."""

import json
import queue
import threading

import pytest

from command_line import DEADLINE, CommandLine, Server, wait_until


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path).start()
    yield running
    running.stop()


@pytest.fixture
def greeter(server, tmp_path):
    return CommandLine(tmp_path, GREETER_SERVER=server.url, GREETER_TOKEN_FILE=str(server.tokens))


class Watch:
    def __init__(self, greeter, *arguments):
        self.process = greeter.start("greetings", "watch", "--customer", "customer-a", *arguments)
        self.lines, self.errors = queue.Queue(), []
        threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stdout], daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()

    def next(self):
        return self.lines.get(timeout=DEADLINE)

    def stop(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def watch(greeter):
    started = []

    def start(*arguments):
        started.append(Watch(greeter, *arguments))
        return started[-1]
    yield start
    for each in started:
        each.stop()


def change(greeter, *arguments):
    result = greeter("greetings", *arguments, "--customer", "customer-a")
    assert result.returncode == 0, result.stderr


def test_it_goes_on_where_it_was_after_a_restart(greeter, server, watch):
    watching = watch("--after", "0", "--output", "json")
    change(greeter, "put", "one", "--text", "Eins")
    first = json.loads(watching.next())
    assert first["event"] == "put" and first["data"]["text"] == "Eins" and first["id"] == str(first["data"]["revision"])
    server.stop()
    wait_until(lambda: any("trying again" in line for line in watching.errors), "the watch to notice")
    server.start()
    change(greeter, "put", "two", "--text", "Zwei")
    change(greeter, "delete", "one", "--yes")
    second, third = json.loads(watching.next()), json.loads(watching.next())
    assert second["data"]["id"] == "two" and third["event"] == "delete" and third["data"]["id"] == "one"
    assert watching.process.poll() is None


def test_changes_while_nobody_listened_are_shown_first(greeter, watch):
    for id in ("one", "two", "three"):
        change(greeter, "put", id, "--text", id)
    watching = watch("--after", "0", "--count", "3")
    assert ["one", "two", "three"] == [watching.next().split()[2] for _ in range(3)]
    assert watching.process.wait(DEADLINE) == 0


def test_no_server_at_first_is_an_error(tmp_path):
    result = CommandLine(tmp_path)("greetings", "watch", "--server", "http://127.0.0.1:1")
    assert result.returncode == 6


def test_without_a_token(greeter):
    del greeter.environment["GREETER_TOKEN_FILE"]
    assert greeter("greetings", "watch", "--customer", "customer-a").returncode == 5


def test_a_reader_that_goes_away_ends_it(greeter, watch):
    watching = greeter.start("greetings", "watch", "--customer", "customer-a", "--after", "0")
    watching.stdout.close()
    change(greeter, "put", "one", "--text", "Eins")
    assert watching.wait(DEADLINE) == 141
