"""What visitors read at GET / follows the table: at once, at the right time, in the right language."""

import html
import time
from datetime import datetime, timedelta, timezone

import pytest

from client import read_answer
from server import wait_until

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def in_text(moment):
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def given(api, **headers):
    """The text and its language."""
    answer = api.greets(**headers).is_ok()
    assert list(answer.json) == ["response"]
    return answer.json["response"], answer.headers.get("content-language")


def test_without_a_greeting_it_is_the_customers_own_text(api):
    assert given(api) == ("Hi!", None)
    assert given(api, Accept_Language="de") == ("Hi!", None)


def test_a_write_is_read_at_once(api):
    for i in range(50):
        api.put("hello", {"text": f"{i}"}, match="*" if i else None)
        assert given(api) == (f"{i}", None)
    api.delete("hello", match="*").is_ok(204)
    assert given(api) == ("Hi!", None)


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_only_what_is_active_is_given(api, state):
    api.put("hello", {"text": "Hello!"}).is_ok(201)
    assert given(api) == ("Hello!", None)
    api.patch("hello", {"state": state}, match="*").is_ok()
    assert given(api) == ("Hi!", None)
    api.patch("hello", {"state": None}, match="*").is_ok()
    assert given(api) == ("Hello!", None)


def test_the_files_greeting_is_given_and_can_be_retired(make):
    always = {"always": {"text": "Servus!", "language": "de-AT"}}
    server = make({"customer-a": {"name": "A", "greeting": "Hi!", "greetings": always}}).start()
    api = server.client()
    assert given(api) == ("Servus!", "de-AT")
    api.patch("always", {"state": "retired"}, match='"0"').is_ok()
    assert given(api) == ("Hi!", None)
    api.delete("always", match="*").is_ok(204)
    assert given(api) == ("Servus!", "de-AT")
    server.write_customer("customer-a", name="A", greeting="Hello!")
    wait_until("the file is read again", lambda: given(api) == ("Hello!", None))


def switched_at(api, text, deadline):
    """When GET / gave this text first, and the last moment it did not."""
    connection, before = api.connect(), None
    try:
        while time.time() < deadline:
            asked = time.time()
            connection.request("GET", "/", headers={"Host": api.host})
            if read_answer(connection.getresponse()).json["response"] == text:
                return before, time.time()
            before = asked
        raise AssertionError(f"{text!r} did not come")
    finally:
        connection.close()


def test_a_greeting_starts_and_ends_on_the_dot(api):
    starts = datetime.now(timezone.utc) + timedelta(seconds=4)
    ends = starts + timedelta(seconds=1.2)
    api.put("soon", {"text": "Soon!", "starts_at": in_text(starts), "ends_at": in_text(ends)}).is_ok(201)
    known = api.greets().etag
    assert api.greets(If_None_Match=known).status == 304
    for text, moment in (("Soon!", starts.timestamp()), ("Hi!", ends.timestamp())):
        before, after = switched_at(api, text, moment + 5)
        assert before is not None, "it was there before the first look"
        assert after > moment - 0.001, f"{moment - after:.3f} s too soon"
        assert before - moment < 0.2, f"{before - moment:.3f} s late"
        assert (api.greets(If_None_Match=known).status == 304) == (text == "Hi!")


def test_many_changes_of_many_customers_come_in_time(make):
    customers = {f"customer-{i}": {"name": f"{i}", "greeting": "before"} for i in range(20)}
    server = make(customers).start()
    start = datetime.now(timezone.utc) + timedelta(seconds=6)  # when all are written, slow as the disk may be
    moments = [start + timedelta(milliseconds=20 * i) for i in range(20)]
    apis = [server.client(host=f"customer-{i}.localhost") for i in range(20)]
    for api, moment in zip(apis, moments):
        api.put("soon", {"text": "after", "starts_at": in_text(moment)}).is_ok(201)
        assert given(api) == ("before", None)
    wait_until("the last has changed", lambda: time.time() > moments[-1].timestamp() + 0.2)
    assert [given(api)[0] for api in apis] == ["after"] * 20


LANGUAGES = {"none": None, "de": "de", "at": "de-AT", "en": "en", "hant": "zh-Hant"}
WANTED = [
    (None, "none"),
    ("", "none"),
    ("de", "de"),
    ("DE", "de"),
    ("de-AT", "at"),
    ("de-AT-1996", "at"),
    ("de-CH", "de"),
    ("de-CH, en", "de"),
    ("en;q=0.5, de;q=0.7", "de"),
    ("en-GB-oxendict", "en"),
    ("fr", "none"),
    ("fr, en;q=0.1", "en"),
    ("en;q=0", "none"),
    ("en;q=0, de", "de"),
    ("zh-Hant-TW", "hant"),
    ("zh", "none"),
    ("*", "none"),
    ("fr, *;q=0.5", "none"),
    ("da, en-gb;q=0.8, en;q=0.7", "en"),
    ("complete nonsense;;;=,,", "none"),
    ("de" + ",x" * 300, "de"),
]


@pytest.fixture
def in_languages(api):
    api.upload([{"id": id, "text": id, "language": language} for id, language in LANGUAGES.items()]).is_ok()
    return api


