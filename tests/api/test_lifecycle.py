"""What is acknowledged stays, whatever ends the process; and a store that can't be used stops the start."""

import signal
import sqlite3
import threading
import time

import pytest

from server import wait_until
from stream import Stream


def everything(server):
    api = server.client()
    return api.get("/greetings/export").is_ok().text, api.get("/greetings").is_ok().json


def fill(api):
    starts = "2026-01-01T00:00:00.5Z"
    api.upload([{"id": f"g{i}", "text": f"{i} 🎄", "tags": ["x"], "starts_at": starts} for i in range(50)]).is_ok()
    api.patch("g7", {"state": "retired", "language": "de"}, match="*").is_ok()
    api.delete("g8", match="*").is_ok(204)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_everything_is_there_after_a_restart(server, how):
    fill(server.client())
    before = everything(server)
    assert server.stop(how) == 0
    assert everything(server.start()) == before
    made = server.client().put("new", {"text": "x"}).is_ok(201).json
    assert made["revision"] > max(greeting["revision"] for greeting in before[1]["items"])


def test_what_was_acknowledged_outlives_a_kill(server):
    for round_ in range(3):
        done, over = {}, threading.Event()

        def write(number, api=server.client(), round_=round_):
            for i in range(10_000):
                try:
                    answer = api.put(f"k{number}-{round_}-{i}", {"text": f"{i}"})
                except OSError:
                    return
                assert answer.status == 201
                done[answer.json["id"]] = answer.json
                if over.is_set():
                    return

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        wait_until("some are written", lambda: len(done) > 40)
        server.kill()
        over.set()
        for thread in threads:
            thread.join()
        found = {greeting["id"]: greeting for greeting in server.start().client().everything()}
        assert {id: found.get(id) for id in done} == done


def test_memory_is_gone_with_the_process(make):
    server = make(GREETER_STORE="memory:").start()
    fill(server.client())
    assert len(server.client().ids()) == 49
    assert server.restart().client().ids() == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_open_streams_do_not_hold_up_the_end(make, how):
    server = make(GREETER_SHUTDOWN_GRACE="10s").start()
    api = server.client()
    streams = [Stream(api).connected() for _ in range(20)]
    api.put("one", {"text": "1"}).is_ok(201)
    start = time.monotonic()
    assert server.stop(how) == 0
    assert time.monotonic() - start < 5, "streams end when the drain begins"
    for stream in streams:
        assert "event: put\n" in stream.ended(), "what was there to be told is told"
        stream.close()


def test_streams_go_on_until_the_drain(make):
    server = make(GREETER_SHUTDOWN_DELAY="1500ms").start()
    api = server.client()
    with Stream(api).connected() as stream:
        server.process.send_signal(signal.SIGTERM)
        wait_until("it is stopping", lambda: server.logged("stopping"))
        api.put("one", {"text": "1"}).is_ok(201)
        assert stream.event().data["id"] == "one"
        stream.ended()
    assert server.exit_code() == 0


def cut(file):
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2 // 4096 * 4096 + 100])


def scramble(file):
    content = bytearray(file.read_bytes())
    content[4096:12288] = b"\xa5" * 8192
    file.write_bytes(content)


def newer(file):
    with sqlite3.connect(file) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute(f"PRAGMA user_version = {version + 1000}")
    database.close()


def others(file):
    file.unlink()
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE invoices (number INTEGER)")
    database.close()


BROKEN = {
    "no database": lambda file: file.write_text("Dear diary, " * 1000),
    "cut short": cut,
    "scrambled": scramble,
    "newer": newer,
    "another program's": others,
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN)
def test_a_store_that_can_not_be_used_stops_the_start(server, spoil):
    fill(server.client())
    assert server.stop() == 0
    for side in ("-wal", "-shm"):
        server.database.with_name(server.database.name + side).unlink(missing_ok=True)
    spoil(server.database)
    before = server.database.read_bytes() if server.database.is_file() else None
    assert server.launch().exit_code() == 2
    told = server.errors().strip()
    assert str(server.database) in told and len(told.splitlines()) == 1
    assert before is None or server.database.read_bytes() == before, "what can't be read is not written to"


NO_STORES = ["redis://", "redis://ann:secret@localhost", "redis+sentinel://a,,b", "http://localhost", "sqlite:", "sqlite", "memory", "file.db", "sqlite:/no/such/folder/x.db"]


@pytest.mark.parametrize("store", NO_STORES)
def test_a_store_that_is_none_stops_the_start(make, store):
    server = make(GREETER_STORE=store).launch()
    assert server.exit_code() == 2
    told = server.errors().strip()
    assert len(told.splitlines()) == 1
    assert "secret" not in told
    assert ("/no/such/folder" if "/" in store and "sqlite" in store else "GREETER_STORE") in told


def test_a_store_has_one_user(make):
    first = make().start()
    api = first.client()
    api.put("one", {"text": "1"}).is_ok(201)
    second = make(GREETER_STORE=first.settings["GREETER_STORE"]).launch()
    assert second.exit_code() == 2
    assert str(first.database) in second.errors() and len(second.errors().strip().splitlines()) == 1
    api.put("two", {"text": "2"}).is_ok(201)
    assert first.stop() == 0
    assert second.start().client().ids() == ["one", "two"]


def test_a_store_that_is_away_costs_writes_and_no_greetings(server, api):
    api.put("one", {"text": "1"}).is_ok(201)
    other = sqlite3.connect(server.database, timeout=20, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        refused = []
        asking = threading.Thread(target=lambda: refused.append(api.put("two", {"text": "2"})))
        asking.start()
        while asking.is_alive():
            assert api.greets().is_ok().json == {"response": "1"}, "greetings go on while a write waits"
            assert api.ids() == ["one"]
        refused[0].problem(503)
        assert refused[0].headers["retry-after"] == "1"
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert api.ids() == ["one"]
    api.put("two", {"text": "2"}).is_ok(201)
