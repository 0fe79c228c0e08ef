"""One server for the tests of a file; each test has a command line of its own."""

import pytest

from command_line import CommandLine, Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("server")).start()
    yield running
    running.stop()


@pytest.fixture
def greeter(server, tmp_path):
    """The command line of an editor of customer-a."""
    config = tmp_path / "config.yaml"
    config.write_text(f"current: a\ncontexts: {{a: {{server: '{server.url}', customer: customer-a, token_file: {server.tokens}}}}}\n")
    line = CommandLine(tmp_path, GREETER_CLI_CONFIG=str(config))
    yield line
    ids = [greeting["id"] for greeting in line.json("greetings", "list") if greeting["origin"] == "store"]
    if ids:
        assert line("greetings", "delete", "--yes", *ids).returncode == 0
