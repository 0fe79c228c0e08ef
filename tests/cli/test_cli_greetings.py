"""greeter greetings list, search, get, put, delete, preview: what they say, and with which exit code."""

import json
import urllib.request

import pytest
import yaml


def put(greeter, id, *arguments):
    result = greeter("greetings", "put", id, *arguments)
    assert result.returncode == 0, result.stderr
    return result


def test_put_creates_and_get_shows(greeter):
    result = put(greeter, "christmas", "--text", "Frohe Weihnachten!", "--description", "every year", "--language", "DE-at", "--tag", "season",
                 "--tag", "b", "--state", "draft", "--starts", "2026-12-24T00:00:00+01:00", "--ends", "2026-12-27T00:00:00+01:00")
    assert result.stdout.startswith("christmas created, revision ")
    greeting = greeter.json("greetings", "get", "christmas")
    assert greeting["text"] == "Frohe Weihnachten!" and greeting["language"] == "de-AT" and greeting["tags"] == ["b", "season"]
    assert greeting["state"] == "draft" and greeting["starts_at"] == "2026-12-23T23:00:00Z" and greeting["origin"] == "store"
    table = greeter("greetings", "get", "christmas").stdout
    assert "text         Frohe Weihnachten!\n" in table and "tags         b,season\n" in table
    assert yaml.safe_load(greeter("greetings", "get", "christmas", "--output", "yaml").stdout) == greeting


def test_put_of_an_existing_one_says_how(greeter):
    put(greeter, "hello", "--text", "Hello")
    refused = greeter("greetings", "put", "hello", "--text", "Hi")
    revision = greeter.json("greetings", "get", "hello")["revision"]
    assert refused.returncode == 4 and "--force" in refused.stderr and f"--if-revision {revision}" in refused.stderr
    assert greeter.json("greetings", "get", "hello")["text"] == "Hello"
    assert put(greeter, "hello", "--text", "Hello").stdout == f"hello unchanged, revision {revision}\n"
    assert "hello replaced" in put(greeter, "hello", "--text", "Hi", "--if-revision", revision).stdout
    late = greeter("greetings", "put", "hello", "--text", "Hey", "--if-revision", revision)
    assert late.returncode == 4
    assert "hello replaced" in put(greeter, "hello", "--text", "Hey", "--force").stdout
    assert "new created" in put(greeter, "new", "--text", "Hey", "--force").stdout


@pytest.mark.parametrize("text, file", [('{"text": "Hi", "tags": ["x"]}', "a.json"), ("text: Hi\ntags: [x]\n", "a.yaml")])
def test_put_from_a_file_and_standard_input(greeter, tmp_path, text, file):
    (tmp_path / file).write_text(text)
    put(greeter, "filed", "-f", tmp_path / file, "--state", "retired")
    result = greeter("greetings", "put", "piped", "-f", "-", input=text)
    assert result.returncode == 0, result.stderr
    filed, piped = greeter.json("greetings", "get", "filed"), greeter.json("greetings", "get", "piped")
    assert filed["text"] == piped["text"] == "Hi" and filed["tags"] == piped["tags"] == ["x"]
    assert filed["state"] == "retired" and piped["state"] == "active"


def test_a_greeting_that_breaks_rules_has_each_of_them_told(greeter):
    result = greeter("greetings", "put", "bad", "--text", " ", "--tag", "No Tag", "--language", "no language!")
    assert result.returncode == 7
    for field in ("text", "tags[0]", "language"):
        assert f"\n  {field} is " in result.stderr
    assert greeter("greetings", "get", "bad").returncode == 3


@pytest.mark.parametrize("arguments, code, told", [
    (["get", "nothing-here"], 3, "nothing-here"),
    (["put", "x"], 2, "--text"),
    (["put", "x", "-f", "/nowhere"], 2, "/nowhere"),
    (["put", "UPPER", "--text", "x"], 7, "id"),
    (["list", "--sort", "size"], 2, "--sort"),
    (["list", "--due", "tomorrow"], 2, "due"),
    (["search", "("], 2, "pattern"),
    (["delete", "--yes", "nothing-here"], 3, "nothing-here"),
    (["delete", "nothing-here"], 2, "--yes"),
    (["preview", "--at", "noon"], 2, "at"),
    (["nonsense"], 2, "--help"),
    (["list", "--tags", "x"], 2, "--tags"),
])
def test_errors_say_what_and_have_their_code(greeter, arguments, code, told):
    result = greeter("greetings", *arguments)
    assert result.returncode == code, result.stderr
    assert told in result.stderr and result.stderr.startswith("greeter: ")


