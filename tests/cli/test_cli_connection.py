"""Servers, customers, tokens and contexts: what is asked as whom, and what is refused."""

import json
import stat

import pytest

from command_line import EDITOR_TOKEN, READER_TOKEN, CommandLine, Server

LIST = ["greetings", "list", "--customer", "customer-a"]


@pytest.fixture
def anyone(server, tmp_path):
    return CommandLine(tmp_path, GREETER_SERVER=server.url)


def test_no_server_is_told_with_what_to_do(tmp_path):
    result = CommandLine(tmp_path)("greetings", "list", "--server", "http://127.0.0.1:1")
    assert result.returncode == 6 and "http://127.0.0.1:1/" in result.stderr and "--server" in result.stderr and "GREETER_SERVER" in result.stderr


def test_an_unknown_customer(anyone, server):
    for customer in ([], ["--customer", "customer-nobody"]):
        result = anyone("greetings", "list", *customer, "--token-file", server.tokens)
        assert result.returncode == 3 and "--customer" in result.stderr, result.stderr


def test_tokens_and_where_they_come_from(anyone, server, tmp_path):
    none = anyone(*LIST)
    assert none.returncode == 5 and "there is no token" in none.stderr and "GREETER_TOKEN_FILE" in none.stderr
    wrong = anyone(*LIST, variables={"GREETER_TOKEN": "wrong-token-0123456789"})
    assert wrong.returncode == 5 and "the token is from GREETER_TOKEN" in wrong.stderr and "wrong-token" not in wrong.stderr
    assert anyone(*LIST, variables={"GREETER_TOKEN": EDITOR_TOKEN}).returncode == 0
    assert anyone(*LIST, variables={"GREETER_TOKEN_FILE": str(server.tokens)}).returncode == 0
    bare = tmp_path / "bare"
    bare.write_text(READER_TOKEN + "\n")
    assert anyone(*LIST, "--token-file", bare, variables={"GREETER_TOKEN": "wrong-token-0123456789"}).returncode == 0
    write = anyone("greetings", "put", "x", "--text", "x", "--customer", "customer-a", "--token-file", bare)
    assert write.returncode == 5 and str(bare) in write.stderr


def test_a_token_file_that_others_may_read_is_warned_of(anyone, tmp_path):
    file = tmp_path / "open"
    file.write_text(EDITOR_TOKEN)
    file.chmod(0o644)
    result = anyone(*LIST, "--token-file", file)
    assert result.returncode == 0 and "warning" in result.stderr and "chmod 600" in result.stderr
    file.chmod(0o600)
    assert anyone(*LIST, "--token-file", file).stderr == ""


@pytest.mark.parametrize("text", ["", "short", "editor\n"])
def test_a_token_file_without_a_token(anyone, tmp_path, text):
    (tmp_path / "t").write_text(text)
    result = anyone(*LIST, "--token-file", tmp_path / "t")
    assert result.returncode == 2 and "holds no token" in result.stderr


def test_a_token_is_not_sent_in_the_clear(tmp_path):
    greeter = CommandLine(tmp_path, GREETER_TOKEN=EDITOR_TOKEN)
    refused = greeter("greetings", "list", "--server", "http://192.0.2.1")
    assert refused.returncode == 2 and "plain http" in refused.stderr and "--insecure-http" in refused.stderr
    tried = greeter("greetings", "list", "--server", "http://192.0.2.1", "--insecure-http", "--timeout", "1")
    assert tried.returncode == 6, tried.stderr


def test_settings_of_the_server_are_not_taken_for_ours(anyone, server):
    result = anyone("--token-file", server.tokens, "greetings", "list")
    assert result.returncode == 2 and "after it" in result.stderr


def test_contexts(anyone, server, tmp_path):
    missing = anyone("contexts", "use", "b")
    assert missing.returncode == 3 and "there is no context" in missing.stderr
    assert anyone("contexts", "set", "b", "--server", server.url, "--customer", "customer-b", "--token-file", server.tokens).returncode == 0
    file = tmp_path / ".config/greeter/config.yaml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert anyone("contexts", "set", "c", "--server", server.url, "--customer", "customer-c", "--token-file", server.tokens).returncode == 0
    everyone = anyone.json("contexts", "list")
    assert [(c["name"], c["current"], c["customer"]) for c in everyone] == [("b", True, "customer-b"), ("c", False, "customer-c")]
    del anyone.environment["GREETER_SERVER"]
    assert anyone.json("greetings", "preview")["customer"] == "customer-b"
    assert anyone.json("greetings", "preview", "--context", "c")["customer"] == "customer-c"
    assert anyone("contexts", "use", "c").returncode == 0
    assert anyone.json("greetings", "preview")["customer"] == "customer-c"
    assert anyone.json("greetings", "preview", "--customer", "customer-a")["customer"] == "customer-a"
    unknown = anyone("greetings", "list", "--context", "nobody")
    assert unknown.returncode == 2 and "there are b, c" in unknown.stderr
    assert anyone("contexts", "remove", "c").returncode == 0
    assert [c["name"] for c in anyone.json("contexts", "list")] == ["b"]


