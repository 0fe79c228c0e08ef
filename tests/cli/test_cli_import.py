"""greeter greetings import and export: thousands of greetings, faults, and going on after a failure."""

import json

import pytest
import yaml

from command_line import CommandLine, Server


def greetings(count, text="Nr. {}"):
    return [{"id": f"g-{number:05}", "text": text.format(number), "tags": ["bulk"]} for number in range(count)]


def lines(items):
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def test_two_thousand_come_in_and_out_again(greeter, tmp_path):
    file, out = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    file.write_text(lines(greetings(2000, "Grüß dich, Nr. {}! " + "x" * 100)))
    assert file.stat().st_size > 4 * 65536
    first = greeter.json("greetings", "import", file)
    assert first == {"total": 2000, "done": 2000, "created": 2000, "replaced": 0, "unchanged": 0, "dry_run": False}
    assert greeter("greetings", "import", file).stdout == "2000 of 2000 greetings imported: 0 created, 0 replaced, 2000 unchanged\n"
    assert "2000 greetings in" in greeter("greetings", "export", "--file", out).stdout
    exported = [json.loads(line) for line in out.read_text().splitlines()]
    assert [{key: item[key] for key in ("id", "text", "tags")} for item in exported] == [json.loads(line) for line in file.read_text().splitlines()]
    assert greeter("greetings", "export").stdout == out.read_text()
    assert greeter.json("greetings", "import", out)["unchanged"] == 2000


@pytest.mark.parametrize("text", [json.dumps(greetings(3)), json.dumps(greetings(3), indent=2), yaml.safe_dump(greetings(3)), lines(greetings(3))])
def test_every_form_of_file(greeter, text):
    result = greeter("greetings", "import", "-", "--output", "json", input=text)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["created"] == 3


def test_a_fault_anywhere_stops_everything(greeter):
    items = greetings(1500)
    items[1400]["text"] = " "
    items[1450]["id"] = items[3]["id"]
    result = greeter("greetings", "import", "-", input=lines(items))
    assert result.returncode == 7 and result.stdout == ""
    assert "line 1401: text is" in result.stderr and "line 1451: id" in result.stderr and "nothing was sent" in result.stderr
    assert greeter.json("greetings", "list") == []


def test_a_dry_run_changes_nothing(greeter):
    result = greeter("greetings", "import", "--dry-run", "-", input=lines(greetings(700)))
    assert result.returncode == 0 and result.stdout == "700 of 700 greetings checked, nothing done: 700 created, 0 replaced, 0 unchanged\n"
    assert greeter.json("greetings", "list") == []


def test_a_server_that_takes_smaller_bodies(tmp_path):
    server = Server(tmp_path, GREETER_MAX_BODY_BYTES="4000").start()
    try:
        greeter = CommandLine(tmp_path, GREETER_SERVER=server.url, GREETER_TOKEN_FILE=str(server.tokens))
        result = greeter("greetings", "import", "--customer", "customer-a", "-", input=lines(greetings(300)))
        assert result.returncode == 0 and result.stdout.startswith("300 of 300"), result.stderr
        too_long = greeter("greetings", "import", "--customer", "customer-a", "-", input=lines([{"id": "long", "text": "é" * 1000, "description": "é" * 1000}]))
        assert too_long.returncode == 7 and "0 of 1" in too_long.stdout
    finally:
        server.stop()


def test_it_goes_on_after_a_failure(tmp_path):
    server = Server(tmp_path, GREETER_MAX_GREETINGS="1000").start()
    try:
        greeter = CommandLine(tmp_path, GREETER_SERVER=server.url, GREETER_TOKEN_FILE=str(server.tokens))
        file = tmp_path / "in.ndjson"
        file.write_text(lines(greetings(1500)))
        stopped = greeter("greetings", "import", "--customer", "customer-a", "--piece-bytes", 6000, file)
        assert stopped.returncode == 4 and "1000" in stopped.stderr and "run it again" in stopped.stderr
        done = int(stopped.stdout.split()[0])
        assert 900 < done <= 1000 and f"--skip {done}" in stopped.stderr
        server.stop()
        server.settings["GREETER_MAX_GREETINGS"] = "2000"
        server.start()
        rest = greeter.json("greetings", "import", "--customer", "customer-a", "--skip", done, file)
        assert rest["created"] == rest["total"] == 1500 - done
        again = greeter.json("greetings", "import", "--customer", "customer-a", file)
        assert again["unchanged"] == 1500
    finally:
        server.stop()


@pytest.mark.parametrize("arguments, text, code, told", [
    (["/nowhere"], "", 2, "/nowhere"), (["-"], "just words", 7, "standard input"), (["-"], "{\n", 7, "standard input"),
    (["-"], '{"text":"no id"}\n', 7, "line 1: id"), (["-", "--all-customers"], "", 2, "only once"),
])
def test_what_import_refuses(greeter, arguments, text, code, told):
    result = greeter("greetings", "import", *arguments, input=text)
    assert result.returncode == code and told in result.stderr, result.stderr


def test_nothing_to_import(greeter):
    assert greeter("greetings", "import", "-", input="").stdout.startswith("0 of 0 greetings imported")


def test_export_to_where_nothing_can_be_written(greeter, tmp_path):
    result = greeter("greetings", "export", "--file", tmp_path / "no/such/folder/x")
    assert result.returncode == 1 and "can't be written" in result.stderr