def test_list_filters_and_sorts(greeter):
    put(greeter, "one", "--text", "Eins", "--tag", "x", "--tag", "y", "--language", "de")
    put(greeter, "two", "--text", "Two", "--tag", "x", "--language", "en", "--state", "retired", "--description", "number 2")
    put(greeter, "three", "--text", "Three", "--ends", "2020-01-01T00:00:00Z")

    def ids(*arguments):
        return [greeting["id"] for greeting in greeter.json("greetings", *arguments)]

    assert ids("list") == ["one", "three", "two"] and ids("list", "--sort", "-id") == ["two", "three", "one"]
    assert ids("list", "--tag", "x") == ["one", "two"] and ids("list", "--tag", "x", "--tag", "y") == ["one"]
    assert ids("list", "--state", "retired") == ["two"] and ids("list", "--language", "DE") == ["one"] and ids("list", "--language", "") == ["three"]
    assert ids("list", "--due", "now") == ["one"] and ids("list", "--due", "2019-12-31T00:00:00Z", "--sort", "-id") == ["three", "one"]
    assert ids("list", "--limit", "2") == ["one", "three"]
    assert ids("search", "^T") == ["three", "two"] and ids("search", "(?i)NUMBER") == ["two"] and ids("search", "nothing") == []


def test_list_reads_every_page(greeter):
    lines = "".join(json.dumps({"id": f"g-{number:04}", "text": f"Nr. {number}"}) + "\n" for number in range(1201))
    assert greeter("greetings", "import", "-", input=lines).returncode == 0
    assert [greeting["id"] for greeting in greeter.json("greetings", "list")] == [f"g-{number:04}" for number in range(1201)]


def test_texts_can_not_drive_the_terminal(greeter):
    evil = "\u202ereversed\nnext\ttab"
    result = greeter("greetings", "put", "evil", "-f", "-", input=json.dumps({"text": evil}))
    assert result.returncode == 0, result.stderr
    for output in ("table", "json", "yaml"):
        for command in (["list"], ["get", "evil"]):
            shown = greeter("greetings", *command, "--output", output).stdout
            assert not {"\x1b", "\u202e"} & set(shown), (output, command)
    assert greeter.json("greetings", "get", "evil")["text"] == evil
    assert yaml.safe_load(greeter("greetings", "get", "evil", "--output", "yaml").stdout)["text"] == evil
    assert "\\u202ereversed\\nnext\\ttab" in greeter("greetings", "list").stdout


def test_delete_tells_of_each_and_goes_on(greeter):
    put(greeter, "one", "--text", "1")
    put(greeter, "two", "--text", "2")
    result = greeter("greetings", "delete", "--yes", "one", "gone", "two")
    assert result.returncode == 3 and result.stdout == "one deleted\ntwo deleted\n" and "gone" in result.stderr
    assert greeter.json("greetings", "list") == []


def test_preview(greeter):
    put(greeter, "season", "--text", "Season!", "--starts", "2030-12-24T00:00:00Z", "--ends", "2030-12-27T00:00:00Z")
    before, during = greeter.json("greetings", "preview"), greeter.json("greetings", "preview", "--at", "2030-12-25T00:00:00Z")
    assert before["greeting"] is None and before["next_change"] == "2030-12-24T00:00:00Z"
    assert during["response"] == "Season!" and during["greeting"]["id"] == "season" and during["next_change"] == "2030-12-27T00:00:00Z"
    table = greeter("greetings", "preview", "--at", "2030-12-25T00:00:00Z", "--language", "de").stdout
    assert "Season!" in table and "season" in table and "2030-12-27T00:00:00Z" in table


def test_visits(greeter, server):
    before = greeter.json("visits", "--days", "2")
    assert len(before["days"]) == 2
    request = urllib.request.Request(server.url, headers={"Host": "customer-a.localhost"})
    for _ in range(2):
        urllib.request.urlopen(request, timeout=20).close()
    after = greeter.json("visits", "--days", "2")
    assert after["total"] == before["total"] + 2
    assert yaml.safe_load(greeter("visits", "--days", "2", "--output", "yaml").stdout) == after
    lines = [line.split() for line in greeter("visits", "--days", "2").stdout.splitlines()]
    assert lines[0] == ["DAY", "GIVEN"] and lines[2] == [after["days"][1]["day"], str(after["days"][1]["count"])]
    assert lines[4] == ["GREETING", "GIVEN"] and lines[-1] == ["(all)", str(after["total"])]
    refused = greeter("visits", "--days", "401")
    assert refused.returncode == 2 and "from 1 to 400" in refused.stderr


def test_retire_and_activate(greeter):
    put(greeter, "one", "--text", "1")
    assert greeter("greetings", "retire", "one").returncode == 0
    assert greeter.json("greetings", "get", "one")["state"] == "retired"
    assert "unchanged" in greeter("greetings", "retire", "one").stdout
    assert greeter("greetings", "activate", "one").returncode == 0
    assert greeter.json("greetings", "get", "one")["state"] == "active"