@pytest.mark.parametrize("arguments", [["set", "UPPER"], ["set", "a", "--server", "ftp://x"], ["set", "a", "--customer", "a b"]])
def test_contexts_that_make_no_sense(anyone, tmp_path, arguments):
    result = anyone("contexts", *arguments)
    assert result.returncode == 2 and not (tmp_path / ".config/greeter/config.yaml").exists()


def test_a_broken_config_is_told_by_its_place(anyone, tmp_path):
    anyone.environment["GREETER_CLI_CONFIG"] = str(tmp_path / "c.yaml")
    (tmp_path / "c.yaml").write_text("contexts: {a: {sever: x}}\n")
    result = anyone("contexts", "list")
    assert result.returncode == 2 and "did you mean server?" in result.stderr


@pytest.fixture
def everyone(server, tmp_path):
    line = CommandLine(tmp_path, GREETER_CLI_CONFIG=str(tmp_path / "all.yaml"))
    for customer in "abc":
        result = line("contexts", "set", customer, "--server", server.url, "--customer", f"customer-{customer}", "--token-file", server.tokens)
        assert result.returncode == 0, result.stderr
    return line


def test_all_customers(everyone, tmp_path):
    result = everyone("greetings", "put", "hello", "--text", "Hello", "--all-customers")
    assert result.returncode == 0 and len(result.stdout.splitlines()) == 3, result.stderr
    assert [(g["customer"], g["id"]) for g in everyone.json("greetings", "list", "--all-customers")] == [(c, "hello") for c in "abc"]
    table = everyone("greetings", "search", "Hell", "--all-customers").stdout.splitlines()
    assert table[0].split()[:2] == ["CUSTOMER", "ID"] and [row.split()[0] for row in table[1:]] == ["a", "b", "c"]
    assert [g["customer"] for g in everyone.json("greetings", "get", "hello", "--all-customers")] == ["a", "b", "c"]
    assert [g["response"] for g in everyone.json("greetings", "preview", "--all-customers")] == ["Hello"] * 3
    assert [list(v) for v in everyone.json("visits", "--all-customers")] == [["customer", "total", "days", "greetings"]] * 3
    assert everyone("visits", "--all-customers").stdout.split()[:3] == ["CUSTOMER", "DAY", "GIVEN"]
    exported = [json.loads(line) for line in everyone("greetings", "export", "--all-customers").stdout.splitlines()]
    assert [(g["customer"], g["id"]) for g in exported] == [(c, "hello") for c in "abc"]
    assert everyone("greetings", "export", "--all-customers", "--file", tmp_path / "x").returncode == 2
    assert everyone("greetings", "export", "--all-customers", "--file", tmp_path / "{customer}.ndjson").returncode == 0
    result = everyone("greetings", "import", "--all-customers", tmp_path / "{customer}.ndjson")
    assert result.returncode == 0 and result.stdout.count("1 unchanged") == 3, result.stderr


def test_one_customer_that_fails_does_not_stop_the_others(everyone, server):
    assert everyone("contexts", "set", "b", "--server", "http://127.0.0.1:1").returncode == 0
    assert everyone("contexts", "set", "d", "--server", server.url, "--customer", "customer-nobody", "--token-file", server.tokens).returncode == 0
    result = everyone("greetings", "preview", "--all-customers", "--output", "json")
    assert result.returncode == 6
    assert [entry["customer"] for entry in json.loads(result.stdout)] == ["a", "c"]
    assert "b: " in result.stderr and "failed, with exit code: b (6), d (3); 4 in all" in result.stderr


def test_all_customers_without_contexts(tmp_path):
    result = CommandLine(tmp_path)("greetings", "list", "--all-customers")
    assert result.returncode == 2 and "contexts set" in result.stderr


def test_a_server_without_a_store_is_read_only(tmp_path):
    server = Server(tmp_path, GREETER_STORE="none").start()
    try:
        greeter = CommandLine(tmp_path, GREETER_SERVER=server.url, GREETER_TOKEN_FILE=str(server.tokens))
        assert greeter(*LIST).returncode == 0
        result = greeter("greetings", "put", "x", "--text", "x", "--customer", "customer-a")
        assert result.returncode == 5 and "GREETER_STORE" in result.stderr
    finally:
        server.stop()
