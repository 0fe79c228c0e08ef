"""Whoever follows the changes gets each once and in order, also after a break."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from server import wait_until
from stream import Stream
from together import meanwhile, together


def read_of(events):
    return [(event.kind, event.data["id"], event.data["text"]) for event in events]


def test_changes_come_as_they_happen(api):
    with Stream(api).connected() as stream:
        made = api.put("one", {"text": "1"}).is_ok(201).json
        changed = api.patch("one", {"text": "2"}, match="*").is_ok().json
        api.delete("one", match="*").is_ok(204)
        put, patched, deleted = stream.events(3)
    assert (put.kind, put.id, put.data) == ("put", made["revision"], made)
    assert (patched.kind, patched.id, patched.data) == ("put", changed["revision"], changed)
    assert deleted.kind == "delete" and deleted.id > patched.id
    assert deleted.data["id"] == "one" and deleted.data["text"] == "2"


def test_its_head(api):
    with Stream(api) as stream:
        assert stream.status == 200
        assert stream.headers["content-type"].split(";")[0] == "text/event-stream"
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["connection"] == "close"
        assert "content-length" not in stream.headers and "transfer-encoding" not in stream.headers


def test_head_ends_at_once(api):
    answer = api.get("/greetings/events", method="HEAD").is_ok()
    assert answer.headers["content-type"].split(";")[0] == "text/event-stream"


def test_what_changes_nothing_is_no_event(api):
    with Stream(api).connected() as stream:
        api.put("one", {"text": "1"}).is_ok(201)
        api.put("one", {"text": "1"}).is_ok()
        api.patch("one", {"text": ""}, match="*").problem(422)
        api.delete("one", match='"0"').problem(412)
        api.upload([{"id": "one", "text": "1"}]).is_ok()
        api.upload([{"id": "two", "text": "2"}], "?dry_run=true").is_ok()
        api.put("three", {"text": "3"}).is_ok(201)
        assert read_of(stream.events(2)) == [("put", "one", "1"), ("put", "three", "3")]


def test_an_import_is_an_event_for_each_line(api):
    with Stream(api).connected() as stream:
        api.upload([{"id": id, "text": id} for id in "cab"]).is_ok()
        events = stream.events(3)
    assert sorted(read_of(events)) == [("put", id, id) for id in "abc"]
    assert [event.id for event in events] == sorted(event.id for event in events)


@pytest.mark.parametrize("how", ["after", "last_event_id"])
def test_it_resumes_by_query_and_by_field(api, how):
    revisions = [api.put(f"g{i}", {"text": f"{i}"}).is_ok(201).json["revision"] for i in range(5)]
    with Stream(api, **{how: revisions[1]}).connected() as stream:
        assert [event.id for event in stream.events(3)] == revisions[2:]
    with Stream(api, **{how: 0}).connected() as stream:
        assert [event.id for event in stream.events(5)] == revisions
    with Stream(api, **{how: revisions[-1]}).connected() as stream:
        api.put("new", {"text": "x"}).is_ok(201)
        assert stream.event().data["id"] == "new"


def test_the_field_wins(api):
    """A browser repeats the address of before and adds the field."""
    revisions = [api.put(f"g{i}", {"text": f"{i}"}).is_ok(201).json["revision"] for i in range(4)]
    with Stream(api, after=revisions[0], last_event_id=revisions[2]).connected() as stream:
        assert stream.event().id == revisions[3]


def test_it_goes_on_after_a_restart(server, api):
    with Stream(api).connected() as stream:
        api.put("one", {"text": "1"}).is_ok(201)
        seen = stream.event().id
        api.put("two", {"text": "2"}).is_ok(201)
    api.delete("one", match="*").is_ok(204)
    api = server.restart().client()
    api.put("three", {"text": "3"}).is_ok(201)
    with Stream(api, last_event_id=seen).connected() as stream:
        assert read_of(stream.events(3)) == [("put", "two", "2"), ("delete", "one", "1"), ("put", "three", "3")]


def test_a_log_that_is_too_old_says_reset(make):
    server = make(GREETER_CHANGES_KEPT="1s").start()
    api = server.client()
    first = api.put("one", {"text": "1"}).is_ok(201).json["revision"]

    texts = itertools.count()

    def forgotten():
        """The log is tidied up when something is written."""
        api.put("one", {"text": f"again {next(texts)}"}, match="*").is_ok()
        with Stream(api, after=first).connected() as stream:
            event = stream.event()
        return event if event.kind == "reset" else None

    reset = wait_until("the first change is forgotten", forgotten)
    assert reset.data["reason"]
    with Stream(api, after=first).connected() as stream:
        at = stream.event().id
        new = api.put("new", {"text": "x"}).is_ok(201).json["revision"]
        assert at is None or at < new
        assert stream.event().id == new, "after a reset the stream goes on from now"


def test_a_sequence_of_the_future_says_reset(api):
    """The store is another one, or was put back: what the client has seen is not what is here."""
    api.put("one", {"text": "1"}).is_ok(201)
    with Stream(api, after=10**9).connected() as stream:
        assert stream.event().kind == "reset"


@pytest.mark.parametrize("store", ["memory:", "sqlite"])
def test_every_change_once_and_in_order_under_writers(make, store):
    server = make(**({"GREETER_STORE": store} if store == "memory:" else {})).start()
    api = server.client()
    writers, each = 4, 60

    def write(number):
        mine = server.client()
        for i in range(each):
            id = f"g{(number * 7 + i) % 10}-{number}"
            assert mine.put(id, {"text": f"{number}.{i}"}, match=None if i < 10 else "*").status in (200, 201)

    with Stream(api).connected() as early, ThreadPoolExecutor(1) as pool:
        writing = pool.submit(together, writers, write)
        first = early.events(writers * each // 3)
        with Stream(api, last_event_id=first[-1].id).connected() as late:
            rest, again = (stream.events(writers * each - len(first)) for stream in (early, late))
        writing.result()
    events = first + rest
    assert again == rest, "who comes back misses nothing and gets nothing twice"
    sequences = [event.id for event in events]
    assert sequences == sorted(set(sequences))
    for number in range(writers):
        texts = [event.text for event in events if event.text.startswith(f"{number}.")]
        assert texts == [f"{number}.{i}" for i in range(each)]
    last = {event.data["id"]: event.data for event in events}
    assert last == {greeting["id"]: greeting for greeting in api.everything()}


def test_who_comes_while_others_write_misses_nothing(server, api):
    """Between the log and what happens now there is no gap, whenever a stream begins."""
    count = itertools.count()

    def write(number):
        server.client().put(f"g{number}-{next(count)}", {"text": "x"}).is_ok(201)

    with meanwhile(3, write):
        for _ in range(30):
            with Stream(api, after=0).connected() as stream:
                sequences = [event.id for event in stream.events(min(next(count) // 2, 300))]
            assert sequences == list(range(1, len(sequences) + 1))


def test_changes_of_others_are_not_told(server, api):
    other = server.client(host="customer-b.localhost")
    with Stream(api).connected() as mine, Stream(other).connected() as theirs:
        other.put("secret", {"text": "x"}).is_ok(201)
        api.put("mine", {"text": "y"}).is_ok(201)
        assert mine.event().data["id"] == "mine"
        assert theirs.event().data["id"] == "secret"
    with Stream(api, after=0).connected() as stream:
        assert stream.event().data["id"] == "mine"


def test_a_reader_may_follow(server, api, reader):
    with Stream(reader).connected() as stream:
        api.put("one", {"text": "1"}).is_ok(201)
        assert stream.event().data["id"] == "one"


def test_nobody_follows_without_a_token(api):
    with Stream(api.but(token=None)) as stream:
        assert stream.status == 401


def test_there_are_so_many_streams_and_no_more(make):
    api = make(GREETER_MAX_STREAMS="3").start().client()
    streams = [Stream(api).connected() for _ in range(3)]
    with Stream(api) as refused:
        assert refused.status == 503 and refused.headers["retry-after"] == "1"
        assert refused.headers["content-type"] == "application/problem+json"
    assert api.get("/whoami").is_ok()
    streams.pop().close()

    def another():
        stream = Stream(api)
        streams.append(stream)
        return stream.status == 200

    wait_until("the place is free again", another)
    api.put("one", {"text": "1"}).is_ok(201)
    for stream in streams:
        if stream.status == 200:
            assert stream.event().data["id"] == "one"
        stream.close()


def test_it_stays_alive(api):
    with Stream(api).connected() as stream:
        assert stream.block(20) == [": alive"]


def test_one_who_does_not_read_holds_nobody_up(server, api):
    """His connection may be ended; nobody else may wait for him."""
    with Stream(api).connected(), Stream(api).connected() as quick:
        text = "x" * 1000
        for i in range(300):
            assert api.put("one", {"text": text[:-4] + f"{i:04}", "description": text}, match="*" if i else None)
            assert quick.event().data["text"].endswith(f"{i:04}")
