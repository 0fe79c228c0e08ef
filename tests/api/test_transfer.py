"""Import and export: many greetings at once, all or none."""

import json

import pytest

from conftest import CHRISTMAS

LINES = [
    {"id": "a", "text": "A", "tags": ["x"], "language": "de"},
    {"id": "b", "text": "B", "state": "draft", "starts_at": "2026-12-23T23:00:00Z"},
    {"id": "c", "text": "Grüße 🎄", "description": "d", "ends_at": "2026-12-23T23:00:00.250Z"},
]


def contents(api):
    ignored = ("origin", "revision", "created_at", "updated_at")
    return [{name: value for name, value in line.items() if name not in ignored} for line in exported(api)]


def exported(api):
    answer = api.get("/greetings/export").is_ok()
    assert answer.headers["content-type"].split(";")[0] == "application/x-ndjson"
    return answer.lines


def done(created=0, replaced=0, unchanged=0):
    return {"created": created, "replaced": replaced, "unchanged": unchanged}


def test_nothing_to_export(api):
    assert exported(api) == []


def test_a_round_trip_to_another_customer_and_back(api):
    assert api.upload(LINES).is_ok().json == done(created=3)
    assert exported(api) == [api.read(id) for id in "abc"]
    other = api.but(host="customer-b.localhost")
    text = api.get("/greetings/export").text
    assert other.upload(text).is_ok().json == done(created=3)
    assert contents(other) == contents(api)
    assert api.upload(other.get("/greetings/export").text).is_ok().json == done(unchanged=3)


def test_it_says_what_it_did(api):
    api.upload(LINES).is_ok()
    before = api.read("b")
    change = [{**LINES[0], "text": "AA"}, LINES[1], {"id": "d", "text": "D"}]
    assert api.upload(change).is_ok().json == done(created=1, replaced=1, unchanged=1)
    assert api.read("b") == before, "what is as it was is not written"
    assert api.read("a")["text"] == "AA"
    assert api.read("c")["text"] == "Grüße 🎄", "what is not named stays"


def test_a_dry_run_does_nothing(api):
    api.upload(LINES[:1]).is_ok()
    assert api.upload(LINES, "?dry_run=true").is_ok().json == done(created=2, unchanged=1)
    assert api.ids() == ["a"]
    assert api.upload([{"id": "z", "text": ""}], "?dry_run=true").fields() == ["text"]
    assert api.upload(LINES, "?dry_run=false").is_ok().json == done(created=2, unchanged=1)


FAULTY = {
    "a fault of a rule": ('{"id":"x","text":""}', "text"),
    "no id": ('{"text":"x"}', "id"),
    "an unknown member": ('{"id":"x","text":"x","lang":"de"}', "lang"),
    "a reserved id": ('{"id":"export","text":"x"}', "id"),
    "no object": ("[]", None),
    "no JSON": ("{", None),
    "a member twice": ('{"id":"x","text":"x","text":"y"}', None),
    "an id twice": ('{"id":"a","text":"again"}', "id"),
}


@pytest.mark.parametrize("line, field", FAULTY.values(), ids=FAULTY)
def test_one_faulty_line_and_nothing_is_done(api, line, field):
    text = "".join(json.dumps(each) + "\n" for each in LINES) + line + "\n"
    answer = api.upload(text)
    fault = answer.problem(422)["errors"][0]
    assert fault["line"] == 4
    assert field is None or fault["field"] == field
    assert api.ids() == []


def test_every_faulty_line_is_named(api):
    lines = [{"id": "a", "text": "A"}, {"id": "b", "text": ""}]
    lines += [{"id": "C", "text": "C"}, {"id": "d", "text": "D", "x": 1}]
    errors = api.upload(lines).problem(422)["errors"]
    assert [(fault["line"], fault["field"]) for fault in errors] == [(2, "text"), (3, "id"), (4, "x")]


@pytest.mark.parametrize("text", ["", "\n", "\n\n"], ids=ascii)
def test_no_lines(api, text):
    assert api.upload(text).is_ok().json == done()


@pytest.mark.parametrize("end", ["", "\r\n", "\n\n", "\n \n"], ids=ascii)
def test_ends_of_lines(api, end):
    assert api.upload('{"id":"a","text":"A"}' + end).is_ok().json == done(created=1)
    assert api.ids() == ["a"]


def test_an_import_that_is_no_utf8(api):
    assert api.upload(b'{"id":"a","text":"\xff"}\n').status in (400, 422)
    assert api.ids() == []


def test_the_files_greetings_are_exported_once_they_are_covered(with_file):
    assert exported(with_file) == []
    assert with_file.upload([{"id": "christmas", **CHRISTMAS}]).is_ok().json == done(unchanged=1)
    assert with_file.read("christmas")["origin"] == "configuration"
    assert with_file.upload([{"id": "christmas", "text": "Frohes Fest!"}]).is_ok().json == done(replaced=1)
    assert [line["text"] for line in exported(with_file)] == ["Frohes Fest!"]


def test_a_thousand_lines(make):
    api = make(GREETER_MAX_BODY_BYTES="1000000").start().client()
    lines = [{"id": f"g{i:04}", "text": f"{i}"} for i in range(1000)]
    assert api.upload(list(reversed(lines))).is_ok().json == done(created=1000)
    assert [line["id"] for line in exported(api)] == [line["id"] for line in lines]
