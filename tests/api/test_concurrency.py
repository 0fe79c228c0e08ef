"""Many at once: of all who would change one revision, one does."""

import itertools
import json
import selectors
import socket
import string

from server import EDITOR, wait_until
from together import meanwhile, together


def at_once(port, requests):
    """Sends all but the last byte of every request, then all last bytes; the responses in the order of requests."""
    clients = []
    for request in requests:
        client = socket.create_connection(("127.0.0.1", port), timeout=30)
        client.sendall(request[:-1])
        clients.append(client)
    for client, request in zip(clients, requests):
        client.sendall(request[-1:])
    received = [b""] * len(clients)
    with selectors.DefaultSelector() as waiting:
        for index, client in enumerate(clients):
            waiting.register(client, selectors.EVENT_READ, index)
        while waiting.get_map():
            ready = waiting.select(30)
            assert ready, "some got no answer"
            for key, _ in ready:
                more = key.fileobj.recv(65536)
                received[key.data] += more
                if not more:
                    waiting.unregister(key.fileobj)
                    key.fileobj.close()
    return received


def put(match, text):
    body = json.dumps({"text": text})
    head = f"PUT /api/v1/greetings/one HTTP/1.1\r\nHost: customer-a.localhost\r\nAuthorization: Bearer {EDITOR}\r\n"
    head += f"If-Match: {match}\r\nContent-Type: application/json\r\nConnection: close\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def status(response):
    return int(response.split(b" ", 2)[1])


def test_of_1000_at_once_one_wins_each_revision(server, api):
    etag = api.put("one", {"text": "first"}).is_ok(201).etag
    for round_ in range(3):
        responses = at_once(server.port, [put(etag, f"{round_}.{i}") for i in range(1000)])
        statuses = [status(response) for response in responses]
        assert statuses.count(200) == 1, {each: statuses.count(each) for each in set(statuses)}
        assert set(statuses) <= {200, 412, 503}, set(statuses)
        assert all(b"Retry-After: 1" in response for response in responses if status(response) == 503)
        winner = json.loads(responses[statuses.index(200)].partition(b"\r\n\r\n")[2])
        assert api.read("one") == winner and winner["text"] == f"{round_}.{statuses.index(200)}"
        etag = f'"{winner["revision"]}"'


def test_what_many_add_to_one_text_is_all_there(server, api):
    """Read, add a word, write; again where somebody else was faster."""
    api.put("one", {"text": "-"}).is_ok(201)

    def add(number):
        mine = server.client()
        for word in (f" {number}{letter}" for letter in string.ascii_letters[:20]):
            status = None
            while status != 200:
                seen = mine.get("/greetings/one").is_ok()
                status = mine.put("one", {"text": seen.json["text"] + word}, match=seen.etag).status
                assert status in (200, 412, 503)

    together(8, add)
    words = [f"{number}{letter}" for number in range(8) for letter in string.ascii_letters[:20]]
    assert sorted(api.read("one")["text"].split()) == sorted(["-", *words])


def test_of_many_who_add_the_same_id_one_does(server):
    answers = together(32, lambda number: server.client().post({"id": "same", "text": f"{number}"}))
    assert sorted(answer.status for answer in answers) == [201] + [409] * 31
    winner = next(answer.json for answer in answers if answer.status == 201)
    assert server.client().everything() == [winner]


def test_of_many_retries_with_one_key_one_adds(server):
    key = {"Idempotency-Key": "once"}
    answers = together(32, lambda _: server.client().post({"text": "x"}, headers=key))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1 and len(server.client().ids()) == 1


def test_a_full_table_is_not_overfilled_by_many(make):
    server = make(GREETER_MAX_GREETINGS="10").start()
    answers = together(40, lambda number: server.client().put(f"g{number}", {"text": "x"}))
    assert sorted(answer.status for answer in answers) == [201] * 10 + [409] * 30
    assert len(server.client().ids()) == 10


def test_imports_are_seen_whole_or_not_at_all(server, api):
    """A list is of one moment: never half of an import."""

    def look(_):
        texts = {greeting["text"] for greeting in server.client().get("/greetings?limit=1000").is_ok().json["items"]}
        assert len(texts) <= 1, texts

    with meanwhile(2, look):
        for round_ in range(40):
            api.upload([{"id": f"g{i:03}", "text": f"{round_}"} for i in range(300)]).is_ok()


def test_reads_go_on_while_many_write(server, api):
    count = itertools.count()

    def write(number):
        id, text = f"g{number}", f"{next(count)}"
        if server.client().put(id, {"text": text}, match="*").status == 412:
            server.client().put(id, {"text": text}).is_ok(201)

    with meanwhile(4, write):
        wait_until("they write", lambda: len(api.ids()) == 4)
        for _ in range(200):
            assert api.greets().is_ok().json["response"].isdigit()
