"""Greetings that are written outlive the container: they are on a volume."""

import contextlib
import io
import json
import os
import subprocess
import tarfile

import pytest

from container import Answer, docker
from project import RUN
from test_container_isolation import RESTRICTED

EDITOR, READER = "e" * 32, "r" * 32
STORE = {"CUSTOMER_NAME": "Somebody", "GREETING": "Hello!", "GREETER_STORE": "sqlite:/data/greetings.db",
         "GREETER_TOKEN_FILE": "/etc/greeter/tokens/tokens"}
WRITTEN = {"text": "Grüß Gott!", "tags": ["season"]}


@pytest.fixture
def volume():
    name = docker("volume", "create", "--label", RUN, f"{RUN}-{os.urandom(4).hex()}").stdout.strip()
    yield name
    docker("volume", "rm", "-f", name, check=False)


@pytest.fixture
def tokens(tmp_path):
    """The docker option that mounts two tokens, readable for whoever the container runs as."""
    folder = tmp_path / "tokens"
    folder.mkdir(mode=0o755)
    (folder / "tokens").write_text(f"editor {EDITOR}\nreader {READER}\n")
    return f"--mount=type=bind,src={folder},dst=/etc/greeter/tokens,readonly"


def ask(container, method, path, body=None, token=EDITOR):
    connection = container.connect()
    with contextlib.closing(connection):
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": "application/json"} if body else {})
        connection.request(method, f"/api/v1/greetings{path}", body and json.dumps(body), headers)
        return Answer(connection.getresponse())


def write(container, name="winter"):
    answer = ask(container, "PUT", f"/{name}", WRITTEN)
    assert answer.status == 201, answer.text
    return answer.json


def options(volume, tokens):
    return [*RESTRICTED, "--mount", f"type=volume,src={volume},dst=/data", tokens]


def remove(container):
    docker("rm", "-f", container.name)


def test_a_greeting_outlives_an_update_of_the_container(run, run_update, volume, tokens):
    before = run(STORE, *options(volume, tokens))
    written = write(before)
    assert before.get("/").json == {"response": WRITTEN["text"]}
    docker("stop", before.name)
    old_image = before.inspect()["Image"]
    assert before.inspect()["State"]["ExitCode"] == 0
    remove(before)
    after = run_update(STORE, *options(volume, tokens))
    assert after.inspect()["Image"] != old_image
    assert ask(after, "GET", "/winter").json == written
    assert after.get("/").json == {"response": WRITTEN["text"]}


def test_a_greeting_outlives_a_container_that_is_killed(run, volume, tokens):
    before = run(STORE, *options(volume, tokens))
    written = [write(before, f"g-{number}") for number in range(20)]
    before.signal("KILL")
    before.exit_code()
    remove(before)
    after = run(STORE, *options(volume, tokens))
    assert ask(after, "GET", "?sort=id&limit=100").json["total"] == len(written)
    assert [ask(after, "GET", f"/{greeting['id']}").json for greeting in written] == written


def test_the_files_are_the_servers_own_and_nobody_elses_to_read(run, volume, tokens):
    container = run(STORE, *options(volume, tokens))
    write(container)
    copied = subprocess.run(["docker", "cp", f"{container.name}:/data", "-"], capture_output=True, check=True, timeout=60).stdout
    with tarfile.open(fileobj=io.BytesIO(copied)) as tar:
        files = {member.name: member for member in tar if member.isfile()}
    assert "data/greetings.db" in files
    assert {(member.uid, member.gid) for member in files.values()} == {(65532, 65532)}
    assert not [name for name, member in files.items() if member.mode & 0o077 and name != "data/greetings.db.lock"]


def test_two_containers_do_not_share_a_store(run, volume, tokens):
    first = run(STORE, *options(volume, tokens))
    second = run(STORE, *options(volume, tokens), wait=False)
    assert second.exit_code() == 2
    (error,) = second.output()[1].splitlines()
    assert "/data/greetings.db" in error
    write(first)


def test_a_folder_that_is_not_the_servers_stops_the_start(run, tmp_path, tokens):
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    container = run(STORE, *RESTRICTED, "--mount", f"type=bind,src={folder},dst=/data", tokens, wait=False)
    assert container.exit_code() == 2
    (error,) = container.output()[1].splitlines()
    assert "/data/greetings.db" in error and "Permission denied" in error


def test_without_a_store_the_greetings_can_only_be_read(run, tokens):
    container = run({**STORE, "GREETER_STORE": "none"}, *RESTRICTED, tokens)
    assert ask(container, "GET", "").json["items"] == []
    refused = ask(container, "PUT", "/winter", WRITTEN)
    assert refused.status == 403 and "GREETER_STORE" in refused.json["detail"]


def test_a_reader_may_not_write(run, volume, tokens):
    container = run(STORE, *options(volume, tokens))
    assert ask(container, "PUT", "/winter", WRITTEN, token=READER).status == 403
    assert ask(container, "GET", "/winter", token=READER).status == 404
