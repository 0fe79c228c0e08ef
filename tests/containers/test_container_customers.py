"""Each customer gets its own greeting, and nobody gets another's."""

import pytest

from container import SOMEBODY


def test_a_customer_by_name(run, customer, customers):
    container = run({"CUSTOMER_NAME": customer["name"]}, *customers)
    answer = container.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == {"response": customer["greeting"]}
    assert container.get("/health").json == {"status": "ok"}
    assert container.manage("/readyz").status == 200


def test_a_customer_by_name_whatever_the_host(run, customer, customers):
    container = run({"CUSTOMER_NAME": customer["name"]}, *customers)
    assert container.get("/", host="somewhere.example").json == {"response": customer["greeting"]}


@pytest.fixture(scope="module", params=[{}, {"CUSTOMER_NAME": ""}], ids=["unset", "empty"])
def everybody(request, run_for_all, customers, domain):
    return run_for_all({"GREETER_DOMAIN": domain, **request.param}, *customers)


def test_without_a_name_the_host_decides(everybody, customer, domain):
    greeting = {"response": customer["greeting"]}
    assert everybody.get("/", host=f"{customer['stem']}.{domain}").json == greeting
    assert everybody.get("/", host=f"{customer['stem']}.{domain}:8080").json == greeting
    assert everybody.get("/", host=f"{customer['stem']}.{domain}".upper()).json == greeting
    assert everybody.get("/", host=f"{customer['stem']}.localhost").json == greeting
    assert everybody.manage("/readyz").status == 200


@pytest.mark.parametrize("host", ["nobody.{}", "{}", ".{}", "localhost", "{}.evil", "xn--{}", "127.0.0.1"])
def test_an_unknown_host_gets_nobodys_greeting(everybody, domain, host):
    answer = everybody.get("/", host=host.format(domain))
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "response" not in answer.json


def test_an_unknown_name_is_said_and_not_ready(run, customers, names):
    container = run({"CUSTOMER_NAME": "no-such-customer"}, *customers)
    answer = container.get("/")
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= answer.json.keys()
    assert answer.json["status"] == 404
    ready = container.manage("/readyz")
    assert ready.status == 503
    assert "no-such-customer" in ready.text
    assert container.get("/health").status == 200
    assert container.manage("/livez").status == 200
    warnings = [line for line in container.log() if "no-such-customer" in str(line)]
    assert warnings and warnings[0]["level"].startswith("warn")
    assert all(name in str(warnings[0]) for name in names), "the warning lists the names that would work"


def test_a_name_is_matched_exactly(run):
    container = run({"CUSTOMER_NAME": "somebody", "GREETINGS": '{"Somebody": "Hello!"}'})
    assert container.get("/").status == 404


TEXTS = ["Grüß Gott!", "👋🏽 Hallo", 'say "hi" \\ and \\n', "two\nlines\tand a tab", "日本語のご挨拶", " \u2028\u0001 "]


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back_as_it_went_in(run, text):
    answer = run({"CUSTOMER_NAME": "X", "GREETING": text}).get("/")
    assert answer.status == 200
    assert answer.json == {"response": text}


def test_greetings_from_one_variable(run):
    container = run({"CUSTOMER_NAME": "Zoë", "GREETINGS": '{"Zoë": "Salut ça va?", "B": "no"}'})
    assert container.get("/").json == {"response": "Salut ça va?"}


@pytest.fixture(scope="module")
def somebody(run_for_all):
    return run_for_all(SOMEBODY)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_reading_is_allowed(somebody, method):
    answer = somebody.get("/", method=method)
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("path", ["/metrics", "/readyz", "/livez", "/config", "/version"])
def test_management_is_not_on_the_public_port(somebody, path):
    assert somebody.get(path).status == 404
    assert somebody.manage(path).status == 200