@pytest.mark.parametrize("wanted, id", WANTED, ids=[str(wanted)[:40] for wanted, _ in WANTED])
def test_the_client_gets_its_language(in_languages, wanted, id):
    answer = in_languages.greets(Accept_Language=wanted).is_ok()
    assert answer.json == {"response": id}
    assert answer.headers.get("content-language") == LANGUAGES[id]
    assert answer.headers["vary"] == "Accept, Accept-Language"
    preview = in_languages.get("/greetings/preview", {"language": wanted} if wanted is not None else None).is_ok().json
    assert preview["response"] == id, "the preview says the same"


def test_where_no_language_fits_and_none_is_for_all(api):
    api.put("de", {"text": "Moin!", "language": "de"}).is_ok(201)
    assert given(api, Accept_Language="fr") == ("Hi!", None)
    assert given(api, Accept_Language="fr, *;q=0.1") == ("Moin!", "de")
    assert given(api) == ("Moin!", "de")


def test_each_variant_has_its_own_etag(in_languages):
    tags = {wanted: in_languages.greets(Accept_Language=wanted).etag for wanted in ("de", "de-AT", "en", "fr")}
    tags["html"] = in_languages.greets(Accept_Language="de", Accept=BROWSER).etag
    assert len(set(tags.values())) == 5
    for wanted in ("de", "de-AT", "en", "fr"):
        answer = in_languages.greets(Accept_Language=wanted, If_None_Match=tags[wanted]).is_ok(304)
        assert (answer.etag, answer.headers["vary"]) == (tags[wanted], "Accept, Accept-Language")
        others = ", ".join(set(tags.values()) - {tags[wanted]})
        assert in_languages.greets(Accept_Language=wanted, If_None_Match=others).is_ok()
    html = {"Accept_Language": "de", "Accept": BROWSER}
    assert in_languages.greets(**html, If_None_Match=tags["html"]).status == 304
    assert in_languages.greets(**html, If_None_Match=tags["de"]).status == 200


def test_what_comes_back_is_known_again(api):
    """The same text has the same ETag: a 304 after a greeting was given for a while and went."""
    before = api.greets().etag
    api.put("hello", {"text": "Hello!"}).is_ok(201)
    assert api.greets(If_None_Match=before).is_ok().json == {"response": "Hello!"}
    api.delete("hello", match="*").is_ok(204)
    assert api.greets(If_None_Match=before).status == 304


def test_of_several_the_latest_start_wins(api):
    past = ["2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z"]
    lines = [{"id": "b", "text": "b", "starts_at": past[1]}, {"id": "a", "text": "a"}]
    lines += [{"id": "c", "text": "c", "starts_at": past[2], "ends_at": "2022-02-01T00:00:00Z"}]
    lines += [{"id": "d", "text": "d", "starts_at": past[2], "state": "draft"}]
    api.upload(lines).is_ok()
    assert given(api) == ("b", None)
    api.put("b2", {"text": "b2", "starts_at": past[1], "language": "de"}).is_ok(201)
    assert given(api) == ("b", None), "one without a language goes before"
    api.put("a0", {"text": "a0", "starts_at": past[1]}).is_ok(201)
    assert given(api) == ("a0", None), "then the smallest id"


TEXTS = ["Grüß Gott!", '"quoted" \\ back', "<b>&amp;</b>'", "two\nlines\tand a tab", "🎄" * 1000, "</script><script>x()"]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_any_text_is_given_as_it_is(api, text):
    api.put("hello", {"text": text, "language": "en"}).is_ok(201)
    assert given(api, Accept_Language="en") == (text, "en")


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_page_shows_it_and_runs_nothing_of_it(api, text):
    api.put("hello", {"text": text, "language": "en"}).is_ok(201)
    answer = api.greets(Accept=BROWSER).is_ok()
    assert answer.headers["content-type"].lower().replace(" ", "") == "text/html;charset=utf-8"
    assert answer.headers["content-language"] == "en" and 'lang="en"' in answer.text
    assert "x()" not in answer.text or "<script>x()" not in answer.text
    assert "<b>&amp;</b>" not in answer.text
    assert text in html.unescape(answer.text)


ACCEPTED = [
    (None, "json"),
    ("*/*", "json"),
    ("application/json", "json"),
    (BROWSER, "html"),
    ("text/html", "html"),
    ("TEXT/HTML", "html"),
    ("text/*", "html"),
    ("text/html;q=0.5, application/json", "json"),
    ("text/html, application/json;q=0.9", "html"),
    ("text/html;q=0, */*", "json"),
    ("application/json, text/html", "json"),
    ("image/png", "json"),
    ("nonsense", "json"),
]


@pytest.mark.parametrize("accept, form", ACCEPTED, ids=[str(accept)[:40] for accept, _ in ACCEPTED])
def test_only_who_would_rather_have_html_gets_it(api, accept, form):
    answer = api.greets(Accept=accept).is_ok()
    assert answer.headers["content-type"].startswith({"json": "application/json", "html": "text/html"}[form])
    assert answer.headers["vary"] == "Accept, Accept-Language"


def test_head_is_get_without_the_text(in_languages):
    for headers in ({}, {"Accept-Language": "de"}, {"Accept": BROWSER}):
        get = in_languages.ask("GET", "/", headers=headers).headers
        head = in_languages.ask("HEAD", "/", headers=headers)
        assert head.body == b"" and {**head.headers, "date": ""} == {**get, "date": ""}


def test_health_says_nothing_of_greetings(api):
    assert api.ask("GET", "/health").is_ok().json == {"status": "ok"}
