"""Customers of one instance know nothing of each other."""

import pytest

from client import JSON
from server import EDITOR, wait_until

HOSTS = ["customer-a.localhost", "customer-b.localhost", "customer-c.localhost"]


@pytest.fixture
def everybody(server):
    return [server.client(host=host) for host in HOSTS]


def test_one_id_is_another_greeting_for_each(everybody):
    made = [api.put("hello", {"text": api.host}).is_ok(201) for api in everybody]
    assert [api.read("hello")["text"] for api in everybody] == HOSTS
    assert len({answer.etag for answer in made}) == 3, "a revision is one of the store"
    everybody[0].put("hello", {"text": "x"}, match=made[1].etag).problem(412)
    everybody[0].delete("hello", match=made[0].etag).is_ok(204)
    assert everybody[0].get("/greetings/hello").status == 404
    assert [api.read("hello")["text"] for api in everybody[1:]] == HOSTS[1:]


def test_lists_exports_and_visitors_are_apart(everybody):
    first, second, third = everybody
    first.upload([{"id": f"g{i}", "text": f"{i}", "tags": ["mine"]} for i in range(10)]).is_ok()
    assert (len(first.ids()), second.ids(), third.ids()) == (10, [], ["christmas"])
    assert second.get("/greetings/export").body == b""
    assert second.ids(tag="mine") == []
    assert second.get("/greetings/preview").json["response"] == "Dear Sir or Madam!"
    assert second.greets().json == {"response": "Dear Sir or Madam!"}
    assert first.greets().json != {"response": "Hi!"}


def test_a_cursor_of_another_customer_shows_nothing_of_his(everybody):
    first, second, _ = everybody
    first.upload([{"id": f"a{i}", "text": "secret"} for i in range(9)]).is_ok()
    second.upload([{"id": f"b{i}", "text": "open"} for i in range(9)]).is_ok()
    cursor = first.get("/greetings?limit=3").json["next_cursor"]
    answer = second.get("/greetings", {"limit": 100, "cursor": cursor})
    assert answer.status in (200, 400) and "secret" not in answer.text


def test_whoami_names_the_customer(everybody):
    names = [api.get("/whoami").json["customer"] for api in everybody]
    assert names == [{"id": f"customer-{x}", "name": x.upper()} for x in "abc"]


@pytest.mark.parametrize("host", ["customer-a.parcellab.com", "CUSTOMER-A.localhost", "customer-a.localhost:80"])
def test_all_hosts_of_a_customer_are_his(api, host):
    api.put("hello", {"text": "x"}).is_ok(201)
    assert api.but(host=host).ids() == ["hello"]


@pytest.mark.parametrize("host", ["customer-x.localhost", "localhost", "a.customer-a.localhost", "customer-a"])
@pytest.mark.parametrize("token", [EDITOR, None], ids=["token", "none"])
def test_an_unknown_host_is_not_found_before_anything_else(server, host, token):
    stranger = server.client(host=host, token=token)
    for path in ("/greetings?limit=0", "/greetings/one", "/whoami", "/greetings/events"):
        stranger.get(path).problem(404, host)
    stranger.put("one", {"text": ""}).problem(404)
    stranger.post("{", content_type="text/plain").problem(404)
    stranger.ask("DELETE", "/api/v1/greetings").problem(404)


def test_one_customer_by_name_has_any_host(make):
    server = make(CUSTOMER_NAME="C").start()
    api = server.client(host="anything.example")
    assert api.get("/whoami").json["customer"] == {"id": "customer-c", "name": "C"}
    assert api.ids() == ["christmas"]
    api.put("hello", {"text": "x"}).is_ok(201)
    server.restart(CUSTOMER_NAME=None)
    assert server.client(host="customer-c.localhost").ids() == ["christmas", "hello"]
    assert server.client().ids() == []


def test_a_customer_who_goes_and_comes_keeps_what_is_stored(server, api):
    api.put("hello", {"text": "x"}).is_ok(201)
    file = server.customers / "customer-a.yaml"
    content = file.read_text()
    file.unlink()
    wait_until("the customer is gone", lambda: api.get("/greetings").status == 404)
    server.client(host="customer-b.localhost").put("hello", {"text": "y"}).is_ok(201)
    file.write_text(content)
    wait_until("the customer is back", lambda: api.get("/greetings").status == 200)
    assert api.read("hello")["text"] == "x"


def test_the_files_own_hosts_work_too(make):
    server = make({"customer-d": {"name": "D", "greeting": "Servus!", "hosts": ["hello.example.com"]}}).start()
    api = server.client(host="hello.example.com")
    answer = api.ask("POST", "/api/v1/greetings", '{"text":"x"}', content_type=JSON).is_ok(201)
    assert api.but(host="customer-d.localhost").ids() == [answer.json["id"]]
